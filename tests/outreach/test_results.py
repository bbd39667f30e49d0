"""What providers say became of a message: in any order, twice or late, nothing moves backwards."""

from datetime import timedelta
from itertools import permutations

from bot.lines import line_of
from domain.ports import Delivery, DeliveryStatus
from models.chasing import InvoiceSet, Message
from models.people import Suppression
from models.record import Event
from outreach.results import follow_delivery
from tests.billing.clinic import DANA
from tests.outreach.desk import BOTH, MAIL, NUMBER, TEXT, Desk, messages

RANK = {"queued": 0, "sending": 1, "sent": 2, "delivered": 3, "failed": 3}
TOLD: tuple[DeliveryStatus, ...] = ("queued", "sent", "delivered", "failed")


async def result(
    desk: Desk, message: Message, status: DeliveryStatus, *, by_ref: bool = False, fault: str = "landline"
) -> bool:
    failed = (
        {"error_code": "30006", "sentence": "The number is a landline.", "fault": fault} if status == "failed" else {}
    )
    delivery = Delivery(provider_id=f"SM-{message.id}", ref=message.ref if by_ref else None, status=status, **failed)  # type: ignore[arg-type]
    return await follow_delivery(delivery, practice=desk.practice, ports=desk.ports)


async def a_message(desk: Desk, status: str, number: int, *, known: bool = True) -> Message:
    now = desk.clinic.now
    return await Message.create(
        ref=f"r{number}", guarantor_id=1, location="downtown", purpose="reply", channel="sms", direction="out",
        address=NUMBER, body="Hello", status=status, created_at=now, due_at=now, provider_id=None,
    )  # fmt: skip


async def test_results_in_every_order_and_twice_end_alike_and_never_go_back(desk: Desk) -> None:
    for number, order in enumerate(permutations(TOLD)):
        message = await a_message(desk, "sending", number)
        reached = ["sending"]
        for status in (*order, *order):
            assert await result(desk, message, status, by_ref=True)
            reached.append((await Message.get(id=message.id)).status)
        first_final = next(status for status in order if status in ("delivered", "failed"))
        assert reached[-1] == first_final
        assert [RANK[status] for status in reached] == sorted(RANK[status] for status in reached)
        events = await Event.filter(subject=f"message:{message.id}").values_list("kind", flat=True)
        assert events.count(f"message.{first_final}") == 1
        assert len(events) == len(set(events))


async def test_a_result_that_is_quicker_than_the_answer_is_matched_by_our_own_id(desk: Desk) -> None:
    message = await a_message(desk, "sending", 1)
    assert not await result(desk, message, "delivered")
    assert await result(desk, message, "delivered", by_ref=True)
    found = await Message.get(id=message.id)
    assert (found.status, found.provider_id, found.sent_at) == ("delivered", f"SM-{message.id}", desk.clinic.now)


async def test_a_result_about_nothing_of_ours_changes_nothing(desk: Desk) -> None:
    await a_message(desk, "sent", 1)
    events = await Event.all().count()
    delivery = Delivery(provider_id="SM-unknown", ref="unknown", status="failed")
    assert not await follow_delivery(delivery, practice=desk.practice, ports=desk.ports)
    assert (await Event.all().count(), await Message.filter(status="failed").count()) == (events, 0)


async def test_what_was_dropped_or_is_a_draft_stays_so(desk: Desk) -> None:
    for number, status in enumerate(("dropped", "draft")):
        message = await a_message(desk, status, number)
        for told in TOLD:
            await result(desk, message, told, by_ref=True)
        assert (await Message.get(id=message.id)).status == status


async def left(desk: Desk, chased: InvoiceSet) -> Message:
    """The set's first text is with the carrier."""
    await desk.takes(chased)
    await desk.sends()
    message = await Message.get(purpose="reminder", channel="sms")
    assert message.status == "sent"
    await Message.filter(id=message.id).update(provider_id=f"SM-{message.id}")
    return message


async def test_a_text_that_never_arrives_fails_its_set_with_the_reason(desk: Desk) -> None:
    desk.follows((0, TEXT), (5, TEXT), fall_back=False)
    chased = await desk.late()
    await result(desk, await left(desk, chased), "failed")
    failed = await InvoiceSet.get(id=chased.id)
    assert (failed.status, failed.trouble, failed.next_send_at) == ("failed", "The number is a landline.", None)
    [event] = await Event.filter(kind="message.failed")
    assert (event.after["code"], event.after["evidence"]) == ("landline", "30006")


async def test_what_failed_is_tried_again_by_send_now_once_it_is_mended(desk: Desk) -> None:
    desk.follows((0, TEXT), (5, TEXT), fall_back=False)
    chased = await desk.late()
    await result(desk, await left(desk, chased), "failed")
    desk.forward(days=1)
    assert (await desk.moves(chased, "send_now")).status == "failed"
    assert (await InvoiceSet.get(id=chased.id)).trouble == "The number is a landline."
    await desk.clinic.patient("maria", phone="+12125550177", email=MAIL, timezone="America/New_York")
    again = await desk.moves(chased, "send_now")
    assert (again.status, again.step) == ("active", 1)
    assert await messages() == [("sms", NUMBER, "failed"), ("sms", "+12125550177", "queued")]


async def test_a_failure_told_days_later_does_not_repeat_what_has_gone_since(desk: Desk) -> None:
    desk.follows((0, TEXT), (1, TEXT), (30, TEXT), fall_back=False)
    chased = await desk.late()
    first = await left(desk, chased)
    desk.forward(days=1)
    assert (await desk.takes(chased)).step == 2
    await result(desk, first, "failed")
    failed = await InvoiceSet.get(id=chased.id)
    assert (failed.status, failed.step) == ("failed", 1)


async def test_a_text_that_never_arrives_goes_by_mail_where_the_rule_set_falls_back(desk: Desk) -> None:
    desk.follows((0, TEXT), (5, TEXT))
    chased = await desk.late()
    message = await left(desk, chased)
    for _ in range(2):
        await result(desk, message, "failed")
    assert await messages() == [("sms", NUMBER, "failed"), ("email", MAIL, "queued")]
    assert (await InvoiceSet.get(id=chased.id)).status == "active"


async def test_a_step_that_has_arrived_by_mail_has_arrived_and_the_next_is_foreseen_to_fail(desk: Desk) -> None:
    desk.follows((0, BOTH), (5, TEXT), fall_back=False)
    chased = await desk.late()
    await result(desk, await left(desk, chased), "failed")
    assert await messages() == [("sms", NUMBER, "failed"), ("email", MAIL, "sent")]
    reached = await InvoiceSet.get(id=chased.id)
    assert (reached.status, reached.step, reached.trouble) == ("will_fail", 1, "The number is a landline.")
    assert reached.next_send_at is not None
    [event] = await Event.filter(kind="message.failed")
    assert line_of(event, "USD").startswith("Reminder by text failed: The number is a landline.")  # type: ignore[union-attr]


async def test_a_step_that_arrives_by_neither_channel_fails_its_set(desk: Desk) -> None:
    desk.follows((0, BOTH), (5, TEXT))
    desk.world.mailbox[MAIL].refuses()
    chased = await desk.late()
    await desk.takes(chased)
    text = await Message.get(purpose="reminder", channel="sms")
    await result(desk, text, "failed", by_ref=True)
    assert (await InvoiceSet.get(id=chased.id)).status == "active"
    await desk.sends()
    assert await messages() == [("sms", NUMBER, "failed"), ("email", MAIL, "failed")]
    assert (await InvoiceSet.get(id=chased.id)).status == "failed"


async def test_a_failure_of_an_earlier_rule_set_does_not_touch_the_new_one(desk: Desk) -> None:
    desk.follows((0, TEXT), (1, TEXT), (2, TEXT))
    chased = await desk.late()
    await desk.takes(chased)
    desk.forward(days=2)
    await desk.takes(chased)
    await desk.sends()
    message = await Message.filter(purpose="reminder").order_by("-id").first()
    assert message
    await Message.filter(id=message.id).update(provider_id=f"SM-{message.id}", step=9)
    desk.forward(minutes=1)
    await desk.moves(chased, "change_rule_set", rule_set="gentle")
    assert await result(desk, message, "failed", fault="filtered")
    assert (await InvoiceSet.get(id=chased.id)).status == "active"
    assert (await Message.get(id=message.id)).status == "failed"


async def test_a_carrier_s_opt_out_is_kept_as_one_and_the_patient_can_lift_it(desk: Desk) -> None:
    desk.follows((0, TEXT), (5, TEXT), fall_back=False)
    chased = await desk.late()
    await result(desk, await left(desk, chased), "failed", fault="opted_out")
    assert await Suppression.filter(address=NUMBER, reason="stop", lifted_at=None).exists()
    await desk.hears("START")
    desk.forward(days=1)
    again = await desk.moves(chased, "send_now", DANA)
    assert (again.status, again.step) == ("active", 1)


async def test_a_result_for_a_paused_set_leaves_it_paused(desk: Desk) -> None:
    desk.follows((0, TEXT))
    chased = await desk.late()
    message = await left(desk, chased)
    await desk.moves(chased, "pause")
    await result(desk, message, "failed")
    assert (await InvoiceSet.get(id=chased.id)).status == "paused"
    assert (await Message.get(id=message.id)).settled_at is not None
    assert desk.clinic.now - message.created_at < timedelta(days=1)
