"""The demo: the sandbox's world, the sample practice and the house in one process, on this machine only."""

import asyncio
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any

from domain.errors import Refusal
from domain.practice import Practice
from duesday.assembly import House, open_house
from duesday.demo_place import DemoPlace
from duesday.demo_time import DemoTime
from duesday.environment import Environment
from duesday.opening import checked_practice
from duesday.sample import PEOPLE, live_through
from duesday.serve import PATIENCE, told_to_stop, working
from duesday.terminal import say
from handlers.listening import answering, taken
from models.people import Patient
from sandbox import MovableClock, World

KEY = "the-demo-signs-its-links-with-a-key-everybody-knows"
TUESDAY = 1
KNOCK_SECONDS = 2.0


async def demo_until_stopped(*, port: int, fresh: bool, database_url: str | None) -> None:
    told, place = told_to_stop(), DemoPlace(database_url)
    taken("127.0.0.1", port).close()
    with place.held():
        if fresh or not place.is_filled:
            place.clear()
        async with _world(port, place) as world, AsyncExitStack() as open_until:
            address = _address(port, place)
            environment = _environment(place, world, address)
            practice = checked_practice(environment)
            _settle(world, practice)
            house = await open_until.enter_async_context(open_house(environment, practice, clock=world.clock))
            await open_until.enter_async_context(answering(house.web, address, patience=PATIENCE))
            await _go_on(house, world, place, told)
    say("  The demo has ended. What you did in it is kept; `--fresh` begins anew.")


async def _go_on(house: House, world: World, place: DemoPlace, told: asyncio.Event) -> None:
    """Fill the books if they are empty, with the page open meanwhile; then work until told to stop."""
    clock = DemoTime(house, world)
    world.on_clock_moved, world.next_due, world.labels = clock.was_moved, clock.next_due, await _labels()
    say(f"\n  Duesday's demo is at {world.url}", "bold green")
    say("  Slack, the patients' phones and mailboxes, and the clock are on that page. Ctrl-C ends it.\n")
    if not place.is_filled and await _until(told, _fill(house, world, clock, place)):
        return
    world.labels = await _labels()
    async with working(house):
        await told.wait()


async def _fill(house: House, world: World, clock: DemoTime, place: DemoPlace) -> None:
    if await Patient.exists():
        raise Refusal("not_empty", "That database has patients in it, and they aren't the demo's. Name an empty one.")
    say("  A year of a sample practice passes by on it, for half a minute or more …")
    async with clock.walking():
        await live_through(morning(house.practice, world.clock.pulse()), house=house, world=world, clock=clock)
    world.snapshot()
    place.note_filled()
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


@asynccontextmanager
async def _world(port: int, place: DemoPlace) -> AsyncIterator[World]:
    clock = MovableClock(file=place.state / "clock")
    async with World(clock=clock, port=port, state_dir=place.state, retry_every=KNOCK_SECONDS) as world:
        yield world


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
    for number, person in enumerate(sorted(practice.people, key=lambda person: [*PEOPLE].index(person.role))):
        user = person.slack or f"U0DEMO{number:04}"
        email = person.email or f"{user.lower()}@riverside.example"
        world.slack.person(user, f"{PEOPLE[person.role]} ({person.role})", email)
        if person.group:
            world.slack.add_group(person.role, [user], id=person.group)
        for location in person.locations or practice.locations:
            rooms[practice.locations[location].slack_channel].append(user)
    for name, members in rooms.items():
        if name not in world.slack.names():
            world.slack.add_channel(name, members, private=True)
    world.slack.commands = {"/billing": "ageing | help"}


async def _labels() -> dict[str, str]:
    """Whose phone and mailbox it is; a family's is the guarantor's."""
    found: dict[str, str] = {}
    for patient in await Patient.filter(guarantor_id=None).order_by("id"):
        for address in (patient.phone, patient.email):
            if address:
                found[address] = f"{patient.first_name} {patient.last_name}"
    return found
