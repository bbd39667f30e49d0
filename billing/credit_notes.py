"""Taking something off a sent invoice because the payer left less: first off what is open, then off what was paid."""

from billing.books import book, move_balance
from billing.plans import follow_plans_of
from billing.returns import take_back
from billing.shares import Shares
from billing.waiting import with_agency
from domain import ledger
from domain.access import CLOCK
from domain.invoice import INVOICE
from domain.practice import Practice
from models.care import Charge
from models.change import Change
from models.firing import fire
from models.insurance import CreditNote
from models.invoices import Invoice
from models.money import Payment, PaymentShare


async def credit(invoice: Invoice, cents: int, *, charge: Charge, practice: Practice, told: Change) -> int:
    """Credit as much of this as the invoice carries, and say how much that was: what is written off or was refunded
    already can't be given once more, nor what an agency has. What had been paid goes into the guarantor's credit. The
    invoice is under lock."""
    if await with_agency([invoice]):
        return 0
    before = invoice.balance_cents
    open_cents = min(cents, invoice.balance_cents)
    paid_cents = min(cents - open_cents, invoice.paid_cents)
    if open_cents:
        await _forgive(invoice, open_cents, practice, told)
    if paid_cents:
        await _give_back(invoice, paid_cents, practice, told)
    credited = open_cents + paid_cents
    if credited:
        await CreditNote.create(invoice=invoice, charge_id=charge.id, amount_cents=credited, at=told.now)
        await invoice.refresh_from_db()
        told.tell(
            "invoice.credited",
            f"invoice:{invoice.id}",
            actor=CLOCK,
            location=invoice.location,
            guarantor=invoice.guarantor_id,
            invoice_set=invoice.invoice_set_id,
            before={"balance_cents": before},
            after={
                "number": invoice.number,
                "balance_cents": invoice.balance_cents,
                "amount_cents": credited,
                "to_credit_cents": paid_cents,
            },
        )
    return int(credited)


async def _forgive(invoice: Invoice, cents: int, practice: Practice, told: Change) -> None:
    await book(
        "credit_note",
        ledger.adjust(invoice.id, cents),
        guarantor=invoice.guarantor_id,
        location=invoice.location,
        on=practice.today(invoice.location, told.now),
        now=told.now,
    )
    await move_balance(invoice, forgiven=cents)
    await follow_plans_of(invoice.guarantor_id, told)
    if invoice.balance_cents == 0 and invoice.paid_cents:
        await fire(invoice, "settle", machine=INVOICE, actor=CLOCK, told=told, paid_at=told.now)
    elif invoice.balance_cents == 0:
        await fire(invoice, "close", machine=INVOICE, actor=CLOCK, told=told, archived_at=told.now)


async def _give_back(invoice: Invoice, cents: int, practice: Practice, told: Change) -> None:
    """The latest payments first: what came last was too much."""
    on_it = {s.payment_id: s.amount_cents for s in await PaymentShare.filter(invoice_id=invoice.id)}
    payments = await Payment.filter(id__in=list(on_it)).order_by("id").select_for_update(no_key=True)
    for payment in reversed(payments):
        part = min(cents, on_it[payment.id])
        if part:
            shares = Shares(payment, practice, told)
            await take_back(shares, [(invoice.id, part)], then="settled")
            await shares.write()
        cents -= part
