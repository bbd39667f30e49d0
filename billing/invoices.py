"""Invoices from sent to overdue, void and archived. Until they are sent they are drafts (`billing.drafts`)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from billing.books import book, held, standing_of
from billing.families import back_to_queue, held_for_return
from billing.late_fees import book_fees, fees_of
from billing.numbers import next_invoice_number
from billing.plans import follow_plans_of
from billing.sheets import sheet_of, write_taxes
from billing.stock import put_back, sell
from billing.waiting import refuse_if_with_agency
from domain import ledger
from domain.access import CLOCK, Actor, require
from domain.errors import Refusal, invalid
from domain.invoice import INVOICE
from domain.ledger import Entry
from domain.practice import Practice
from domain.stock import taken
from models.by_hand import change_rows, rows_of
from models.change import change
from models.database import read
from models.firing import fire
from models.invoices import Invoice, InvoiceLine

ARCHIVED_AT_ONCE = 200
ARCHIVED_FROM = INVOICE.move("archive").sources
TO_ARCHIVE = """
    SELECT id FROM invoice
     WHERE status IN ('paid', 'refunded', 'void') AND COALESCE(voided_at, paid_at) <= $1
     ORDER BY COALESCE(voided_at, paid_at) LIMIT $2
"""


async def send_invoice(
    invoice: Invoice, *, practice: Practice, actor: Actor, now: datetime, seen_version: int | None = None
) -> Invoice:
    """Finalize a draft: its taxes by the rates of today, its number, its due date, its entries in the ledger; what it
    sells leaves the shelf. Its mail follows the event."""
    async with change(now) as told:
        invoice = await held(invoice.id)
        INVOICE.fire("send", status=invoice.status, before=None, actor=actor, location=invoice.location)
        today = practice.today(invoice.location, now)
        due_date = invoice.due_date or today + timedelta(days=practice.terms.due_in_days)
        if due_date < today:
            raise invalid("The due date lies in the past.", "due_date")
        # While it is a draft: afterwards the database refuses every change to what stands on it.
        lines = await rows_of(InvoiceLine, invoice_id=invoice.id)
        total, tax = await _taxed(invoice, lines, practice)
        if total <= 0:
            raise Refusal("nothing_to_bill", "This draft adds up to nothing; add a line before sending it.")
        shelf = taken((line.kind, line.code, line.quantity_thousandths) for line in lines)
        await sell(invoice, shelf, practice=practice, told=told, actor=actor)
        await fire(
            invoice,
            "send",
            machine=INVOICE,
            actor=actor,
            told=told,
            seen_version=seen_version,
            facts={"total_cents": total, "due_date": due_date.isoformat()},
            number=await next_invoice_number(),
            due_date=due_date,
            issued_on=today,
            sent_at=now,
            total_cents=total,
            balance_cents=total,
        )
        await _book(invoice, "issue", ledger.issue(invoice.id, total - tax, tax), on=today, now=now)
        return invoice


async def _taxed(invoice: Invoice, lines: Sequence[InvoiceLine], practice: Practice) -> tuple[int, int]:
    """The total by today's rates, and how much of it is tax."""
    if not (invoice.taxes or any(line.taxes for line in lines)):
        return invoice.total_cents, 0
    bill = (await sheet_of(invoice)).reckon(practice)
    await write_taxes(invoice, bill.taxes, anew=True)
    return bill.total_cents, sum(each.amount_cents for each in bill.taxes)


async def mark_overdue(invoice_id: int, *, practice: Practice, now: datetime, actor: Actor = CLOCK) -> Invoice:
    """The due date has passed where the clinic is: overdue, with the late fees the practice's policy asks for."""
    async with change(now) as told:
        invoice = await held(invoice_id)
        if invoice.plan_id is not None:
            raise Refusal("on_plan", f"{invoice.number} is being paid by instalments, and the plan is on track.")
        fees = await fees_of(invoice, practice=practice, now=now)
        await fire(
            invoice,
            "mark_overdue",
            machine=INVOICE,
            actor=actor,
            told=told,
            facts={"balance_cents": invoice.balance_cents},
            overdue_at=now,
            fee_periods=fees.periods,
            next_fee_on=fees.next_on,
        )
        await book_fees(invoice, fees, told=told, practice=practice, actor=actor)
        return invoice


async def void_invoice(invoice: Invoice, *, reason: str, actor: Actor, now: datetime, on: date) -> Invoice:
    """Take a sent invoice back: its charges return to the queue, what it sold to the shelf, and the ledger to where it
    was. Only while nothing has been paid on it or forgiven of it."""
    async with change(now) as told:
        await held_for_return(invoice)
        invoice = await held(invoice.id)
        require(actor, "biller", invoice.location, "Voiding an invoice")
        await refuse_if_with_agency([invoice])
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
            next_fee_on=None,
        )
        await _book(invoice, "void", await _booked_back(invoice), on=on, now=now)
        await put_back(invoice, told=told, actor=actor)
        await back_to_queue(invoice_id=invoice.id)
        await change_rows(InvoiceLine, {"charge_id": None}, invoice_id=invoice.id)
        await follow_plans_of(invoice.guarantor_id, told)
        return invoice


async def _booked_back(invoice: Invoice) -> list[Entry]:
    """Revenue, tax, and late fees that were not waived: what the ledger says, not what the rules would say today."""
    return ledger.void(invoice.id, await standing_of(invoice.id))


async def archive_invoice(invoice: Invoice, *, actor: Actor, now: datetime, seen_version: int | None = None) -> Invoice:
    """Out of the lists: it is settled or void, and nobody needs to look at it."""
    async with change(now) as told:
        invoice = await held(invoice.id)
        await fire(
            invoice, "archive", machine=INVOICE, actor=actor, told=told, seen_version=seen_version, archived_at=now
        )
        return invoice


async def archive_due(practice: Practice, now: datetime) -> int:
    """Archive what has been settled or void for as long as the practice's terms say; how many that were."""
    if practice.terms.archive_after_days is None:
        return 0
    done, before = 0, now - timedelta(days=practice.terms.archive_after_days)
    while rows := await read(TO_ARCHIVE, [before, ARCHIVED_AT_ONCE]):
        for row in rows:
            async with change(now) as told:
                invoice = await held(row["id"])
                if invoice.status in ARCHIVED_FROM:  # nobody has reopened it meanwhile
                    await fire(invoice, "archive", machine=INVOICE, actor=CLOCK, told=told, archived_at=now)
                    done += 1
    return done


async def _book(invoice: Invoice, act: str, entries: Sequence[Entry], *, on: date, now: datetime) -> None:
    await book(act, entries, guarantor=invoice.guarantor_id, location=invoice.location, on=on, now=now)
