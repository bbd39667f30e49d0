"""Money that comes in: recorded once, applied oldest first or as told, settled in the same breath."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise.exceptions import IntegrityError

from billing.books import held_in_order, held_payer, held_payer_of
from billing.cash_register import refuse_if_closed
from billing.recoveries import recover
from billing.shares import Shares
from domain.access import Actor, require
from domain.allocation import Share, as_told, oldest_first
from domain.errors import Refusal, invalid, not_found
from domain.invoice import INVOICE, OPEN
from domain.money import MOST_CENTS
from domain.practice import Practice
from models.by_hand import add_row, row_of
from models.change import Change, change
from models.invoices import Invoice
from models.money import Payment
from models.people import Patient

EARLIEST_ZONE = timedelta(hours=14)
"""Where the day begins first: later than there it is nowhere."""
METHODS = ("cash", "card", "check", "ach", "bank_transfer", "card_on_file", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyIn:
    """Money as it came in: from whom, how much, how, and who vouches for it."""

    guarantor: int | None = None
    """Whoever owes the invoice that is paid first, if nobody is said."""
    amount_cents: int
    currency: str
    method: str
    on: date
    reference: str = ""
    notes: str = ""
    group: str = ""
    location: str | None = None
    """Where it was taken; the payer's own clinic, if nothing is said."""
    processor: str | None = None
    processor_id: str | None = None


async def record_payment(
    money: MoneyIn,
    *,
    practice: Practice,
    actor: Actor,
    now: datetime,
    invoice_first: int | None = None,
    to: Sequence[Share] | None = None,
) -> tuple[Payment, bool]:
    """Record a payment and apply it: `to` these invoices exactly, or oldest first (a chosen one before all), then to
    what had been written off whole. What is left over stays as credit. A processor's payment that is recorded already
    is given back as it is; says also whether it is new."""
    _check(money, practice, now)
    async with change(now) as told:
        payer = await _payer(money.guarantor, invoice_first)
        location = money.location or payer.location
        require(actor, "biller", location, "Recording a payment")
        if money.processor:
            known = await row_of(Payment, processor=money.processor, processor_id=money.processor_id)
            if known is not None:
                return known, False
        if money.method == "cash":
            await refuse_if_closed(location, money.on)
        owed = await _owed(payer, invoice_first, money.currency)
        falls = _falls(money, owed, to)
        leftover = money.amount_cents - sum(cents for _, cents in falls)
        payment = await _keep(money, payer, location, told, actor, unapplied=leftover)
        shares = Shares(payment, practice, told)
        payment.unapplied_cents = 0
        shares.receive()
        by_id = {invoice.id: invoice for invoice in owed}
        for invoice_id, cents in falls:
            await shares.put_on(by_id[invoice_id], cents)
        if to is None and payment.unapplied_cents:
            await recover(shares)
        payment.applied = {invoice_id: cents for invoice_id, (cents, _) in shares.put.items()}
        await shares.write()
        return payment, True


def _check(money: MoneyIn, practice: Practice, now: datetime) -> None:
    if money.amount_cents <= 0:
        raise invalid("A payment is more than zero; money going back is a refund.", "amount_cents")
    if money.amount_cents > MOST_CENTS:
        raise invalid("That is more than one payment can be.", "amount_cents")
    if money.currency != practice.currency:
        raise invalid(f"The books are kept in {practice.currency}, not in {money.currency}.", "currency")
    if money.method not in METHODS:
        raise invalid(f"A payment is made by {', '.join(METHODS)}.", "method")
    if money.location is not None and money.location not in practice.locations:
        raise invalid(f"There is no location “{money.location[:60]}” in app.yaml.", "location")
    if money.on > (now + EARLIEST_ZONE).date():
        raise invalid("A payment that has come in cannot lie in the future.", "date")
    if money.on.year < 1990:
        raise invalid(f"A payment in {money.on.year} is surely a slip.", "date")


async def _payer(guarantor: int | None, invoice_first: int | None) -> Patient:
    if guarantor is None and invoice_first is not None:
        return await held_payer_of(invoice_first)
    payer = await held_payer(guarantor) if guarantor is not None else None
    if payer is None:
        raise not_found("guarantor", guarantor)
    return payer


async def _owed(payer: Patient, invoice_first: int | None, currency: str) -> list[Invoice]:
    """What is open, under lock, in the order in which money falls on it."""
    owed = [i for i in await held_in_order(guarantor_id=payer.id, status__in=OPEN) if i.balance_cents > 0]
    if invoice_first is not None and invoice_first not in {invoice.id for invoice in owed}:
        await _refuse_unless_payable(invoice_first, payer)
    if any(invoice.id == invoice_first and invoice.currency != currency for invoice in owed):
        raise invalid(f"This invoice is not in {currency}.", "currency")
    return sorted(owed, key=lambda i: (i.id != invoice_first, i.due_date or date.max, i.id))


async def _refuse_unless_payable(invoice_id: int, payer: Patient) -> None:
    """A payment meant for one invoice: not before that is sent, nor when it is void, nor for somebody else's."""
    invoice = await row_of(Invoice, id=invoice_id)
    if invoice is None or invoice.guarantor_id != payer.id:
        raise not_found("invoice of this payer's with the id", invoice_id)
    if invoice.status in ("draft", "void"):
        name, status = invoice.number or "This draft", INVOICE.states[invoice.status].lower()
        raise Refusal("not_payable", f"{name} is {status}: nothing can be paid on it.")


def _falls(money: MoneyIn, owed: Sequence[Invoice], to: Sequence[Share] | None) -> list[Share]:
    balances = [(invoice.id, invoice.balance_cents) for invoice in owed]
    if to is None:
        return oldest_first(money.amount_cents, balances)
    return as_told(money.amount_cents, to, balances, money.currency)


async def _keep(
    money: MoneyIn, payer: Patient, location: str, told: Change, actor: Actor, *, unapplied: int
) -> Payment:
    try:
        payment = await add_row(
            Payment,
            guarantor_id=payer.id,
            location=location,
            amount_cents=money.amount_cents,
            unapplied_cents=unapplied,
            currency=money.currency,
            method=money.method,
            received_on=money.on,
            reference=money.reference,
            notes=money.notes,
            group=money.group,
            processor=money.processor,
            processor_id=money.processor_id,
            created_at=told.now,
        )
    except IntegrityError as twice:
        raise Refusal("payment_known", "This payment is being recorded at this very moment.") from twice
    payment.guarantor = payer
    told.tell(
        "payment.recorded",
        f"payment:{payment.id}",
        actor=actor,
        location=location,
        guarantor=payer.id,
        after={"amount_cents": money.amount_cents, "method": money.method},
    )
    return payment
