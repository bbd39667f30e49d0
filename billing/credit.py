"""Credit on account: what payments hold beyond what they were applied to, put on invoices when somebody says so."""

from datetime import datetime

from billing.books import held_in_order, held_payer
from billing.shares import Shares
from domain.access import Actor, require
from domain.allocation import oldest_first
from domain.errors import Refusal, invalid, not_found
from domain.invoice import OPEN
from domain.money import plain
from domain.practice import Practice
from models.change import change
from models.invoices import Invoice
from models.money import Payment


async def apply_credit(
    guarantor: int,
    *,
    practice: Practice,
    actor: Actor,
    now: datetime,
    invoice: int | None = None,
    amount: int | None = None,
) -> int:
    """Use a guarantor's credit for one invoice, or for everything open, oldest first; how much was used.

    It never happens by itself: an overpayment may as well be waiting for its refund.
    """
    async with change(now) as told:
        payer = await held_payer(guarantor)
        if payer is None:
            raise not_found("guarantor", guarantor)
        require(actor, "biller", payer.location, "Using credit")
        owed = await _owed(guarantor, invoice)
        most = min(payer.credit_cents, sum(each.balance_cents for each in owed))
        cents = most if amount is None else amount
        if most == 0:
            raise Refusal("no_credit", "There is no credit, or nothing open that it could be used for.")
        if not 0 < cents <= most:
            raise invalid(f"Up to {plain(most, practice.currency)} of credit can be used here.", "amount_cents")
        told.tell(
            "credit.applied",
            f"patient:{guarantor}",
            actor=actor,
            location=payer.location,
            guarantor=guarantor,
            before={"credit_cents": payer.credit_cents},
            after={"credit_cents": payer.credit_cents - cents, "amount_cents": cents},
        )
        left = cents
        for payment in await Payment.filter(guarantor_id=guarantor, unapplied_cents__gt=0).order_by("id"):
            left -= await _use(payment, left, owed, Shares(payment, practice, told))
        return cents


async def _owed(guarantor: int, invoice: int | None) -> list[Invoice]:
    only = {} if invoice is None else {"id": invoice}
    owed = await held_in_order(guarantor_id=guarantor, status__in=OPEN, **only)
    return sorted(owed, key=lambda each: (each.due_date, each.id))


async def _use(payment: Payment, cents: int, owed: list[Invoice], shares: Shares) -> int:
    by_id, before = {each.id: each for each in owed}, payment.unapplied_cents
    balances = [(each.id, each.balance_cents) for each in owed]
    for number, part in oldest_first(min(cents, payment.unapplied_cents), balances):
        await shares.put_on(by_id[number], part)
    await shares.write()
    return int(before - payment.unapplied_cents)
