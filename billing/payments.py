"""Money that comes in: recorded once, applied oldest first, settled in the same breath."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from tortoise.exceptions import IntegrityError

from billing.books import book, held_in_order, move_balance
from domain import ledger
from domain.access import CLOCK, Actor
from domain.errors import Refusal, invalid, not_found
from domain.invoice import INVOICE, OPEN
from domain.money import MOST_CENTS
from models.change import Change, change
from models.firing import fire
from models.invoices import Invoice
from models.money import Payment, PaymentShare
from models.people import Patient

EARLIEST_ZONE = timedelta(hours=14)
"""Where the day begins first: later than there it is nowhere."""
METHODS = ("cash", "card", "check", "ach", "bank_transfer", "card_on_file", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyIn:
    """Money as it came in: from whom, how much, how, and who vouches for it."""

    guarantor: int
    amount_cents: int
    currency: str
    method: str
    on: date
    reference: str = ""
    notes: str = ""
    processor: str | None = None
    processor_id: str | None = None


async def record_payment(
    money: MoneyIn, *, actor: Actor, now: datetime, invoice_first: int | None = None
) -> tuple[Payment, bool]:
    """Record a payment and apply it, oldest invoice first (or a chosen one before all). A processor's payment that is
    recorded already is given back as it is; says also whether it is new. What is left over stays as credit."""
    _check(money, now)
    async with change(now) as told:
        if money.processor:
            known = await Payment.get_or_none(processor=money.processor, processor_id=money.processor_id)
            if known is not None:
                return known, False
        payer = await Patient.get_or_none(id=money.guarantor)
        if payer is None:
            raise not_found("guarantor", money.guarantor)
        if actor.kind == "person" and not actor.may("biller", payer.location):
            raise Refusal("forbidden", "Recording a payment needs the role biller at this location.", status=403)
        await _refuse_unless_payable(invoice_first)
        payment = await _keep(money, payer, told, actor)
        await _apply(payment, told, on=money.on, invoice_first=invoice_first)
        return payment, True


def _check(money: MoneyIn, now: datetime) -> None:
    if money.amount_cents <= 0:
        raise invalid("A payment is more than zero; money going back is a refund.", "amount_cents")
    if money.amount_cents > MOST_CENTS:
        raise invalid("That is more than one payment can be.", "amount_cents")
    if money.method not in METHODS:
        raise invalid(f"A payment is made by {', '.join(METHODS)}.", "method")
    if money.on > (now + EARLIEST_ZONE).date():
        raise invalid("A payment that has come in cannot lie in the future.", "date")
    if money.on.year < 1990:
        raise invalid(f"A payment in {money.on.year} is surely a slip.", "date")


async def _refuse_unless_payable(invoice_id: int | None) -> None:
    """A payment meant for one invoice: not before that is sent, nor when it is void."""
    invoice = await Invoice.get_or_none(id=invoice_id) if invoice_id else None
    if invoice is not None and invoice.status in ("draft", "void"):
        name, status = invoice.number or "This draft", INVOICE.states[invoice.status].lower()
        raise Refusal("not_payable", f"{name} is {status}: nothing can be paid on it.")


async def _keep(money: MoneyIn, payer: Patient, told: Change, actor: Actor) -> Payment:
    facts = asdict(money) | {"guarantor": payer, "received_on": money.on}
    del facts["on"]
    try:
        payment = await Payment.create(location=payer.location, created_at=told.now, **facts)
    except IntegrityError as twice:
        raise Refusal("payment_known", "This payment is being recorded at this very moment.") from twice
    await book(
        "payment",
        ledger.receive(money.amount_cents),
        guarantor=payer.id,
        location=payer.location,
        on=money.on,
        now=told.now,
        payment=payment.id,
    )
    told.tell(
        "payment.recorded",
        f"payment:{payment.id}",
        actor=actor,
        location=payer.location,
        guarantor=payer.id,
        after={"amount_cents": money.amount_cents, "method": money.method},
    )
    return payment


async def _apply(payment: Payment, told: Change, *, on: date, invoice_first: int | None) -> None:
    owed = [i for i in await held_in_order(guarantor_id=payment.guarantor_id, status__in=OPEN) if i.balance_cents > 0]
    owed.sort(key=lambda i: (i.id != invoice_first, i.due_date or on, i.id))
    by_id = {invoice.id: invoice for invoice in owed}
    for invoice_id, cents in ledger.oldest_first(payment.amount_cents, [(i.id, i.balance_cents) for i in owed]):
        await _apply_to(by_id[invoice_id], cents, payment, told, on=on)


async def _apply_to(invoice: Invoice, cents: int, payment: Payment, told: Change, *, on: date) -> None:
    await PaymentShare.create(payment=payment, invoice=invoice, amount_cents=cents)
    await book(
        "apply",
        ledger.apply(invoice.id, cents),
        guarantor=payment.guarantor_id,
        location=invoice.location,
        on=on,
        now=told.now,
        payment=payment.id,
    )
    before = invoice.balance_cents
    await move_balance(invoice, paid=cents)
    told.tell(
        "invoice.paid_on",
        f"invoice:{invoice.id}",
        actor=CLOCK,
        location=invoice.location,
        guarantor=invoice.guarantor_id,
        invoice_set=invoice.invoice_set_id,
        before={"balance_cents": before},
        after={"balance_cents": invoice.balance_cents, "payment": payment.id},
    )
    if invoice.balance_cents == 0:
        await fire(invoice, "settle", machine=INVOICE, actor=CLOCK, told=told, paid_at=told.now)
