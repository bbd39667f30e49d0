"""A bill that was settled is owed again, because money went back: staff decide how it goes on, so it waits, paused."""

from datetime import datetime

from tortoise.expressions import F

from domain.access import CLOCK
from domain.invoice import OPEN
from domain.invoice_set import CHASED, INVOICE_SET, RUNNING
from models.change import change
from models.chasing import InvoiceSet
from models.firing import fire
from models.invoices import Invoice
from models.money import WriteOff
from outreach.enrol import drop_queued


async def wait_for_staff(invoice_id: int, *, now: datetime) -> None:
    """Its set is opened again, paused; or it joins the one that is open by now, which is paused with it."""
    async with change(now) as told:
        invoice = await Invoice.get(id=invoice_id)
        if invoice.invoice_set_id is None or invoice.status not in OPEN:
            return
        invoice_set = await _set_of(invoice)
        move = {"paid": "reopen", **dict.fromkeys(RUNNING, "pause")}.get(invoice_set.status)
        if move:
            await fire(invoice_set, move, machine=INVOICE_SET, actor=CLOCK, told=told)
            await drop_queued(invoice_set.id, told)


async def _set_of(invoice: Invoice) -> InvoiceSet:
    """A guarantor has one open set at a time."""
    ids = InvoiceSet.filter(guarantor_id=invoice.guarantor_id, status__in=CHASED)
    own = await InvoiceSet.select_for_update(no_key=True).get(id=invoice.invoice_set_id)
    open_one = await ids.select_for_update(no_key=True).first()
    if open_one is None or own.status != "paid":
        return own
    await Invoice.filter(id=invoice.id).update(invoice_set_id=open_one.id)
    await _bring_write_offs(invoice, own, open_one)
    return open_one


async def _bring_write_offs(invoice: Invoice, old: InvoiceSet, new: InvoiceSet) -> None:
    """What was forgiven of it can be brought back where it is asked for now."""
    offs = WriteOff.filter(invoice_id=invoice.id, invoice_set_id=old.id, undone_at=None)
    cents = sum(off.amount_cents - off.recovered_cents for off in await offs)
    await offs.update(invoice_set_id=new.id)
    await InvoiceSet.filter(id=old.id).update(written_off_cents=F("written_off_cents") - cents)
    await InvoiceSet.filter(id=new.id).update(written_off_cents=F("written_off_cents") + cents)
