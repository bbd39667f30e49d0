"""When an invoice counts as late, and what that costs by the practice's policy."""

from datetime import date, timedelta

from domain.money import percent
from domain.terms import LateFee


def is_overdue(due_date: date, today: date) -> bool:
    return today > due_date


def fee_due_on(due_date: date, policy: LateFee) -> date:
    """The first day the fee may be charged."""
    return due_date + timedelta(days=max(policy.after_days, 1))


def fee_cents(balance_cents: int, policy: LateFee) -> int:
    """The fee on this balance, never above the cap."""
    fee = policy.flat_cents if policy.flat_cents is not None else percent(balance_cents, policy.basis_points or 0)
    return min(fee, policy.cap_cents) if policy.cap_cents is not None else fee
