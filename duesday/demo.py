"""The demo: the sandbox's world, the sample practice and the house in one process, on this machine only."""

import asyncio
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any

from bot.commands import SAID
from domain.errors import Refusal
from domain.practice import Practice
from duesday.assembly import ASSETS, House, open_house
from duesday.demo_copy import ingredients
from duesday.demo_place import DemoPlace
from duesday.demo_time import DemoTime
from duesday.demo_tour import tour
from duesday.environment import Environment
from duesday.opening import checked_practice
from duesday.sample.living import live_through
from duesday.sample.people import PEOPLE
from duesday.serve import PATIENCE, told_to_stop, working
from duesday.terminal import say
from gateways.registry import gateway
from handlers.listening import answering, taken
from models.people import Patient
from sandbox import Contact, MovableClock, Role, World

KEY = "the-demo-signs-its-links-with-a-key-everybody-knows"
TUESDAY = 1
KNOCK_SECONDS = 2.0
ROLES = {
    "viewer": "looks, and changes nothing",
    "biller": "pauses, replies, writes off",
    "manager": "also stops the chasing",
    "admin": "may do everything",
}


async def demo_until_stopped(*, port: int, fresh: bool, database_url: str | None) -> None:
    told, place = told_to_stop(), DemoPlace(database_url)
    taken("127.0.0.1", port).close()
    with place.held():
        practice, made_of = _practice()
        again_at = place.begin_anew(made_of) if fresh or not place.is_filled else None
        async with _world(port, place, again_at) as world, AsyncExitStack() as open_until:
            address = _address(port, place)
            environment = _environment(place, world, address)
            _settle(world, practice)
            house = await open_until.enter_async_context(_house(environment, practice, world))
            await open_until.enter_async_context(answering(house.web, address, patience=PATIENCE))
            await _go_on(house, world, place, told, made_of)
    say("  The demo has ended. What you did in it is kept; `--fresh` begins anew.")


async def _go_on(house: House, world: World, place: DemoPlace, told: asyncio.Event, made_of: str) -> None:
    """Fill the books if they are empty, with the page open meanwhile; then work until told to stop."""
    clock = DemoTime(house, world)
    world.on_clock_moved, world.next_due = clock.was_moved, clock.next_due
    if place.is_filled:
        await _introduce(house.practice, world)
    say(f"\n  Duesday's demo is at {world.url}", "bold green")
    say("  Slack, the patients' phones and mailboxes, and the clock are on that page. Ctrl-C ends it.\n")
    if not place.is_filled and await _until(told, _fill(house, world, clock, place, made_of)):
        return
    async with working(house):
        await told.wait()


async def _fill(house: House, world: World, clock: DemoTime, place: DemoPlace, made_of: str) -> None:
    if await Patient.exists():
        raise Refusal("not_empty", "That database has patients in it, and they aren't the demo's. Name an empty one.")
    say("  A year of a sample practice passes by on it, for half a minute or more …")
    world.notice = "A year of the sample practice passes by, for half a minute or more. Then it is Tuesday morning."
    async with clock.walking():
        await live_through(morning(house.practice, world.clock.pulse()), house=house, world=world, clock=clock)
    await _introduce(house.practice, world)
    world.notice = ""
    world.snapshot()
    place.note_filled(world.clock.now(), made_of)
    say("  It is Tuesday morning there now.\n")


async def _until(told: asyncio.Event, work: Coroutine[None, None, None]) -> bool:
    """Do the work unless told to stop before it is done; whether we were."""
    doing, stop = asyncio.ensure_future(work), asyncio.ensure_future(told.wait())
    await asyncio.wait({doing, stop}, return_when=asyncio.FIRST_COMPLETED)
    if not doing.done():
        doing.cancel()
        await asyncio.wait({doing})
        return True
    stop.cancel()
    doing.result()
    return False


def morning(practice: Practice, now: datetime) -> datetime:
    """The latest Tuesday, 10:15 where the practice is: weekends fall alike in every demo, and texts may leave."""
    zone = next(iter(practice.locations.values())).zone
    today = now.astimezone(zone).date()
    tuesday = today - timedelta(days=(today.weekday() - TUESDAY) % 7)
    at = datetime.combine(tuesday, time(10, 15), zone)
    return (at if at <= now else at - timedelta(weeks=1)).astimezone(UTC)


def _practice() -> tuple[Practice, str]:
    """The practice, and what a year of it is made of."""
    settings = Environment(_env_file=None)
    practice = checked_practice(settings)
    return practice, ingredients(morning(practice, MovableClock().pulse()), settings.duesday_config)


@asynccontextmanager
async def _world(port: int, place: DemoPlace, again_at: datetime | None) -> AsyncIterator[World]:
    clock = MovableClock(file=place.state / "clock")
    if again_at:
        clock.move_to(again_at)
    async with World(clock=clock, port=port, state_dir=place.state, retry_every=KNOCK_SECONDS) as world:
        yield world


@asynccontextmanager
async def _house(environment: Environment, practice: Practice, world: World) -> AsyncIterator[House]:
    """One process draws all papers: a second one would make the demo heavier by a third."""
    printer = gateway("pdf", "xhtml2pdf")(ASSETS, workers=1)
    try:
        async with open_house(environment, practice, clock=world.clock, pdf=printer) as house:
            yield house
    finally:
        await printer.close()


def _address(port: int, place: DemoPlace) -> socket.socket:
    """The service's own address: links in kept texts lead to it, so it is the one of last time if it can be."""
    for candidate in (*place.service_port, *range(port + 1, min(port + 100, 65536)), 0):
        try:
            found = taken("127.0.0.1", candidate)
        except Refusal:
            continue
        place.note_service_port(found.getsockname()[1])
        return found
    raise Refusal("address_taken", "There is no free port for the demo's service on this machine.")


def _environment(place: DemoPlace, world: World, address: socket.socket) -> Environment:
    """The world's doors instead of whatever this shell or a .env names: nothing of the demo may get out."""
    url = f"http://127.0.0.1:{address.getsockname()[1]}"
    world.aim(url)
    doors = {name.lower(): value for name, value in world.environment().items()}
    closed = {"slack_app_token": None, "sendgrid_webhook_key": None}
    kept = {"database_url": place.database_url, "public_url": url, "secret_key": KEY}
    settings: dict[str, Any] = {"_env_file": None, **closed, **doors, **kept}
    return Environment(**settings)


def _settle(world: World, practice: Practice) -> None:
    """The practice's people and channels, as app.yaml names them. Who comes first is who one is on the page."""
    rooms: dict[str, list[str]] = {location.slack_channel: [] for location in practice.locations.values()}
    roles: dict[str, Role] = {}
    for number, person in enumerate(sorted(practice.people, key=lambda person: [*PEOPLE].index(person.role))):
        user = person.slack or f"U0DEMO{number:04}"
        email = person.email or f"{user.lower()}@riverside.example"
        world.slack.person(user, PEOPLE[person.role], email)
        roles[user] = Role(person.role, ROLES[person.role])
        if person.group:
            world.slack.add_group(person.role, [user], id=person.group)
        for location in person.locations or practice.locations:
            rooms[practice.locations[location].slack_channel].append(user)
    for name, members in rooms.items():
        if name not in world.slack.names():
            world.slack.add_channel(name, members, private=True)
    world.roles, world.slack.commands = roles, {"/billing": " | ".join(SAID)}


async def _introduce(practice: Practice, world: World) -> None:
    """What the page needs of the books."""
    world.contacts, world.tour = await _contacts(practice), await tour(practice)


async def _contacts(practice: Practice) -> tuple[Contact, ...]:
    """Whose phone and mailbox it is; a family's is the guarantor's."""
    return tuple(
        Contact(
            f"{payer.first_name} {payer.last_name}",
            payer.phone or "",
            payer.email or "",
            texts_to=practice.locations[payer.location].sms_from or "",
        )
        for payer in await Patient.filter(guarantor_id=None).order_by("id")
        if payer.phone or payer.email
    )
