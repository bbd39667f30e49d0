"""Clicks that come twice, late, forged, replayed, or from someone who may not: nothing lost, nothing done twice."""

import time

from tests.stories.clinic import Clinic


async def test_a_second_click_redraws_the_card_and_says_who_was_first(clinic: Clinic) -> None:
    maria = await clinic.patient()
    number = await maria.is_late()
    dana, mia = clinic.staff("biller").card(number), clinic.staff("manager").card(number)
    await dana.press("Pause")
    await mia.press("Pause", stale=True)
    assert "Paused · $140.00" in mia.words
    [whisper] = clinic.staff("manager").whispers
    assert "paused now" in whisper
    assert "Dana Biller was first" in whisper
    assert sum("Paused by" in line for line in mia.thread) == 1


async def test_an_old_card_does_not_act_on_what_its_reader_could_not_see(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.staff("biller").card(await maria.is_late())
    await card.press("Pause")
    await card.press("Resume")
    await card.press("Write off")
    await clinic.staff("manager").card(card.number).press("Pause")
    await clinic.staff("biller").submits({"Reason": "Hardship", "Amount": "140.00"})
    assert "Paused · $140.00" in card.words
    assert "has changed since" in clinic.staff("biller").whispers[-1]


async def test_a_viewers_click_is_refused_privately_and_changes_nothing(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.staff("viewer").card(await maria.is_late())
    for label in ("Pause", "Write off"):
        await card.press(label)
        assert "needs the role biller" in clinic.staff("viewer").whispers[-1]
    assert clinic.staff("viewer").forms == []
    assert "Overdue · $140.00" in card.words


async def test_a_stranger_learns_nothing(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.staff("stranger").card(await maria.is_late())
    await card.press("Why was this (not) sent?")
    assert "no role" in clinic.staff("stranger").whispers[-1]
    said = await clinic.staff("stranger").types("/billing ageing")
    assert "viewer" in said
    assert "$" not in said


async def test_a_replayed_request_is_answered_and_does_nothing(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.staff("biller").card(await maria.is_late())
    await card.press("Pause")
    pressed = clinic.world.slack.requests_sent[-1]
    await card.press("Resume")
    await clinic.world.slack.replay(pressed)
    await clinic.settle()
    assert "Overdue · $140.00" in card.words


async def test_a_forged_or_stale_request_is_turned_away_before_it_is_read(clinic: Clinic) -> None:
    now = int(time.time())
    for stamp, signature in ((now, "v0=" + "0" * 64), (now - 3600, "v0=" + "0" * 64), (now, "")):
        headers = {"X-Slack-Request-Timestamp": str(stamp), "X-Slack-Signature": signature}
        async with clinic.browser.post(f"{clinic.url}/slack/events", data=b"payload=%7B", headers=headers) as answer:
            assert answer.status == 401
            assert await answer.text() in ("", "Unauthorized") or len(await answer.text()) < 80


async def test_a_card_somebody_deleted_is_posted_anew(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.staff("biller").card(await maria.is_late())
    message = card.message
    clinic.world.slack.channel("billing-downtown").by_ts.pop(message.ts)
    await clinic.forward(days=3)
    assert card.message.ts != message.ts


async def test_a_lost_answer_from_slack_makes_no_second_card(clinic: Clinic) -> None:
    maria = await clinic.patient()
    number = await maria.is_billed()
    clinic.world.slack.fault("chat.postMessage", "reset_after_commit")
    await clinic.forward(days=31)
    await clinic.forward(minutes=5)
    assert clinic.staff("biller").card(number).message


async def test_nothing_is_shown_in_a_channel_outsiders_can_read(clinic: Clinic) -> None:
    clinic.world.slack.channel("billing-downtown").kind = "channel"
    maria = await clinic.patient()
    await maria.is_late()
    assert clinic.world.slack.channel("billing-downtown").messages == []


async def test_a_mistyped_command_gets_the_nearest_one(clinic: Clinic) -> None:
    assert "`/billing ageing`" in await clinic.staff("viewer").types("/billing agieng")
    assert "2026-13-45" in await clinic.staff("viewer").types("/billing ageing 2026-13-45")
