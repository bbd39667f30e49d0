"""Instalment plans over a balance, as money comes and days pass."""

from datetime import UTC, date, datetime, timedelta

import pytest

from billing.audit import audit
from billing.cancels import cancel_payment
from billing.drafts import draft_invoice
from billing.invoices import void_invoice
from billing.late_fees import waive_late_fee
from billing.plans import cancel_plan, change_plan, follow_plan, make_plan, standing_of
from billing.refunds import refund_payment
from billing.write_offs import undo_write_off, write_off
from domain.errors import Refusal
from domain.instalments import Part, monthly
from models.invoices import Invoice
from models.people import Patient
from models.plans import Instalment, PaymentPlan
from models.record import Event
from tests.billing.clinic import DANA, MIA, VERA, Clinic, everything
from tests.billing.insured import claim_of, told


async def agrees(clinic: Clinic, maria: Patient, cents: int, parts: int = 5, deposit: int = 0) -> PaymentPlan:
    plan = monthly(
        cents, parts=parts, first_on=clinic.today + timedelta(days=10), deposit_cents=deposit, today=clinic.today
    )
    return await make_plan(maria.id, plan, practice=clinic.practice, actor=DANA, now=clinic.now)


async def looks(clinic: Clinic, plan: PaymentPlan) -> PaymentPlan:
    await follow_plan(plan.id, practice=clinic.practice, now=clinic.now)
    return await PaymentPlan.get(id=plan.id)


async def events(plan: PaymentPlan) -> list[str]:
    found = await Event.filter(subject=f"plan:{plan.id}").order_by("seq")
    return [event.kind for event in found]


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
        known = {"parts": parts, "practice": clinic.practice, "actor": DANA, "now": clinic.now} | more
        with pytest.raises(Refusal):
            await make_plan(guarantor, **known)  # type: ignore[arg-type]
    assert await everything() == before
    await make_plan(maria.id, parts, practice=clinic.practice, actor=DANA, now=clinic.now, invoices=[mine.id])
    with pytest.raises(Refusal, match="going for this balance already"):
        await make_plan(maria.id, parts, practice=clinic.practice, actor=DANA, now=clinic.now)


async def test_days_pass_by_the_clock_alone_and_money_counts_at_once(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    plan = await agrees(clinic, maria, 12_500, parts=2)
    clinic.forward(days=60)
    await clinic.is_paid(maria, 2_000)
    assert (await PaymentPlan.get(id=plan.id)).status == "active", "nobody has looked at the calendar yet"
    assert (await looks(clinic, plan)).status == "late"
    await clinic.is_paid(maria, 10_500)
    assert (await PaymentPlan.get(id=plan.id)).status == "completed"


async def test_a_refund_that_reopens_a_bill_puts_its_plan_behind_and_one_that_settles_does_not(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    plan = await agrees(clinic, maria, 12_500)
    payment = await clinic.is_paid(maria, 2_500)
    clinic.forward(days=11)
    assert (await looks(clinic, plan)).status == "active"
    known = {"reason": "Asked", "practice": clinic.practice, "actor": MIA, "now": clinic.now}
    await refund_payment(payment.id, amount=500, disposition="settled", **known)
    assert (await PaymentPlan.get(id=plan.id)).status == "active"
    await refund_payment(payment.id, amount=500, disposition="reopen", **known)
    plan = await PaymentPlan.get(id=plan.id)
    assert (plan.status, (await Invoice.get(id=1)).plan_id) == ("late", None)
    assert (await standing_of(plan, today=clinic.today)).open_cents[0] == 500


async def test_a_write_off_covers_parts_in_their_order_and_its_undoing_uncovers_them(clinic: Clinic) -> None:
    maria = await clinic.patient()
    chased = await clinic.late_set(maria)
    plan = await agrees(clinic, maria, 14_000, parts=2)
    how = {"actor": DANA, "now": clinic.now, "on": clinic.today}
    await write_off(chased, reason="Hardship", amount=7_000, **how)
    clinic.forward(days=11)
    assert (await looks(clinic, plan)).status == "active"
    await undo_write_off(chased, **how)
    assert (await PaymentPlan.get(id=plan.id)).status == "late"
    await write_off(chased, reason="Hardship", **how)
    assert (await PaymentPlan.get(id=plan.id)).status == "completed"
    assert await audit(full=True) == []


async def test_a_family_has_one_plan_over_the_bills_of_all(clinic: Clinic) -> None:
    maria = await clinic.patient()
    child = await clinic.patient("leo", guarantor="maria")
    bills = [await clinic.bills(maria), await clinic.bills(child, "xray")]
    plan = await agrees(clinic, maria, 20_500, parts=2)
    assert [(await Invoice.get(id=bill.id)).plan_id for bill in bills] == [plan.id, plan.id]
    await clinic.is_paid(maria, 20_500)
    assert (await PaymentPlan.get(id=plan.id)).status == "completed"
    with pytest.raises(Refusal, match="Nothing is owed"):
        await agrees(clinic, child, 8_000, parts=1)


async def test_a_voided_bill_leaves_its_plan_with_what_is_owed_still(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    wrong = await clinic.bills(maria, "xray")
    plan = await agrees(clinic, maria, 20_500, parts=2)
    await void_invoice(wrong, reason="Wrong", actor=DANA, now=clinic.now, on=clinic.today)
    assert (await standing_of(plan, today=clinic.today)).open_cents == (2_250, 10_250)


@pytest.mark.parametrize(
    ("begins", "hour"), [(datetime(2026, 3, 7, 15, tzinfo=UTC), 4), (datetime(2026, 10, 31, 15, tzinfo=UTC), 5)]
)
async def test_a_part_is_late_from_midnight_at_the_clinic_however_the_clocks_are_set(
    clinic: Clinic, begins: datetime, hour: int
) -> None:
    clinic.now = begins
    maria = await clinic.patient()
    await clinic.bills(maria)
    parts = [Part(clinic.today + timedelta(days=1), 12_500)]
    plan = await make_plan(maria.id, parts, practice=clinic.practice, actor=DANA, now=clinic.now)
    clinic.now = (begins + timedelta(days=2)).replace(hour=hour - 1, minute=59)
    assert (await looks(clinic, plan)).status == "active"
    clinic.forward(minutes=1)
    assert (await looks(clinic, plan)).status == "late"


async def test_what_a_plan_on_track_is_over_does_not_become_overdue(clinic: Clinic) -> None:
    maria = await clinic.patient()
    invoice = await clinic.bills(maria)
    await agrees(clinic, maria, 12_500, parts=1)
    with pytest.raises(Refusal, match="by instalments, and the plan is on track"):
        await clinic.is_late_with(invoice)


async def test_an_insurers_credit_note_covers_parts_too(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    await told(clinic, claim, "paid", None, 10_500, 10_000)
    draft = await draft_invoice(guarantor=1, practice=clinic.practice, actor=DANA, now=clinic.now)
    await clinic.sends(draft)
    plan = await agrees(clinic, await Patient.get(id=1), 10_000, parts=2)
    await told(clinic, claim, "paid", None, 14_500, 6_000)
    assert (await standing_of(plan, today=clinic.today)).open_cents == (1_000, 5_000)
    await told(clinic, claim, "paid", None, 20_500, 0)
    assert (await PaymentPlan.get(id=plan.id)).status == "completed"


async def test_a_waived_fee_lets_a_plan_catch_up(clinic: Clinic) -> None:
    maria = await clinic.patient()
    invoice = await clinic.bills(maria)
    plan = await agrees(clinic, maria, 12_500)
    clinic.forward(days=31)
    await looks(clinic, plan)
    await clinic.is_late_with(invoice)
    await clinic.is_paid(maria, 2_500)
    assert (await PaymentPlan.get(id=plan.id)).status == "late", "a fee came to it"
    await waive_late_fee(invoice, 1, reason="Kind", practice=clinic.practice, actor=DANA, now=clinic.now)
    assert (await PaymentPlan.get(id=plan.id)).status == "active"
