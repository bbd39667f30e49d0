"""Two houses over one PostgreSQL, dealt the callers of one address: each thing once, also when one is killed."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import aiohttp
import pytest

from bot.drawing import LEASE
from domain.ports import PdfPrinter
from domain.practice import Practice
from models.database import execute
from models.invoices import Invoice
from tests.crash.day import Day, until
from tests.crash.household import Household
from tests.crash.laws import broken_laws, cards_of, picture
from tests.crash.trials import morning
from tests.stories.clinic import Clinic, clinic_in, frozen_world
from tests.stories.patients import Patient
from tests.stories.staff import STAFF, Person
from tests.support.databases import WORKER, beside, new_postgres
from tests.support.practice import the_practice

pytestmark = pytest.mark.postgres

MANY, PRESSED, PAYERS = 24, 4, 6
SOME = 8
"""Of them are done when one house dies."""


def bills_at_once() -> Practice:
    practice = the_practice()
    return replace(practice, terms=replace(practice.terms, send_on_completion=True))


def patient(clinic: Clinic | Day, n: int) -> Patient:
    return Patient(clinic, f"P-Patient-{n}", f"+121255502{n:02}", f"p{n}@patients.example")  # type: ignore[arg-type]


class InOneGo(Clinic):
    async def settle(self) -> None:
        """Not after each of them."""


async def bill_many(url: str, pdf: PdfPrinter) -> None:
    async with frozen_world() as world, clinic_in(url, bills_at_once(), world, pdf) as clinic:
        quick = InOneGo(clinic.house, world, clinic.url, clinic.key, clinic.browser)
        for n in range(MANY):
            one = patient(quick, n)
            await quick.patient(f"Patient {n}", phone=one.number, email=one.email)
            await one.is_seen()
        await clinic.settle()


@pytest.fixture(scope="module")
def many_billed(migrated_postgres: str, pdf: PdfPrinter) -> Iterator[str]:
    name = f"{WORKER}_many_billed"
    for url in new_postgres(name, template=migrated_postgres):
        beside(bill_many(url, pdf))
        yield name


@pytest.fixture
def many_billed_url(many_billed: str) -> Iterator[str]:
    yield from new_postgres(f"{WORKER}_replicas", template=many_billed)


@asynccontextmanager
async def two_houses(
    url: str, folder: Path, papers: Path, *, http: bool
) -> AsyncIterator[tuple[Day, Household, Household]]:
    async with morning(url, folder, papers=papers) as (world, household), aiohttp.ClientSession() as browser:
        world.cards.duplicate, world.cards.shuffle = 2, True
        one = household(name="one")
        other = household(name="other", http=http)
        async with one, other:
            numbers = {f"{i.guarantor_id}": i.number async for i in Invoice.all().order_by("id")}
            yield Day(world, (one, other), browser, numbers, Random(0)), one, other


async def killed(house: Household, day: Day, *, when: Callable[[], bool]) -> None:
    """In the midst of it; the other finishes what both had begun, then this one comes back."""
    assert await until(when, seconds=30)
    await house.kill()
    await day.settle()
    await house.begin()


async def press_twice(day: Day, name: str, label: str) -> None:
    """Two people at once, who reach either house."""
    cards = [Person(day, STAFF[role][0]).card(day.numbers[name]) for role in ("biller", "manager")]
    message = cards[0].message
    slack = day.world.slack
    await asyncio.gather(*(slack.press(c.user, message.channel, message.ts, label) for c in cards))


async def pay(day: Day, n: int) -> None:
    payer = patient(day, n)
    while True:
        with suppress(aiohttp.ClientError):
            async with day.browser.post(f"{payer.link()}/pay", allow_redirects=False) as answer:
                assert answer.status == 303, await answer.text()
                await day.world.cards.pay(answer.headers["Location"])
                return


JUST_NOW = timedelta(seconds=0.3)


async def test_whoever_comes_late_to_its_own_batch_leaves_it_to_the_one_who_took_it_up(
    many_billed_url: str, tmp_path: Path, papers: Path
):
    # Those whose turn has just come have a fresh lease, which could not have run out.
    waiting = "UPDATE {} SET claimed_until = NULL WHERE first_attempt_at IS NULL AND claimed_until < $1"
    async with two_houses(many_billed_url, tmp_path, papers, http=True) as (day, _, _):
        day.world.slack.fault("chat.postMessage", "slow", times=2 * MANY, seconds=0.03)
        day.move(days=31)
        for some in range(2, MANY, 4):
            assert await until(lambda some=some: len(cards_of(day.world)) >= some, seconds=30)
            for table in ("card", "post"):  # as if two minutes had gone by over those before
                await execute(waiting.format(table), [datetime.now(UTC) + LEASE - JUST_NOW])
        await day.settle()
        assert await broken_laws(day.world) == []
        assert len(cards_of(day.world)) == MANY


def _by_anybody(line: str) -> str:
    """Of two who press at once either may be first."""
    words = line.split(" · ")[0].removesuffix(" by Dana Biller").removesuffix(" by Mia Manager")
    return re.sub(r"INV-\d+", "INV", words)


@pytest.mark.parametrize("http", [True, False], ids=["both serve", "one only works"])
async def test_two_houses_do_each_thing_once_and_finish_each_others_work(
    http: bool, many_billed_url: str, tmp_path: Path, papers: Path
):
    async with two_houses(many_billed_url, tmp_path, papers, http=http) as (day, one, other):
        world = day.world
        day.move(days=31)
        await killed(other, day, when=lambda: len(cards_of(world)) >= SOME)
        await asyncio.gather(*(press_twice(day, name, "Pause") for name in list(day.numbers)[:PRESSED]))
        await day.settle()
        await asyncio.gather(*(press_twice(day, name, "Resume") for name in list(day.numbers)[:PRESSED]))
        await day.settle()
        day.move(days=2)
        await killed(one if http else other, day, when=lambda: len(world.phones.sent) >= SOME)
        paying = asyncio.gather(*(pay(day, n) for n in range(PAYERS)))
        await killed(other, day, when=lambda: paying.done() or len(world.cards.charges) >= PAYERS // 2)
        await paying
        await day.settle()
        await day.forward(hours=3)
        assert await broken_laws(world) == []
        found = await picture(world)
    said = Counter(_by_anybody(line) for thread in found["threads"] for line in thread)
    assert len(found["cards"]) == MANY
    assert said == {
        "INV is overdue and was taken into the sequence": MANY,
        "Paused": PRESSED,
        "Resumed": PRESSED,
        "Reminder by text delivered": MANY,
        "Reminder by mail sent": MANY,
        "$140.00 was paid on INV; $0.00 is left": PAYERS,
        "Paid": PAYERS,
    }
    assert Counter(to for to, _ in found["texts"]) == {f"+121255502{n:02}": 1 for n in range(MANY)}
    assert found["fees"] == [1_500] * MANY
    assert found["payments"] == [14_000] * PAYERS
    assert Counter(subject.split()[0] for _, subject, _ in found["mails"]) == {"A": MANY, "Thank": PAYERS}
