"""Instalment plans and the sequence: nobody is chased for what a plan on track is over, but told of each part."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from billing.plans import off_plan_cents, parts_of, standing_of
from billing.write_offs import outstanding_cents
from domain.access import CLOCK
from domain.gates import for_good, opening, verdicts
from domain.invoice_set import CHASED
from domain.plan import ON_TRACK
from domain.ports import Ports
from domain.practice import Channel, Practice
from models.by_hand import change_row, row_of, rows_of
from models.change import Change, change
from models.chasing import InvoiceSet
from models.people import Patient
from models.plans import PaymentPlan
from models.record import Event
from outreach.enrol import hold, release
from outreach.situation import situation_of_payer
from outreach.writing import facts_for, write

CHANNELS: tuple[Channel, ...] = ("sms", "email")
WHY_RELEASED = {
    "plan.fell_behind": "The instalment plan has fallen behind.",
    "plan.cancelled": "The instalment plan is cancelled.",
}
BESIDE = "Something is owed beside the instalment plan."
MINDED = (
    "plan.made", "plan.changed", "plan.caught_up", *WHY_RELEASED,
    "set.enrolled", "set.hold_released", "set.resumed", "set.moved_to_a_rule_set", "set.brought_back",
    "set.recalled_from_collections",
)  # fmt: skip
"""What may have made a plan hold a sequence, or let it go; and what has taken a hold away."""


async def mind_plans(event: Event, number: int, *, practice: Practice, ports: Ports) -> None:
    """What an event means for plans and for the sequence of who made them."""
    if event.kind == "plan.part_due":
        await remind_of_part(number, event.after, practice=practice, ports=ports)
    elif event.kind in MINDED and event.guarantor_id:
        await keep_to_plan(event.guarantor_id, event.kind, practice=practice, now=ports.clock.now())


async def keep_to_plan(guarantor: int, happened: str, *, practice: Practice, now: datetime) -> None:
    """Hold the set while everything in it is on plans that are on track; let it go on when it no longer is."""
    async with change(now) as told:
        for invoice_set in await rows_of(InvoiceSet, lock=True, guarantor_id=guarantor, status__in=CHASED):
            if await rests(invoice_set.id):
                await hold_for_plan(invoice_set, told, practice=practice)
            elif invoice_set.hold_reason == ON_TRACK:
                await release(invoice_set, told, practice=practice, because=WHY_RELEASED.get(happened, BESIDE))


async def rests(invoice_set_id: int) -> bool:
    """Whether all that is owed in a set is on plans that are on track."""
    return not await off_plan_cents(invoice_set_id) and bool(await outstanding_cents(invoice_set_id))


async def hold_for_plan(invoice_set: InvoiceSet, told: Change, *, practice: Practice) -> None:
    """Until the day after the last part: what happens before then to the plan ends the hold by itself."""
    ends = await _end_of_plans(invoice_set.guarantor_id)
    zone = practice.locations[invoice_set.location].zone
    until = datetime.combine(ends + timedelta(days=1), time(), zone).astimezone(UTC)
    await change_row(invoice_set, {"next_send_at": None})
    if (invoice_set.hold_reason, invoice_set.held_until) != (ON_TRACK, until):
        if invoice_set.hold_reason == ON_TRACK:  # a changed plan may end sooner
            invoice_set.held_until = None
        await hold(invoice_set, ON_TRACK, until, told)


async def _end_of_plans(guarantor: int) -> date:
    going = await rows_of(PaymentPlan, guarantor_id=guarantor, status="active")
    return max([(await parts_of(plan))[-1].due_on for plan in going])


async def remind_of_part(plan_id: int, part: dict[str, Any], *, practice: Practice, ports: Ports) -> None:
    """A part is due today: by text and by mail, as far as the gates let them. One that is late is the sequence's."""
    [plan] = await rows_of(PaymentPlan, id=plan_id)
    if plan.status != "active":
        return
    [payer], now = await rows_of(Patient, id=plan.guarantor_id), ports.clock.now()
    cents, due_on = int(part["amount_cents"]), date.fromisoformat(part["due_on"])
    open_set = await row_of(InvoiceSet, guarantor_id=payer.id, status__in=CHASED)
    facts = await facts_for(payer, practice=practice, ports=ports, now=now, amount_cents=cents, due_on=due_on)
    shut = []
    for channel in CHANNELS:
        at = await situation_of_payer(payer, channel, owed_cents=cents, practice=practice, ports=ports, now=now)
        opens = opening(at, practice.contact, now)
        if opens is None:
            shut.append(for_good(verdicts(at, practice.contact, now)))
            continue
        await write(
            f"plan {plan.id} part {due_on} {channel}",
            purpose="instalment",
            channel=channel,
            template="instalment",
            payer=payer,
            facts=facts,
            practice=practice,
            now=now,
            due_at=opens,
            invoice_set=open_set.id if open_set else None,
        )
    if len(shut) == len(CHANNELS):
        sentences = " ".join(verdict.sentence for verdict in shut if verdict)
        await _nobody_was_told(plan, part, sentences, open_set, now)


async def _nobody_was_told(
    plan: PaymentPlan, part: dict[str, Any], why: str, open_set: InvoiceSet | None, now: datetime
) -> None:
    async with change(now) as told:
        told.tell(
            "plan.payer_not_told",
            f"plan:{plan.id}",
            actor=CLOCK,
            location=plan.location,
            guarantor=plan.guarantor_id,
            invoice_set=open_set.id if open_set else None,
            after={**part, "reason": why},
        )


async def still_due(occasion: str) -> bool:
    """Whether the part that a waiting reminder is about is open still, on a plan that is on track."""
    _, plan_id, _, day, *_ = occasion.split()
    [plan] = await rows_of(PaymentPlan, id=int(plan_id))
    if plan.status != "active":
        return False
    parts = await parts_of(plan)
    opened = (await standing_of(plan, today=date.fromisoformat(day))).open_cents
    return any(cents for part, cents in zip(parts, opened, strict=True) if part.due_on.isoformat() == day)
