"""Refunds through the processor: asked for outside of every transaction, once however often, booked when it says so."""

from datetime import datetime, timedelta
from typing import Literal

from billing.refunds import book_refund, refund_came_back
from billing.returns import held_payment
from domain.access import Actor, vendor
from domain.errors import DoorFault, Refusal
from domain.ports import CardDoor, CardEvent, Ports
from domain.practice import Practice
from models.change import Change, change
from models.claims import claim
from models.money import Payment, Refund

LEASE = timedelta(minutes=2)
BATCH = 20
WAITING = "status = 'pending' AND processor_id IS NULL AND due_at <= $1"
"""What the processor has taken on has its id; how it ends comes by its events."""
LONGEST_WAIT = timedelta(hours=4)
KEY_LIVES = timedelta(days=1)
"""Processors know a key that they have seen for a day. Whoever asks under it later may be given a second refund."""
UNBOOKED = ("pending", "unanswered")


async def pay_back(*, practice: Practice, ports: Ports) -> int:
    """Ask the processor for the refunds that wait for it; how many were asked for."""
    if ports.cards is None:
        return 0
    due = [ports.clock.now()]
    ids = await claim(Refund, due=WAITING, args=due, at=ports.clock.pulse(), lease=LEASE, limit=BATCH)
    for refund in await Refund.filter(id__in=ids).order_by("id").prefetch_related("payment") if ids else ():
        await _ask(refund, ports.cards, practice=practice, now=ports.clock.now())
    return len(ids)


async def _ask(refund: Refund, cards: CardDoor, *, practice: Practice, now: datetime) -> None:
    payment = refund.payment
    who = vendor(payment.processor or "")
    if refund.first_attempt_at is not None and now >= refund.first_attempt_at + KEY_LIVES:
        await _ends(refund.id, "unanswered", "It has given no answer for a day.", who, now)
        return
    await Refund.filter(id=refund.id).update(
        attempts=refund.attempts + 1, first_attempt_at=refund.first_attempt_at or now
    )
    try:
        answer = await cards.refund(
            ref=refund.ref, processor_id=payment.processor_id or "", amount_cents=refund.amount_cents
        )
    except DoorFault as fault:
        if fault.passing or fault.unknown:
            await _again_later(refund, fault, now)
        else:
            await _ends(refund.id, "failed", fault.sentence, who, now)
        return
    await Refund.filter(id=refund.id).update(processor_id=answer.processor_id)
    if answer.done:
        await settle(refund.id, practice=practice, actor=who, now=now)


async def _again_later(refund: Refund, fault: DoorFault, now: datetime) -> None:
    """After 1, 2, 4 … minutes; under the same key, so that it is one refund however often it is asked for."""
    wait = max(timedelta(minutes=2**refund.attempts), timedelta(seconds=fault.retry_after or 0))
    await Refund.filter(id=refund.id).update(due_at=now + min(wait, LONGEST_WAIT), claimed_until=None)


async def settle(refund_id: int, *, practice: Practice, actor: Actor, now: datetime) -> None:
    """The processor has given the money back: book it, once."""
    async with change(now) as told:
        refund = await Refund.get(id=refund_id)
        payment = await held_payment(refund.payment_id)
        refund = await Refund.select_for_update(no_key=True).get(id=refund_id)
        if refund.status == "pending":
            await book_refund(refund, payment, told, practice=practice, actor=actor)


async def _ends(refund_id: int, how: Literal["failed", "unanswered"], why: str, actor: Actor, now: datetime) -> None:
    """Nothing has been booked, and people hear of it."""
    async with change(now) as told:
        refund = await Refund.get(id=refund_id).prefetch_related("payment")
        if not await Refund.filter(id=refund_id, status__in=UNBOOKED).exclude(status=how).update(status=how):
            return
        told.tell(
            f"payment.refund_{how}",
            f"payment:{refund.payment_id}",
            actor=actor,
            location=refund.payment.location,
            guarantor=refund.payment.guarantor_id,
            after={"amount_cents": refund.amount_cents, "reason": why},
        )


async def follow_refund(event: CardEvent, *, processor: str, practice: Practice, now: datetime) -> None:
    """A processor's word on a refund, ours or one made in its dashboard, twice or late."""
    async with change(now) as told:
        known = await Payment.get_or_none(processor=processor, processor_id=event.processor_id)
        if known is None:
            raise Refusal("payment_unknown", "This refund's payment is not in the books yet.")
        payment, who = await held_payment(known.id), vendor(processor)
        refund = await _refund_of(event, payment)
        if event.kind == "refunded":
            refund = refund or await _from_dashboard(event, payment, told, who)
            if refund.status in UNBOOKED:
                await book_refund(refund, payment, told, practice=practice, actor=who)
        elif refund is not None and refund.status == "done":
            await refund_came_back(refund, payment, told, practice=practice, actor=who)
        elif refund is not None:
            why = event.sentence or "The processor could not give the money back."
            await _ends(refund.id, "failed", why, who, now)


async def _refund_of(event: CardEvent, payment: Payment) -> Refund | None:
    """By the processor's id, or by ours, where its answer had been lost."""
    found = await Refund.get_or_none(processor_id=event.return_id)
    if found is None and event.ref:
        found = await Refund.get_or_none(ref=event.ref, payment_id=payment.id)
    if found is not None and found.processor_id is None:
        found.processor_id = event.return_id
        await Refund.filter(id=found.id).update(processor_id=event.return_id)
    return found


async def _from_dashboard(event: CardEvent, payment: Payment, told: Change, who: Actor) -> Refund:
    """Nobody here asked for it, but the money is out: it is booked by the practice's choice, and people hear of it."""
    told.tell(
        "payment.refunded_elsewhere",
        f"payment:{payment.id}",
        actor=who,
        location=payment.location,
        guarantor=payment.guarantor_id,
        after={"amount_cents": event.amount_cents},
    )
    return await Refund.create(
        ref=f"dashboard-{event.return_id}"[:40],
        payment=payment,
        amount_cents=event.amount_cents,
        reason="Refunded in the processor's own dashboard.",
        status="pending",
        processor_id=event.return_id,
        parts=[],
        asked_by="vendor",
        created_at=told.now,
        due_at=told.now,
    )
