"""Bringing what is owed into a sequence, and taking what is settled out of it."""

from datetime import datetime, timedelta

from billing.books import held
from billing.write_offs import outstanding_cents
from domain.access import CLOCK
from domain.invoice import OPEN
from domain.invoice_set import CHASED, INVOICE_SET, SENDING
from domain.practice import Practice
from models.by_hand import add_rows, change_row, change_rows, row_of, rows_of
from models.change import Change, change
from models.chasing import InvoiceSet, Message
from models.firing import fire
from models.invoices import Invoice
from models.people import Patient
from outreach.plan import frozen, time_of_step

BANK_TAKES = timedelta(days=6)
"""Four business days, with a weekend between."""
PAYMENT_UNDER_WAY = "A bank payment is under way."


async def enrol(invoice_id: int, *, practice: Practice, now: datetime) -> InvoiceSet | None:
    """Put an invoice into its guarantor's set, opening one with the location's rule set if none is open."""
    async with change(now) as told:
        invoice = await held(invoice_id)
        if invoice.status not in OPEN or invoice.balance_cents <= 0:
            return None
        invoice_set = await row_of(InvoiceSet, guarantor_id=invoice.guarantor_id, status__in=CHASED)
        if invoice.invoice_set_id is not None:  # what staff have stopped or handed over is not taken up by itself
            return invoice_set if invoice_set and invoice_set.id == invoice.invoice_set_id else None
        if invoice_set is None:
            invoice_set = await _open(invoice, practice, now)
        await change_row(invoice, {"invoice_set_id": invoice_set.id})
        told.tell(
            "set.enrolled",
            f"set:{invoice_set.id}",
            actor=CLOCK,
            location=invoice_set.location,
            guarantor=invoice.guarantor_id,
            invoice_set=invoice_set.id,
            after={"invoice": invoice.id, "number": invoice.number, "rule_set": invoice_set.rule_set},
        )
        return invoice_set


async def _open(invoice: Invoice, practice: Practice, now: datetime) -> InvoiceSet:
    [payer] = await rows_of(Patient, id=invoice.guarantor_id)
    name = rule_set_name(payer.location, practice)
    invoice_set = InvoiceSet(
        guarantor_id=payer.id,
        location=payer.location,
        rule_set=name,
        plan=frozen(practice.rule_sets[name]),
        enrolled_at=now,
    )
    invoice_set.next_send_at = time_of_step(invoice_set, 0, practice=practice, now=now)
    await add_rows([invoice_set])
    return invoice_set


def rule_set_name(location: str, practice: Practice) -> str:
    return practice.locations[location].rule_set or practice.rule_set


async def settle_if_nothing_is_owed(invoice_set_id: int, *, paid: bool, now: datetime) -> None:
    """The last invoice is paid (or void): the set closes, and nothing that was already queued leaves."""
    async with change(now) as told:
        [invoice_set] = await rows_of(InvoiceSet, lock=True, id=invoice_set_id)
        if invoice_set.status not in (*CHASED, "collections") or await outstanding_cents(invoice_set_id):
            return
        await fire(
            invoice_set,
            "settle" if paid or invoice_set.status == "collections" else "cancel",
            machine=INVOICE_SET,
            actor=CLOCK,
            told=told,
            next_send_at=None,
            held_until=None,
            hold_reason=None,
            trouble=None,
            fix=None,
        )
        await drop_queued(invoice_set_id, told)


async def hold_for_bank(guarantor: int, *, under_way: bool, practice: Practice, now: datetime) -> None:
    """While a bank payment is under way nobody is reminded; when it fails, the sequence goes on."""
    async with change(now) as told:
        for invoice_set in await rows_of(InvoiceSet, lock=True, guarantor_id=guarantor, status__in=CHASED):
            if under_way:
                await hold(invoice_set, PAYMENT_UNDER_WAY, now + BANK_TAKES, told)
            elif invoice_set.hold_reason == PAYMENT_UNDER_WAY:
                await release(invoice_set, told, practice=practice)


async def hold(invoice_set: InvoiceSet, reason: str, until: datetime, told: Change) -> None:
    if invoice_set.held_until is not None and invoice_set.held_until > until:
        return
    await change_row(invoice_set, {"held_until": until, "hold_reason": reason})
    _tell_hold("set.held", invoice_set, told, {"reason": reason, "until": until.isoformat()})


async def release(invoice_set: InvoiceSet, told: Change, *, practice: Practice, because: str | None = None) -> None:
    """The step that was waiting is due again when it would have been."""
    due = time_of_step(invoice_set, invoice_set.step, practice=practice, now=told.now)
    await change_row(invoice_set, {"held_until": None, "hold_reason": None})
    await change_row(invoice_set, {"next_send_at": due}, status__in=SENDING)
    _tell_hold("set.hold_released", invoice_set, told, {"reason": because} if because else {})


def _tell_hold(kind: str, invoice_set: InvoiceSet, told: Change, after: dict[str, str]) -> None:
    told.tell(
        kind,
        f"set:{invoice_set.id}",
        actor=CLOCK,
        location=invoice_set.location,
        guarantor=invoice_set.guarantor_id,
        invoice_set=invoice_set.id,
        after=after,
    )


async def drop_queued(invoice_set_id: int, told: Change) -> int:
    """What a paid, paused or changed set had queued stays here."""
    dropped = {"status": "dropped", "settled_at": told.now}
    return await change_rows(Message, dropped, invoice_set_id=invoice_set_id, purpose="reminder", status="queued")
