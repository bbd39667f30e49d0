"""Disputes: a payer's bank takes a payment back, and gives it again or not. Opened, won and lost are each booked."""

from datetime import datetime

from billing.returns import held_payment, take_back
from billing.shares import Shares, as_allocated, shares_of
from domain import ledger
from domain.access import Actor, vendor
from domain.allocation import newest_first
from domain.errors import Refusal
from domain.payment import PAYMENT
from domain.ports import CardEvent
from domain.practice import Practice
from models.by_hand import row_of, rows_of
from models.change import Change, change
from models.firing import fire
from models.money import Dispute, Payment

ENDS = {"dispute_won": "won", "dispute_lost": "lost"}


async def follow_dispute(event: CardEvent, *, processor: str, practice: Practice, now: datetime) -> None:
    """A processor's word on a dispute; the end may come before the beginning, and each of them twice."""
    async with change(now) as told:
        known = await row_of(Payment, processor=processor, processor_id=event.processor_id)
        if known is None:
            raise Refusal("payment_unknown", "The disputed payment is not in the books yet.")
        payment, who = await held_payment(known.id), vendor(processor)
        dispute = await row_of(Dispute, processor_id=event.return_id)
        if dispute is None:
            dispute = await _open(event, payment, told, practice, who)
        if event.kind in ENDS and dispute.status == "open":
            await _close(dispute, payment, told, practice, who, won=event.kind == "dispute_won")


async def _open(event: CardEvent, payment: Payment, told: Change, practice: Practice, who: Actor) -> Dispute:
    """The bank has the money for now; nothing is owed again before it is decided. What it takes beyond what is left of
    the payment is not the patient's affair: `taken_cents` tells people of it."""
    others = await rows_of(Dispute, payment_id=payment.id, status="open")
    taken = sum(other.amount_cents for other in others)
    cents = min(event.amount_cents, payment.amount_cents - payment.returned_cents - taken)
    facts = {
        "dispute": event.return_id,
        "amount_cents": cents,
        "taken_cents": event.amount_cents,
        "reason": event.sentence or "",
    }
    move = "dispute_more" if others else "dispute"
    await fire(payment, move, machine=PAYMENT, actor=who, told=told, facts=facts)
    shares = Shares(payment, practice, told)
    shares.give_back("dispute_opened", ledger.dispute_opened(cents) if cents else [])
    await shares.write()
    return await Dispute.create(
        payment=payment,
        processor_id=event.return_id,
        amount_cents=cents,
        status="open",
        reason=(event.sentence or "")[:300],
        opened_at=told.now,
    )


async def _close(
    dispute: Dispute, payment: Payment, told: Change, practice: Practice, who: Actor, *, won: bool
) -> None:
    """Of what has been refunded since it was opened nothing can be lost again: to the books the bank has let go of it,
    and `taken_cents` tells people that it has not."""
    taken, left = dispute.amount_cents, payment.amount_cents - payment.returned_cents
    cents = taken if won else min(taken, left)
    facts = {"dispute": dispute.processor_id, "amount_cents": cents, "taken_cents": taken}
    move = await _ending(payment, dispute, left - (0 if won else cents), won=won)
    await fire(payment, move, machine=PAYMENT, actor=who, told=told, facts=facts)
    shares = Shares(payment, practice, told)
    if kept := taken if won else taken - cents:
        shares.give_back("dispute_won", ledger.dispute_won(kept))
    if cents and not won:
        applied = as_allocated(await shares_of(payment))
        await take_back(shares, newest_first(max(0, cents - payment.unapplied_cents), applied), then="reopen")
        shares.give_back("dispute_lost", ledger.dispute_lost(cents))
    await shares.write()
    dispute.status, dispute.closed_at = ("won" if won else "lost"), told.now
    await dispute.save(update_fields=["status", "closed_at"])


async def _ending(payment: Payment, dispute: Dispute, left: int, *, won: bool) -> str:
    """By what is left of the payment then: while another dispute is open it stays disputed; of one that is lost in part
    the rest can still be refunded."""
    if await Dispute.filter(payment_id=payment.id, status="open").exclude(id=dispute.id).exists():
        return "win_one" if won else "lose_one"
    if won:
        return "win" if left else "win_refunded"
    return "lose_part" if left else "lose"
