"""Invoices: drafted, listed, sent, voided, paid on."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from billing.invoices import draft_invoice, send_invoice, void_invoice
from billing.patients import patient_by
from billing.payments import MoneyIn, record_payment
from domain.errors import not_found
from domain.invoice import INVOICE
from handlers.api.body import Body, Cents, ExternalId, Id, Words, a_status_of, id_in, read_body, read_query
from handlers.api.charges import quantity
from handlers.api.keys import actor_of
from handlers.api.paging import Page, page_of
from handlers.api.problem import json_response
from handlers.doors import doors
from models.invoices import Invoice, InvoiceAdjustment, InvoiceLine
from models.money import Payment, PaymentShare
from models.people import Patient


class DraftBody(Body):
    guarantor: ExternalId
    charges: Literal["all"] | Annotated[tuple[Id, ...], Field(min_length=1, max_length=1000)] = "all"
    due_date: date | None = None
    notes: Annotated[str, Words(2000, least=0)] = ""


class NothingMore(Body):
    """A move that asks nothing."""


class VoidBody(Body):
    reason: Annotated[str, Words(500)]


class PaymentBody(Body):
    amount_cents: Cents
    method: Annotated[str, Words(20)]
    date: date
    reference: Annotated[str, Words(120, least=0)] = ""
    notes: Annotated[str, Words(2000, least=0)] = ""


class Which(Page):
    status: tuple[Annotated[str, a_status_of(INVOICE)], ...] = ()
    guarantor: ExternalId | None = None


async def draft(request: web.Request) -> web.Response:
    body, here = await read_body(request, DraftBody), doors(request)
    payer = await patient_by(body.guarantor)
    invoice = await draft_invoice(
        guarantor=payer.id, charges=body.charges, due_date=body.due_date, notes=body.notes, practice=here.practice,
        actor=actor_of(request), now=here.ports.clock.now(),
    )  # fmt: skip
    return await _told(invoice.id, 201)


async def show(request: web.Request) -> web.Response:
    return await _told((await _invoice(request)).id)


async def list_them(request: web.Request) -> web.Response:
    which = read_query(request, Which)
    rows = Invoice.all()
    if which.status:
        rows = rows.filter(status__in=which.status)
    if which.guarantor is not None:
        rows = rows.filter(guarantor__external_id=which.guarantor)
    return await page_of(rows, which, shown)


async def send(request: web.Request) -> web.Response:
    await read_body(request, NothingMore)
    invoice, here = await _invoice(request), doors(request)
    await send_invoice(invoice, practice=here.practice, actor=actor_of(request), now=here.ports.clock.now())
    return await _told(invoice.id)


async def void(request: web.Request) -> web.Response:
    body, invoice, here = await read_body(request, VoidBody), await _invoice(request), doors(request)
    now = here.ports.clock.now()
    today = now.astimezone(here.practice.locations[invoice.location].zone).date()
    await void_invoice(invoice, reason=body.reason, actor=actor_of(request), now=now, on=today)
    return await _told(invoice.id)


async def pay(request: web.Request) -> web.Response:
    """Money for this invoice first; what is more than it needs goes to the guarantor's others, then to credit."""
    body, invoice, here = await read_body(request, PaymentBody), await _invoice(request), doors(request)
    money = MoneyIn(
        guarantor=invoice.guarantor_id, amount_cents=body.amount_cents, method=body.method, on=body.date,
        currency=invoice.currency, reference=body.reference, notes=body.notes,
    )  # fmt: skip
    now = here.ports.clock.now()
    payment, _ = await record_payment(money, actor=actor_of(request), now=now, invoice_first=invoice.id)
    return json_response(await _shown_payment(payment), 201)


async def _invoice(request: web.Request) -> Invoice:
    number = id_in(request, "invoice")
    invoice = await Invoice.get_or_none(id=number)
    if invoice is None:
        raise not_found("invoice", number)
    return invoice


async def _told(invoice_id: int, status: int = 200) -> web.Response:
    (invoice,) = await shown(await Invoice.filter(id=invoice_id))
    return json_response(invoice, status)


async def shown(invoices: Sequence[Invoice]) -> list[dict[str, object]]:
    """However many invoices: one query for each thing that stands on them."""
    ids = [invoice.id for invoice in invoices]
    lines = await InvoiceLine.filter(invoice_id__in=ids).order_by("position")
    adjustments = await InvoiceAdjustment.filter(invoice_id__in=ids).order_by("id")
    shares = await PaymentShare.filter(invoice_id__in=ids).order_by("id").prefetch_related("payment")
    people = await _external_ids(
        {i.guarantor_id for i in invoices} | {line.patient_id for line in lines if line.patient_id}
    )
    return [
        {
            "id": invoice.id,
            "number": invoice.number,
            "status": invoice.status,
            "guarantor": people[invoice.guarantor_id],
            "currency": invoice.currency,
            "total_cents": invoice.total_cents,
            "paid_cents": invoice.paid_cents,
            "balance_cents": invoice.balance_cents,
            "due_date": invoice.due_date,
            "lines": [_line(line, people) for line in lines if line.invoice_id == invoice.id],
            "adjustments": [_adjustment(row) for row in adjustments if row.invoice_id == invoice.id],
            "payments": [_share(share) for share in shares if share.invoice_id == invoice.id],
            "times": _times(invoice),
        }
        for invoice in invoices
    ]


async def _external_ids(ids: set[int]) -> dict[int, str]:
    return {patient.id: patient.external_id for patient in await Patient.filter(id__in=ids)}


def _line(line: InvoiceLine, people: dict[int, str]) -> dict[str, object]:
    return {
        "description": line.description,
        "quantity": quantity(line.quantity_thousandths),
        "unit_price_cents": line.unit_price_cents,
        "amount_cents": line.amount_cents,
        "charge": line.charge_id,
        "patient": people.get(line.patient_id or 0),
        "date": line.served_on,
    }


def _adjustment(row: InvoiceAdjustment) -> dict[str, object]:
    return {"kind": row.kind, "description": row.description, "amount_cents": row.amount_cents, "at": row.at}


def _share(share: PaymentShare) -> dict[str, object]:
    payment = share.payment
    return {
        "id": payment.id,
        "amount_cents": share.amount_cents,
        "method": payment.method,
        "date": payment.received_on,
        "reference": payment.reference,
    }


def _times(invoice: Invoice) -> dict[str, object]:
    acts = ("created", "sent", "overdue", "paid", "voided", "archived")
    return {f"{act}_at": getattr(invoice, f"{act}_at") for act in acts}


async def _shown_payment(payment: Payment) -> dict[str, object]:
    shares = await PaymentShare.filter(payment_id=payment.id).order_by("id")
    people = await _external_ids({payment.guarantor_id})
    return {
        "id": payment.id,
        "guarantor": people[payment.guarantor_id],
        "amount_cents": payment.amount_cents,
        "currency": payment.currency,
        "method": payment.method,
        "date": payment.received_on,
        "reference": payment.reference,
        "notes": payment.notes,
        "applied": [{"invoice": share.invoice_id, "amount_cents": share.amount_cents} for share in shares],
    }
