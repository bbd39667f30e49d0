"""Drafts: made from charges and from what staff add, changed until they are right, deleted or sent."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from billing.added_lines import NewLine, added
from billing.books import held, held_payer
from billing.families import back_to_queue, held_for_return
from billing.sheets import Sheet, set_rate, sheet_of, write_figures
from domain.access import Actor, require
from domain.bill import Adjustment
from domain.errors import Refusal, invalid, not_found
from domain.invoice import INVOICE, OPEN
from domain.practice import Practice
from models.by_hand import add_rows, change_rows, keep_row, rows_of
from models.care import Charge
from models.change import Change, change
from models.invoices import Invoice, InvoiceLine

WhichCharges = Sequence[int] | Literal["all"]
LONGEST_TERMS = timedelta(days=3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """What becomes of one line; what is not said stays."""

    unit_price_cents: int | None = None
    reason: str = ""
    """Why the rate is another than the list's."""
    taxes: tuple[str, ...] | None = None
    adjustments: tuple[Adjustment, ...] | None = None
    instead_of: tuple[str, ...] = ("discount", "surcharge")
    """The kinds that make way for those adjustments; of another kind they stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftChange:
    """What becomes of a draft; what is not said stays. Lines are named by their position."""

    charges: WhichCharges = ()
    """Those to put on it."""
    add: tuple[NewLine, ...] = ()
    remove: tuple[int, ...] = ()
    lines: Mapping[int, LineChange] = field(default_factory=dict)
    taxes: tuple[str, ...] | None = None
    adjustments: tuple[Adjustment, ...] | None = None
    due_date: date | Literal["terms"] | None = None
    """`terms`: when the practice's terms say, counted from the day it is sent."""
    notes: str | None = None


async def draft_invoice(
    *,
    guarantor: int,
    practice: Practice,
    actor: Actor,
    now: datetime,
    charges: WhichCharges = "all",
    lines: Sequence[NewLine] = (),
    adjustments: Sequence[Adjustment] = (),
    taxes: tuple[str, ...] = (),
    due_date: date | None = None,
    notes: str = "",
) -> Invoice:
    """A draft of a guarantor's unbilled charges (each is on one invoice only) and of lines staff have written."""
    async with change(now) as told:
        payer = await held_payer(guarantor)
        if payer is None:
            raise not_found("guarantor", guarantor)
        taken = await _unbilled(guarantor, charges)
        if not (taken or lines):
            raise Refusal("nothing_to_bill", "There are no unbilled charges to put on it.", field="charges")
        for place in {charge.location for charge in taken} or {payer.location}:
            require(actor, "biller", place, "Making an invoice")
        invoice = Invoice(
            guarantor_id=guarantor,
            location=taken[0].location if taken else payer.location,
            currency=practice.currency,
            due_date=due_date,
            notes=notes,
            taxes=taxes,
            created_at=now,
        )
        if due_date:
            _check_due(due_date, invoice, practice, now)
        sheet = Sheet(on_whole=tuple(adjustments), taxes=taxes)
        sheet.put_on(taken)
        for each in lines:
            await _add(sheet, each, payer.id, practice, practice.today(invoice.location, now))
        return await _write_draft(invoice, sheet, practice=practice, actor=actor, told=told)


async def draft_charges(charges: Sequence[Charge], *, practice: Practice, actor: Actor, told: Change) -> Invoice:
    """A draft of charges that have come into being in this very transaction: they are nobody else's to take."""
    first = charges[0]
    require(actor, "biller", first.location, "Making an invoice")
    invoice = Invoice(
        guarantor_id=first.guarantor_id, location=first.location, currency=practice.currency, created_at=told.now
    )
    sheet = Sheet()
    sheet.put_on(charges)
    return await _write_draft(invoice, sheet, practice=practice, actor=actor, told=told)


async def _write_draft(invoice: Invoice, sheet: Sheet, *, practice: Practice, actor: Actor, told: Change) -> Invoice:
    """A new draft with these lines; their charges are free, and nobody else can take them."""
    bill = sheet.reckon(practice)
    invoice.total_cents = bill.total_cents
    await add_rows([invoice])
    await _write_lines(invoice, sheet.lines)
    await write_figures(invoice, sheet, bill, anew=False, now=told.now)
    _tell("drafted", invoice, told, actor, after={"status": "draft", "total_cents": invoice.total_cents})
    return invoice


async def change_draft(
    invoice: Invoice,
    wanted: DraftChange,
    *,
    practice: Practice,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    anew: bool = False,
) -> Invoice:
    """Change a draft. `seen_version` is what the person had before their eyes; `anew` where its lines have been changed
    already, and all figures are to follow."""
    async with change(now) as told:
        await held_for_return(invoice, wanted.remove)
        invoice = await _held_draft(invoice.id, actor, seen_version)
        sheet, before = await sheet_of(invoice), invoice.total_cents
        stood = _standing(invoice, sheet)
        had = bool(sheet.on_lines or sheet.on_whole or sheet.taxed)
        taken = await _unbilled(invoice.guarantor_id, wanted.charges)
        for place in {charge.location for charge in taken}:
            require(actor, "biller", place, "Billing what was done there")
        with _told_of("remove"):
            await _remove(sheet, wanted.remove)  # after the queue was looked at: what is removed is not taken again
        for position, what in wanted.lines.items():
            await _change_line(sheet.line(position), what, sheet)
        kept = len(sheet.lines)
        sheet.put_on(taken)
        for each in wanted.add:
            with _told_of("add"):
                await _add(sheet, each, invoice.guarantor_id, practice, practice.today(invoice.location, now))
        _change_whole(invoice, sheet, wanted, practice, now)
        bill = sheet.reckon(practice)
        invoice.total_cents = bill.total_cents
        if not anew and _standing(invoice, sheet) == stood:
            return invoice
        await _write_lines(invoice, sheet.lines[kept:])
        await write_figures(invoice, sheet, bill, anew=had, now=now)
        invoice.version += 1
        await keep_row(invoice, "total_cents", "taxes", "due_date", "notes", "version")
        _tell("changed", invoice, told, actor, before={"total_cents": before}, after={"total_cents": bill.total_cents})
        return invoice


async def delete_draft(
    invoice: Invoice, *, actor: Actor, now: datetime, seen_version: int | None = None, reason: str = ""
) -> None:
    """Delete a draft whole; its charges return to the queue."""
    async with change(now) as told:
        await held_for_return(invoice)
        invoice = await _held_draft(invoice.id, actor, seen_version)
        await back_to_queue(invoice_id=invoice.id)
        await Invoice.filter(id=invoice.id).delete()
        before = {"status": "draft", "total_cents": invoice.total_cents}
        _tell("deleted", invoice, told, actor, before=before, after={"reason": reason} if reason else {})


def _standing(invoice: Invoice, sheet: Sheet) -> tuple[object, ...]:
    """All that can be changed of a draft: where it is the same, nothing has happened."""
    lines = [
        (line.position, line.taxes, line.unit_price_cents, line.list_price_cents, line.rate_reason)
        for line in sheet.lines
    ]
    on_lines = {position: theirs for position, theirs in sheet.on_lines.items() if theirs}
    whole = (sheet.on_whole, sheet.taxes, invoice.due_date, invoice.notes, invoice.total_cents)
    return lines, on_lines, *whole


async def _held_draft(invoice_id: int, actor: Actor, seen_version: int | None) -> Invoice:
    invoice = await held(invoice_id)
    require(actor, "biller", invoice.location, "Changing a draft")
    if invoice.status != "draft":
        status = INVOICE.states[invoice.status].lower()
        instead = "Void it to bill anew." if invoice.status in OPEN else "Draft another for what is still to be billed."
        raise Refusal("not_a_draft", f"{invoice.number} is {status}: what stands on it stays. {instead}")
    if seen_version is not None and seen_version != invoice.version:
        raise Refusal("stale", "This draft has changed since you saw it. Look again, then decide.")
    return invoice


async def _unbilled(guarantor: int, charges: WhichCharges) -> list[Charge]:
    if not charges:
        return []
    only = {} if charges == "all" else {"id__in": list(charges)}
    taken = await rows_of(Charge, lock=True, guarantor_id=guarantor, invoice_id=None, **only)
    if charges != "all" and (missing := set(charges) - {charge.id for charge in taken}):
        raise Refusal(
            "charge_taken", f"Charge {min(missing)} is not in this guarantor's unbilled queue.", field="charges"
        )
    return taken


@contextmanager
def _told_of(field_name: str) -> Iterator[None]:
    """What is wrong with lines is told of what was said of them."""
    try:
        yield
    except Refusal as refusal:
        refusal.field = field_name
        raise


async def _add(sheet: Sheet, wanted: NewLine, guarantor: int, practice: Practice, today: date) -> None:
    line = await added(wanted, sheet.next_position, guarantor=guarantor, practice=practice, today=today)
    sheet.lines.append(line)
    if wanted.adjustments:
        sheet.on_lines[line.position] = wanted.adjustments


async def _remove(sheet: Sheet, positions: Sequence[int]) -> None:
    """A line of a session leaves its charge in the queue, at the price of its list."""
    if not positions:
        return
    gone = [sheet.line(position) for position in dict.fromkeys(positions)]
    await InvoiceLine.filter(id__in=[line.id for line in gone]).delete()
    await back_to_queue(id__in=[line.charge_id for line in gone if line.charge_id])
    sheet.lines = [line for line in sheet.lines if line not in gone]
    for line in gone:
        sheet.on_lines.pop(line.position, None)


async def _change_line(line: InvoiceLine, what: LineChange, sheet: Sheet) -> None:
    if what.adjustments is not None:
        stay = [each for each in sheet.on_lines.get(line.position, ()) if each.kind not in what.instead_of]
        sheet.on_lines[line.position] = (*stay, *what.adjustments)
    if what.taxes is not None:
        line.taxes = what.taxes
    if what.unit_price_cents is not None:
        set_rate(line, what.unit_price_cents, what.reason)
    await keep_row(line, "taxes", "unit_price_cents", "list_price_cents", "rate_reason", "amount_cents")


def _change_whole(invoice: Invoice, sheet: Sheet, wanted: DraftChange, practice: Practice, now: datetime) -> None:
    if wanted.adjustments is not None:
        sheet.on_whole = wanted.adjustments
    if wanted.taxes is not None:
        invoice.taxes = sheet.taxes = wanted.taxes
    if wanted.notes is not None:
        invoice.notes = wanted.notes
    if wanted.due_date == "terms":
        invoice.due_date = None
    elif wanted.due_date is not None:
        _check_due(wanted.due_date, invoice, practice, now)
        invoice.due_date = wanted.due_date


def _check_due(due_date: date, invoice: Invoice, practice: Practice, now: datetime) -> None:
    today = practice.today(invoice.location, now)
    if not today <= due_date <= today + LONGEST_TERMS:
        raise invalid("A due date is today or later, and within ten years.", "due_date")


async def _write_lines(invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
    for line in lines:
        line.invoice_id = invoice.id
    await add_rows(lines)
    if charges := [line.charge_id for line in lines if line.charge_id]:
        await change_rows(Charge, {"invoice_id": invoice.id}, id__in=charges)


def _tell(
    what: str,
    invoice: Invoice,
    told: Change,
    actor: Actor,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object],
) -> None:
    told.tell(
        f"invoice.{what}",
        f"invoice:{invoice.id}",
        actor=actor,
        location=invoice.location,
        guarantor=invoice.guarantor_id,
        before=before,
        after=after,
    )
