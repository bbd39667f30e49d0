"""Clicks that come twice, late, forged, replayed, or from someone who may not: nothing lost, nothing done twice."""

import asyncio
import time

from billing.audit import audit
from models.record import Event
from tests.stories.clinic import Clinic


async def test_a_second_click_redraws_the_card_and_says_who_was_first(clinic: Clinic) -> None:
    maria = await clinic.patient()
    number = await maria.is_late()
    await clinic.slack("biller").card(number).press("Pause")
    mia = clinic.slack("manager").card(number)
    await mia.press("Pause", stale=True).sees("Paused · $140.00").sees_in_the_thread("Paused by", times=1)
    await mia.is_told("paused now", "Dana Biller was first")
    assert len(mia.whispers) == 1


async def test_of_two_who_press_at_once_one_is_first_and_the_other_hears_it(clinic: Clinic) -> None:
    maria = await clinic.patient()
    number = await maria.is_late()
    both = [clinic.slack(role).card(number) for role in ("biller", "manager")]
    await asyncio.gather(*(card.press("Pause") for card in both))
    await both[0].sees("Paused · $140.00").sees_in_the_thread("Paused by", times=1)
    [told] = [whisper for card in both for whisper in card.whispers]
    assert "was first" in told
    assert await Event.filter(kind="set.paused").count() == 1


async def test_an_old_card_does_not_act_on_what_its_reader_could_not_see(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.slack("biller").card(await maria.is_late())
    await card.press("Pause").press("Resume").press("Write off")
    await clinic.slack("manager").card(card.number).press("Pause")
    await card.submits({"Reason": "Hardship", "Amount": "140.00"})
    await card.sees("Paused · $140.00").is_told("has changed since")


async def test_a_viewers_click_is_refused_privately_and_changes_nothing(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.slack("viewer").card(await maria.is_late())
    for label in ("Pause", "Write off"):
        await card.press(label).is_told("needs the role biller").has_no_form().sees("Overdue · $140.00")


async def test_a_stranger_learns_nothing(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.slack("stranger").card(await maria.is_late())
    await card.press("Why was this (not) sent?").is_told("no role")
    await card.types("/billing ageing").is_told("viewer").is_not_told("$")


async def test_a_replayed_request_is_answered_and_does_nothing(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.slack("biller").card(await maria.is_late())
    await card.press("Pause")
    pressed = clinic.world.slack.requests_sent[-1]
    await card.press("Resume")
    [again] = await clinic.world.slack.replay(pressed)
    assert again.ok
    await clinic.settle()
    await card.sees("Overdue · $140.00")


async def test_a_forged_or_stale_request_is_turned_away_before_it_is_read(clinic: Clinic) -> None:
    now = int(time.time())
    for stamp, signature in ((now, "v0=" + "0" * 64), (now - 3600, "v0=" + "0" * 64), (now, "")):
        headers = {"X-Slack-Request-Timestamp": str(stamp), "X-Slack-Signature": signature}
        async with clinic.browser.post(f"{clinic.url}/slack/events", data=b"payload=%7B", headers=headers) as answer:
            assert answer.status == 401
            assert await answer.text() in ("", "Unauthorized") or len(await answer.text()) < 80


async def test_a_card_somebody_deleted_is_posted_anew(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.slack("biller").card(await maria.is_late())
    deleted = card.message
    clinic.world.slack.channel("billing-downtown").by_ts.pop(deleted.ts)
    await clinic.clock.forward(days=3)
    assert card.message.ts != deleted.ts


async def test_a_lost_answer_from_slack_makes_no_second_card(clinic: Clinic) -> None:
    maria = await clinic.patient()
    number = await maria.is_billed()
    clinic.world.slack.fault("chat.postMessage", "reset_after_commit")
    await clinic.clock.forward(days=31)
    await clinic.clock.forward(minutes=5)
    await clinic.slack("biller").card(number).sees("Overdue · $140.00")


async def test_slack_away_for_an_hour_shows_everything_once_when_it_is_back(clinic: Clinic) -> None:
    maria = await clinic.patient()
    ali = await clinic.patient("Ali Hassan", phone="+12125550124", email="ali@patients.example")
    await maria.is_billed()
    await ali.is_billed("xray")
    clinic.world.slack.fault("chat.*", "500", times=1_000)
    await clinic.clock.forward(days=31)
    for _ in range(6):
        await clinic.clock.forward(minutes=10)
    assert clinic.posts_in("billing-downtown") == []
    clinic.world.slack.desk.wont("500")
    await clinic.clock.forward(minutes=10)
    for number, owed in (("INV-1001", "$140.00"), ("INV-1002", "$95.00")):
        card = clinic.slack("biller").card(number)
        await card.sees(f"Overdue · {owed}").sees_in_the_thread(f"{number} is overdue", times=1)
        assert len(card.thread) == 1
    assert await audit(full=True) == []


async def test_nothing_is_shown_in_a_channel_outsiders_can_read(clinic: Clinic) -> None:
    clinic.world.slack.channel("billing-downtown").kind = "channel"
    maria = await clinic.patient()
    await maria.is_late()
    assert clinic.posts_in("billing-downtown") == []


async def test_a_mistyped_command_gets_the_nearest_one(clinic: Clinic) -> None:
    vera = clinic.slack("viewer")
    await vera.types("/billing agieng").is_told("`/billing ageing`")
    await vera.types("/billing ageing 2026-13-45").is_told("2026-13-45")
