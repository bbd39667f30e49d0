"""While an instalment plan is on track its parts are reminded of, each on its day, and nobody is chased beside it."""

from datetime import timedelta
from typing import Any

import pytest

from billing.plans import cancel_plan, change_plan, follow_plan, make_plan
from bot.notices import notice_of
from domain.errors import Refusal
from domain.instalments import Part, monthly
from models.chasing import InvoiceSet, Message
from models.plans import PaymentPlan
from models.record import Event
from outreach.situation import situation_of
from outreach.why import why
from tests.billing.clinic import DANA
from tests.outreach.desk import BOTH, MAIL, NUMBER, TEXT, Desk, messages


async def agrees(desk: Desk, chased: InvoiceSet, *parts: tuple[int, int], **more: Any) -> PaymentPlan:
    """Parts as (days from now, cents)."""
    laid = [Part(desk.clinic.today + timedelta(days=days), cents) for days, cents in parts]
    plan = await make_plan(chased.guarantor_id, laid, practice=desk.practice, actor=DANA, now=desk.clinic.now, **more)
    await desk.reacts()
    return plan


async def looks(desk: Desk, plan: PaymentPlan) -> PaymentPlan:
    await follow_plan(plan.id, practice=desk.practice, now=desk.clinic.now)
    await desk.reacts()
    return await PaymentPlan.get(id=plan.id)


async def held(chased: InvoiceSet) -> str | None:
    return (await InvoiceSet.get(id=chased.id)).hold_reason


async def test_a_plan_on_track_holds_the_sequence_and_each_part_is_reminded_of_on_its_day(desk: Desk) -> None:
    desk.follows((0, BOTH), (3, TEXT))
    chased = await desk.late()
    plan = await agrees(desk, chased, (4, 7_000), (40, 7_000))
    found = await InvoiceSet.get(id=chased.id)
    assert (found.hold_reason, found.next_send_at) == ("An instalment plan is on track.", None)
    told = await why(found, practice=desk.practice, ports=desk.ports)
    [gate] = [verdict for verdict in told.channels[0].verdicts if not verdict.open]
    assert (gate.sentence, gate.fix) == ("An instalment plan is on track.", "Change or cancel the plan.")
    desk.forward(days=4)  # the third would be a Sunday
    await looks(desk, plan)
    await looks(desk, plan)
    assert await messages(purpose="instalment") == [("sms", NUMBER, "queued"), ("email", MAIL, "queued")]
    while await desk.sends():
        pass
    assert desk.texts[-1].startswith("Riverside Downtown: A part of your payment plan is due.")
    mail = await Message.get(purpose="instalment", channel="email")
    assert "$70.00" in mail.body
    assert mail.invoice_set_id == chased.id
    assert await messages() == []


async def test_a_plan_that_falls_behind_lets_the_sequence_go_on_and_says_why(desk: Desk) -> None:
    desk.follows((0, BOTH), (3, TEXT))
    chased = await desk.late()
    plan = await agrees(desk, chased, (3, 7_000), (40, 7_000))
    desk.forward(days=4)
    assert (await looks(desk, plan)).status == "late"
    found = await InvoiceSet.get(id=chased.id)
    assert (found.hold_reason, found.next_send_at) == (None, desk.clinic.now)
    [goes_on] = await Event.filter(kind="set.hold_released")
    assert goes_on.after == {"reason": "The instalment plan has fallen behind."}
    await desk.takes(chased)
    assert await messages() == [("sms", NUMBER, "queued"), ("email", MAIL, "queued")]
    assert await messages(purpose="instalment") == [], "what is late is the sequence's"
    await desk.clinic.is_paid(await chased.guarantor, 7_000)
    await desk.reacts()
    assert await held(chased) == "An instalment plan is on track."


async def test_a_part_paid_before_its_reminder_leaves_is_not_asked_for(desk: Desk) -> None:
    desk.follows((0, TEXT))
    chased = await desk.late()
    plan = await agrees(desk, chased, (3, 7_000), (40, 7_000))
    desk.forward(days=3)
    desk.at(21)
    await looks(desk, plan)
    await desk.sends()
    assert await messages(purpose="instalment") == [("sms", NUMBER, "queued"), ("email", MAIL, "sent")]
    await desk.clinic.is_paid(await chased.guarantor, 7_000)
    desk.forward(hours=14)
    await desk.sends()
    [waited] = await Message.filter(purpose="instalment", channel="sms")
    assert (waited.status, waited.error) == ("dropped", "This part has been paid since, or the plan is another now.")


async def test_cancelling_a_plan_lets_the_sequence_go_on(desk: Desk) -> None:
    desk.follows((0, TEXT))
    chased = await desk.late()
    plan = await agrees(desk, chased, (3, 7_000), (40, 7_000))
    await cancel_plan(plan.id, reason="They would rather not", actor=DANA, now=desk.clinic.now)
    await desk.reacts()
    found = await InvoiceSet.get(id=chased.id)
    assert (found.hold_reason, found.held_until, found.next_send_at) == (None, None, desk.clinic.now)


async def test_a_changed_plan_is_held_to_its_new_end(desk: Desk) -> None:
    chased = await desk.late()
    plan = await agrees(desk, chased, (3, 7_000), (40, 7_000))
    before = (await InvoiceSet.get(id=chased.id)).held_until
    sooner = monthly(14_000, parts=1, first_on=desk.clinic.today + timedelta(days=2), today=desk.clinic.today)
    await change_plan(plan.id, sooner, practice=desk.practice, actor=DANA, now=desk.clinic.now)
    await desk.reacts()
    after = (await InvoiceSet.get(id=chased.id)).held_until
    assert before
    assert after
    assert (before - after).days == 38


async def test_what_is_owed_beside_a_plan_is_chased_by_itself(desk: Desk) -> None:
    desk.follows((0, TEXT), (3, TEXT))
    chased = await desk.late()
    plan = await agrees(desk, chased, (3, 7_000), (70, 7_000))
    maria = await chased.guarantor
    more = await desk.clinic.bills(maria, "xray")
    desk.forward(days=3)
    await desk.clinic.is_paid(maria, 7_000, to=[(1, 7_000)])
    await looks(desk, plan)
    desk.forward(days=31)
    await desk.clinic.chases(await desk.clinic.is_late_with(more))
    await desk.reacts()
    assert await held(chased) is None
    at = await situation_of(chased, "sms", practice=desk.practice, ports=desk.ports, now=desk.clinic.now)
    assert at.balance_cents == 9_500, "the x-ray and its late fee, not what is on the plan"
    await desk.moves(chased, "send_now")
    assert len(await messages()) == 1


async def test_a_step_that_comes_due_while_all_is_on_a_plan_is_not_taken(desk: Desk) -> None:
    desk.follows((0, TEXT))
    chased = await desk.late()
    await agrees(desk, chased, (3, 7_000), (40, 7_000))
    await InvoiceSet.filter(id=chased.id).update(hold_reason=None, held_until=None, next_send_at=desk.clinic.now)
    found = await desk.takes(chased)
    assert (found.hold_reason, found.step, await messages()) == ("An instalment plan is on track.", 0, [])
    with pytest.raises(Refusal, match="change or cancel the plan"):
        await desk.moves(chased, "send_now")


async def test_pausing_and_resuming_leaves_the_plan_in_charge(desk: Desk) -> None:
    chased = await desk.late()
    await agrees(desk, chased, (3, 7_000), (40, 7_000))
    for move in ("pause", "resume"):
        await desk.moves(chased, move)
    await desk.reacts()
    assert await held(chased) == "An instalment plan is on track."


async def test_a_payer_nobody_can_reach_is_told_of_to_staff(desk: Desk) -> None:
    chased = await desk.late()
    plan = await agrees(desk, chased, (3, 7_000), (40, 7_000))
    await desk.hears("stop")
    await (await chased.guarantor).update_from_dict({"email": None}).save()
    desk.forward(days=3)
    await looks(desk, plan)
    [untold] = await Event.filter(kind="plan.payer_not_told")
    assert untold.invoice_set_id == chased.id
    assert untold.after["reason"] == "The patient has opted out. There is no email address on file."


async def test_a_payer_nobody_can_reach_and_nobody_chases_is_told_of_in_the_channel(desk: Desk) -> None:
    invoice = await desk.clinic.bills(await desk.clinic.patient())
    parts = [Part(desk.clinic.today + timedelta(days=days), 6_250) for days in (3, 40)]
    known = {"practice": desk.practice, "actor": DANA, "now": desk.clinic.now}
    plan = await make_plan(invoice.guarantor_id, parts, **known)
    desk.forward(days=3)
    await looks(desk, plan)
    [untold] = await Event.filter(kind="plan.payer_not_told")
    said = await notice_of(untold, desk.practice)
    assert said
    assert said.startswith("M. G.: an instalment is due, and they could not be told of it.")


async def test_the_cap_counts_a_reminder_of_a_part(desk: Desk) -> None:
    desk.follows((0, TEXT))
    chased = await desk.late()
    plan = await agrees(desk, chased, (3, 7_000), (40, 7_000))
    desk.forward(days=3)
    await looks(desk, plan)
    await desk.sends()
    at = await situation_of(chased, "sms", practice=desk.practice, ports=desk.ports, now=desk.clinic.now)
    assert at.recent == (desk.clinic.now,)
