"""Late fees: what the policy asks for, each period once, however often the clock ticks; and waiving one.

Nobody pays for lateness while the practice itself has put an invoice aside (`billing.waiting`): fees that fall due
meanwhile are passed over, and not charged later.
"""

from collections.abc import Callable
from datetime import date, datetime

from billing.books import book, held, held_payer, move_balance
from billing.plans import follow_plans_of
from billing.waiting import refuse_if_with_agency, waits
from domain import ledger
from domain.access import CLOCK, Actor
from domain.errors import Refusal, invalid
from domain.invoice import INVOICE, OPEN
from domain.late_fees import FeesDue, fees_due
from domain.money import plain
from domain.practice import Practice
from models.by_hand import add_row, add_rows, change_row, rows_of
from models.change import Change, change
from models.database import day, read
from models.firing import fire
from models.invoices import Invoice, InvoiceAdjustment

MOVED = """
    SELECT booked_on, SUM(CASE WHEN debit = 'receivable' THEN amount_cents ELSE -amount_cents END) AS cents
      FROM ledger_entry WHERE invoice_id = $1 AND act <> 'late_fee' GROUP BY booked_on
"""


async def charge_late_fee(invoice_id: int, *, practice: Practice, actor: Actor, now: datetime) -> int:
    """Charge the fees that have fallen due and were not dealt with yet; how much that was."""
    async with change(now) as told:
        invoice = await held(invoice_id)
        if invoice.status not in OPEN:  # paid, or taken back, since somebody found it late
            return 0
        fees = await fees_of(invoice, practice=practice, now=now)
        if (fees.periods, fees.next_on) != (invoice.fee_periods, invoice.next_fee_on):
            await change_row(invoice, {"fee_periods": fees.periods, "next_fee_on": fees.next_on})
        await book_fees(invoice, fees, told=told, practice=practice, actor=actor)
        return sum(fee.cents for fee in fees.fees)


async def fees_of(invoice: Invoice, *, practice: Practice, now: datetime) -> FeesDue:
    """What the policy asks for by now. The invoice is under lock."""
    if practice.late_fee is None or invoice.due_date is None:
        return FeesDue((), invoice.fee_periods, None)
    today = practice.today(invoice.location, now)
    touched = bool(invoice.fee_periods or invoice.paid_cents or invoice.forgiven_cents)
    charged, bare_on = await _history(invoice) if touched else (0, lambda _: invoice.balance_cents)
    due = fees_due(
        invoice.due_date, practice.late_fee, today, periods=invoice.fee_periods, charged_cents=charged, bare_on=bare_on
    )
    passed_over = due.fees and await waits(invoice, now)
    return FeesDue((), due.periods, due.next_on) if passed_over else due


async def _history(invoice: Invoice) -> tuple[int, Callable[[date], int]]:
    """What fees were charged so far, and the balance without them as any day began."""
    fees = await rows_of(InvoiceAdjustment, invoice_id=invoice.id, kind="late_fee")
    moved = [(day(row["booked_on"]), int(row["cents"])) for row in await read(MOVED, [invoice.id])]
    return sum(fee.amount_cents for fee in fees), lambda on: sum(cents for booked, cents in moved if booked < on)


async def book_fees(invoice: Invoice, due: FeesDue, *, told: Change, practice: Practice, actor: Actor) -> None:
    if not due.fees:
        return
    await add_rows(
        InvoiceAdjustment(
            invoice_id=invoice.id,
            kind="late_fee",
            period=fee.period,
            description="Late fee",
            amount_cents=fee.cents,
            at=told.now,
        )
        for fee in due.fees
    )
    entries = [entry for fee in due.fees for entry in ledger.late_fee(invoice.id, fee.cents)]
    await _book("late_fee", entries, invoice, practice, told)
    balance = invoice.balance_cents
    for fee in due.fees:
        balance += fee.cents
        told.tell(
            "invoice.late_fee_charged",
            f"invoice:{invoice.id}",
            actor=actor,
            location=invoice.location,
            guarantor=invoice.guarantor_id,
            invoice_set=invoice.invoice_set_id,
            after={"amount_cents": fee.cents, "balance_cents": balance, "period": fee.period},
        )
    await move_balance(invoice, total=balance - invoice.balance_cents)


async def waive_late_fee(
    invoice: Invoice,
    period: int,
    *,
    practice: Practice,
    reason: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> int:
    """Take back one late fee, for a reason; how much it was. It is not charged again."""
    async with change(now) as told:
        await held_payer(invoice.guarantor_id)  # before the invoice: their plans follow
        invoice = await held(invoice.id)
        INVOICE.fire("waive_late_fee", status=invoice.status, before=None, actor=actor, location=invoice.location)
        await refuse_if_with_agency([invoice])
        cents = await _still_owed(invoice, period)
        await fire(
            invoice,
            "waive_late_fee",
            machine=INVOICE,
            actor=actor,
            told=told,
            seen_version=seen_version,
            facts={"period": period, "amount_cents": cents, "reason": reason},
        )
        await add_row(
            InvoiceAdjustment,
            invoice_id=invoice.id,
            kind="late_fee_waived",
            period=period,
            description="Late fee waived",
            amount_cents=-cents,
            reason=reason,
            at=now,
        )
        await _book("waive_late_fee", ledger.reverse(ledger.late_fee(invoice.id, cents)), invoice, practice, told)
        await move_balance(invoice, total=-cents)
        if invoice.balance_cents == 0:
            await fire(invoice, "settle", machine=INVOICE, actor=CLOCK, told=told, paid_at=now)
        await follow_plans_of(invoice.guarantor_id, told)
        return cents


async def _still_owed(invoice: Invoice, period: int) -> int:
    rows = {row.kind: row for row in await rows_of(InvoiceAdjustment, invoice_id=invoice.id, period=period)}
    fee = rows.get("late_fee")
    if fee is None:
        raise invalid(f"{invoice.number} has no late fee {period}.", "period")
    if "late_fee_waived" in rows:
        raise Refusal("waived", f"Late fee {period} of {invoice.number} is waived already.", field="period")
    if invoice.balance_cents < fee.amount_cents:
        owed = plain(invoice.balance_cents, invoice.currency)
        raise Refusal(
            "fee_paid",
            f"Only {owed} of {invoice.number} is still owed, less than this fee: it has been paid. Refund it instead.",
            field="period",
        )
    return int(fee.amount_cents)


async def _book(act: str, entries: list[ledger.Entry], invoice: Invoice, practice: Practice, told: Change) -> None:
    on = practice.today(invoice.location, told.now)
    await book(act, entries, guarantor=invoice.guarantor_id, location=invoice.location, on=on, now=told.now)
