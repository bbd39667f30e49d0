"""Writing off what will not come, whole or in part, and bringing it back exactly."""

from datetime import date, datetime
from operator import attrgetter

from billing.books import book, held_in_order, held_payer, move_balance
from billing.plans import follow_plans_of
from billing.shares import reopening
from domain import ledger
from domain.access import CLOCK, Actor
from domain.allocation import oldest_first
from domain.errors import invalid
from domain.invoice import INVOICE, OPEN
from domain.invoice_set import INVOICE_SET
from domain.money import plain
from models.by_hand import add_row, change_rows, keep_row, rows_of
from models.change import Change, change
from models.chasing import InvoiceSet
from models.firing import fire
from models.invoices import Invoice
from models.money import PaymentShare, WriteOff


async def outstanding_cents(invoice_set_id: int) -> int:
    return sum(
        invoice.balance_cents for invoice in await rows_of(Invoice, invoice_set_id=invoice_set_id, status__in=OPEN)
    )


async def write_off(
    invoice_set: InvoiceSet,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    on: date,
    amount: int | None = None,
    seen_version: int | None = None,
) -> int:
    """Write off a set's balance, or a part of it, oldest invoice first; how much it was."""
    async with change(now) as told:
        await held_payer(invoice_set.guarantor_id)
        await invoice_set.refresh_from_db(fields=["written_off_cents"])  # a payment may have recovered some meanwhile
        owed = await _open_invoices(invoice_set.id)
        outstanding = sum(invoice.balance_cents for invoice in owed)
        cents = outstanding if amount is None else amount
        whole = cents == outstanding
        await fire(
            invoice_set,
            "write_off" if whole else "write_off_part",
            machine=INVOICE_SET,
            actor=actor,
            told=told,
            seen_version=seen_version,
            facts={"amount_cents": cents, "reason": reason, "outstanding_cents": outstanding},
            written_off_cents=invoice_set.written_off_cents + cents,
            **({"next_send_at": None} if whole else {}),
        )
        if not 0 < cents <= outstanding:
            owes = plain(outstanding, owed[0].currency) if owed else "nothing"
            raise invalid(f"{owes} is outstanding; a write-off is more than zero and at most that.", "amount")
        by_id = {invoice.id: invoice for invoice in owed}
        for invoice_id, share in oldest_first(cents, [(i.id, i.balance_cents) for i in owed]):
            await _forgive(by_id[invoice_id], share, invoice_set.id, reason, told, on=on)
        await follow_plans_of(invoice_set.guarantor_id, told)
        return cents


async def undo_write_off(
    invoice_set: InvoiceSet, *, actor: Actor, now: datetime, on: date, seen_version: int | None = None
) -> int:
    """Bring back everything that was written off this set and has not come since, each invoice to its balance; how
    much it was."""
    async with change(now) as told:
        await held_payer(invoice_set.guarantor_id)
        offs = await rows_of(WriteOff, invoice_set_id=invoice_set.id, undone_at=None)
        cents = sum(off.amount_cents - off.recovered_cents for off in offs)
        move = "undo_write_off" if invoice_set.status == "written_off" else "undo_part"
        await fire(
            invoice_set,
            move,
            machine=INVOICE_SET,
            actor=actor,
            told=told,
            seen_version=seen_version,
            facts={"amount_cents": cents},
            written_off_cents=0,
        )
        if not cents:
            raise invalid("Nothing is written off here.")
        held = {invoice.id: invoice for invoice in await held_in_order(id__in=[off.invoice_id for off in offs])}
        for off in sorted(offs, key=attrgetter("invoice_id")):
            await _bring_back(held[off.invoice_id], off, told, on=on)
        # What had come of it is a payment like any other from now on: taken back, it is owed again.
        await change_rows(PaymentShare, {"recovered_cents": 0}, invoice_id__in=held)
        await follow_plans_of(invoice_set.guarantor_id, told)
        return int(cents)


async def _open_invoices(invoice_set_id: int) -> list[Invoice]:
    held = await held_in_order(invoice_set_id=invoice_set_id, status__in=OPEN)
    return sorted((i for i in held if i.balance_cents > 0), key=lambda i: (i.due_date or date.max, i.id))


async def _forgive(invoice: Invoice, cents: int, set_id: int, reason: str, told: Change, *, on: date) -> None:
    await add_row(
        WriteOff, invoice_set_id=set_id, invoice_id=invoice.id, amount_cents=cents, reason=reason, at=told.now
    )
    await book(
        "write_off",
        ledger.write_off(invoice.id, cents),
        guarantor=invoice.guarantor_id,
        location=invoice.location,
        on=on,
        now=told.now,
    )
    await move_balance(invoice, forgiven=cents)
    if invoice.balance_cents == 0:
        await fire(invoice, "close", machine=INVOICE, actor=CLOCK, told=told, archived_at=told.now)


async def _bring_back(invoice: Invoice, off: WriteOff, told: Change, *, on: date) -> None:
    if cents := off.amount_cents - off.recovered_cents:
        await book(
            "undo_write_off",
            ledger.reverse(ledger.write_off(invoice.id, cents)),
            guarantor=invoice.guarantor_id,
            location=invoice.location,
            on=on,
            now=told.now,
        )
        await move_balance(invoice, forgiven=-cents)
        if invoice.status not in OPEN:
            await fire(invoice, reopening(invoice), machine=INVOICE, actor=CLOCK, told=told, archived_at=None,
                       paid_at=None)  # fmt: skip
    off.undone_at = told.now
    await keep_row(off, "undone_at")
