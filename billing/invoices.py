"""Invoices from draft to sent, overdue and void."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from billing.books import book, held
from billing.late_fees import charge_late_fee
from billing.numbers import next_invoice_number
from domain import ledger
from domain.access import CLOCK, Actor
from domain.errors import Refusal, invalid, not_found
from domain.invoice import INVOICE
from domain.practice import Practice
from models.care import Charge
from models.change import change
from models.firing import fire
from models.invoices import Invoice, InvoiceAdjustment, InvoiceLine
from models.people import Patient


async def draft_invoice(
    *,
    guarantor: int,
    practice: Practice,
    actor: Actor,
    now: datetime,
    charges: Sequence[int] | Literal["all"] = "all",
    due_date: date | None = None,
    notes: str = "",
) -> Invoice:
    """A draft from a guarantor's unbilled charges; each charge is taken by one invoice only."""
    async with change(now) as told:
        payer = await Patient.get_or_none(id=guarantor)
        if payer is None:
            raise not_found("guarantor", guarantor)
        taken = await _unbilled(guarantor, charges)
        location = taken[0].location
        for place in {charge.location for charge in taken}:
            _may(actor, place)
        invoice = await Invoice.create(
            guarantor=payer,
            location=location,
            currency=practice.currency,
            due_date=due_date,
            notes=notes,
            created_at=now,
        )
        await _take(taken, invoice)
        told.tell(
            "invoice.drafted",
            f"invoice:{invoice.id}",
            actor=actor,
            location=location,
            guarantor=guarantor,
            after={"status": "draft", "total_cents": invoice.total_cents},
        )
        return invoice


async def send_invoice(
    invoice: Invoice, *, practice: Practice, actor: Actor, now: datetime, seen_version: int | None = None
) -> Invoice:
    """Finalize a draft: its number, its due date, its entry in the ledger. Its mail follows the event."""
    async with change(now) as told:
        invoice = await held(invoice.id)
        if invoice.status == "draft" and invoice.total_cents <= 0:
            raise Refusal("nothing_to_bill", "This draft adds up to nothing; add a line before sending it.")
        today = now.astimezone(practice.locations[invoice.location].zone).date()
        due_date = invoice.due_date or today + timedelta(days=practice.terms.due_in_days)
        if due_date < today:
            raise invalid("The due date lies in the past.", "due_date")
        await fire(
            invoice,
            "send",
            machine=INVOICE,
            actor=actor,
            told=told,
            seen_version=seen_version,
            facts={"total_cents": invoice.total_cents, "due_date": due_date.isoformat()},
            number=await next_invoice_number(),
            due_date=due_date,
            issued_on=today,
            sent_at=now,
            balance_cents=invoice.total_cents,
        )
        await book(
            "issue",
            ledger.issue(invoice.id, invoice.total_cents),
            guarantor=invoice.guarantor_id,
            location=invoice.location,
            on=today,
            now=now,
        )
        return invoice


async def mark_overdue(invoice_id: int, *, practice: Practice, now: datetime, actor: Actor = CLOCK) -> Invoice:
    """The due date has passed where the clinic is: overdue, with the late fee the practice's policy asks for."""
    async with change(now) as told:
        invoice = await held(invoice_id)
        await fire(
            invoice,
            "mark_overdue",
            machine=INVOICE,
            actor=actor,
            told=told,
            facts={"balance_cents": invoice.balance_cents},
            overdue_at=now,
        )
        await charge_late_fee(invoice.id, practice=practice, actor=actor, now=now)
        return await held(invoice.id)


async def void_invoice(invoice: Invoice, *, reason: str, actor: Actor, now: datetime, on: date) -> Invoice:
    """Take a sent invoice back: its charges return to the queue. Only while nothing has been paid on it."""
    async with change(now) as told:
        invoice = await held(invoice.id)
        if invoice.paid_cents or invoice.forgiven_cents:
            raise Refusal("has_payments", f"{invoice.number} has payments or write-offs on it; undo those first.")
        await fire(
            invoice,
            "void",
            machine=INVOICE,
            actor=actor,
            told=told,
            facts={"reason": reason},
            voided_at=now,
            balance_cents=0,
        )
        await _book_back(invoice, on=on, now=now)
        await Charge.filter(invoice_id=invoice.id).update(invoice_id=None)
        await InvoiceLine.filter(invoice_id=invoice.id).update(charge_id=None)
        return invoice


async def _book_back(invoice: Invoice, *, on: date, now: datetime) -> None:
    fees = sum(a.amount_cents for a in await InvoiceAdjustment.filter(invoice_id=invoice.id, kind="late_fee"))
    entries = ledger.reverse(ledger.issue(invoice.id, invoice.total_cents - fees))
    entries += ledger.reverse(ledger.late_fee(invoice.id, fees)) if fees else []
    await book("void", entries, guarantor=invoice.guarantor_id, location=invoice.location, on=on, now=now)


def _may(actor: Actor, location: str) -> None:
    if actor.kind == "person" and not actor.may("biller", location):
        raise Refusal("forbidden", "Making an invoice needs the role biller at this location.", status=403)


async def _unbilled(guarantor: int, charges: Sequence[int] | Literal["all"]) -> list[Charge]:
    queue = Charge.filter(guarantor_id=guarantor, invoice_id=None).order_by("id").select_for_update()
    taken = await (queue if charges == "all" else queue.filter(id__in=list(charges)))
    if charges != "all" and (missing := set(charges) - {charge.id for charge in taken}):
        raise Refusal(
            "charge_taken", f"Charge {min(missing)} is not in this guarantor's unbilled queue.", field="charges"
        )
    if not taken:
        raise Refusal("nothing_to_bill", "There are no unbilled charges to put on it.", field="charges")
    return taken


async def _take(charges: Sequence[Charge], invoice: Invoice) -> None:
    await InvoiceLine.bulk_create(
        InvoiceLine(
            invoice_id=invoice.id,
            position=place,
            charge_id=charge.id,
            patient_id=charge.patient_id,
            served_on=charge.served_on,
            description=charge.description,
            quantity_thousandths=charge.quantity_thousandths,
            unit_price_cents=charge.unit_price_cents,
            amount_cents=charge.amount_cents,
        )
        for place, charge in enumerate(charges, 1)
    )
    await Charge.filter(id__in=[charge.id for charge in charges]).update(invoice_id=invoice.id)
    invoice.total_cents = sum(charge.amount_cents for charge in charges)
    await invoice.save(update_fields=["total_cents"])
