"""Late fees: once per invoice and period, however often the clock ticks."""

from datetime import datetime

from billing.books import book, held, move_balance
from domain import ledger
from domain.access import Actor
from domain.invoice import OPEN
from domain.late_fees import fee_cents, fee_due_on
from domain.practice import Practice
from models.change import Change, change
from models.invoices import Invoice, InvoiceAdjustment

FIRST = "1"


async def charge_late_fee(invoice_id: int, *, practice: Practice, actor: Actor, now: datetime) -> int:
    """Charge the policy's fee if it is due and not yet charged; what was charged."""
    async with change(now) as told:
        return await _charge(await held(invoice_id), told, practice=practice, actor=actor)


async def _charge(invoice: Invoice, told: Change, *, practice: Practice, actor: Actor) -> int:
    now = told.now
    policy, today = practice.late_fee, now.astimezone(practice.locations[invoice.location].zone).date()
    if policy is None or invoice.due_date is None or today < fee_due_on(invoice.due_date, policy):
        return 0
    if invoice.status not in OPEN:  # paid, or taken back, since somebody found it late
        return 0
    cents = fee_cents(invoice.balance_cents, policy)
    if cents <= 0 or await InvoiceAdjustment.filter(invoice_id=invoice.id, kind="late_fee", period=FIRST).exists():
        return 0
    await InvoiceAdjustment.create(
        invoice_id=invoice.id, kind="late_fee", period=FIRST, description="Late fee", amount_cents=cents, at=now
    )
    await book(
        "late_fee",
        ledger.late_fee(invoice.id, cents),
        guarantor=invoice.guarantor_id,
        location=invoice.location,
        on=today,
        now=now,
    )
    await move_balance(invoice, total=cents)
    told.tell(
        "invoice.late_fee_charged",
        f"invoice:{invoice.id}",
        actor=actor,
        location=invoice.location,
        guarantor=invoice.guarantor_id,
        invoice_set=invoice.invoice_set_id,
        after={"amount_cents": cents, "balance_cents": invoice.balance_cents},
    )
    return cents
