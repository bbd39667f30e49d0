"""Days of a clinic, lived against a house that may die at any moment. The world behaves as the world does: staff look
and press again, patients press again, Stripe and the phone network knock again, the clock goes on.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from random import Random
from time import monotonic
from typing import Any

import aiohttp

from billing.refunds import refund_payment
from models.database import moment, read
from models.money import Payment
from sandbox import World
from sandbox.courier import Letter
from tests.billing.clinic import DANA
from tests.crash.clock import SharedClock
from tests.crash.household import Household
from tests.crash.leases import end_leases
from tests.stories.clinic import Clinic
from tests.stories.patients import Patient
from tests.stories.staff import STAFF, Card, Person
from tests.support.practice import the_practice

PATIENTS: Mapping[str, Mapping[str, Any]] = {
    "Maria Garcia": {"phone": "+12125550123", "email": "maria@patients.example"},
    "Ali Hassan": {"phone": "+12125550124", "email": "ali@patients.example"},
    "Rosa Diaz": {"phone": "+12125550125", "email": "rosa@patients.example"},
    "Ben Cole": {"phone": "+12125550126", "email": None},
    "Chen Wei": {"phone": "+12125550127", "email": "chen@patients.example"},
}
LANDLINE = "+12125550126"
PATIENCE = 40.0
"""Real seconds until what is still under way counts as stuck."""

UNDONE = """
SELECT 'inbox item' AS what, id, due_at FROM inbox_item WHERE handled_at IS NULL
UNION ALL SELECT 'message', id, due_at FROM message WHERE status IN ('queued', 'sending')
UNION ALL SELECT 'card', id, due_at FROM card WHERE wanted > shown
UNION ALL SELECT 'post', id, due_at FROM post WHERE status = 'queued'
UNION ALL SELECT 'set', id, next_send_at FROM invoice_set
    WHERE status IN ('active', 'will_fail') AND next_send_at <= $1
UNION ALL SELECT 'refund', id, due_at FROM refund WHERE status = 'pending'
UNION ALL SELECT 'events unread', p.seq, NULL FROM reader_place p, chain_head h WHERE p.seq < h.seq
"""


async def billed(clinic: Clinic) -> dict[str, str]:
    """Before it begins: everybody was seen and sent a bill; its number."""
    return {name: await (await clinic.patient(name, **more)).is_billed() for name, more in PATIENTS.items()}


async def until(true: Callable[[], Any], *, seconds: float) -> bool:
    """Whether it comes true in time. It does so in another process, which rings no bell here."""
    patience = monotonic() + seconds
    while not true() and monotonic() < patience:  # noqa: ASYNC110
        await asyncio.sleep(0.002)
    return bool(true())


@dataclass
class Day:
    """Stands where `Clinic` stands in the stories: their people and cards work with it."""

    world: World
    houses: tuple[Household, ...]
    browser: aiohttp.ClientSession
    numbers: Mapping[str, str]
    chance: Random

    def __post_init__(self) -> None:
        assert isinstance(self.world.clock, SharedClock)
        self.clock = self.world.clock
        self.moved = self.clock.now()

    def card(self, name: str) -> Card:
        return Person(self, STAFF["biller"][0]).card(self.numbers[name])  # type: ignore[arg-type]

    def patient(self, name: str) -> Patient:
        more = PATIENTS[name]
        return Patient(self, name, more["phone"], more["email"])  # type: ignore[arg-type]

    async def lived(self) -> None:
        """Steps 2 to 6 of the thread."""
        self.world.phones[LANDLINE].is_landline()
        self.world.cards.duplicate, self.world.cards.shuffle = 2, True
        await self.forward(days=31)
        await self.press("Maria Garcia", "Pause", until="Paused ·")
        await self.press("Maria Garcia", "Resume", until="Overdue ·")
        await self.write_off("Ali Hassan")
        await self.forward(days=2)
        await self.patient("Rosa Diaz").writes("Can I pay in monthly parts?")
        await self.answer("Rosa Diaz", "Yes. Call us and we set it up.")
        await self.pay("Maria Garcia")
        await self.refund(4_000)
        await self.forward(hours=3)

    # -- people --------------------------------------------------------------------------------------------------------

    async def press(self, name: str, label: str, *, until: str) -> None:
        card = self.card(name)
        while until not in card.words:
            await self.at_home()
            with suppress(LookupError):  # the card has changed under their hand
                await card.press(label)
                if card.outcomes[-1].trouble and self.chance.random() < 0.5:
                    await card.press(label, stale=True)  # at once again, without looking

    async def write_off(self, name: str) -> None:
        card = dana = self.card(name)
        while "Written off ·" not in card.words:
            if await self.form(card, "Write off"):
                outcome = await dana.submits({"Reason": "Hardship", "Amount": "140.00"})
                if outcome.errors:
                    await self.close_forms(dana)
        await self.close_forms(dana)

    async def answer(self, name: str, words: str) -> None:
        card = dana = self.card(name)
        while not any(words in text for text in self.patient(name).texts):
            if await self.form(card, "Reply to patient"):
                await dana.submits({} if words in dana.reads() else {"Your words": words})
        await self.close_forms(dana)

    async def form(self, card: Card, label: str) -> bool:
        """Whether a form lies open; presses for one and gives it the time Slack gives."""
        if card.forms:
            return True
        await self.at_home()
        lives = self.lives
        with suppress(LookupError):
            await card.press(label)
        await until(lambda: card.forms or self.lives > lives, seconds=3)
        return bool(card.forms)

    async def close_forms(self, person: Person) -> None:
        while person.forms:
            await self.at_home()
            await self.world.slack.close(person.user, person.form.id)

    async def pay(self, name: str) -> None:
        patient = self.patient(name)
        while not self.world.cards.charges:
            await self.at_home()
            with suppress(aiohttp.ClientError):
                await patient.pays()
        await self.settle()

    async def refund(self, cents: int) -> None:
        """Staff ask for a part of what was paid to go back; the house asks the processor."""
        payment = await Payment.get()
        known = {"practice": the_practice(), "now": self.clock.now()}
        await refund_payment(payment.id, amount=cents, reason="Too much", actor=DANA, **known)  # type: ignore[arg-type]
        await self.forward(seconds=1)  # who works on it is another process, which hears of no commit of ours

    # -- the world -----------------------------------------------------------------------------------------------------

    @property
    def lives(self) -> int:
        return sum(house.lives for house in self.houses)

    async def at_home(self) -> None:
        for house in self.houses:
            await house.up()
        await end_leases({number for house in self.houses for number in house.dead})

    def move(self, **by: float) -> None:
        """The clock goes on; what falls due by it is under way."""
        self.moved = self.clock.forward(**by)
        self.world.cards.expire_the_old()

    async def forward(self, **by: float) -> None:
        self.move(**by)
        await self.settle()

    async def settle(self) -> None:
        """Until nothing is under way any more, inside or outside, and nothing that failed waits to be tried again."""
        patience = monotonic() + PATIENCE
        while True:
            await self.at_home()
            knocked = await self.knock()
            carried = await self.world.settled()
            undone = await self.undone()
            if not undone and not knocked and not carried and not await self.world.settled():
                return
            if monotonic() > patience:
                raise AssertionError(f"Still under way: {undone}")
            due = [at for _, _, at in undone]
            if due and min(due) > self.clock.now():
                self.clock.move_to(min(due))
            await asyncio.sleep(0.02)

    async def undone(self) -> list[tuple[str, int, datetime]]:
        now = self.clock.now()
        found = await read(UNDONE, [now])
        rows = [(str(row["what"]), int(row["id"]), moment(row["due_at"] or now)) for row in found]
        return rows if self.clock.has_ticked_since(self.moved) else [*rows, ("tick", 0, now)]

    async def knock(self) -> int:
        """Stripe goes on for days. Twilio gives up after a retry, and what is lost then no house brings back: here it
        goes on as well."""
        knocked = await self.world.courier.retry() if self.world.courier.undelivered else 0
        for letter in self.refused_by_phone():
            knocked += 1
            await self.world.courier.deliver(letter)
        return knocked

    def refused_by_phone(self) -> list[Letter]:
        last = {id(d.letter): d for d in self.world.courier.deliveries if d.letter.source == "twilio"}
        return [delivery.letter for delivery in last.values() if not delivery.answer.accepted]
