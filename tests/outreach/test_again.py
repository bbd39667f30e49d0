"""A passing fault is tried again, within the hours and through the gates, so often and no more; then it has failed."""

from datetime import timedelta

import pytest

from domain.ports import SmsFault
from models.chasing import InvoiceSet, Message
from models.record import Event
from outreach.again import LATER
from outreach.replies import confirm_reply, draft_reply
from outreach.results import follow_delivery
from outreach.situation import situation_of
from tests.billing.clinic import DANA
from tests.outreach.desk import BOTH, MAIL, NEW_YORK, NUMBER, TEXT, Desk, delivery, messages


async def fails(desk: Desk, fault: SmsFault = "unreachable", **which: object) -> Message:
    """What was sent last is said not to have arrived; twice, as callbacks come."""
    sent = Message.filter(**({"purpose": "reminder", "channel": "sms", "status": "sent"} | which))
    last = await sent.order_by("-id").first()
    assert last
    for _ in range(2):
        await follow_delivery(delivery(last, fault), practice=desk.practice, ports=desk.ports)
    return last


async def sent(desk: Desk, *, fall_back: bool = False, **contact: object) -> InvoiceSet:
    """A set whose first text is with the carrier."""
    desk.follows((0, TEXT), (9, TEXT), fall_back=fall_back)
    chased = await desk.late(**contact)
    await desk.takes(chased)
    await desk.sends()
    assert await messages() == [("sms", NUMBER, "sent")]
    return chased


async def waiting() -> Message:
    return await Message.get(status="queued")


async def test_it_is_tried_again_later_and_the_set_goes_on(desk: Desk) -> None:
    chased = await sent(desk)
    first = await fails(desk)
    again = await waiting()
    assert (again.body, again.step, again.due_at) == (first.body, 0, desk.clinic.now + timedelta(hours=1))
    assert (await InvoiceSet.get(id=chased.id)).status == "active"
    [event] = await Event.filter(kind="message.failed")
    assert event.after["reason"] == "The phone is out of reach. It is tried again later."
    assert await desk.sends() == 0
    desk.forward(hours=1)
    await desk.sends()
    assert await messages() == [("sms", NUMBER, "failed"), ("sms", NUMBER, "sent")]
    assert desk.texts[0] == desk.texts[1]


@pytest.mark.parametrize(("fault", "tries"), [("unreachable", 4), ("unknown", 2), ("filtered", 1), ("our_fault", 1)])
async def test_it_ends_and_then_the_set_fails_with_the_reason(desk: Desk, fault: SmsFault, tries: int) -> None:
    chased = await sent(desk)
    for wait in LATER.get(fault, ()):
        await fails(desk, fault)
        assert (await waiting()).due_at == desk.clinic.now + wait
        desk.forward(seconds=wait.total_seconds())
        await desk.sends()
    await fails(desk, fault)
    assert len(desk.texts) == tries
    failed = await InvoiceSet.get(id=chased.id)
    more = f" It was tried {tries} times." if tries > 1 else ""
    assert (failed.status, failed.step, failed.trouble) == ("failed", 0, f"The phone is out of reach.{more}")
    assert await Message.filter(status="queued").count() == 0


async def test_after_the_last_try_the_mail_goes_where_the_rule_set_falls_back(desk: Desk) -> None:
    chased = await sent(desk, fall_back=True)
    await fails(desk, "unknown")
    desk.forward(hours=1)
    await desk.sends()
    await fails(desk, "unknown")
    assert (await messages())[2:] == [("email", MAIL, "queued")]
    assert (await InvoiceSet.get(id=chased.id)).status == "active"


async def test_it_waits_for_the_morning(desk: Desk) -> None:
    await sent(desk)
    desk.at(19, 30)
    await fails(desk)
    assert (await waiting()).due_at == desk.clinic.now + timedelta(hours=13, minutes=30)


async def test_what_failed_does_not_count_as_a_contact_and_what_waits_does(desk: Desk) -> None:
    chased = await sent(desk)
    desk.forward(hours=3)
    await fails(desk)
    at = await situation_of(chased, "sms", practice=desk.practice, ports=desk.ports, now=desk.clinic.now)
    assert at.recent == (desk.clinic.now,)
    desk.forward(hours=1)
    await desk.sends()
    left, now = desk.clinic.now, desk.clinic.now + timedelta(hours=5)
    at = await situation_of(chased, "sms", practice=desk.practice, ports=desk.ports, now=now)
    assert at.recent == (left,)


async def test_it_keeps_its_distance_from_a_text_that_the_phone_has_got_meanwhile(desk: Desk) -> None:
    await sent(desk)
    desk.forward(hours=1)
    await desk.clinic.bills(await desk.clinic.patient("juan", phone=NUMBER, timezone=NEW_YORK))
    await Message.filter(purpose="reminder").update(sent_at=desk.clinic.now - timedelta(days=2))
    await desk.reacts()
    await desk.sends()
    assert await messages(purpose="invoice", channel="sms", status="sent") == [("sms", NUMBER, "sent")]
    bill_left = desk.clinic.now
    await fails(desk)
    assert (await waiting()).due_at == bill_left + timedelta(days=1)


async def test_it_goes_to_the_number_that_is_right_by_then(desk: Desk) -> None:
    await sent(desk)
    await desk.clinic.patient("maria", phone="+12125550177", email=MAIL, timezone=NEW_YORK)
    await fails(desk)
    assert (await waiting()).address == "+12125550177"


@pytest.mark.parametrize("move", ["pause", "change_rule_set"])
async def test_a_sequence_that_runs_no_more_tries_nothing_again(desk: Desk, move: str) -> None:
    chased = await sent(desk)
    desk.forward(minutes=1)
    await desk.moves(chased, move, **({"rule_set": "gentle"} if move == "change_rule_set" else {}))
    before = await InvoiceSet.get(id=chased.id)
    await fails(desk)
    after = await InvoiceSet.get(id=chased.id)
    assert (await messages(), after.status) == ([("sms", NUMBER, "failed")], before.status)


@pytest.mark.parametrize("meanwhile", ["stop", "paid", "paused"])
async def test_what_waits_to_be_tried_again_does_not_leave_when_it_may_not_any_more(desk: Desk, meanwhile: str) -> None:
    chased = await sent(desk, email=None)
    await fails(desk)
    match meanwhile:
        case "stop":
            await desk.hears("STOP")
        case "paid":
            await desk.clinic.is_paid(await chased.guarantor, 14_000)
        case "paused":
            await desk.moves(chased, "pause")
    desk.forward(hours=1)
    await desk.sends()
    assert await messages() == [("sms", NUMBER, "failed"), ("sms", NUMBER, "dropped")]


async def test_when_the_next_step_has_gone_the_one_before_it_is_let_be(desk: Desk) -> None:
    desk.follows((0, TEXT), (1, TEXT), (30, TEXT), fall_back=False)
    chased = await desk.late()
    for _ in range(2):
        await desk.takes(chased)
        await desk.sends()
        desk.forward(days=1)
    first = await Message.get(purpose="reminder", step=0)
    await follow_delivery(delivery(first, "unreachable"), practice=desk.practice, ports=desk.ports)
    assert await messages() == [("sms", NUMBER, "failed"), ("sms", NUMBER, "sent")]
    assert (await InvoiceSet.get(id=chased.id)).status == "active"


async def test_what_staff_has_written_goes_again_and_a_confirmed_stop_does_not(desk: Desk) -> None:
    chased = await desk.late()
    reply = await draft_reply(
        chased.id, "Of course!", occasion="one", actor=DANA, practice=desk.practice, ports=desk.ports
    )
    await confirm_reply(reply.id, actor=DANA, practice=desk.practice, now=desk.clinic.now)
    await desk.sends()
    await fails(desk, purpose="reply")
    again = await waiting()
    assert (again.purpose, again.body, again.author) == ("reply", reply.body, DANA.name)
    await desk.hears("no me escriban más")
    await desk.sends()
    await fails(desk, purpose="keyword")
    assert await messages(purpose="keyword") == [("sms", NUMBER, "failed")]


async def test_a_mail_that_no_mailbox_takes_goes_by_text_where_the_rule_set_falls_back(desk: Desk) -> None:
    desk.follows((0, ("email",)), (9, TEXT))
    desk.world.mailbox[MAIL].refuses()
    chased = await desk.late()
    desk.at(20, 30)
    await desk.takes(chased)
    await desk.sends()
    assert await messages() == [("email", MAIL, "failed"), ("sms", NUMBER, "queued")]
    assert (await waiting()).due_at == desk.clinic.now + timedelta(hours=12, minutes=30)
    assert (await InvoiceSet.get(id=chased.id)).status == "active"


@pytest.mark.parametrize(
    ("fault", "then", "again"), [("filtered", "active", [("sms", NUMBER, "sent")]), ("landline", "will_fail", [])]
)
async def test_send_now_repeats_only_what_did_not_arrive_and_may_now(
    desk: Desk, fault: SmsFault, then: str, again: list[tuple[str, str, str]]
) -> None:
    """The text of the first step is told late to have failed, when the second step has gone by both."""
    desk.follows((0, TEXT), (1, BOTH), (9, TEXT), fall_back=False)
    chased = await desk.late()
    for _ in range(2):
        await desk.takes(chased)
        await desk.sends()
        desk.forward(days=1)
    for step in (0, 1):
        await fails(desk, fault, step=step)
    failed = await InvoiceSet.get(id=chased.id)
    assert (failed.status, failed.step) == ("failed", 1)
    sent = await desk.moves(chased, "send_now")
    assert (sent.status, sent.step) == (then, 2)
    await desk.sends()
    assert await messages() == [
        ("sms", NUMBER, "failed"), ("sms", NUMBER, "failed"), ("email", MAIL, "sent"), *again
    ]  # fmt: skip
