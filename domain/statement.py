"""A statement: everything that changed what a guarantor owes over a period, in order, between two balances."""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.ageing import BUCKETS, bucket
from domain.money import split
from domain.periods import Period


@dataclass(frozen=True, slots=True)
class Line:
    """One act as the guarantor sees it. Using credit for an invoice changes nothing of what they owe on balance."""

    on: date
    act: str
    """As it was booked: issue, late_fee, payment, refund, write_off, …"""
    amount_cents: int
    """As it changes what is owed."""
    invoice: str | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True)
class Billed:
    """What of the period's invoices was for one patient of the family."""

    patient: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Balances are what is owed less the credit on account: below zero, the practice owes."""

    period: Period
    opening_cents: int
    lines: tuple[Line, ...]
    owed_cents: int
    """On invoices, as the period ends."""
    credit_cents: int
    ageing_cents: tuple[int, ...]
    """Of what is owed, by how old the invoices are then."""
    billed: tuple[Billed, ...]

    @property
    def closing_cents(self) -> int:
        return self.owed_cents - self.credit_cents


def aged(owed: Iterable[tuple[date, int]], as_of: date) -> tuple[int, ...]:
    """Amounts by the age of what they are owed for."""
    columns = [0] * len(BUCKETS)
    for issued_on, cents in owed:
        columns[bucket(issued_on, as_of)] += cents
    return tuple(columns)


def parted(total_cents: int, lines: Sequence[tuple[int, int]]) -> dict[int, int]:
    """An invoice's total by patient, as its lines are: discounts and taxes go with what they were on."""
    weights: dict[int, int] = {}
    for patient, cents in lines:
        weights[patient] = weights.get(patient, 0) + max(cents, 0)
    if not sum(weights.values()):
        weights = dict.fromkeys(weights, 1)
    return dict(zip(weights, split(total_cents, list(weights.values())), strict=True))


def added(parts: Iterable[Mapping[int, int]]) -> dict[int, int]:
    total: dict[int, int] = {}
    for part in parts:
        for patient, cents in part.items():
            total[patient] = total.get(patient, 0) + cents
    return total


def last_day_due(today: date, day_of_month: int) -> date:
    """The last day that statements falling due by today are to cover: the day before they fell due."""
    this = today.replace(day=day_of_month)
    if this > today:
        month = today.replace(day=1) - timedelta(days=1)
        this = month.replace(day=min(day_of_month, monthrange(month.year, month.month)[1]))
    return this - timedelta(days=1)
