"""Presses on Pay: a checkout at the processor for what is owed now, and what the processor says became of it."""

from datetime import datetime, timedelta
from uuid import uuid4

from billing.disputes import follow_dispute
from billing.paying_back import follow_refund
from billing.payments import MoneyIn, record_payment
from domain.access import CLOCK, vendor
from domain.errors import Refusal, invalid
from domain.invoice import OPEN
from domain.ports import CardEvent, Checkout, CheckoutRequest, Ports
from domain.practice import Practice
from models.by_hand import add_row, change_row, row_of, rows_of
from models.change import change
from models.invoices import Invoice
from models.money import CheckoutAttempt
from models.people import Patient

OPEN_FOR = timedelta(hours=1)
AT_LEAST_CENTS = 50
"""What Stripe accepts at the least."""


async def owed_cents(guarantor: int) -> int:
    return sum(invoice.balance_cents for invoice in await rows_of(Invoice, guarantor_id=guarantor, status__in=OPEN))


async def open_checkout(
    guarantor: int, *, amount_cents: int | None, practice: Practice, ports: Ports, back_url: str
) -> Checkout:
    """Open a checkout for this amount (or everything); the amount is checked against the balance as it is now."""
    if ports.cards is None:
        raise Refusal("cards_off", practice.payment_instructions or "Card payment is not set up; call the clinic.")
    owed, now = await owed_cents(guarantor), ports.clock.now()
    cents = owed if amount_cents is None else amount_cents
    if owed <= 0:
        raise Refusal("nothing_owed", "Nothing is owed any more. Thank you!")
    if not min(AT_LEAST_CENTS, owed) <= cents <= owed:
        raise invalid("Choose an amount up to what is owed.", "amount")
    [payer] = await rows_of(Patient, id=guarantor)
    attempt = await add_row(
        CheckoutAttempt,
        ref=uuid4().hex,
        guarantor_id=payer.id,
        amount_cents=cents,
        currency=practice.currency,
        created_at=now,
        expires_at=now + OPEN_FOR,
    )
    opened = await ports.cards.open_checkout(
        CheckoutRequest(
            ref=attempt.ref,
            amount_cents=cents,
            currency=practice.currency,
            description=f"Payment to {practice.name}",
            success_url=f"{back_url}/thanks",
            cancel_url=f"{back_url}?said=payment_cancelled",
            expires_at=attempt.expires_at,
            customer_email=payer.email,
            locale=payer.locale,
        )
    )
    await change_row(attempt, {"processor_id": opened.processor_id})
    return opened


async def follow_card_event(event: CardEvent, *, processor: str, practice: Practice, now: datetime) -> None:
    """Book what a processor's webhook says. Twice, late and out of order all end the same."""
    attempt = await row_of(CheckoutAttempt, ref=event.ref) if event.ref else None
    if event.kind == "paid" and attempt is not None:
        await _paid(event, attempt, processor=processor, practice=practice, now=now)
    elif event.kind in ("processing", "failed", "expired") and attempt is not None:
        await _note(event, attempt, now=now)
    elif event.kind in ("refunded", "refund_failed"):
        await follow_refund(event, processor=processor, practice=practice, now=now)
    elif event.kind in ("dispute_opened", "dispute_won", "dispute_lost"):
        await follow_dispute(event, processor=processor, practice=practice, now=now)
    else:
        await _needs_a_person(event, attempt, processor=processor, now=now)


async def _paid(
    event: CardEvent, attempt: CheckoutAttempt, *, processor: str, practice: Practice, now: datetime
) -> None:
    [payer] = await rows_of(Patient, id=attempt.guarantor_id)
    async with change(now):
        money = MoneyIn(
            guarantor=payer.id,
            amount_cents=event.amount_cents,
            currency=event.currency,
            method=event.method,
            on=event.occurred_at.astimezone(practice.locations[payer.location].zone).date(),
            processor=processor,
            processor_id=event.processor_id,
        )
        await record_payment(money, practice=practice, actor=vendor(processor), now=now)
        await change_row(attempt, {"status": "paid"})


async def _note(event: CardEvent, attempt: CheckoutAttempt, *, now: datetime) -> None:
    """A checkout that is paid stays paid, whatever comes late."""
    async with change(now) as told:
        moved = (
            await CheckoutAttempt.filter(id=attempt.id)
            .exclude(status__in=("paid", event.kind))
            .update(status=event.kind)
        )
        if moved and event.kind != "expired":
            [payer] = await rows_of(Patient, id=attempt.guarantor_id)
            told.tell(
                f"checkout.{event.kind}",
                f"checkout:{attempt.id}",
                actor=CLOCK,
                location=payer.location,
                guarantor=payer.id,
                after={"amount_cents": attempt.amount_cents, "reason": event.sentence or ""},
            )


async def _needs_a_person(event: CardEvent, attempt: CheckoutAttempt | None, *, processor: str, now: datetime) -> None:
    """Money that no press of ours led to: staff decide what it means to the books."""
    payer = await row_of(Patient, id=attempt.guarantor_id) if attempt else None
    async with change(now) as told:
        told.tell(
            "processor.needs_person",
            f"processor:{event.processor_id}"[:60],
            actor=vendor(processor),
            location=payer.location if payer else "",
            guarantor=payer.id if payer else None,
            after={"what": event.kind, "amount_cents": event.amount_cents, "processor_id": event.processor_id},
        )
