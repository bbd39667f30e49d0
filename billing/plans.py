"""Instalment plans over a balance: made, changed, cancelled, and followed as money comes and days pass."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from operator import attrgetter

from billing.books import held_in_order, held_payer
from billing.waiting import refuse_if_with_agency
from domain.access import CLOCK, Actor, require
from domain.errors import Refusal, invalid, not_found
from domain.instalments import Part, Standing, check, standing
from domain.invoice import OPEN
from domain.plan import GOING, PLAN
from domain.practice import Practice
from models.by_hand import add_row, add_rows, change_row, change_rows, row_of, rows_of
from models.change import Change, change
from models.database import Statement, at_once
from models.firing import fire
from models.invoices import Invoice
from models.plans import Instalment, PaymentPlan, PlanInvoice

Parts = Sequence[Part]

GOING_OF = "SELECT id FROM payment_plan WHERE guarantor_id = $1 AND status IN ('active', 'late') ORDER BY id"


async def make_plan(
    guarantor: int,
    parts: Parts,
    *,
    practice: Practice,
    actor: Actor,
    now: datetime,
    invoices: Sequence[int] | None = None,
) -> PaymentPlan:
    """A plan over these open invoices, or over all of them. While it is on track nobody is chased for them."""
    async with change(now) as told:
        payer = await held_payer(guarantor)
        if payer is None:
            raise not_found("guarantor", guarantor)
        require(actor, "biller", payer.location, "Making an instalment plan")
        over = await _open(guarantor, invoices)
        balance = sum(invoice.balance_cents for invoice in over)
        today = practice.today(payer.location, now)
        check(parts, balance, rules=practice.plans, today=today, currency=practice.currency)
        plan = await add_row(
            PaymentPlan,
            guarantor_id=payer.id,
            location=payer.location,
            total_cents=balance,
            looked_on=today,
            look_on=parts[0].due_on,
            created_at=now,
        )
        await add_rows(PlanInvoice(plan_id=plan.id, invoice_id=invoice.id) for invoice in over)
        await _lay_out(plan, parts)
        await _cover(plan, plan.id)
        told.tell(
            "plan.made",
            f"plan:{plan.id}",
            actor=actor,
            location=plan.location,
            guarantor=guarantor,
            after={"status": "active", **_facts(parts)},
        )
        return plan


async def change_plan(
    plan_id: int,
    parts: Parts,
    *,
    practice: Practice,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> PaymentPlan:
    """Part what is still owed anew."""
    async with change(now) as told:
        plan = await _held(plan_id)
        balance = await _balance(plan)
        today = practice.today(plan.location, now)
        if plan.status in GOING:
            check(parts, balance, rules=practice.plans, today=today, currency=practice.currency)
        before = _facts(await parts_of(plan))
        await fire(
            plan,
            "change",
            machine=PLAN,
            actor=actor,
            told=told,
            seen_version=seen_version,
            facts=_facts(parts) | {"before": before},
            total_cents=balance,
            looked_on=today,
            look_on=parts[0].due_on,
        )
        await Instalment.filter(plan_id=plan.id).delete()
        await _lay_out(plan, parts)
        await _cover(plan, plan.id)
        return plan


async def cancel_plan(
    plan_id: int, *, reason: str, actor: Actor, now: datetime, seen_version: int | None = None
) -> PaymentPlan:
    """From now on its invoices are due as they always were."""
    async with change(now) as told:
        plan = await _held(plan_id)
        facts = {"reason": reason}
        await fire(plan, "cancel", machine=PLAN, actor=actor, told=told, seen_version=seen_version, facts=facts,
                   look_on=None, ended_at=now)  # fmt: skip
        await _cover(plan, None)
        return plan


async def follow_plan(plan_id: int, *, practice: Practice, now: datetime) -> None:
    """What the days that have passed have made of a plan, each part told when it falls due."""
    async with change(now) as told:
        plan = await _held(plan_id)
        if plan.status in GOING:
            await _follow(plan, practice.today(plan.location, now), told)


async def follow_plans_of(guarantor: int, told: Change, *first: Statement) -> None:
    """What money that has just moved has made of a guarantor's plans, as of the days they were looked at last: time
    passes by the clock alone. The guarantor is under lock. What is to be written `first` goes in the same trip."""
    for row in await at_once(*first, (GOING_OF, [guarantor])):
        [plan] = await rows_of(PaymentPlan, id=row["id"])
        await _follow(plan, plan.looked_on, told)


async def _follow(plan: PaymentPlan, today: date, told: Change) -> None:
    parts, balance = await parts_of(plan), await _balance(plan)
    stands = standing(parts, plan.total_cents - balance, today)
    await _tell_due(plan, stands, parts, today, told)
    move = _called_for(plan.status, balance, stands)
    if move == "complete":
        await fire(plan, move, machine=PLAN, actor=CLOCK, told=told, look_on=None, ended_at=told.now)
        await _cover(plan, None)
        return
    if move:
        await fire(plan, move, machine=PLAN, actor=CLOCK, told=told, facts={"due_cents": stands.due_cents})
        await _cover(plan, plan.id if plan.status == "active" else None)
    await change_row(plan, {"looked_on": today, "look_on": _look_on(parts, stands, today)})


async def parts_of(plan: PaymentPlan) -> list[Part]:
    rows = await rows_of(Instalment, plan_id=plan.id)
    return [Part(row.due_on, row.amount_cents) for row in sorted(rows, key=attrgetter("due_on"))]


async def standing_of(plan: PaymentPlan, *, today: date) -> Standing:
    """How far a plan has come."""
    return standing(await parts_of(plan), plan.total_cents - await _balance(plan), today)


async def off_plan_cents(invoice_set_id: int) -> int:
    """What is owed in a set and on no plan that is on track: what there is to chase."""
    owed = await rows_of(Invoice, invoice_set_id=invoice_set_id, status__in=OPEN, plan_id=None)
    return sum(invoice.balance_cents for invoice in owed)


def _called_for(status: str, balance: int, stands: Standing) -> str | None:
    if balance == 0:
        return "complete"
    if stands.late and status == "active":
        return "fall_behind"
    return "catch_up" if status == "late" and not stands.late else None


def _look_on(parts: Parts, stands: Standing, today: date) -> date | None:
    """The next part's day, or the day after one that is open has fallen due."""
    days = [part.due_on for part in parts if part.due_on > today]
    if stands.next and stands.next.due_on == today:
        days.append(today + timedelta(days=1))
    return min(days, default=None)


async def _tell_due(plan: PaymentPlan, stands: Standing, parts: Parts, today: date, told: Change) -> None:
    """Once for each part; one that is covered by its day needs no word."""
    due = await rows_of(Instalment, plan_id=plan.id, due_on__lte=today, told_at=None)
    opened = dict(zip([part.due_on for part in parts], stands.open_cents, strict=True))
    for part in sorted(due, key=attrgetter("due_on")):
        if opened[part.due_on]:
            told.tell(
                "plan.part_due",
                f"plan:{plan.id}",
                actor=CLOCK,
                location=plan.location,
                guarantor=plan.guarantor_id,
                after={"amount_cents": opened[part.due_on], "due_on": part.due_on.isoformat()},
            )
    await change_rows(Instalment, {"told_at": told.now}, id__in=[part.id for part in due])


async def _open(guarantor: int, invoices: Sequence[int] | None) -> list[Invoice]:
    only = {} if invoices is None else {"id__in": list(invoices)}
    found = await held_in_order(guarantor_id=guarantor, status__in=OPEN, balance_cents__gt=0, **only)
    if invoices is not None and (missing := set(invoices) - {invoice.id for invoice in found}):
        raise invalid(f"Nothing of this payer's is open on invoice {min(missing)}.", "invoices")
    await refuse_if_with_agency(found)
    if not found:
        raise Refusal("nothing_owed", "Nothing is owed that a plan could be made over.")
    if await PlanInvoice.filter(invoice_id__in=[i.id for i in found], plan__status__in=GOING).exists():
        raise Refusal("plan_exists", "A plan is going for this balance already; change that one.")
    return found


async def _balance(plan: PaymentPlan) -> int:
    owed = await rows_of(Invoice, id__in=await _covered(plan), status__in=OPEN)
    return sum(invoice.balance_cents for invoice in owed)


async def _lay_out(plan: PaymentPlan, parts: Parts) -> None:
    await add_rows(Instalment(plan_id=plan.id, due_on=part.due_on, amount_cents=part.amount_cents) for part in parts)


async def _cover(plan: PaymentPlan, by: int | None) -> None:
    """Its invoices say that a plan keeps them from becoming overdue; or no longer."""
    await change_rows(Invoice, {"plan_id": by}, id__in=await _covered(plan))


async def _covered(plan: PaymentPlan) -> list[int]:
    return [each.invoice_id for each in await rows_of(PlanInvoice, plan_id=plan.id)]


async def _held(plan_id: int) -> PaymentPlan:
    plan = await row_of(PaymentPlan, id=plan_id)
    if plan is None:
        raise not_found("instalment plan", plan_id)
    await held_payer(plan.guarantor_id)
    [held] = await rows_of(PaymentPlan, lock=True, id=plan_id)
    return held


def _facts(parts: Parts) -> dict[str, object]:
    return {
        "parts": [[part.due_on.isoformat(), part.amount_cents] for part in parts],
        "amount_cents": sum(part.amount_cents for part in parts),
    }
