"""A step falls due: once, within the patient's hours, by another way if need be, or with a reason why not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.errors import Refusal
from models.chasing import InvoiceSet, Message
from models.invoices import Invoice
from models.people import Suppression
from outreach.enrol import enrol
from outreach.situation import situation_of
from outreach.steps import take_step
from outreach.why import why
from tests.billing.clinic import MIA
from tests.outreach.desk import BOTH, MAIL, MAIL_ONLY, NEW_YORK, NUMBER, TEXT, Desk, messages


def what(desk: Desk) -> dict[str, Any]:
    return {"practice": desk.practice, "ports": desk.ports, "now": desk.clinic.now}


async def test_the_gates_see_what_stands_in_the_books(desk: Desk) -> None:
    desk.follows((0, TEXT), (3, TEXT))
    chased = await desk.late()
    at = await situation_of(chased, "sms", **what(desk))
    assert (at.address, at.consented, at.balance_cents, at.minimum_cents) == (NUMBER, True, 14_000, 100)
    assert ([zone.key for zone in at.zones], at.suppressed, at.undeliverable, at.recent) == ([NEW_YORK], None, None, ())
    await desk.takes(chased)
    await desk.hears("stop")
    at = await situation_of(chased, "sms", **what(desk) | {"ports": replace(desk.ports, sms=None)})
    assert (at.consented, at.suppressed) == (False, "The patient has opted out.")
    assert at.undeliverable == "Texts are not set up for this practice."
    mail = await situation_of(chased, "email", **what(desk))
    assert (mail.address, mail.suppressed, mail.undeliverable) == (MAIL, None, None)


async def test_the_cap_counts_every_reminder_to_the_number_and_nothing_that_did_not_leave(desk: Desk) -> None:
    desk.follows((0, TEXT), (30, TEXT))
    first = await desk.late("maria")
    await desk.takes(first)
    await desk.sends()
    spouse = await desk.late("juan")  # weeks later; the same phone
    assert (await situation_of(spouse, "sms", **what(desk))).recent == ()
    desk.forward(days=1)  # that was a Sunday
    desk.forward(days=1)  # Monday
    await desk.takes(spouse)
    now = desk.clinic.now
    assert (await situation_of(first, "sms", **what(desk))).recent == (now,)
    await Message.filter(status="queued").update(status="dropped")
    assert (await situation_of(first, "sms", **what(desk))).recent == ()


async def test_a_number_from_elsewhere_narrows_the_hours_and_a_toll_free_one_does_not(desk: Desk) -> None:
    for place, (phone, zones) in enumerate(
        [("+13125550123", ["America/Chicago", NEW_YORK]), ("+18005550123", [NEW_YORK])]
    ):
        chased = await desk.late(f"p{place}", phone=phone)
        at = await situation_of(chased, "sms", **what(desk))
        assert [zone.key for zone in at.zones] == zones


async def test_a_step_that_is_due_is_taken_once_whoever_asks(desk: Desk) -> None:
    desk.follows((0, BOTH), (3, TEXT))
    chased = await desk.late()
    for _ in range(3):
        found = await desk.takes(chased)
    assert await messages() == [("sms", NUMBER, "queued"), ("email", MAIL, "queued")]
    opens = (found.enrolled_at + timedelta(days=3)).astimezone(ZoneInfo(NEW_YORK)).replace(hour=9, minute=0)
    assert (found.step, found.next_send_at) == (1, opens)


async def test_a_step_waits_for_nine_in_the_morning_where_the_patient_is(desk: Desk) -> None:
    desk.follows((1, TEXT))
    chased = await desk.late(timezone="America/Los_Angeles")
    desk.forward(days=1)  # Friday, 11:00 in New York, 8:00 in Los Angeles
    waiting = await desk.takes(chased)
    assert (waiting.next_send_at, waiting.step) == (desk.clinic.now + timedelta(hours=1), 0)
    assert await messages() == []
    desk.at(22)
    waiting = await desk.takes(chased)
    desk.forward(hours=14)  # noon on Saturday in New York, 9:00 in Los Angeles
    assert waiting.next_send_at == desk.clinic.now
    assert ((await desk.takes(chased)).step, len(await messages())) == (1, 1)


async def test_without_a_number_the_mail_is_written_instead(desk: Desk) -> None:
    desk.follows((0, TEXT))
    chased = await desk.late(phone=None)
    assert (await desk.takes(chased)).step == 1
    assert await messages() == [("email", MAIL, "queued")]


async def test_where_nothing_is_left_to_try_the_set_fails_with_reason_and_fix(desk: Desk) -> None:
    desk.follows((0, TEXT), fall_back=False)
    chased = await desk.late(phone=None)
    failed = await desk.takes(chased)
    assert (failed.status, failed.step, failed.next_send_at) == ("failed", 0, None)
    assert (failed.trouble, failed.fix) == (
        "There is no mobile number on file.",
        "Add a mobile number to the patient's record.",
    )
    told = await why(failed, practice=desk.practice, ports=desk.ports)
    assert (told.status, told.sentence) == (
        "Failed",
        "Nothing is planned in this status. There is no mobile number on file.",
    )


async def test_what_will_fail_is_foreseen_and_cleared_when_it_is_mended(desk: Desk) -> None:
    desk.follows((5, TEXT), fall_back=False)
    chased = await desk.late()
    await desk.hears("STOP")
    foreseen = await InvoiceSet.get(id=chased.id)
    assert (foreseen.status, foreseen.trouble) == ("will_fail", "The patient has opted out.")
    assert foreseen.fix
    await desk.hears("START")
    cleared = await InvoiceSet.get(id=chased.id)
    assert (cleared.status, cleared.trouble, cleared.fix) == ("active", None, None)


async def test_a_new_number_clears_what_the_old_one_lacked(desk: Desk) -> None:
    desk.follows((5, TEXT), fall_back=False)
    chased = await desk.late(phone=None)
    assert (await InvoiceSet.get(id=chased.id)).status == "will_fail"
    await desk.clinic.patient("maria", phone=NUMBER, timezone=NEW_YORK)
    await desk.reacts()
    assert (await InvoiceSet.get(id=chased.id)).status == "active"


async def test_the_last_step_ends_the_sequence(desk: Desk) -> None:
    desk.follows((0, MAIL_ONLY))
    chased = await desk.late()
    await desk.takes(chased)
    desk.forward(days=200)
    expired = await desk.takes(chased)
    assert (expired.status, expired.next_send_at) == ("expired", None)


async def test_after_a_long_pause_a_sequence_catches_up_by_a_step_a_day(desk: Desk) -> None:
    desk.follows((1, MAIL_ONLY), (2, MAIL_ONLY), (3, MAIL_ONLY))
    chased = await desk.late()
    await desk.moves(chased, "pause")
    desk.forward(days=90)
    await desk.moves(chased, "resume")
    for day in range(1, 4):
        for _ in range(3):
            await desk.takes(chased)
        assert len(await messages()) == day
        desk.forward(days=1)


async def test_a_bill_that_has_just_been_paid_fails_nothing(desk: Desk) -> None:
    desk.follows((0, TEXT))
    chased = await desk.late()
    await desk.clinic.is_paid(await chased.guarantor, 14_000)
    untouched = await desk.takes(chased)
    assert (untouched.status, untouched.next_send_at, await messages()) == ("active", None, [])
    await desk.reacts()
    assert (await InvoiceSet.get(id=chased.id)).status == "paid"


async def test_of_what_one_guarantor_owes_two_sets_are_never_open(desk: Desk) -> None:
    desk.follows((0, TEXT))
    first = await desk.late()
    await desk.moves(first, "collections", reason="Agency")
    second = await desk.late()
    assert second.id != first.id
    with pytest.raises(Refusal, match="Another balance of this guarantor is being chased") as refused:
        await desk.moves(first, "recall")
    assert refused.value.code == "another_open"
    await desk.moves(second, "cancel", MIA, reason="Merged")
    assert (await desk.moves(first, "recall")).status == "active"


async def test_what_the_agency_has_is_not_chased_again_by_itself(desk: Desk) -> None:
    desk.follows((0, TEXT))
    chased = await desk.late()
    await desk.moves(chased, "collections", reason="Agency")
    invoice = await Invoice.get()
    assert await enrol(invoice.id, practice=desk.practice, now=desk.clinic.now) is None
    assert await InvoiceSet.all().count() == 1


async def test_a_bill_is_enrolled_once_and_a_second_one_joins_it(desk: Desk) -> None:
    desk.follows((5, TEXT))
    chased = await desk.late()
    patient = await chased.guarantor
    second = await desk.clinic.bills(patient)
    assert (await enrol(second.id, practice=desk.practice, now=desk.clinic.now)).id == chased.id  # type: ignore[union-attr]
    assert (await enrol(second.id, practice=desk.practice, now=desk.clinic.now)).id == chased.id  # type: ignore[union-attr]
    assert await Suppression.all().count() == 0
    await take_step(chased.id, practice=desk.practice, ports=desk.ports)
    assert await messages() == []


async def test_undoing_a_write_off_takes_the_sequence_up_where_it_stood(desk: Desk) -> None:
    desk.follows((1, TEXT), (9, TEXT))
    chased = await desk.late()
    await desk.moves(chased, "write_off", reason="Hardship")
    desk.forward(days=4)
    back = await desk.moves(chased, "undo_write_off")
    assert (back.status, back.step, back.next_send_at) == ("active", 0, desk.clinic.now)
    await desk.moves(chased, "pause")
    before = await InvoiceSet.get(id=chased.id)
    await desk.moves(chased, "write_off", reason="Hardship", amount="1.00")
    part = await desk.moves(chased, "undo_part")
    assert (part.status, part.next_send_at) == ("paused", before.next_send_at)
