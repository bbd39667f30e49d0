"""Instalments: a balance parted over dates, and how far a plan has come."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.errors import invalid
from domain.money import plain, split
from domain.terms import PlanRules


@dataclass(frozen=True, slots=True)
class Part:
    due_on: date
    amount_cents: int


def monthly(balance_cents: int, *, parts: int, first_on: date, deposit_cents: int = 0, today: date) -> tuple[Part, ...]:
    """Equal parts month by month, on the same day or the month's last; a deposit first, today. Odd cents come early."""
    if not 0 <= deposit_cents < balance_cents:
        raise invalid("A deposit is less than the balance.", "deposit_cents")
    if parts < 1:
        raise invalid("A plan has at least one part.", "parts")
    deposit = (Part(today, deposit_cents),) if deposit_cents else ()
    amounts = split(balance_cents - deposit_cents, [1] * parts)
    return deposit + tuple(Part(_months_later(first_on, place), cents) for place, cents in enumerate(amounts))


def _months_later(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def check(parts: Sequence[Part], balance_cents: int, *, rules: PlanRules, today: date, currency: str) -> None:
    """Whether this is a plan that the practice makes: all of the balance, within its rules."""
    total = sum(part.amount_cents for part in parts)
    smallest = min((part.amount_cents for part in parts), default=0)
    if total != balance_cents:
        raise invalid(f"The parts come to {plain(total, currency)}; {plain(balance_cents, currency)} is owed.", "parts")
    if len(parts) > rules.parts + (bool(parts) and parts[0].due_on == today):
        raise invalid(f"A plan has at most {rules.parts} parts besides its deposit.", "parts")
    if smallest < min(rules.smallest_cents, balance_cents):
        raise invalid(f"No part is less than {plain(rules.smallest_cents, currency)}.", "parts")
    dates = [part.due_on for part in parts]
    if dates[0] < today or dates != sorted(set(dates)):
        raise invalid("Parts fall due from today on, one after the other.", "parts")
    if dates[-1] > today + timedelta(days=rules.last_after_days):
        raise invalid(f"The last part falls due within {rules.last_after_days} days.", "parts")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a plan stands: what of each part is open, and which comes next."""

    open_cents: tuple[int, ...]
    due_cents: int
    """Open of what has fallen due up to today."""
    late: bool
    """Open of what fell due before today."""
    next: Part | None
    """The first part that is not covered."""


def standing(parts: Sequence[Part], paid_cents: int, today: date) -> Standing:
    """Money covers the parts in their order, whenever it came."""
    opened, left = [], max(paid_cents, 0)
    for part in parts:
        covered = min(left, part.amount_cents)
        opened.append(part.amount_cents - covered)
        left -= covered
    waiting = [(part, cents) for part, cents in zip(parts, opened, strict=True) if cents]
    return Standing(
        open_cents=tuple(opened),
        due_cents=sum(cents for part, cents in waiting if part.due_on <= today),
        late=any(part.due_on < today for part, _ in waiting),
        next=waiting[0][0] if waiting else None,
    )
