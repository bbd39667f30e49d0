"""Money of the sample's patients that goes back: cancelled, refunded, or disputed at their bank."""

from collections.abc import Mapping
from datetime import datetime

from billing.cancels import cancel_payment
from billing.checkouts import follow_card_event
from billing.refunds import refund_payment
from domain.ports import CardEvent, CardEventKind
from duesday.sample.deeds import Deed
from duesday.sample.people import DANA
from duesday.sample.telling.stage import Stage, Tell, newest, payer_of
from models.money import Payment

STRIPE = "stripe"
SOME = 2_000
DISPUTES: Mapping[str, CardEventKind] = {
    "opened": "dispute_opened", "won": "dispute_won", "lost": "dispute_lost",
}  # fmt: skip


async def has_a_payment_cancelled(stage: Stage, deed: Deed, now: datetime) -> None:
    payment = await _payment(deed)
    await cancel_payment(payment.id, reason=deed.said[0], practice=stage.practice, actor=DANA, now=now)


async def is_refunded(stage: Stage, deed: Deed, now: datetime) -> None:
    payment, (disposition, much) = await _payment(deed), deed.said
    await refund_payment(
        payment.id,
        amount=payment.amount_cents if much == "all" else SOME,
        disposition=disposition,  # type: ignore[arg-type]  # it is one of the three
        reason="Billed more than was agreed.",
        practice=stage.practice,
        actor=DANA,
        now=now,
    )


async def is_refunded_at_the_processor(stage: Stage, deed: Deed, now: datetime) -> None:
    await _hear(stage, await _payment(deed), "refunded", now, cents=SOME, back=f"re_{deed.who}")


async def disputes(stage: Stage, deed: Deed, now: datetime) -> None:
    """What a payer's bank makes of a payment by card: opened, won or lost."""
    payment = await _payment(deed)
    kind = DISPUTES[deed.said[0]]
    await _hear(stage, payment, kind, now, cents=payment.amount_cents, back=f"dp_{deed.who}")


async def _payment(deed: Deed) -> Payment:
    payer = await payer_of(deed)
    return await newest(Payment.filter(guarantor_id=payer.id))


async def _hear(stage: Stage, payment: Payment, kind: CardEventKind, now: datetime, *, cents: int, back: str) -> None:
    """The verb that the processor's webhooks lead to."""
    event = CardEvent(
        kind=kind,
        processor_id=payment.processor_id or "",
        ref=None,
        amount_cents=cents,
        currency=payment.currency,
        occurred_at=now,
        sentence="The cardholder does not recognize the payment." if kind in DISPUTES.values() else None,
        return_id=back,
    )
    await follow_card_event(event, processor=STRIPE, practice=stage.practice, now=now)


DEEDS: Mapping[str, Tell] = {
    "has a payment cancelled": has_a_payment_cancelled,
    "is refunded": is_refunded,
    "is refunded at the processor": is_refunded_at_the_processor,
    "disputes": disputes,
}
