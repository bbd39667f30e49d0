"""A clinic in a small world: the whole house over real HTTP and SMTP, spoken to in people's words."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from billing.prices import PriceRecord, keep_price
from domain.access import CLOCK
from domain.ports import PdfPrinter
from domain.practice import Practice
from duesday.api_keys import create_key
from duesday.assembly import House, open_house
from duesday.environment import Environment
from sandbox import MovableClock, World
from sandbox.slack import Message, Outcome, View

THURSDAY_MORNING = datetime(2026, 9, 10, 14, 0, tzinfo=UTC)
"""10:00 in New York."""

STAFF = {
    "viewer": ("U0VIEWER1", "Vera Viewer"),
    "biller": ("U0BILLER1", "Dana Biller"),
    "manager": ("U0MANAGER1", "Mia Manager"),
    "admin": ("U0ADMIN001", "Ada Admin"),
    "stranger": ("U0STRANGE1", "Sam Stranger"),
}
CHANNELS = ("billing-downtown", "billing-northside", "billing-lakeside")
PRICES = {"exam": ("Examination", 12_500), "xray": ("X-ray, two views", 8_000), "gauze": ("Dressing material", 450)}


@asynccontextmanager
async def clinic_in(
    database_url: str, practice: Practice, world: World, pdf: PdfPrinter | None = None
) -> AsyncIterator["Clinic"]:
    """The house in this world: its own server, the sandbox's doors."""
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
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
        open_house(environment, practice, clock=world.clock, pdf=pdf) as house,
        aiohttp.ClientSession() as browser,
    ):
        runner = web.AppRunner(house.web, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        key = await create_key("stories", "admin", now=world.clock.now())
        for code, (description, cents) in PRICES.items():
            await keep_price(
                PriceRecord(
                    price_list="standard",
                    code=code,
                    description=description,
                    unit_price_cents=cents,
                    valid_from=date(2026, 1, 1),
                ),
                practice=practice,
                actor=CLOCK,
                now=world.clock.now(),
            )
        try:
            yield Clinic(house, world, url, key, browser)
        finally:
            await runner.cleanup()


def settle_in(world: World) -> None:
    for user, name in STAFF.values():
        world.slack.person(user, name, f"{name.split()[0].lower()}@riverside.example", "America/New_York")
    for channel in CHANNELS:
        world.slack.add_channel(channel, [user for user, _ in STAFF.values()], private=True)


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
        while await self.house.pump.drain() + await self.world.settled():
            pass

    async def forward(self, **by: float) -> None:
        """The clock goes on, and what falls due happens."""
        self.world.clock.forward(**by)
        await self.house.tick()
        await self.settle()

    # -- programs ------------------------------------------------------------------------------------------------------

    async def api(self, method: str, path: str, body: Any = None, *, expect: int | None = None) -> Any:
        self.posts += 1
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": f"story-{self.posts}"}
        async with self.browser.request(method, f"{self.url}/api/v1{path}", json=body, headers=headers) as answer:
            found = await answer.json()
            assert answer.status == expect if expect else answer.status < 300, (answer.status, found)
        await self.settle()
        return found

    async def patient(self, name: str = "Maria Garcia", **more: Any) -> "Patient":
        first, _, last = name.partition(" ")
        record = {
            "first_name": first, "last_name": last, "bill_to": "client", "location": "downtown",
            "phone": "+12125550123", "email": "maria@patients.example", "timezone": "America/New_York",
        } | more  # fmt: skip
        external_id = f"P-{first}-{last}"
        await self.api("PUT", f"/patients/{external_id}", {k: v for k, v in record.items() if v is not None})
        return Patient(self, external_id, record["phone"], record["email"])

    # -- staff ---------------------------------------------------------------------------------------------------------

    def staff(self, role: str) -> "Person":
        return Person(self, STAFF[role][0])


@dataclass
class Patient:
    clinic: Clinic
    external_id: str
    number: str | None
    email: str | None
    visits: int = 0

    async def is_seen(self, *codes: str, days_ago: int = 1, location: str = "downtown") -> None:
        """A session arrives from the practice's own system."""
        self.visits += 1
        day = (self.clinic.world.clock.now() - timedelta(days=days_ago)).date()
        body = {
            "patient": self.external_id, "location": location, "provider": "Dr. Osei", "date": day.isoformat(),
            "items": [{"code": code, "quantity": 1} for code in codes or ("exam",)],
        }  # fmt: skip
        await self.clinic.api("PUT", f"/sessions/{self.external_id}-{self.visits}", body)

    async def is_billed(self, *codes: str, location: str = "downtown") -> str:
        """Seen, drafted and sent; the invoice's number."""
        await self.is_seen(*codes, location=location)
        drafts = (await self.clinic.api("GET", "/invoices?status=draft"))["items"]
        sent = await self.clinic.api("POST", f"/invoices/{drafts[-1]['id']}/send", {})
        return str(sent["number"])

    async def is_late(self, *codes: str) -> str:
        """Billed, and then the due date passes."""
        number = await self.is_billed(*codes)
        await self.clinic.forward(days=31)
        return number

    @property
    def texts(self) -> list[str]:
        """What the phone shows, newest last."""
        assert self.number
        return [m.body for m in self.clinic.world.phones[self.number].messages if m.direction != "inbound"]

    @property
    def reminders(self) -> list[str]:
        """What came after the bill."""
        return [text for text in self.texts if "Your new statement" not in text]

    @property
    def mails(self) -> list[Any]:
        assert self.email
        return list(self.clinic.world.mailbox[self.email].messages)

    async def writes(self, words: str) -> None:
        assert self.number
        await self.clinic.world.phones[self.number].reply(words, to="+19375550110")
        await self.clinic.settle()

    def link(self) -> str:
        """The way to the page, from the last mail."""
        words = self.mails[-1].text.split()
        return next(word for word in words if "/p/" in word and not word.endswith("/unsubscribe"))

    async def opens(self, below: str = "") -> tuple[int, str]:
        async with self.clinic.browser.get(self.link() + below) as page:
            return page.status, await page.text()

    async def pays(self, amount: str | None = None, *, card: str = "4242424242424242") -> None:
        """Presses Pay on the page and pays at the processor's."""
        await self.clinic.world.cards.pay(await self._presses_pay(amount), card=card)
        await self.clinic.settle()

    async def pays_by_bank(self) -> str:
        """Leaves the payment to the bank, which takes its days; where it is under way."""
        at_the_processor = await self._presses_pay(None)
        await self.clinic.world.cards.pay(at_the_processor, bank=True)
        await self.clinic.settle()
        return at_the_processor

    async def _presses_pay(self, amount: str | None) -> str:
        form = {"amount": amount} if amount else {"amount": "all"}
        async with self.clinic.browser.post(f"{self.link()}/pay", data=form, allow_redirects=False) as answer:
            assert answer.status == 303, await answer.text()
            at_the_processor = answer.headers["Location"]
        assert urlsplit(at_the_processor).netloc == urlsplit(self.clinic.world.url).netloc
        return at_the_processor


@dataclass
class Person:
    clinic: Clinic
    user: str

    def card(self, number: str, channel: str = "billing-downtown") -> "Card":
        return Card(self, number, channel)

    async def types(self, command: str, channel: str = "billing-downtown") -> str:
        """A slash command; what only this person sees of the answer."""
        name, _, text = command.partition(" ")
        slack = self.clinic.world.slack
        await slack.command(self.user, slack.channel(channel).id, name, text)
        await self.clinic.settle()
        return self.whispers[-1]

    @property
    def whispers(self) -> list[str]:
        return [words_of(m) for m in self.clinic.world.slack.ephemerals(self.user)]

    @property
    def form(self) -> View:
        return self.clinic.world.slack.modals(self.user)[-1]

    def reads(self) -> str:
        """The words of the form on top."""
        return "\n".join(texts_of(self.form.blocks))

    @property
    def forms(self) -> list[View]:
        return list(self.clinic.world.slack.modals(self.user))

    async def submits(self, values: dict[str, str] | None = None) -> Outcome:
        outcome = await self.clinic.world.slack.submit(self.user, self.form.id, values or {})
        await self.clinic.settle()
        return outcome


@dataclass
class Card:
    """The card of an invoice as one person sees and presses it."""

    person: Person
    number: str
    channel: str
    pressed: list[Outcome] = field(default_factory=list)

    @property
    def message(self) -> Message:
        found = [m for m in self._all() if self.number in words_of(m)]
        assert len(found) == 1, f"{len(found)} cards of {self.number} in {[words_of(m) for m in self._all()]}"
        return found[0]

    def _all(self) -> list[Message]:
        return list(self.person.clinic.world.slack.channel(self.channel).messages)

    @property
    def words(self) -> str:
        return words_of(self.message)

    @property
    def thread(self) -> list[str]:
        return [words_of(m) for m in self.message.replies]

    @property
    def offers(self) -> list[str]:
        return labels_of(self.message.blocks)

    async def press(self, label: str, *, stale: bool = False) -> "Card":
        slack, message = self.person.clinic.world.slack, self.message
        buttons = {b["text"]["text"] for b in elements_of(message.blocks) if b["type"] == "button"}
        if label in buttons or stale:
            outcome = await slack.press(self.person.user, message.channel, message.ts, label, stale=stale)
        else:
            outcome = await slack.press(self.person.user, message.channel, message.ts, "menu", label)
        self.pressed.append(outcome)
        await self.person.clinic.settle()
        return self


def elements_of(blocks: list[Any]) -> list[Any]:
    return [element for block in blocks if block["type"] == "actions" for element in block["elements"]]


def labels_of(blocks: list[Any]) -> list[str]:
    labels = []
    for element in elements_of(blocks):
        labels += (
            [o["text"]["text"] for o in element["options"]]
            if element["type"] == "overflow"
            else [element["text"]["text"]]
        )
    return labels


def words_of(message: Any) -> str:
    """Everything a person reads on a message, tables and all."""
    return "\n".join([message.text, *texts_of(message.blocks)])


def texts_of(node: Any) -> list[str]:
    if isinstance(node, list):
        return [text for each in node for text in texts_of(each)]
    if not isinstance(node, dict):
        return []
    own = [node["text"]] if isinstance(node.get("text"), str) else []
    return own + [text for key, value in node.items() if key != "text" or not own for text in texts_of(value)]


def frozen_world(at: datetime = THURSDAY_MORNING) -> World:
    return World(clock=MovableClock(frozen_at=at))
