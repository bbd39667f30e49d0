"""A bill that is sent reaches its payer by mail with the paper and by text with the link, at an hour that allows it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from billing.invoices import void_invoice
from models.chasing import Message
from models.invoices import Invoice
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
