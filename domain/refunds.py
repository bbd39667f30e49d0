"""What a refund does: how much of it is overpayment, how much comes off which invoice, and what the balance becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from domain.allocation import Share, newest_first
from domain.errors import invalid
from domain.money import plain
from domain.terms import Disposition

Asked = Disposition | Literal["from_credit"]


@dataclass(frozen=True, slots=True)
class RefundPlan:
    """The parts of a refund; together they are all of it."""

    from_credit_cents: int
    parts: tuple[Share, ...]
    disposition: Disposition
    """What becomes of the balance of the invoices that it comes off."""


def plan_refund(
    amount_cents: int,
    *,
    asked: Asked | None,
    otherwise: Disposition,
    unapplied_cents: int,
    shares: Sequence[Share],
    currency: str,
) -> RefundPlan:
    """Unless told otherwise an overpayment goes back first, and the rest by the practice's choice."""
    applied = sum(cents for _, cents in shares)
    if amount_cents <= 0:
        raise invalid("A refund is more than zero.", "amount_cents")
    if amount_cents > unapplied_cents + applied:
        most = plain(unapplied_cents + applied, currency)
        raise invalid(f"Of this payment {most} is left; no more than that can be refunded.", "amount_cents")
    if asked == "from_credit" and amount_cents > unapplied_cents:
        most = plain(unapplied_cents, currency)
        raise invalid(f"Only {most} of this payment is credit; the rest is applied to invoices.", "disposition")
    credit = min(amount_cents, unapplied_cents) if asked in (None, "from_credit") else max(0, amount_cents - applied)
    parts = tuple(newest_first(amount_cents - credit, shares))
    return RefundPlan(credit, parts, otherwise if asked is None or asked == "from_credit" else asked)
