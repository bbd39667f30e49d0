"""When an invoice counts as late, and what that costs by the practice's policy.

The rule: the first fee falls due `after_days` after the due date, the next each `every_days` later. It is charged if
the balance still stands `grace_days` after that; that day is the fee's day. A percentage is of the balance at the
beginning of the fee's day, fees before it included, so that what an outage has missed comes to what it would have been.
The cap is on all fees that were ever charged on an invoice: one that was waived makes no room for another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.money import percent
from domain.terms import LateFee


@dataclass(frozen=True, slots=True)
class Fee:
    period: int
    """Which of the invoice's fees it is, counted from one."""
    on: date
    cents: int


@dataclass(frozen=True, slots=True)
class FeesDue:
    fees: tuple[Fee, ...]
    periods: int
    """How many have fallen due by now, whether something is charged for them or not."""
    next_on: date | None
    """The next fee's day; none if there is no other."""


def is_overdue(due_date: date, today: date) -> bool:
    return today > due_date


def fee_day(due_date: date, policy: LateFee, period: int) -> date | None:
    """The first day on which the fee of a period may be charged."""
    if period > 1 and policy.every_days is None:
        return None
    days = max(policy.after_days, 1) + (period - 1) * (policy.every_days or 0) + policy.grace_days
    return due_date + timedelta(days=days)


def fee_cents(balance_cents: int, policy: LateFee) -> int:
    if balance_cents <= 0:
        return 0
    return policy.flat_cents or percent(balance_cents, policy.basis_points or 0)


def fees_due(
    due_date: date,
    policy: LateFee,
    today: date,
    *,
    periods: int,
    charged_cents: int,
    bare_on: Callable[[date], int],
) -> FeesDue:
    """The fees of all periods since the last that was dealt with. `bare_on` says what the balance was, without any
    fee, when a day began; `charged_cents` is what all fees before came to."""
    fees: list[Fee] = []
    while (day := fee_day(due_date, policy, periods + 1)) is not None and day <= today:
        periods += 1
        cents = fee_cents(bare_on(day) + charged_cents, policy)
        if policy.cap_cents is not None:
            cents = min(cents, policy.cap_cents - charged_cents)
        if cents > 0:
            fees.append(Fee(periods, day, cents))
            charged_cents += cents
    spent = policy.cap_cents is not None and charged_cents >= policy.cap_cents
    return FeesDue(tuple(fees), periods, None if spent else day)
