"""Ageing as of a past day is what it was on that day, whatever has been booked since, for whatever day it came in."""

import random
from datetime import date

import pytest

from billing.invoices import void_invoice
from domain.invoice import OPEN
from domain.periods import Period
from models.invoices import Invoice
from reports.ageing import AGEING
from reports.report import Asked, Row
from tests.billing.clinic import DANA, Clinic

DAYS = 40


async def as_of(clinic: Clinic, day: date) -> list[Row]:
    return await AGEING.rows(Asked(Period(day, day), tuple(clinic.practice.locations), "USD"))


@pytest.mark.parametrize("seed", range(2))
async def test_ageing_as_of_a_past_day_equals_what_it_was_on_that_day(clinic: Clinic, seed: int) -> None:
    drawn = random.Random(seed)
    family = [await clinic.patient(name) for name in ("maria", "ali", "josé")]
    seen: dict[date, list[Row]] = {}
    for _ in range(DAYS):
        for _ in range(drawn.choice((0, 1, 1, 2))):
            await something_happens(clinic, drawn, family[drawn.randrange(3)])
        seen[clinic.today] = await as_of(clinic, clinic.today)
        owed = sum(await Invoice.filter(status__in=OPEN).values_list("balance_cents", flat=True))
        assert sum(int(row["total"] or 0) for row in seen[clinic.today]) == owed
        clinic.forward(days=drawn.choice((1, 1, 2, 9)))
    assert len({tuple(map(tuple, rows)) for rows in seen.values()}) > DAYS // 4, "hardly anything has happened"
    for day, rows in seen.items():
        assert await as_of(clinic, day) == rows, day


async def something_happens(clinic: Clinic, drawn: random.Random, patient: object) -> None:
    payer = patient.id  # type: ignore[attr-defined]
    owed = await Invoice.filter(guarantor_id=payer, status__in=OPEN).order_by("id")
    match drawn.choice(("bill", "bill", "pay", "backdate", "late", "void")):
        case "bill":
            await clinic.bills(patient, drawn.choice(("exam", "xray", "odd")))  # type: ignore[arg-type]
        case "pay":
            await clinic.is_paid(patient, drawn.randrange(1, 15_000))  # type: ignore[arg-type]
        case "backdate":
            await clinic.is_paid(patient, drawn.randrange(1, 15_000), on=date(2026, 2, 1))  # type: ignore[arg-type]
        case "late" if waiting := [i for i in owed if i.status == "sent" and i.due_date and i.due_date < clinic.today]:
            await clinic.is_late_with(waiting[0])
        case "void" if unpaid := [i for i in owed if not i.paid_cents]:
            await void_invoice(unpaid[0], reason="slip", actor=DANA, now=clinic.now, on=clinic.today)
