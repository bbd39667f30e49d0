"""Refunds: money that goes back to a patient, and what that does to the balance. Asking the processor is `pay_back`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from billing.books import held_in_order
from billing.cash_register import refuse_if_closed
from billing.returns import held_payment, take_back
from billing.shares import Shares, as_allocated, shares_of
from domain import ledger
from domain.access import Actor
from domain.errors import Refusal, invalid
from domain.money import plain
from domain.payment import PAYMENT
from domain.practice import Practice
from domain.refunds import Asked, RefundPlan, plan_refund
from models.by_hand import rows_of
from models.change import Change, change
from models.firing import fire
from models.invoices import Invoice
from models.money import Payment, Refund


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a refund would do: the payer's credit and each invoice's balance, before and after."""

    plan: RefundPlan
    credit_cents: tuple[int, int]
    balances: dict[str, tuple[int, int]]


async def foresee_refund(payment_id: int, *, amount: int, disposition: Asked | None, practice: Practice) -> Foreseen:
    """What people see before they refund."""
    payment = await Payment.get(id=payment_id).prefetch_related("guarantor")
    plan = await _plan(payment, amount, disposition, practice)
    rises = await _rises(payment, plan)
    invoices = await Invoice.filter(id__in=list(rises)).order_by("id")
    balances = {i.number or "": (i.balance_cents, i.balance_cents + rises[i.id]) for i in invoices}
    credit = payment.guarantor.credit_cents
    return Foreseen(plan, (credit, credit - plan.from_credit_cents), balances)


async def _rises(payment: Payment, plan: RefundPlan) -> dict[int, int]:
    """By how much each invoice's balance rises; what had been recovered is written off again, so it doesn't."""
    recovered = {share.invoice_id: share.recovered_cents for share in await shares_of(payment)}
    reopens = plan.disposition == "reopen"
    return {number: max(0, cents - recovered[number]) * reopens for number, cents in plan.parts}


async def refund_payment(
    payment_id: int,
    *,
    amount: int,
    reason: str,
    practice: Practice,
    actor: Actor,
    now: datetime,
    disposition: Asked | None = None,
    recorded_only: bool = False,
    seen_version: int | None = None,
) -> Refund:
    """Give money back. A processor's payment goes back through the processor, and is booked when that has said so;
    any other (or one that was given back by hand, `recorded_only`) is booked at once."""
    async with change(now) as told:
        payment = await held_payment(payment_id)
        PAYMENT.fire("refund", status=payment.status, before=None, actor=actor, location=payment.location)
        if seen_version not in (None, payment.version):
            raise Refusal("stale", "This payment has changed since you looked. Look again, then decide.")
        await _refuse_what_is_under_way(payment, amount)
        await _plan(payment, amount, disposition, practice)
        refund = await Refund.create(
            ref=uuid4().hex,
            payment=payment,
            amount_cents=amount,
            disposition=disposition,
            reason=reason,
            status="pending",
            parts=[],
            asked_by=f"{actor.kind}:{actor.id}"[:120],
            created_at=now,
            due_at=now,
        )
        if payment.processor and not recorded_only:
            _tell(payment, "refund_asked", told, actor, {"amount_cents": amount, "reason": reason})
        else:
            await book_refund(refund, payment, told, practice=practice, actor=actor)
        return refund


async def _refuse_what_is_under_way(payment: Payment, amount: int) -> None:
    """What is on its way back already cannot be sent a second time."""
    under_way = sum(refund.amount_cents for refund in await rows_of(Refund, payment_id=payment.id, status="pending"))
    left = payment.amount_cents - payment.returned_cents - under_way
    if under_way and amount > left:
        most, going = plain(max(left, 0), payment.currency), plain(under_way, payment.currency)
        raise invalid(f"{going} of this payment is on its way back already; {most} is left.", "amount_cents")


async def _plan(payment: Payment, amount: int, asked: Asked | None, practice: Practice) -> RefundPlan:
    return plan_refund(
        amount,
        asked=asked,
        otherwise=practice.refunds,
        unapplied_cents=payment.unapplied_cents,
        shares=as_allocated(await shares_of(payment)),
        currency=payment.currency,
    )


async def book_refund(refund: Refund, payment: Payment, told: Change, *, practice: Practice, actor: Actor) -> None:
    """The money is out: off its invoices, out of the credit, and the payment says so. The payment is under lock.

    A processor says so late: credit that was to go back may be on an invoice by then, or the payment disputed. It is
    booked all the same.
    """
    if payment.method == "cash":
        await refuse_if_closed(payment.location, practice.today(payment.location, told.now))
    asked: Asked | None = None if refund.disposition == "from_credit" else refund.disposition  # type: ignore[assignment]
    plan = await _plan(payment, refund.amount_cents, asked, practice)
    whole = payment.returned_cents + refund.amount_cents == payment.amount_cents and payment.status != "disputed"
    await fire(
        payment,
        "refund" if whole else "refund_part",
        machine=PAYMENT,
        actor=actor,
        told=told,
        facts={"amount_cents": refund.amount_cents, "reason": refund.reason, "disposition": plan.disposition,
               "from_credit_cents": plan.from_credit_cents, "refund": refund.id},
    )  # fmt: skip
    shares = Shares(payment, practice, told)
    await take_back(shares, plan.parts, then=plan.disposition)
    shares.give_back("refund", ledger.give_back(refund.amount_cents))
    await shares.write()
    refund.status, refund.done_at = "done", told.now
    refund.disposition = plan.disposition if plan.parts else "from_credit"
    refund.parts = [{"invoice": number, "cents": cents} for number, cents in plan.parts]
    await refund.save()


async def refund_came_back(refund: Refund, payment: Payment, told: Change, *, practice: Practice, actor: Actor) -> None:
    """A refund that was booked did not arrive: the money is here again, as the payer's credit."""
    move = "return_refund" if payment.status == "refunded" else "return_part"
    await fire(payment, move, machine=PAYMENT, actor=actor, told=told,
               facts={"amount_cents": refund.amount_cents, "refund": refund.id})  # fmt: skip
    shares = Shares(payment, practice, told)
    shares.give_back("refund_returned", ledger.reverse(ledger.give_back(refund.amount_cents)))
    if refund.disposition == "reopen":
        invoices = {i.id: i for i in await held_in_order(id__in=[part["invoice"] for part in refund.parts])}
        for part in refund.parts:
            invoice = invoices[part["invoice"]]
            if cents := min(part["cents"], invoice.balance_cents):
                await shares.put_on(invoice, cents)
    await shares.write()
    refund.status = "failed"
    await refund.save()


def _tell(payment: Payment, what: str, told: Change, actor: Actor, facts: dict[str, object]) -> None:
    told.tell(
        f"payment.{what}",
        f"payment:{payment.id}",
        actor=actor,
        location=payment.location,
        guarantor=payment.guarantor_id,
        after=facts,
    )
