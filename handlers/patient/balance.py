"""The patient's page itself: everything this guarantor owes and has paid, gathered from the books."""

from collections import defaultdict

from aiohttp import web

from billing.checkouts import AT_LEAST_CENTS, owed_cents
from documents.pages import BalancePage, InvoiceOnPage, LineOnPage, Notice, PaymentOnPage, balance_page
from documents.papers import PaperAdjustment
from documents.words import masked_phone
from domain.invoice import OPEN
from handlers.doors import GUARANTOR, doors
from handlers.patient.frame import frame_for, html, remember_language
from models.invoices import Invoice, InvoiceLine
from models.money import CheckoutAttempt, Payment
from models.people import Patient
from outreach.figures import Figures, figures_of
from outreach.situation import suppressed

SHOWN = (*OPEN, "paid", "archived", "refunded")
MOST_PAYMENTS = 50
SAID: dict[str, Notice] = {"question_sent": "question_sent", "payment_cancelled": "payment_cancelled"}
"""What may be said on coming back to the page."""


async def show(request: web.Request) -> web.Response:
    notice = SAID.get(request.query.get("said", ""), "")
    return remember_language(request, await balance(request, notice=notice))


async def balance(
    request: web.Request, *, notice: Notice = "", typed_amount: str = "", status: int = 200
) -> web.Response:
    here, guarantor = doors(request), request[GUARANTOR]
    payer = await Patient.get(id=guarantor)
    root = root_of(request)
    texted = payer.phone if payer.phone and not await suppressed("sms", payer.phone) else None
    frame = frame_for(request, payer)
    page = BalancePage(
        frame=frame,
        currency=here.practice.currency,
        balance_cents=await owed_cents(guarantor),
        invoices=await _invoices(guarantor, root, frame.locale),
        payments=await _payments(guarantor, root),
        processing_cents=await processing_cents(guarantor),
        first_name=payer.first_name,
        ask_to=f"{root}/question",
        pay_to=f"{root}/pay" if here.ports.cards else None,
        pay_minimum_cents=AT_LEAST_CENTS,
        instructions=here.practice.payment_instructions,
        opt_out_to=f"{root}/opt-out" if texted else None,
        phone_shown=masked_phone(texted) if texted else "",
        notice=notice,
        typed_amount=typed_amount,
    )
    return html(balance_page(page), status)


def root_of(request: web.Request) -> str:
    """Everything on the page leads below its own address."""
    return f"/p/{request.match_info['token']}"


async def processing_cents(guarantor: int) -> int:
    on_their_way = CheckoutAttempt.filter(guarantor_id=guarantor, status="processing")
    return sum(attempt.amount_cents for attempt in await on_their_way)


async def _invoices(guarantor: int, root: str, locale: str) -> tuple[InvoiceOnPage, ...]:
    """What is owed first, oldest first; then what is settled, newest first."""
    rows = await Invoice.filter(guarantor_id=guarantor, status__in=SHOWN, voided_at=None).order_by("id")
    figures = await figures_of([row.id for row in rows], locale)
    lines = await _lines([row.id for row in rows], figures)
    owed = [row for row in rows if row.balance_cents]
    settled = [row for row in reversed(rows) if not row.balance_cents]
    return tuple(
        InvoiceOnPage(
            number=row.number,
            issued_on=row.issued_on,
            due_on=row.due_date,
            balance_cents=row.balance_cents,
            lines=tuple(lines[row.id]),
            pdf=f"{root}/invoices/{row.number}.pdf",
            overdue=row.status == "overdue",
            contained=tuple(map(_beside, figures[row.id].contained)),
        )
        for row in [*owed, *settled]
        if row.number and row.issued_on and row.due_date
    )


async def _lines(invoices: list[int], figures: dict[int, Figures]) -> dict[int, list[LineOnPage]]:
    """By invoice: each line with what was taken off it or put on it, then what is on the whole."""
    found: dict[int, list[LineOnPage]] = defaultdict(list)
    rows = await InvoiceLine.filter(invoice_id__in=invoices).order_by("position")
    patients = {p.id: p for p in await Patient.filter(id__in={row.patient_id for row in rows if row.patient_id})}
    for row in rows:
        treated = patients.get(row.patient_id or 0)
        name = f"{treated.first_name} {treated.last_name}".strip() if treated else ""
        found[row.invoice_id].append(
            LineOnPage(
                patient=name, description=row.description, amount_cents=row.amount_cents, served_on=row.served_on
            )
        )
        found[row.invoice_id] += map(_beside, figures[row.invoice_id].on_lines[row.position])
    for invoice in invoices:
        found[invoice] += map(_beside, figures[invoice].below_lines)
    return found


def _beside(figure: PaperAdjustment) -> LineOnPage:
    return LineOnPage(patient="", description=figure.label, amount_cents=figure.amount_cents)


async def _payments(guarantor: int, root: str) -> tuple[PaymentOnPage, ...]:
    rows = await Payment.filter(guarantor_id=guarantor).order_by("-id").limit(MOST_PAYMENTS)
    return tuple(
        PaymentOnPage(
            paid_on=row.received_on,
            method=row.method,
            amount_cents=row.amount_cents,
            receipt=f"{root}/receipts/{row.id}.pdf",
        )
        for row in rows
    )
