"""Payments: taken for whatever is owed, listed, taken back, given back; and the credit they leave."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from billing.cancels import cancel_payment
from billing.credit import apply_credit
from billing.patients import patient_by
from billing.payments import METHODS, MoneyIn, record_payment
from billing.refunds import refund_payment
from domain.errors import not_found
from domain.payment import PAYMENT
from handlers.api.body import Body, NoQuery
from handlers.api.fields import Cents, Day, ExternalId, Id, OneOf, Place, Reason, Short, Told, Words, a_status_of
from handlers.api.invoice_answer import PaymentAnswer, shown_payment, shown_payments
from handlers.api.operation import Call, Created
from handlers.api.paging import Listed, Page, page_of
from models.finding import ids_of
from models.money import Payment


class MoneyBody(Body):
    amount_cents: Cents
    method: Annotated[str, OneOf(METHODS)]
    date: Day
    reference: Annotated[str, Words(120, least=0)] = ""
    notes: Annotated[str, Words(2000, least=0)] = ""
    group: Annotated[str, Words(60, least=0), Field(description="What was handed over together bears one name.")] = ""

    def money(self, guarantor: int | None, currency: str, location: str | None = None) -> MoneyIn:
        return MoneyIn(
            guarantor=guarantor,
            amount_cents=self.amount_cents,
            currency=currency,
            method=self.method,
            on=self.date,
            reference=self.reference,
            notes=self.notes,
            group=self.group,
            location=location,
        )


class PartBody(Body):
    invoice: Id
    amount_cents: Cents


class TakeBody(MoneyBody):
    to: Annotated[
        tuple[PartBody, ...] | None,
        Field(min_length=1, max_length=200, description="These invoices exactly; the oldest first, if left out."),
    ] = None
    location: Place | None = None


class ReasonBody(Body):
    reason: Reason


class RefundBody(Body):
    amount_cents: Cents
    reason: Reason
    disposition: Annotated[
        Literal["settled", "reopen", "from_credit"] | None,
        Field(description="Whether the balance stays or rises; as the practice has chosen, if left out."),
    ] = None
    recorded_only: Annotated[bool, Field(description="The money has gone back already, by another way.")] = False


class CreditBody(Body):
    invoice: Id | None = None
    amount_cents: Annotated[Cents | None, Field(description="All that can be used, if left out.")] = None


class WhichPayments(Page):
    status: tuple[Annotated[str, a_status_of(PAYMENT)], ...] = ()
    guarantor: ExternalId | None = None
    group: Short | None = None


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """Money on its way back. Through a processor it is pending until that has said so."""

    id: int
    payment: int
    amount_cents: Told
    disposition: str | None
    reason: str
    status: Annotated[str, OneOf(("pending", "done", "failed", "unanswered"))]
    created_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class CreditAnswer:
    """How much credit was used."""

    used_cents: Told


async def take(call: Call[TakeBody]) -> Created[PaymentAnswer]:
    """Record a payment of a guarantor's."""
    asked, payer = call.asked, await patient_by(call.external_id)
    payment, _ = await record_payment(
        asked.money(payer.id, call.practice.currency, asked.location),
        to=[(part.invoice, part.amount_cents) for part in asked.to] if asked.to else None,
        practice=call.practice,
        actor=call.actor,
        now=call.now,
    )
    return Created(await shown_payment(payment))


async def use_credit(call: Call[CreditBody]) -> CreditAnswer:
    """Use a guarantor's credit for one invoice, or for everything open, oldest first."""
    asked, payer = call.asked, await patient_by(call.external_id)
    used = await apply_credit(
        payer.id, invoice=asked.invoice, amount=asked.amount_cents, practice=call.practice, actor=call.actor,
        now=call.now,
    )  # fmt: skip
    return CreditAnswer(used)


async def show(call: Call[NoQuery]) -> PaymentAnswer:
    """Show a payment."""
    return await _told(call)


async def list_them(call: Call[WhichPayments]) -> Listed[PaymentAnswer]:
    """List payments."""
    rows, which = Payment.all(), call.asked
    if which.status:
        rows = rows.filter(status__in=which.status)
    if which.guarantor is not None:
        rows = rows.filter(guarantor_id__in=await ids_of(which.guarantor))
    if which.group is not None:
        rows = rows.filter(group=which.group)
    return await page_of(rows, which, shown_payments)


async def cancel(call: Call[ReasonBody]) -> PaymentAnswer:
    """Take back a payment that was recorded by mistake: the balance rises again."""
    number = call.id("payment")
    await cancel_payment(number, reason=call.asked.reason, practice=call.practice, actor=call.actor, now=call.now)
    return await _told(call)


async def refund(call: Call[RefundBody]) -> Created[RefundAnswer]:
    """Give money back."""
    asked, number = call.asked, call.id("payment")
    made = await refund_payment(
        number,
        amount=asked.amount_cents,
        reason=asked.reason,
        disposition=asked.disposition,
        recorded_only=asked.recorded_only,
        practice=call.practice,
        actor=call.actor,
        now=call.now,
    )
    names = RefundAnswer.__dataclass_fields__.keys() - {"payment"}
    return Created(RefundAnswer(payment=number, **{name: getattr(made, name) for name in names}))


async def _told(call: Call[Body | NoQuery]) -> PaymentAnswer:
    number = call.id("payment")
    payment = await Payment.get_or_none(id=number)
    if payment is None:
        raise not_found("payment", number)
    return await shown_payment(payment)
