"""What a refund, a cancellation and a lost dispute have in common: a payment comes off the invoices it stands on."""

from collections.abc import Sequence

from billing.books import held_in_order, held_payer
from billing.recoveries import written_off_again
from billing.shares import Shares, shares_of
from domain.allocation import Share
from domain.errors import not_found
from domain.terms import Disposition
from models.by_hand import row_of, rows_of
from models.money import Payment


async def held_payment(payment_id: int) -> Payment:
    """A payment under lock, after its payer, as everybody takes them."""
    payment = await row_of(Payment, id=payment_id)
    if payment is None:
        raise not_found("payment", payment_id)
    await held_payer(payment.guarantor_id)
    [held] = await rows_of(Payment, lock=True, id=payment_id)
    return held


async def take_back(shares: Shares, parts: Sequence[Share], *, then: Disposition) -> None:
    """Take these parts off their invoices and into the payer's credit."""
    by_invoice = {share.invoice_id: share for share in await shares_of(shares.payment)}
    invoices = {invoice.id: invoice for invoice in await held_in_order(id__in=[number for number, _ in parts])}
    for number, cents in parts:
        share = by_invoice[number]
        recovered = min(cents, share.recovered_cents)
        await shares.take_off(invoices[number], share, cents, then=then)
        if recovered:
            await written_off_again(number, recovered)
