"""Cancelling a payment recorded by mistake: the balance goes up again, and the books say that no money came."""

from datetime import datetime

from billing.returns import held_payment, take_back
from billing.shares import Shares, as_allocated, shares_of
from domain import ledger
from domain.access import Actor
from domain.errors import Refusal
from domain.money import plain
from domain.payment import PAYMENT
from domain.practice import Practice
from models.change import change
from models.firing import fire
from models.money import Payment


async def cancel_payment(
    payment_id: int,
    *,
    reason: str,
    practice: Practice,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> Payment:
    """Take a payment back whole, wherever its money has gone since. A processor's is refunded, never cancelled."""
    async with change(now) as told:
        payment = await held_payment(payment_id)
        _refuse_unless_cancellable(payment)
        await fire(
            payment,
            "cancel",
            machine=PAYMENT,
            actor=actor,
            told=told,
            seen_version=seen_version,
            facts={"reason": reason, "amount_cents": payment.amount_cents},
        )
        shares = Shares(payment, practice, told)
        await take_back(shares, as_allocated(await shares_of(payment)), then="reopen")
        shares.give_back("cancel_payment", ledger.give_back(payment.amount_cents))
        await shares.write()
        return payment


def _refuse_unless_cancellable(payment: Payment) -> None:
    if payment.processor:
        raise Refusal(
            "processor_payment",
            f"This payment came through {payment.processor.title()}: the money is really there. Refund it instead.",
        )
    if payment.status == "received" and payment.returned_cents:
        returned = plain(payment.returned_cents, payment.currency)
        raise Refusal("has_refunds", f"{returned} of this payment has been refunded, so it was no mistake.")
