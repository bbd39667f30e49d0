"""Instalment plans over what a guarantor owes."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field

from billing.patients import patient_by
from billing.plans import cancel_plan, change_plan, make_plan, parts_of, standing_of
from domain.errors import not_found
from domain.instalments import Part
from domain.plan import PLAN
from handlers.api.body import Body, NoQuery
from handlers.api.fields import Cents, Day, Id, Told, a_status_of
from handlers.api.invoice_answer import external_ids
from handlers.api.operation import Call, Created
from handlers.api.payments import ReasonBody
from models.plans import PaymentPlan, PlanInvoice


class PartBody(Body):
    due_on: Day
    amount_cents: Cents


Parts = Annotated[tuple[PartBody, ...], Field(min_length=1, max_length=400)]


class PartsBody(Body):
    parts: Parts


class PlanBody(PartsBody):
    invoices: Annotated[
        tuple[Id, ...] | None, Field(min_length=1, max_length=200, description="All that is open, if left out.")
    ] = None


@dataclass(frozen=True, slots=True)
class InstalmentAnswer:
    due_on: date
    amount_cents: Told
    open_cents: Told


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """A balance parted over dates. Money covers the parts in their order."""

    id: int
    guarantor: str
    status: Annotated[str, a_status_of(PLAN)]
    total_cents: Told
    due_cents: Told
    parts: list[InstalmentAnswer]
    invoices: list[int]


async def make(call: Call[PlanBody]) -> Created[PlanAnswer]:
    """Make an instalment plan: while it is on track, nobody is chased for what it is over."""
    asked, payer = call.asked, await patient_by(call.external_id)
    plan = await make_plan(
        payer.id, _parts(asked), invoices=asked.invoices, practice=call.practice, actor=call.actor, now=call.now
    )
    return Created(await _told(plan, call))


async def show(call: Call[NoQuery]) -> PlanAnswer:
    """Show an instalment plan and how far it has come."""
    number = call.id("plan")
    plan = await PaymentPlan.get_or_none(id=number)
    if plan is None:
        raise not_found("plan", number)
    return await _told(plan, call)


async def change(call: Call[PartsBody]) -> PlanAnswer:
    """Part what is still owed anew."""
    parts, number = _parts(call.asked), call.id("plan")
    plan = await change_plan(number, parts, practice=call.practice, actor=call.actor, now=call.now)
    return await _told(plan, call)


async def cancel(call: Call[ReasonBody]) -> PlanAnswer:
    """End an instalment plan: its invoices are due as they always were."""
    number = call.id("plan")
    plan = await cancel_plan(number, reason=call.asked.reason, actor=call.actor, now=call.now)
    return await _told(plan, call)


def _parts(asked: PartsBody) -> list[Part]:
    return [Part(part.due_on, part.amount_cents) for part in asked.parts]


async def _told(plan: PaymentPlan, call: Call[Body | NoQuery]) -> PlanAnswer:
    plan = await PaymentPlan.get(id=plan.id)
    parts, stands = await parts_of(plan), await standing_of(plan, today=call.today_at(plan.location))
    over = await PlanInvoice.filter(plan_id=plan.id).order_by("invoice_id")
    return PlanAnswer(
        id=plan.id,
        guarantor=(await external_ids({plan.guarantor_id}))[plan.guarantor_id],
        status=plan.status,
        total_cents=plan.total_cents,
        due_cents=stands.due_cents,
        parts=[
            InstalmentAnswer(part.due_on, part.amount_cents, left)
            for part, left in zip(parts, stands.open_cents, strict=True)
        ],
        invoices=[each.invoice_id for each in over],
    )
