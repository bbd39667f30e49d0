"""Invoices: listed, sent, voided, paid on, put away. How they are drafted stands in `handlers.api.drafts`."""

from typing import Annotated

from billing.invoices import archive_invoice, send_invoice, void_invoice
from billing.late_fees import waive_late_fee
from billing.payments import record_payment
from domain.errors import not_found
from domain.invoice import INVOICE
from handlers.api.body import Body, NoQuery, NothingMore, id_in
from handlers.api.fields import a_status_of
from handlers.api.finding import Filters, list_found
from handlers.api.invoice_answer import InvoiceAnswer, PaymentAnswer, shown, shown_payment
from handlers.api.operation import Call, Created
from handlers.api.paging import Listed
from handlers.api.payments import MoneyBody, ReasonBody
from models.by_hand import row_of
from models.finding import find_invoices
from models.invoices import Invoice


class WhichInvoices(Filters):
    status: tuple[Annotated[str, a_status_of(INVOICE)], ...] = ()


async def show(call: Call[NoQuery]) -> InvoiceAnswer:
    """Show an invoice."""
    return await told((await invoice_in(call)).id)


async def list_them(call: Call[WhichInvoices]) -> Listed[InvoiceAnswer]:
    """List invoices."""
    return await list_found(Invoice, find_invoices, call.asked, shown, locations=call.practice.locations)


async def send(call: Call[NothingMore]) -> InvoiceAnswer:
    """Send a draft: it gets its number and is owed from now on."""
    invoice = await invoice_in(call)
    await send_invoice(invoice, practice=call.practice, actor=call.actor, now=call.now)
    return await told(invoice.id)


async def void(call: Call[ReasonBody]) -> InvoiceAnswer:
    """Take a sent invoice back: its charges return to the unbilled queue."""
    invoice = await invoice_in(call)
    today = call.today_at(invoice.location)
    await void_invoice(invoice, reason=call.asked.reason, actor=call.actor, now=call.now, on=today)
    return await told(invoice.id)


async def archive(call: Call[NothingMore]) -> InvoiceAnswer:
    """Put an invoice away that is paid, refunded or void."""
    invoice = await archive_invoice(await invoice_in(call), actor=call.actor, now=call.now)
    return await told(invoice.id)


async def waive_fee(call: Call[ReasonBody]) -> InvoiceAnswer:
    """Take back one late fee; it is not charged again."""
    invoice, period = await invoice_in(call), id_in(call.path["period"], "late fee")
    await waive_late_fee(
        invoice, period, reason=call.asked.reason, practice=call.practice, actor=call.actor, now=call.now
    )
    return await told(invoice.id)


async def pay(call: Call[MoneyBody]) -> Created[PaymentAnswer]:
    """Record a payment on an invoice.

    It pays this invoice first; what is more than it needs goes to the guarantor's others, then to their credit.
    """
    payment, _ = await record_payment(
        call.asked.money(None, call.practice.currency),
        practice=call.practice,
        actor=call.actor,
        now=call.now,
        invoice_first=call.id("invoice"),
    )
    return Created(await shown_payment(payment))


async def invoice_in(call: Call[Body | NoQuery]) -> Invoice:
    number = call.id("invoice")
    invoice = await row_of(Invoice, id=number)
    if invoice is None:
        raise not_found("invoice", number)
    return invoice


async def told(invoice_id: int) -> InvoiceAnswer:
    (invoice,) = await shown(await Invoice.filter(id=invoice_id))
    return invoice
