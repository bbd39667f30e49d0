"""What waits is sent once, at an hour that allows it and if it still may; what goes wrong is tried again, then told."""

import asyncio
from datetime import timedelta

import pytest

from models.chasing import InvoiceSet, Message
from models.people import Patient
from models.record import Event
from outreach.enrol import settle_if_nothing_is_owed
from outreach.sending import BACKOFF
from tests.billing.clinic import MIA
from tests.outreach.desk import MAIL, NUMBER, TEXT, Desk, messages

CREATE, LIST = "messages.create", "messages.list"


async def queued(desk: Desk, **contact: object) -> InvoiceSet:
    """A set whose text waits to be sent; there is no mail to send instead."""
    desk.follows((0, TEXT), (9, TEXT), fall_back=False)
    chased = await desk.late(email=None, **contact)
    await desk.takes(chased)
    assert (await messages())[-1:] == [("sms", NUMBER, "queued")]
    return chased


async def test_what_waits_is_sent_once_however_many_senders_there_are(desk: Desk) -> None:
    await queued(desk)
    await asyncio.gather(*(desk.sends() for _ in range(4)))
    assert await messages() == [("sms", NUMBER, "sent")]
    [text] = desk.world.phones.sent
    message = await Message.get(purpose="reminder")
    assert (message.provider_id, message.attempts, message.claimed_until) == (text.sid, 1, None)
    assert "You have a balance" in text.body
    assert await Event.filter(kind="message.sent").count() == 1


async def test_what_has_been_paid_does_not_leave_though_its_set_is_not_closed_yet(desk: Desk) -> None:
    chased = await queued(desk)
    await desk.clinic.is_paid(await chased.guarantor, 14_000)
    await desk.sends()
    assert (await messages(), desk.texts) == ([("sms", NUMBER, "dropped")], [])
    await desk.reacts()
    assert (await InvoiceSet.get(id=chased.id)).status == "paid"
    assert (await Message.get(purpose="reminder")).error == "Nothing is owed any more."


@pytest.mark.parametrize("move", ["pause", "write_off", "collections", "cancel", "change_rule_set"])
async def test_what_a_person_has_stopped_does_not_leave(desk: Desk, move: str) -> None:
    chased = await queued(desk)
    answers = {"pause": {}, "change_rule_set": {"rule_set": "gentle"}}.get(move, {"reason": "Asked"})
    await desk.moves(chased, move, MIA, **answers)
    await desk.sends()
    assert (await messages(), desk.texts) == ([("sms", NUMBER, "dropped")], [])


async def test_what_was_dropped_stays_here_when_the_sequence_goes_on(desk: Desk) -> None:
    chased = await queued(desk)
    await desk.moves(chased, "pause")
    await desk.moves(chased, "resume")
    await desk.sends()
    assert (await messages(), desk.texts) == ([("sms", NUMBER, "dropped")], [])


async def test_a_text_whose_answer_was_lost_is_found_and_sent_once(desk: Desk) -> None:
    await queued(desk)
    desk.world.phones.desk.will("reset_after_commit", CREATE)
    await desk.sends()
    assert await messages() == [("sms", NUMBER, "sending")]
    desk.forward(minutes=1)
    await desk.sends()
    assert await messages() == [("sms", NUMBER, "sent")]
    assert [text.sid for text in desk.world.phones.sent] == [(await Message.get(purpose="reminder")).provider_id]


async def test_a_text_that_never_left_is_looked_for_and_then_sent(desk: Desk) -> None:
    await queued(desk)
    desk.world.phones.desk.will("reset", CREATE)
    await desk.sends()
    desk.forward(minutes=1)
    await desk.sends()
    assert len(desk.world.phones.desk.called(LIST)) == 1
    assert (await messages(), len(desk.texts)) == ([("sms", NUMBER, "sent")], 1)


async def test_a_text_that_may_have_left_is_looked_for_until_that_is_known(desk: Desk) -> None:
    """The provider is too busy to be asked: that says nothing about the text."""
    await queued(desk)
    desk.world.phones.desk.will("reset_after_commit", CREATE)
    desk.world.phones.desk.will("ratelimited", LIST, times=2)
    for minutes in (1, 5, 30, 0):
        await desk.sends()
        desk.forward(minutes=minutes)
    assert (await messages(), len(desk.texts)) == ([("sms", NUMBER, "sent")], 1)
    assert len(desk.world.phones.desk.called(CREATE)) == 1


async def test_what_may_have_left_and_may_not_leave_any_more_is_only_looked_for(desk: Desk) -> None:
    chased = await queued(desk)
    desk.world.phones.desk.will("reset", CREATE)
    await desk.sends()
    await desk.moves(chased, "pause")
    desk.forward(minutes=1)
    await desk.sends()
    assert (await messages(), desk.texts) == ([("sms", NUMBER, "dropped")], [])


async def test_a_passing_fault_is_tried_again_later_and_later_and_then_told(desk: Desk) -> None:
    chased = await queued(desk)
    desk.world.phones.desk.will("ratelimited", CREATE, times=9)
    for tried, wait in enumerate(BACKOFF, 1):
        await desk.sends()
        waiting = await Message.get(purpose="reminder")
        assert (waiting.status, waiting.attempts, waiting.due_at - desk.clinic.now) == ("queued", tried, wait)
        assert await desk.sends() == 0
        desk.forward(seconds=wait.total_seconds())
    await desk.sends()
    assert await messages() == [("sms", NUMBER, "failed")]
    failed = await InvoiceSet.get(id=chased.id)
    assert (failed.status, failed.trouble) == ("failed", "Twilio asks us to slow down.")
    assert len(desk.world.phones.desk.called(CREATE)) == len(BACKOFF) + 1


async def test_a_final_fault_is_told_at_once(desk: Desk) -> None:
    desk.world.phones[NUMBER].is_invalid()
    chased = await queued(desk)
    await desk.sends()
    failed = await InvoiceSet.get(id=chased.id)
    assert (failed.status, failed.step, (await messages())[0][2]) == ("failed", 0, "failed")
    assert "not a valid phone number" in (failed.trouble or "")


async def test_what_an_outage_has_held_up_until_night_waits_for_the_morning(desk: Desk) -> None:
    desk.follows((0, TEXT), fall_back=False)
    chased = await desk.late(email=None)
    desk.at(19, 50)
    await desk.takes(chased)
    desk.at(23)
    await desk.sends()
    assert (await messages(), desk.texts) == ([("sms", NUMBER, "queued")], [])
    desk.forward(hours=9, minutes=59)  # Friday, 8:59
    await desk.sends()
    assert desk.texts == []
    desk.forward(minutes=1)
    await desk.sends()
    assert len(desk.texts) == 1


async def test_one_that_breaks_takes_none_of_its_batch_with_it(desk: Desk) -> None:
    await queued(desk)
    now = desk.clinic.now
    await Message.create(
        ref="broken", guarantor_id=1, location="downtown", purpose="receipt", channel="email", direction="out",
        address=MAIL, subject="x", body="x", status="queued", created_at=now, due_at=now, paper="receipt:99999",
        sender="billing@riverside.example",
    )  # fmt: skip
    await desk.sends()
    assert await messages() == [("sms", NUMBER, "sent")]
    broken = await Message.get(ref="broken")
    assert (broken.attempts, broken.due_at) == (1, now + timedelta(minutes=1))
    await Message.filter(ref="broken").update(attempts=len(BACKOFF))
    desk.forward(minutes=1)
    await desk.sends()
    assert (await Message.get(ref="broken")).status == "failed"
    assert len(desk.texts) == 1


async def test_one_that_cannot_even_be_looked_at_waits_alone(desk: Desk) -> None:
    chased = await queued(desk)
    now = desk.clinic.now
    lost = await Patient.create(
        external_id="P-lost", first_name="Ann", last_name="Lost", location="downtown", timezone="Moon/Crater",
        phone="+12125550199", created_at=now,
    )  # fmt: skip
    await Message.create(
        ref="lost", guarantor_id=lost.id, location="downtown", purpose="reminder", channel="sms", direction="out",
        address="+12125550199", body="x", status="queued", created_at=now, due_at=now,
    )  # fmt: skip
    await desk.sends()
    assert (await Message.get(invoice_set_id=chased.id)).status == "sent"
    waiting = await Message.get(ref="lost")
    assert (waiting.attempts, waiting.due_at) == (1, now + timedelta(minutes=1))
    assert len(desk.texts) == 1


async def test_a_set_that_closes_keeps_what_it_has_queued(desk: Desk) -> None:
    chased = await queued(desk)
    await desk.clinic.is_paid(await chased.guarantor, 14_000)
    await settle_if_nothing_is_owed(chased.id, paid=True, now=desk.clinic.now)
    assert await messages() == [("sms", NUMBER, "dropped")]
