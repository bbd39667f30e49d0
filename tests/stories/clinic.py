"""A clinic in a small world: the whole house over real HTTP and SMTP, spoken to in people's words."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import aiohttp
from aiohttp import web

from billing.prices import PriceRecord, keep_price
from domain.access import CLOCK
from domain.ports import CardDoor, PdfPrinter
from domain.practice import Practice
from duesday.api_keys import create_key
from duesday.assembly import House, open_house
from duesday.environment import Environment
from jobs.timetable import run_ticks
from models.change import change
from sandbox import MovableClock, World
from tests.stories.patients import Patient
from tests.stories.reading import as_read
from tests.stories.sentences import nothing_unspoken, unspoken
from tests.stories.staff import CHANNELS, STAFF, Person
from tests.support.ports import free_port

THURSDAY_MORNING = datetime(2026, 9, 10, 14, 0, tzinfo=UTC)
"""10:00 in New York."""

PRICES = {"exam": ("Examination", 12_500), "xray": ("X-ray, two views", 8_000), "gauze": ("Dressing material", 450)}


@asynccontextmanager
async def clinic_in(
    database_url: str,
    practice: Practice,
    world: World,
    pdf: PdfPrinter | None = None,
    cards: CardDoor | None = None,
) -> AsyncIterator["Clinic"]:
    """The house in this world: its own server, the sandbox's doors."""
    unspoken.clear()  # of a story that failed before
    listening = socket.create_server(("127.0.0.1", port()))
    url = f"http://127.0.0.1:{port()}"
    world.aim(url)
    settle_in(world)
    environment = Environment(
        _env_file=None,  # type: ignore[call-arg]
        database_url=database_url,
        public_url=url,
        secret_key="stories-need-a-key-of-32-characters",
        **{name.lower(): value for name, value in world.environment().items()},
    )
    async with (
        open_house(environment, practice, clock=world.clock, pdf=pdf, cards=cards) as house,
        aiohttp.ClientSession() as browser,
    ):
        runner = web.AppRunner(house.web, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        key = await create_key("stories", "admin", now=world.clock.now())
        await keep_prices(practice, now=world.clock.now())
        try:
            yield Clinic(house, world, url, key, browser)
        finally:
            await runner.cleanup()
    nothing_unspoken()


@cache
def port() -> int:
    """One for all stories of a process: the same paper is then the same to the letter, and is printed once."""
    return free_port()


def frozen_world(at: datetime = THURSDAY_MORNING) -> World:
    return World(clock=MovableClock(frozen_at=at))


def settle_in(world: World) -> None:
    for user, name in STAFF.values():
        world.slack.person(user, name, f"{name.split()[0].lower()}@riverside.example", "America/New_York")
    for channel in CHANNELS:
        world.slack.add_channel(channel, [user for user, _ in STAFF.values()], private=True)


async def keep_prices(practice: Practice, *, now: datetime) -> None:
    async with change(now):
        for code, (description, cents) in PRICES.items():
            price = PriceRecord(
                price_list="standard",
                code=code,
                description=description,
                unit_price_cents=cents,
                valid_from=date(2026, 1, 1),
            )
            await keep_price(price, practice=practice, actor=CLOCK, now=now)


@dataclass
class Clinic:
    house: House
    world: World
    url: str
    key: str
    browser: aiohttp.ClientSession
    posts: int = 0

    async def settle(self) -> None:
        """Until nothing is under way any more, inside or outside."""
        await self.house.pump.drain()
        while await self.world.settled():
            await self.house.pump.drain()

    @property
    def clock(self) -> "Clock":
        return Clock(self)

    # -- people --------------------------------------------------------------------------------------------------------

    def slack(self, role: str) -> Person:
        """Slack as who has this role sees it."""
        return Person(self, STAFF[role][0])

    async def patient(self, name: str = "Maria Garcia", **more: Any) -> Patient:
        first, _, last = name.partition(" ")
        record = {
            "first_name": first, "last_name": last, "bill_to": "client", "location": "downtown",
            "phone": "+12125550123", "email": "maria@patients.example", "timezone": "America/New_York",
        } | more  # fmt: skip
        external_id = f"P-{first}-{last}"
        await self.api("PUT", f"/patients/{external_id}", {k: v for k, v in record.items() if v is not None})
        return Patient(self, external_id, record["phone"], record["email"])

    def posts_in(self, channel: str) -> list[str]:
        """What stands in a channel, cards and all, as it is read."""
        return [as_read(message) for message in self.world.slack.channel(channel).messages]

    # -- programs ------------------------------------------------------------------------------------------------------

    async def api(self, method: str, path: str, body: Any = None, *, expect: int | None = None) -> Any:
        self.posts += 1
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": f"story-{self.posts}"}
        async with self.browser.request(method, f"{self.url}/api/v1{path}", json=body, headers=headers) as answer:
            found = await answer.json()
            assert answer.status == expect if expect else answer.status < 300, (answer.status, found)
        if method != "GET":
            await self.settle()
        return found


@dataclass(frozen=True)
class Clock:
    clinic: Clinic

    @property
    def now(self) -> datetime:
        return self.clinic.world.clock.now()

    @property
    def today(self) -> date:
        return self.now.date()

    async def forward(self, **by: float) -> None:
        """It goes on, and what falls due happens."""
        self.clinic.world.clock.forward(**by)
        await self._falls_due()

    async def stands_at(self, moment: datetime) -> None:
        self.clinic.world.clock.move_to(moment)
        await self._falls_due()

    async def _falls_due(self) -> None:
        house = self.clinic.house
        await run_ticks((), practice=house.practice, ports=house.ports)
        await self.clinic.settle()
