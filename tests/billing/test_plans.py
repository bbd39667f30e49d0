"""Instalment plans over a balance, as money comes and days pass."""

from datetime import date, timedelta

import pytest

from billing.audit import audit
from billing.cancels import cancel_payment
from billing.plans import cancel_plan, change_plan, follow_plan, make_plan, standing_of
from domain.errors import Refusal
from domain.instalments import Part, monthly
from models.invoices import Invoice
from models.people import Patient
from models.plans import Instalment, PaymentPlan
from models.record import Event
from tests.billing.clinic import DANA, VERA, Clinic, everything


async def agrees(clinic: Clinic, maria: Patient, cents: int, parts: int = 5, deposit: int = 0) -> PaymentPlan:
    plan = monthly(
        cents, parts=parts, first_on=clinic.today + timedelta(days=10), deposit_cents=deposit, today=clinic.today
    )
    return await make_plan(maria.id, plan, practice=clinic.practice, actor=DANA, now=clinic.now)


async def looks(clinic: Clinic, plan: PaymentPlan) -> PaymentPlan:
    await follow_plan(plan.id, practice=clinic.practice, now=clinic.now)
    return await PaymentPlan.get(id=plan.id)


async def events(plan: PaymentPlan) -> list[str]:
    told = await Event.filter(subject=f"plan:{plan.id}").order_by("seq")
    return [event.kind for event in told]


async def test_a_plan_that_is_kept_completes(clinic: Clinic) -> None:
    maria = await clinic.patient()
    invoice = await clinic.bills(maria)
    plan = await agrees(clinic, maria, 12_500, parts=2, deposit=2_500)
    assert (await Invoice.get(id=invoice.id)).plan_id == plan.id
    await clinic.is_paid(maria, 2_500)
    plan = await looks(clinic, plan)
    assert (plan.status, plan.look_on) == ("active", date(2026, 3, 12))
    clinic.forward(days=10)
    plan = await looks(clinic, plan)
    await looks(clinic, plan)
    assert plan.look_on == date(2026, 3, 13)
    await clinic.is_paid(maria, 10_000)
    plan = await looks(clinic, plan)
    assert (plan.status, plan.look_on) == ("completed", None)
    assert (await Invoice.get(id=invoice.id)).plan_id is None
    assert await events(plan) == ["plan.made", "plan.part_due", "plan.completed"]
    assert await audit(full=True) == []


async def test_a_plan_that_is_missed_falls_behind_and_catches_up_when_the_money_comes(clinic: Clinic) -> None:
    maria = await clinic.patient()
    invoice = await clinic.bills(maria)
    plan = await agrees(clinic, maria, 12_500)
    clinic.forward(days=11)
    plan = await looks(clinic, plan)
    assert (plan.status, (await Invoice.get(id=invoice.id)).plan_id) == ("late", None)
    await clinic.is_paid(maria, 2_500)
    plan = await looks(clinic, plan)
    assert (plan.status, (await Invoice.get(id=invoice.id)).plan_id) == ("active", plan.id)
    assert await events(plan) == ["plan.made", "plan.part_due", "plan.fell_behind", "plan.caught_up"]


async def test_a_payment_taken_back_puts_a_plan_behind_again(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    plan = await agrees(clinic, maria, 12_500)
    payment = await clinic.is_paid(maria, 2_500)
    clinic.forward(days=11)
    assert (await looks(clinic, plan)).status == "active"
    await cancel_payment(payment.id, reason="Slip", practice=clinic.practice, actor=DANA, now=clinic.now)
    assert (await looks(clinic, plan)).status == "late"


async def test_after_an_outage_each_part_is_told_once(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    plan = await agrees(clinic, maria, 12_500)
    clinic.forward(days=75)
    for _ in range(3):
        plan = await looks(clinic, plan)
    assert await events(plan) == ["plan.made", *["plan.part_due"] * 3, "plan.fell_behind"]
    assert plan.look_on == date(2026, 6, 12)


async def test_what_is_still_owed_is_parted_anew(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    plan = await agrees(clinic, maria, 12_500)
    await clinic.is_paid(maria, 3_000)
    clinic.forward(days=20)
    await looks(clinic, plan)
    parts = monthly(9_500, parts=3, first_on=clinic.today, today=clinic.today)
    plan = await change_plan(plan.id, parts, practice=clinic.practice, actor=DANA, now=clinic.now)
    assert (plan.status, plan.total_cents, await Instalment.all().count()) == ("active", 9_500, 3)
    assert (await standing_of(plan, today=clinic.today)).open_cents == (3_167, 3_167, 3_166)
    with pytest.raises(Refusal, match=r"\$95.00 is owed"):
        await change_plan(plan.id, parts[:2], practice=clinic.practice, actor=DANA, now=clinic.now)


async def test_a_cancelled_plan_leaves_its_bills_as_they_always_were(clinic: Clinic) -> None:
    maria = await clinic.patient()
    invoice = await clinic.bills(maria)
    plan = await agrees(clinic, maria, 12_500)
    await cancel_plan(plan.id, reason="They would rather pay at once", actor=DANA, now=clinic.now)
    after = await Invoice.get(id=invoice.id)
    assert (after.plan_id, after.balance_cents, after.due_date) == (None, 12_500, invoice.due_date)
    before = await everything()
    await looks(clinic, plan)
    with pytest.raises(Refusal, match="is cancelled now"):
        await cancel_plan(plan.id, reason="Again", actor=DANA, now=clinic.now)
    assert await everything() == before


async def test_what_cannot_be_a_plan_is_refused_and_changes_nothing(clinic: Clinic) -> None:
    maria, ana = await clinic.patient(), await clinic.patient("ana")
    mine, hers = await clinic.bills(maria), await clinic.bills(ana)
    parts = [Part(clinic.today, 12_500)]
    before = await everything()
    for guarantor, more in (
        (maria.id, {"invoices": [hers.id]}), (maria.id, {"actor": VERA}), (999, {}), (maria.id, {"parts": parts[:0]}),
    ):  # fmt: skip
        with pytest.raises(Refusal):
            known = {"parts": parts, "practice": clinic.practice, "actor": DANA, "now": clinic.now} | more
            await make_plan(guarantor, **known)  # type: ignore[arg-type]
    assert await everything() == before
    await make_plan(maria.id, parts, practice=clinic.practice, actor=DANA, now=clinic.now, invoices=[mine.id])
    with pytest.raises(Refusal, match="going for this balance already"):
        await make_plan(maria.id, parts, practice=clinic.practice, actor=DANA, now=clinic.now)
