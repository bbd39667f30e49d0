"""How money falls on what is owed: oldest first, or as somebody said."""

from collections.abc import Iterable, Sequence

from domain.errors import invalid
from domain.money import plain

Share = tuple[int, int]
"""An invoice and the cents that fall on it."""


def oldest_first(amount_cents: int, open_balances: Iterable[Share]) -> list[Share]:
    """On invoices given oldest first; what is left over stays as credit."""
    shares = []
    for invoice, balance in open_balances:
        share = min(amount_cents, balance)
        if share > 0:
            shares.append((invoice, share))
            amount_cents -= share
    return shares


def as_told(amount_cents: int, told: Sequence[Share], open_balances: Iterable[Share], currency: str) -> list[Share]:
    """Exactly as said, or a refusal: no more than there is, and on no invoice more than it needs."""
    owed = dict(open_balances)
    if len({invoice for invoice, _ in told}) < len(told):
        raise invalid("An invoice is named twice.", "to")
    for invoice, cents in told:
        if cents <= 0:
            raise invalid("Each invoice's part is more than zero.", "to")
        if invoice not in owed:
            raise invalid(f"Nothing of this payer's is open on invoice {invoice}.", "to")
        if cents > owed[invoice]:
            most, asked = plain(owed[invoice], currency), plain(cents, currency)
            raise invalid(f"Invoice {invoice} has {most} open; {asked} is more than that.", "to")
    total = sum(cents for _, cents in told)
    if total > amount_cents:
        asked, given = plain(total, currency), plain(amount_cents, currency)
        raise invalid(f"The invoices' parts come to {asked}, the payment to {given}.", "to")
    return list(told)


def newest_first(amount_cents: int, shares: Sequence[Share]) -> list[Share]:
    """What is taken back comes off what was paid last."""
    return oldest_first(amount_cents, reversed(shares))
