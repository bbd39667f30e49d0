"""Invoices: drafted, listed, sent, voided, paid on."""

from typing import Annotated, Literal

from pydantic import Field

from billing.drafts import draft_invoice
from billing.invoices import send_invoice, void_invoice
from billing.patients import patient_by
from billing.payments import METHODS, MoneyIn, record_payment
from domain.errors import not_found
from domain.invoice import INVOICE
from handlers.api.body import Body, NoQuery, NothingMore
from handlers.api.fields import Cents, Day, ExternalId, Id, OneOf, Reason, Words, a_status_of
from handlers.api.finding import Filters, list_found
from handlers.api.invoice_answer import InvoiceAnswer, PaymentAnswer, shown, shown_payment
from handlers.api.operation import Call, Created
from handlers.api.paging import Listed
from models.by_hand import row_of
from models.finding import find_invoices
from models.invoices import Invoice


class DraftBody(Body):
    guarantor: ExternalId
    charges: Literal["all"] | Annotated[tuple[Id, ...], Field(min_length=1, max_length=1000)] = "all"
    due_date: Day | None = None
    notes: Annotated[str, Words(2000, least=0)] = ""


class ReasonBody(Body):
    reason: Reason


class PaymentBody(Body):
    amount_cents: Cents
    method: Annotated[str, OneOf(METHODS)]
    date: Day
    reference: Annotated[str, Words(120, least=0)] = ""
    notes: Annotated[str, Words(2000, least=0)] = ""


class WhichInvoices(Filters):
    status: tuple[Annotated[str, a_status_of(INVOICE)], ...] = ()


async def draft(call: Call[DraftBody]) -> Created[InvoiceAnswer]:
    """Draft an invoice over unbilled charges."""
    asked, payer = call.asked, await patient_by(call.asked.guarantor)
    invoice = await draft_invoice(
        guarantor=payer.id, charges=asked.charges, due_date=asked.due_date, notes=asked.notes, practice=call.practice,
        actor=call.actor, now=call.now,
    )  # fmt: skip
    return Created(await _told(invoice.id))


async def show(call: Call[NoQuery]) -> InvoiceAnswer:
    """Show an invoice."""
    return await _told((await _invoice(call)).id)


async def list_them(call: Call[WhichInvoices]) -> Listed[InvoiceAnswer]:
    """List invoices."""
    return await list_found(Invoice, find_invoices, call.asked, shown)


async def send(call: Call[NothingMore]) -> InvoiceAnswer:
    """Send a draft: it gets its number and is owed from now on."""
    invoice = await _invoice(call)
    await send_invoice(invoice, practice=call.practice, actor=call.actor, now=call.now)
    return await _told(invoice.id)


async def void(call: Call[ReasonBody]) -> InvoiceAnswer:
    """Take a sent invoice back: its charges return to the unbilled queue."""
    invoice = await _invoice(call)
    today = call.today_at(invoice.location)
    await void_invoice(invoice, reason=call.asked.reason, actor=call.actor, now=call.now, on=today)
    return await _told(invoice.id)


async def pay(call: Call[PaymentBody]) -> Created[PaymentAnswer]:
    """Record a payment on an invoice.

    It pays this invoice first; what is more than it needs goes to the guarantor's others, then to their credit.
    """
    asked, invoice = call.asked, await _invoice(call)
    money = MoneyIn(
        guarantor=invoice.guarantor_id, amount_cents=asked.amount_cents, method=asked.method, on=asked.date,
        currency=invoice.currency, reference=asked.reference, notes=asked.notes,
    )  # fmt: skip
    payment, _ = await record_payment(
        money, practice=call.practice, actor=call.actor, now=call.now, invoice_first=invoice.id
    )
    return Created(await shown_payment(payment))


async def _invoice(call: Call[Body | NoQuery]) -> Invoice:
    number = call.id("invoice")
    invoice = await row_of(Invoice, id=number)
    if invoice is None:
        raise not_found("invoice", number)
    return invoice


async def _told(invoice_id: int) -> InvoiceAnswer:
    (invoice,) = await shown(await Invoice.filter(id=invoice_id))
    return invoice
