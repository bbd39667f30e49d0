"""What patients write back: STOP at once, strangers told nothing, other words to staff while the sequence holds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from billing.late_fees import charge_late_fee
from billing.patients import patient_by
from domain.access import CLOCK
from domain.errors import Refusal
from domain.replies import DISPUTED
from domain.terms import LateFee
from models.change import change
from models.chasing import InvoiceSet, Message
from models.invoices import Invoice
from models.people import Consent, Suppression
from models.record import Event
from outreach.consent import opt_in, opt_out
from outreach.enrol import hold_for_bank
from outreach.replies import ask_from_page, confirm_reply, draft_reply
from outreach.sending import send_due
from outreach.situation import situation_of
from tests.billing.clinic import DANA, VERA
from tests.outreach.desk import BOTH, MAIL, MAIL_ONLY, NUMBER, TEXT, Desk, messages

CHILDS = "+12125550199"


async def suppressions() -> list[tuple[str, str]]:
    return [(row.address, row.reason) for row in await Suppression.filter(lifted_at=None).order_by("id")]


async def last_reply() -> dict[str, object]:
    event = await Event.filter(kind="reply.received").order_by("-seq").first()
    assert event
    return dict(event.after)


async def test_a_stop_is_obeyed_at_once_for_all_that_waits_for_the_number(desk: Desk) -> None:
    desk.follows((0, BOTH))
    chased, spouse = await desk.late(), await desk.late("juan", email=None)
    desk.forward(days=2)
    await desk.takes(chased)
    now = desk.clinic.now
    await Message.create(
        ref="x", guarantor_id=spouse.guarantor_id, location="downtown", purpose="reminder", channel="sms",
        direction="out", address=NUMBER, body="Hello", status="queued", created_at=now, due_at=now,
    )  # fmt: skip
    await desk.hears("Please stop texting me")
    assert sorted(await messages()) == [
        ("email", MAIL, "queued"),
        ("sms", NUMBER, "dropped"),
        ("sms", NUMBER, "dropped"),
    ]
    assert await suppressions() == [(NUMBER, "stop")]
    assert await Consent.filter(given=False, channel="sms").count() == 2
    assert (await last_reply())["keyword"] == "stop"
    await desk.sends()
    assert [words for words in desk.texts if "balance" in words.lower()] == []


async def test_a_stop_twice_is_one_and_a_start_lifts_it(desk: Desk) -> None:
    await desk.late()
    for _ in range(2):
        await desk.hears("STOP")
    assert await suppressions() == [(NUMBER, "stop")]
    await desk.hears("START")
    assert await suppressions() == []
    assert [consent.given for consent in await Consent.filter(channel="sms").order_by("id")] == [True, False, True]
    await desk.hears("stop!")
    assert await suppressions() == [(NUMBER, "stop")]


async def test_the_house_answers_what_the_carrier_does_not(desk: Desk) -> None:
    await desk.late(email=None)
    for words in ("HELP", "STOP", "START", "STOP"):
        await desk.hears(words)
    assert await messages(purpose="keyword") == []
    for words in ("empezar", "AYUDA", "no me escriban más"):
        await desk.hears(words)
    assert await messages(purpose="keyword") == [("sms", NUMBER, "queued")] * 3
    assert await suppressions() == [(NUMBER, "stop")]
    await desk.sends()
    assert len(desk.texts) == 3  # the one confirmation leaves although the number has opted out


async def test_the_answer_comes_from_the_number_that_was_written_to(desk: Desk) -> None:
    await desk.late(email=None)
    northside = desk.practice.locations["northside"].sms_from
    await desk.hears("AYUDA", to=northside)
    assert (await Message.get(purpose="keyword")).sender == northside


async def test_whose_number_it_is_not_is_never_texted_again_for_anybody(desk: Desk) -> None:
    await desk.late()
    await desk.late("juan")
    await desk.hears("Wrong number")
    assert await suppressions() == [(NUMBER, "wrong")]
    await desk.hears("START")
    assert await suppressions() == [(NUMBER, "wrong")]


async def test_a_wrong_number_is_the_one_that_wrote_and_not_the_guarantor_s(desk: Desk) -> None:
    await desk.late()
    await desk.clinic.patient("leo", guarantor="maria", phone=CHILDS)
    await desk.hears("you have the wrong number", CHILDS)
    assert await suppressions() == [(CHILDS, "wrong")]
    assert (await last_reply())["wish"] == "wrong"


async def test_a_wrong_amount_suppresses_nothing(desk: Desk) -> None:
    await desk.late()
    await desk.hears("This amount is wrong")
    assert await suppressions() == []
    assert (await last_reply())["wish"] == "dispute"


async def test_a_stranger_is_told_nothing_and_leaves_nothing_of_theirs_behind(desk: Desk) -> None:
    chased = await desk.late()
    before = await Message.all().count()
    await desk.hears("Who is this? My card is 4242424242424242", "+12125550888")
    await desk.hears("HELP", "+12125550888")
    assert await Message.all().count() == before
    assert await Event.filter(kind="text.from_stranger").count() == 2
    assert not [event for event in await Event.all() if "4242" in str(event.after) or "0888" in str(event.subject)]
    assert (await InvoiceSet.get(id=chased.id)).held_until is None
    await desk.hears("STOP", "+12125550888")
    assert await suppressions() == [("+12125550888", "stop")]


async def test_the_same_text_delivered_twice_is_one_text(desk: Desk) -> None:
    await desk.late()
    desk.numbers = iter([7, 7])
    for _ in range(2):
        await desk.hears("How much do I owe?")
    assert await messages(direction="in", purpose="reply") == [("sms", NUMBER, "received")]
    assert await Event.filter(kind="reply.received").count() == 1


async def test_card_numbers_are_gone_before_anything_is_kept(desk: Desk) -> None:
    await desk.late()
    await desk.hears("pay with 4242 4242 4242 4242 please")
    kept = await Message.get(direction="in")
    assert kept.body == "pay with [card number removed] please"
    assert not [event for event in await Event.all() if "4242" in str((event.after, event.before))]


async def test_a_reply_holds_the_sequence_for_three_days_or_until_it_is_answered(desk: Desk) -> None:
    desk.follows((1, TEXT), (9, TEXT))
    chased = await desk.late()
    desk.forward(hours=20)
    await desk.hears("Can I come in and pay?")
    desk.forward(hours=4)
    held = await desk.takes(chased)
    assert held.held_until == desk.clinic.now + timedelta(days=3, hours=-4)
    assert (await messages(), held.step) == ([], 0)
    reply = await draft_reply(
        chased.id, "Of course!", occasion="one", actor=DANA, practice=desk.practice, ports=desk.ports
    )
    assert await messages(purpose="reply", direction="out") == [("sms", NUMBER, "draft")]
    await desk.sends()
    assert desk.texts == []
    await confirm_reply(reply.id, actor=DANA, practice=desk.practice, now=desk.clinic.now)
    with pytest.raises(Refusal, match="sent already"):
        await confirm_reply(reply.id, actor=DANA, practice=desk.practice, now=desk.clinic.now)
    assert (await desk.takes(chased)).step == 1


async def test_who_disputes_a_bill_disputes_it_until_there_is_an_answer(desk: Desk) -> None:
    desk.clinic.practice = replace(desk.practice, late_fee=LateFee(flat_cents=1_500, after_days=2, every_days=10))
    chased = await desk.late()
    invoice = await Invoice.get(invoice_set_id=chased.id)
    await desk.hears("My insurance covers this")
    desk.forward(days=1)
    await desk.hears("Hello?")
    assert (await InvoiceSet.get(id=chased.id)).hold_reason == DISPUTED
    known = {"practice": desk.practice, "actor": CLOCK}
    assert await charge_late_fee(invoice.id, now=desk.clinic.now, **known) == 0
    answer = await draft_reply(
        chased.id, "We asked them.", occasion="one", actor=DANA, practice=desk.practice, ports=desk.ports
    )
    await confirm_reply(answer.id, actor=DANA, practice=desk.practice, now=desk.clinic.now)
    assert (await InvoiceSet.get(id=chased.id)).held_until is None
    desk.forward(days=10)
    assert await charge_late_fee(invoice.id, now=desk.clinic.now, **known) == 1_500


async def test_an_unanswered_reply_holds_for_three_days_and_no_longer(desk: Desk) -> None:
    desk.follows((0, TEXT))
    chased = await desk.late()
    await desk.hears("hello?")
    waiting = await desk.takes(chased)
    assert waiting.next_send_at is not None
    assert waiting.next_send_at >= desk.clinic.now + timedelta(days=3)
    desk.forward(seconds=(waiting.next_send_at - desk.clinic.now).total_seconds())
    assert (await desk.takes(chased)).step == 1


async def test_a_reply_does_not_shorten_the_hold_of_a_bank_payment(desk: Desk) -> None:
    desk.follows((0, TEXT))
    chased = await desk.late()
    now = desk.clinic.now
    await hold_for_bank(chased.guarantor_id, under_way=True, practice=desk.practice, now=now)
    until = (await InvoiceSet.get(id=chased.id)).held_until
    await desk.hears("I have paid by bank")
    assert (await InvoiceSet.get(id=chased.id)).held_until == until
    await hold_for_bank(chased.guarantor_id, under_way=False, practice=desk.practice, now=now)
    assert (await InvoiceSet.get(id=chased.id)).held_until is None


async def test_of_two_payers_on_one_phone_both_wait_and_an_answer_releases_both(desk: Desk) -> None:
    chased, spouse = await desk.late(), await desk.late("juan")
    elsewhere = await desk.late("leo", phone=CHILDS)
    await desk.hears("Can we pay next week?")
    kept = await Message.get(direction="in")
    heard = await Event.filter(kind="reply.received").order_by("seq")
    assert [(event.invoice_set_id, event.after["message"]) for event in heard] == [
        (chased.id, kept.id), (spouse.id, kept.id),
    ]  # fmt: skip

    async def held() -> list[int]:
        return [row.id for row in await InvoiceSet.exclude(held_until=None).order_by("id")]

    assert await held() == [chased.id, spouse.id]
    for asked in (elsewhere, chased):
        reply = await draft_reply(
            asked.id, "Of course!", occasion=f"to {asked.id}", actor=DANA, practice=desk.practice, ports=desk.ports
        )
        assert await held() == [chased.id, spouse.id]
        await confirm_reply(reply.id, actor=DANA, practice=desk.practice, now=desk.clinic.now)
    assert await held() == []


async def test_who_owes_nothing_any_more_is_still_heard_once(desk: Desk) -> None:
    chased = await desk.late()
    await desk.clinic.is_paid(await chased.guarantor, 14_000)
    await desk.reacts()
    await desk.hears("Thank you")
    [event] = await Event.filter(kind="reply.received")
    assert (event.guarantor_id, event.invoice_set_id) == (chased.guarantor_id, None)


async def test_an_opt_out_of_mail_holds_however_the_address_is_written(desk: Desk) -> None:
    desk.follows((0, MAIL_ONLY), fall_back=False)
    maria = await desk.late(email="Maria@Patients.example")
    spouse = await desk.late("juan", email=MAIL, phone=None)
    await desk.takes(spouse)
    now = desk.clinic.now
    await opt_out(maria.guarantor_id, "email", actor=DANA, now=now, source="page")
    assert await messages() == [("email", MAIL, "dropped")]
    assert await Consent.filter(given=False, channel="email").count() == 2
    for chased in (maria, spouse):
        at = await situation_of(chased, "email", practice=desk.practice, ports=desk.ports, now=now)
        assert (at.consented, at.suppressed) == (False, "The patient has opted out.")
    await opt_in(spouse.guarantor_id, "email", actor=DANA, now=now, source="page")
    at = await situation_of(maria, "email", practice=desk.practice, ports=desk.ports, now=now)
    assert (at.consented, at.suppressed) == (True, None)


async def test_what_is_queued_when_a_patient_writes_does_not_leave(desk: Desk) -> None:
    desk.follows((0, TEXT))
    chased = await desk.late(email=None)
    await desk.takes(chased)
    await desk.hears("I lost my job")
    await desk.sends()
    assert (await messages(), desk.texts) == ([("sms", NUMBER, "dropped")], [])


async def test_a_reply_of_staff_is_refused_with_the_reason_on_its_field(desk: Desk) -> None:
    chased = await desk.late()
    known = {"occasion": "one", "practice": desk.practice, "ports": desk.ports}
    for words, actor, code in (
        ("  ", DANA, "invalid"),
        ("x" * 481, DANA, "invalid"),
        ("Read me 4242424242424242 back", DANA, "invalid"),
        ("Hello", VERA, "forbidden"),
    ):
        with pytest.raises(Refusal) as refused:
            await draft_reply(chased.id, words, actor=actor, **known)
        assert refused.value.code == code
    drafted = await draft_reply(chased.id, "Hello", actor=DANA, **known)
    await desk.hears("STOP")
    with pytest.raises(Refusal, match="The patient has opted out"):
        await draft_reply(chased.id, "Hello", actor=DANA, **(known | {"occasion": "two"}))
    with pytest.raises(Refusal, match="The patient has opted out"):
        await confirm_reply(drafted.id, actor=DANA, practice=desk.practice, now=desk.clinic.now)
    assert await send_due(practice=desk.practice, ports=desk.ports) is not None
    assert desk.texts == []


async def test_a_question_on_the_page_holds_and_suppresses_nothing(desk: Desk) -> None:
    chased = await desk.late()
    maria = await patient_by("maria")
    async with change(desk.clinic.now):
        await ask_from_page(maria.id, "You have the wrong number, call me at work", actor=DANA, now=desk.clinic.now)
    assert await suppressions() == []
    assert (await InvoiceSet.get(id=chased.id)).held_until == desk.clinic.now + timedelta(days=3)
    with pytest.raises(Refusal, match="Write your question"):
        await ask_from_page(maria.id, "   ", actor=DANA, now=desk.clinic.now)
