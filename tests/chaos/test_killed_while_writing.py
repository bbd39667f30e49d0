"""SIGKILL in a loop under write load: whatever a program was answered is in the books, and once.

DUESDAY_CHAOS_KILLS says how often.
"""

import asyncio
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import aiohttp

from billing.audit import audit
from billing.patients import PatientRecord, keep_patient
from domain.access import CLOCK
from domain.practice import Practice
from duesday.api_keys import create_key
from models.money import Payment
from models.people import Patient
from tests.crash.household import Household
from tests.crash.trials import morning
from tests.support.practice import the_practice

KILLS = int(os.environ.get("DUESDAY_CHAOS_KILLS", "4"))
PROGRAMS, PAYERS = 6, 3


def not_shy_of_programs() -> Practice:
    return replace(the_practice(), api_per_second=1_000)


@dataclass
class Program:
    """One request after the other. One that was not answered is asked again, under the same key."""

    house: Household
    browser: aiohttp.ClientSession
    key: str
    name: str
    chance: Random
    answered: dict[str, int] = field(default_factory=dict)
    """By the reference it gave: the payment's id."""

    async def runs(self, enough: asyncio.Event) -> None:
        while not enough.is_set():
            reference = f"{self.name}-{len(self.answered)}"
            patient, body = f"P-{self.chance.randrange(PAYERS)}", {
                "amount_cents": self.chance.randrange(1, 9_999), "method": "check",
                "date": "2026-09-09", "reference": reference,
            }  # fmt: skip
            while reference not in self.answered:
                if answer := await self.asks(patient, body, reference):
                    self.answered[reference] = answer["id"]

    async def asks(self, patient: str, body: dict[str, Any], once: str) -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": once}
        url = f"http://127.0.0.1:{self.house.port}/api/v1/patients/{patient}/payments"
        try:
            async with self.browser.post(url, json=body, headers=headers) as answer:
                assert answer.status in (200, 201), await answer.text()
                return await answer.json()
        except aiohttp.ClientError:
            await self.house.up()
            return None


async def test_every_request_that_was_answered_is_there_once_however_often_the_house_is_killed(
    database_url: str, tmp_path: Path
) -> None:
    known = morning(database_url, tmp_path, not_shy_of_programs())
    async with known as (world, household), aiohttp.ClientSession() as browser:
        key = await create_key("chaos", "admin", now=world.clock.now())
        for number in range(PAYERS):
            record = PatientRecord(external_id=f"P-{number}", first_name="P", last_name="Q", location="downtown")
            await keep_patient(record, practice=the_practice(), actor=CLOCK, now=world.clock.now())
        async with household() as house:
            programs = [Program(house, browser, key, f"program{n}", Random(n)) for n in range(PROGRAMS)]
            await killed_again_and_again(house, programs)
        await the_books_have(programs)


async def killed_again_and_again(house: Household, programs: list[Program]) -> None:
    enough, chance = asyncio.Event(), Random(7)
    at_work = asyncio.gather(*(program.runs(enough) for program in programs))
    for kill in range(KILLS):
        before = sum(len(program.answered) for program in programs)
        while sum(len(program.answered) for program in programs) < before + 10:
            await asyncio.sleep(0.01)
            if at_work.done():
                at_work.result()
        await asyncio.sleep(chance.random() * 0.2)
        await house.kill()
        await house.begin()
        assert house.lives == kill + 2
    enough.set()
    await at_work


async def the_books_have(programs: list[Program]) -> None:
    payments = {payment.reference: payment.id async for payment in Payment.all()}
    assert await Payment.all().count() == len(payments), "one was recorded twice"
    for program in programs:
        assert program.answered.items() <= payments.items()
    assert sum(payer.credit_cents for payer in await Patient.all()) == sum(p.amount_cents for p in await Payment.all())
    assert await audit(full=True) == []
