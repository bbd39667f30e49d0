"""Statements: what a guarantor owed and paid over a stretch of days, as the ledger has it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field

from billing.patients import patient_by
from billing.statements import statement
from domain.ageing import BUCKETS
from domain.periods import Period, month_to
from domain.statement import Billed, Line
from handlers.api.body import Query
from handlers.api.fields import Day, Told
from handlers.api.operation import Call


class WhichDays(Query):
    since: Annotated[Day | None, Field(alias="from", description="The first of the last day's month, if left out.")] = (
        None
    )
    to: Annotated[Day | None, Field(description="Today, if left out.")] = None


@dataclass(frozen=True, slots=True)
class OldAnswer:
    """What is owed for invoices of this age in days."""

    age: str
    amount_cents: Told


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """One act of the books as it changes what is owed: below zero, less is owed than before."""

    date: date
    act: Annotated[str, Field(description="As it was booked.", examples=["issue", "payment"])]
    amount_cents: Told
    invoice: Annotated[str | None, Field(description="Its number.")]
    method: str | None


@dataclass(frozen=True, slots=True)
class BilledAnswer:
    """What of the period's invoices was for one patient of the family."""

    patient: str
    amount_cents: Told


@dataclass(frozen=True, slots=True)
class StatementAnswer:
    """Everything between two balances, which are what is owed less the credit: below zero, the practice owes."""

    guarantor: str
    first: date
    last: date
    opening_cents: Told
    lines: list[LineAnswer]
    closing_cents: Told
    owed_cents: Told
    credit_cents: Told
    ageing: list[OldAnswer]
    billed: list[BilledAnswer]


async def show(call: Call[WhichDays]) -> StatementAnswer:
    """Show a guarantor's statement."""
    payer, which = await patient_by(call.external_id), call.asked
    last = which.to or call.today_at(payer.location)
    found = await statement(payer.id, Period(which.since or month_to(last).first, last))
    return StatementAnswer(
        guarantor=payer.external_id,
        first=found.period.first,
        last=found.period.last,
        opening_cents=found.opening_cents,
        lines=[_line(line) for line in found.lines],
        closing_cents=found.closing_cents,
        owed_cents=found.owed_cents,
        credit_cents=found.credit_cents,
        ageing=[OldAnswer(age, cents) for age, cents in zip(BUCKETS, found.ageing_cents, strict=True)],
        billed=[_billed(each) for each in found.billed],
    )


def _line(line: Line) -> LineAnswer:
    return LineAnswer(line.on, line.act, line.amount_cents, line.invoice, line.method)


def _billed(each: Billed) -> BilledAnswer:
    return BilledAnswer(each.patient, each.amount_cents)
