"""The papers that go out, filled from the books, printed once and kept as they were sent."""

import hashlib
from datetime import datetime
from decimal import Decimal
from operator import attrgetter

from billing.checkouts import owed_cents
from billing.links import link_for
from billing.shares import shares_of
from documents.papers import (
    InvoicePaper,
    Letterhead,
    PaidTowards,
    PaperLine,
    PaperPayment,
    ReceiptPaper,
    invoice_html,
    receipt_html,
)
from domain.errors import not_found
from domain.ports import Ports
from domain.practice import Practice
from models.by_hand import insertion, row_of, rows_of
from models.database import execute
from models.invoices import Invoice, InvoiceLine
from models.money import Payment, PaymentShare
from models.papers import Document
from models.people import Patient
from outreach.figures import Figures, figures_of

PRINTED = ("paper", "guarantor_id", "filename", "sha256", "content", "made_at")


async def paper_for(paper: str, *, practice: Practice, ports: Ports) -> Document:
    """The paper by its name ("invoice:12", "receipt:3"): the file that was sent, or printed now and kept."""
    kept = await row_of(Document, paper=paper)
    if kept is not None:
        return kept
    kind, _, number = paper.partition(":")
    now = ports.clock.now()
    fill = {"invoice": _invoice, "receipt": _receipt}[kind]
    guarantor, filename, html = await fill(int(number), practice=practice, ports=ports, now=now)
    content = await ports.pdf.print(html)
    row = (paper, guarantor, filename, hashlib.sha256(content).hexdigest(), content, now)
    sql, args = insertion("document", PRINTED, [row])
    await execute(f"{sql} ON CONFLICT DO NOTHING", args)  # the first to be kept counts
    [kept] = await rows_of(Document, paper=paper)
    return kept


Filled = tuple[int, str, str]
"""Whose paper it is, the file's name, its HTML."""


async def _invoice(invoice_id: int, *, practice: Practice, ports: Ports, now: datetime) -> Filled:
    invoice = await row_of(Invoice, id=invoice_id)
    if invoice is None or invoice.number is None or invoice.issued_on is None or invoice.due_date is None:
        raise not_found("sent invoice", invoice_id)
    [payer] = await rows_of(Patient, id=invoice.guarantor_id)
    figures = (await figures_of([invoice.id], payer.locale))[invoice.id]
    paper = InvoicePaper(
        letterhead=_letterhead(invoice.location, practice),
        number=invoice.number,
        locale=payer.locale,
        currency=invoice.currency,
        bill_to=(f"{payer.first_name} {payer.last_name}".strip(),),
        issued_on=invoice.issued_on,
        due_on=invoice.due_date,
        lines=await _lines(invoice.id, figures),
        total_cents=invoice.total_cents,
        balance_cents=invoice.balance_cents,
        adjustments=tuple(figures.below_lines),
        contained=tuple(figures.contained),
        payments=await _payments_on(invoice.id),
        pay_link=await _link(payer.id, practice, ports, now),
        pay_instructions=practice.payment_instructions,
        notes=invoice.notes,
    )
    return payer.id, f"{invoice.number}.pdf", invoice_html(paper)


async def _lines(invoice_id: int, figures: Figures) -> tuple[PaperLine, ...]:
    rows = sorted(await rows_of(InvoiceLine, invoice_id=invoice_id), key=attrgetter("position"))
    people = await rows_of(Patient, id__in={row.patient_id for row in rows})
    names = {person.id: f"{person.first_name} {person.last_name}".strip() for person in people}
    return tuple(
        PaperLine(
            patient=names.get(row.patient_id or 0, ""),
            description=row.description,
            amount_cents=row.amount_cents,
            served_on=row.served_on,
            quantity=Decimal(row.quantity_thousandths) / 1000,
            unit_cents=row.unit_price_cents,
            adjustments=tuple(figures.on_lines[row.position]),
        )
        for row in rows
    )


async def _payments_on(invoice_id: int) -> tuple[PaperPayment, ...]:
    shares = await rows_of(PaymentShare, invoice_id=invoice_id)
    payments = {each.id: each for each in await rows_of(Payment, id__in=[share.payment_id for share in shares])}
    paid = [(payments[share.payment_id], share.amount_cents) for share in shares]
    return tuple(PaperPayment(paid_on=by.received_on, method=by.method, amount_cents=cents) for by, cents in paid)


async def _receipt(payment_id: int, *, practice: Practice, ports: Ports, now: datetime) -> Filled:
    payment = await row_of(Payment, id=payment_id)
    if payment is None:
        raise not_found("payment", payment_id)
    [payer], shares = await rows_of(Patient, id=payment.guarantor_id), await shares_of(payment)
    invoices = {each.id: each for each in await rows_of(Invoice, id__in=[share.invoice_id for share in shares])}
    paper = ReceiptPaper(
        letterhead=_letterhead(payment.location, practice),
        number=f"R-{payment.id}",
        locale=payer.locale,
        currency=payment.currency,
        received_from=(f"{payer.first_name} {payer.last_name}".strip(),),
        paid_on=payment.received_on,
        method=payment.method,
        amount_cents=payment.amount_cents,
        towards=tuple(
            PaidTowards(
                invoice_number=invoices[share.invoice_id].number or "",
                amount_cents=share.amount_cents,
                balance_cents=invoices[share.invoice_id].balance_cents,
            )
            for share in shares
        ),
        remaining_cents=await owed_cents(payer.id),
        credit_cents=payment.amount_cents - sum(share.amount_cents for share in shares),
        reference=payment.reference,
        pay_link=await _link(payer.id, practice, ports, now),
    )
    return payer.id, f"receipt-{payment.id}.pdf", receipt_html(paper)


def _letterhead(location: str, practice: Practice) -> Letterhead:
    place = practice.locations[location]
    return Letterhead(
        practice=practice.name, location=place.name, phone=place.phone, address=place.address or practice.address
    )


async def _link(payer: int, practice: Practice, ports: Ports, now: datetime) -> str:
    token = await link_for(payer, secret_key=ports.secret_key, now=now, days=practice.link_days)
    return f"{ports.public_url}/p/{token}"
