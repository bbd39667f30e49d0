"""A bill that is sent reaches its payer by mail with the paper and by text with the link, at an hour that allows it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from billing.invoices import void_invoice
from bot.notices import notice_of
from domain.ports import SmsFault
from models.chasing import Message
from models.invoices import Invoice
from models.record import Event
from outreach.results import follow_delivery
from outreach.situation import situation_of
from tests.billing.clinic import MIA
from tests.outreach.desk import MAIL, NEW_YORK, NUMBER, TEXT, Desk, delivery, messages


async def billed(desk: Desk, name: str = "maria", **contact: object) -> Invoice:
    known = {"phone": NUMBER, "email": MAIL, "timezone": NEW_YORK} | contact
    sent = await desk.clinic.bills(await desk.clinic.patient(name, **known))
    await desk.reacts()
    await desk.sends()
    return sent


async def bills() -> list[tuple[str, str, str]]:
    return await messages(purpose="invoice")


async def test_it_goes_by_both_where_there_are_both_and_by_the_one_there_is(desk: Desk) -> None:
    await billed(desk)
    assert await bills() == [("email", MAIL, "sent"), ("sms", NUMBER, "sent")]
    [text] = desk.texts
    assert text.startswith(
        "Riverside Downtown: Your new statement is ready. View or pay: https://billing.clinic.test/p/"
    )
    await billed(desk, "juan", email=None, phone="+12125550188", locale="es_US")
    assert (await bills())[2:] == [("sms", "+12125550188", "sent")]
    assert "Tiene una nueva factura" in desk.texts[1]
    await billed(desk, "leo", phone=None)
    assert (await bills())[3:] == [("email", MAIL, "sent")]


async def test_at_night_the_mail_goes_and_the_text_waits_for_the_morning(desk: Desk) -> None:
    desk.at(21)
    await billed(desk)
    assert await bills() == [("email", MAIL, "sent"), ("sms", NUMBER, "queued")]
    desk.forward(hours=11, minutes=59)
    await desk.sends()
    assert desk.texts == []
    desk.forward(minutes=1)
    await desk.sends()
    assert len(desk.texts) == 1


async def test_who_has_opted_out_of_texts_is_not_texted_their_bill(desk: Desk) -> None:
    await desk.clinic.patient("maria", phone=NUMBER, email=MAIL, timezone=NEW_YORK)
    await desk.hears("STOP")
    await billed(desk)
    assert await bills() == [("email", MAIL, "sent")]


async def test_a_clinic_without_a_number_of_its_own_texts_nothing(desk: Desk) -> None:
    places = desk.practice.locations
    muted = places | {"downtown": replace(places["downtown"], sms_from=None)}
    desk.clinic.practice = replace(desk.practice, locations=muted)
    await billed(desk)
    assert await bills() == [("email", MAIL, "sent")]
    desk.follows((0, TEXT))
    chased = await desk.late()
    at = await situation_of(chased, "sms", practice=desk.practice, ports=desk.ports, now=desk.clinic.now)
    assert at.undeliverable == "This clinic sends no texts."
    await desk.takes(chased)
    assert await messages() == [("email", MAIL, "queued")]


async def test_texts_of_two_bills_to_one_phone_keep_a_day_between_them(desk: Desk) -> None:
    """Once a day means the number, over all its bills together; reminders count with them."""
    await billed(desk)
    desk.forward(hours=1)
    await billed(desk, "juan", email=None)
    assert await bills() == [("email", MAIL, "sent"), ("sms", NUMBER, "sent"), ("sms", NUMBER, "queued")]
    first, second = await Message.filter(purpose="invoice", channel="sms").order_by("id")
    assert second.due_at == first.sent_at + timedelta(days=1)  # type: ignore[operator]
    desk.forward(hours=23)
    await desk.sends()
    assert len(desk.texts) == 2


async def test_a_reminder_keeps_its_distance_from_a_bill_s_text(desk: Desk) -> None:
    desk.follows((0, TEXT))
    chased = await desk.late()
    desk.forward(hours=1)
    await billed(desk, "juan", email=None)
    waiting = await desk.takes(chased)
    assert (waiting.step, waiting.next_send_at) == (0, desk.clinic.now + timedelta(days=1))


@pytest.mark.parametrize("what", ["paid", "void"])
async def test_what_is_settled_over_night_is_not_told_of_in_the_morning(desk: Desk, what: str) -> None:
    desk.at(21)
    invoice = await billed(desk)
    other = await billed(desk, "juan", phone="+12125550188", email=None)
    if what == "paid":
        await desk.clinic.is_paid(await invoice.guarantor, invoice.total_cents)
    else:
        await void_invoice(invoice, reason="Wrong", actor=MIA, now=desk.clinic.now, on=desk.clinic.today)
    await desk.reacts()
    desk.forward(hours=12)
    await desk.sends()
    texts = await Message.filter(purpose="invoice", channel="sms").order_by("id").values_list("guarantor_id", "status")
    assert list(texts) == [(invoice.guarantor_id, "dropped"), (other.guarantor_id, "sent")]


async def test_a_bill_that_did_not_get_through_is_texted_again_unless_it_is_paid(desk: Desk) -> None:
    invoice = await billed(desk, email=None)
    first = await Message.get(purpose="invoice")
    await follow_delivery(delivery(first, "unreachable"), practice=desk.practice, ports=desk.ports)
    assert await bills() == [("sms", NUMBER, "failed"), ("sms", NUMBER, "queued")]
    desk.forward(hours=1)
    await desk.sends()
    again = await Message.get(purpose="invoice", status="sent")
    await desk.clinic.is_paid(await invoice.guarantor, invoice.total_cents)
    await follow_delivery(delivery(again, "unreachable"), practice=desk.practice, ports=desk.ports)
    assert await bills() == [("sms", NUMBER, "failed")] * 2


async def test_a_receipt_by_text_waits_for_the_morning(desk: Desk) -> None:
    invoice = await billed(desk, email=None)
    desk.at(23)
    await desk.clinic.is_paid(await invoice.guarantor, invoice.total_cents)
    await desk.reacts()
    await desk.sends()
    assert await messages(purpose="receipt") == [("sms", NUMBER, "queued")]
    desk.forward(hours=10)
    await desk.sends()
    assert await messages(purpose="receipt") == [("sms", NUMBER, "sent")]


async def notices(desk: Desk) -> list[str | None]:
    return [await notice_of(event, desk.practice) for event in await Event.filter(kind="invoice.payer_not_told")]


async def does_not_arrive(desk: Desk, fault: SmsFault = "landline") -> None:
    text = await Message.filter(purpose="invoice", channel="sms", status="sent").order_by("-id").first()
    assert text
    await follow_delivery(delivery(text, fault, "It is a landline."), practice=desk.practice, ports=desk.ports)
    await desk.reacts()


async def test_a_bill_that_there_is_no_way_to_send_comes_to_a_person(desk: Desk) -> None:
    await billed(desk, phone=None, email=None)
    assert await notices(desk) == [
        "M. G.: the bill INV-1001 has reached them neither by mail nor by text. There is no email address on file."
        " There is no mobile number on file. Call, or send it by post."
    ]


@pytest.mark.parametrize("first", ["mail", "text"])
async def test_a_bill_that_comes_back_by_both_ways_comes_to_a_person_once(desk: Desk, first: str) -> None:
    if first == "mail":
        desk.world.mailbox[MAIL].refuses()
    await billed(desk)
    await desk.reacts()
    await does_not_arrive(desk)
    if first == "text":
        assert await notices(desk) == [], "the mail has arrived"
        mail = await Message.get(purpose="invoice", channel="email")
        bounced = delivery(mail, "bad_number", "There is no such mailbox.")
        await follow_delivery(bounced, practice=desk.practice, ports=desk.ports)
        await desk.reacts()
    [said] = await notices(desk)
    assert said
    assert "INV-1001" in said
    assert "It is a landline." in said


async def test_both_ways_failing_before_anybody_looks_are_told_of_once(desk: Desk) -> None:
    await billed(desk)
    for message in await Message.filter(purpose="invoice").order_by("-id"):
        told = delivery(message, "landline", "It is none.")
        await follow_delivery(told, practice=desk.practice, ports=desk.ports)
    await desk.reacts()
    assert len(await notices(desk)) == 1


async def test_a_text_that_is_tried_again_has_not_failed_yet(desk: Desk) -> None:
    await billed(desk, email=None)
    for wait in (1, 4, 24):
        await does_not_arrive(desk, "unreachable")
        assert await notices(desk) == []
        desk.forward(hours=wait)
        await desk.sends()
    await does_not_arrive(desk, "unreachable")
    assert len(await notices(desk)) == 1


async def test_of_a_bill_that_is_paid_nobody_need_be_told(desk: Desk) -> None:
    invoice = await billed(desk, email=None)
    await desk.clinic.is_paid(await invoice.guarantor, invoice.total_cents)
    await desk.reacts()
    await does_not_arrive(desk)
    assert await notices(desk) == []
