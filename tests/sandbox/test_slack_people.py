"""What people do, as signed requests to the app: presses, forms, modal stacks, commands, words, retries, replays."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from sandbox.slack import SlackWorkspace
from tests.sandbox.slack_app import (
    CHANNEL,
    CONFIRM,
    MIA,
    OMAR,
    Clinic,
    a_clinic,
    actions,
    asks,
    button,
    modal,
    option,
    refusal,
    section,
)

INPUT = {"type": "plain_text_input"}


@pytest.fixture
async def clinic() -> AsyncIterator[Clinic]:
    async with a_clinic() as clinic:
        clinic.slack.echoes = False
        yield clinic


async def test_a_press_carries_all_that_slack_sends(clinic: Clinic) -> None:
    card = await clinic.post([section(), actions(button("Pause", value="S1.3", confirm=CONFIRM, style="danger"))])
    outcome = await clinic.press(card)
    body = clinic.app.heard[-1]
    assert outcome.ok
    assert outcome.confirmed == CONFIRM
    assert body["type"] == "block_actions"
    assert body["user"]["id"] == MIA
    assert body["team"] == {"id": clinic.slack.team_id, "domain": "riverside-billing"}
    assert body["channel"] == {"id": card.channel, "name": CHANNEL}
    where = {"type": "message", "message_ts": card.ts, "channel_id": card.channel, "is_ephemeral": False}
    assert body["container"] == where
    assert body["message"]["blocks"] == card.blocks
    assert body["response_url"].startswith(clinic.url)
    assert body["trigger_id"]
    action = body["actions"][0]
    assert {key: action[key] for key in ("action_id", "block_id", "type", "value")} == {
        "action_id": "go", "block_id": "acts", "type": "button", "value": "S1.3"
    }  # fmt: skip
    assert float(action["action_ts"]) > 0


async def test_menus_and_pickers_send_what_was_chosen_and_the_state_of_the_rest(clinic: Clinic) -> None:
    menu = {"type": "overflow", "action_id": "more", "options": [option("note"), option("call", "Log a call")]}
    stage = {"type": "static_select", "action_id": "stage", "options": [option("new"), option("paid")]}
    day = {"type": "datepicker", "action_id": "day", "initial_date": "2026-12-01"}
    card = await clinic.post([actions(menu, stage, day)])
    await clinic.press(card, "more", "Log a call")
    assert clinic.app.heard[-1]["actions"][0]["selected_option"]["value"] == "call"
    await clinic.press(card, "stage", "paid")
    body = clinic.app.heard[-1]
    assert body["actions"][0]["selected_option"]["value"] == "paid"
    assert body["state"]["values"]["acts"]["day"] == {"type": "datepicker", "selected_date": "2026-12-01"}
    await clinic.press(card, "day", "2026-12-24")
    body = clinic.app.heard[-1]
    assert body["actions"][0]["selected_date"] == "2026-12-24"
    assert body["state"]["values"]["acts"]["stage"]["selected_option"]["value"] == "paid"
    with pytest.raises(LookupError, match="Log a call"):
        await clinic.press(card, "more", "Dance")


async def test_a_press_on_what_is_not_there_says_what_is(clinic: Clinic) -> None:
    card = await clinic.post([actions(button("Pause"))])
    with pytest.raises(LookupError, match=r"go \(Pause\)"):
        await clinic.press(card, "resume")
    clinic.slack.person("U0EVE", "Eve", "eve@clinic.test")
    with pytest.raises(LookupError, match="not in"):
        await clinic.press(card, user="U0EVE")


async def test_an_old_card_can_still_be_pressed_by_a_client_that_missed_the_change(clinic: Clinic) -> None:
    card = await clinic.post([actions(button("Pause"))])
    await clinic.client.chat_update(channel=card.channel, ts=card.ts, text="Paid", blocks=[section("Paid")])
    with pytest.raises(LookupError):
        await clinic.press(card)
    assert (await clinic.press(card, stale=True)).ok
    assert clinic.app.heard[-1]["actions"][0]["text"]["text"] == "Pause"


async def test_a_form_is_filled_by_label_and_its_state_is_whole(clinic: Clinic) -> None:
    reasons = {"type": "static_select", "options": [option("hardship"), option("error", "Our error")]}
    view = await clinic.open(
        modal(
            asks(
                "Amount", {"type": "number_input", "is_decimal_allowed": True, "min_value": "0.01", "max_value": "90"}
            ),
            asks("Reason", reasons),
            asks("Note", INPUT, optional=True),
            asks("Tell", {"type": "checkboxes", "options": [option("mail"), option("text")]}, optional=True),
            private_metadata="S1",
            callback_id="write_off",
        )
    )
    assert (await clinic.slack.submit(MIA, view.id, {"Amount": "120"})).errors == {
        "amount": "Please enter a number of 90 or less.", "reason": "Please complete this required field.",
    }  # fmt: skip
    assert not clinic.app.of("view_submission")
    assert (await clinic.slack.submit(MIA, view.id, {"Amount": "12.50", "reason": "Our error", "Tell": ["mail"]})).ok
    body = clinic.app.of("view_submission")[0]
    values = body["view"]["state"]["values"]
    assert values["amount"]["it"] == {"type": "number_input", "value": "12.50"}
    assert values["reason"]["it"]["selected_option"]["value"] == "error"
    assert values["note"]["it"]["value"] is None
    assert [each["value"] for each in values["tell"]["it"]["selected_options"]] == ["mail"]
    assert [body["view"]["private_metadata"], body["view"]["callback_id"]] == ["S1", "write_off"]
    assert body["view"]["hash"] == view.hash
    assert clinic.slack.modals(MIA) == []


@pytest.mark.parametrize(
    ("element", "typed", "words"),
    [
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "whole number"),
        ({"type": "number_input", "is_decimal_allowed": True, "min_value": "5"}, "4.99", "5 or more"),
        ({"type": "plain_text_input", "min_length": 3}, "ab", "at least 3"),
        ({"type": "plain_text_input", "max_length": 3}, "abcd", "no more than 3"),
        ({"type": "email_text_input"}, "mia", "email"),
        ({"type": "url_text_input"}, "clinic", "URL"),
    ],
)
async def test_slacks_client_stops_what_the_element_forbids(
    clinic: Clinic, element: dict[str, Any], typed: str, words: str
) -> None:
    view = await clinic.open(modal(asks("Field", element)))
    assert words in (await clinic.slack.submit(MIA, view.id, {"Field": typed})).errors["field"]


async def test_field_errors_stay_on_the_modal_until_it_is_right(clinic: Clinic) -> None:
    view = await clinic.open(modal(asks("Amount", INPUT)))
    clinic.app.answers["view_submission"] = {"response_action": "errors", "errors": {"amount": "More than is due"}}
    assert (await clinic.slack.submit(MIA, view.id, {"Amount": "9"})).errors == {"amount": "More than is due"}
    assert clinic.slack.modals(MIA)[-1].errors == {"amount": "More than is due"}
    assert clinic.slack.modals(MIA)[-1].values["amount"]["it"]["value"] == "9"
    clinic.app.answers["view_submission"] = {"response_action": "errors", "errors": {"nowhere": "?"}}
    assert "trouble connecting" in (await clinic.slack.submit(MIA, view.id)).trouble
    clinic.app.answers.clear()
    assert (await clinic.slack.submit(MIA, view.id)).ok


async def test_modals_stack_three_high_and_answers_update_push_and_clear_them(clinic: Clinic) -> None:
    first, answers = await clinic.open(modal(section(), actions(button("Push")))), clinic.app.answers
    answers["view_submission"] = {"response_action": "push", "view": modal(title="Two")}
    await clinic.slack.submit(MIA, first.id)
    second = clinic.slack.modals(MIA)[-1]
    assert [second.title, second.root, second.previous] == ["Two", first.id, first.id]
    answers["view_submission"] = {"response_action": "update", "view": modal(actions(button()), title="Two again")}
    await clinic.slack.submit(MIA, second.id)
    assert [each.title for each in clinic.slack.modals(MIA)] == ["Write off", "Two again"]
    await clinic.slack.act(MIA, second.id, "go")
    pressed = clinic.app.heard[-1]
    assert pressed["container"] == {"type": "view", "view_id": second.id}
    await clinic.client.views_push(trigger_id=pressed["trigger_id"], view=modal(actions(button()), title="Three"))
    third = clinic.slack.modals(MIA)[-1]
    await clinic.slack.act(MIA, third.id, "go")
    trigger = clinic.app.heard[-1]["trigger_id"]
    assert await refusal(clinic.client.views_push(trigger_id=trigger, view=modal())) == "push_limit_reached"
    answers["view_submission"] = {"response_action": "clear"}
    await clinic.slack.submit(MIA, third.id)
    assert clinic.slack.modals(MIA) == []
    assert await refusal(clinic.client.views_push(trigger_id=await clinic.trigger(), view=modal())) == "not_found"


async def test_an_answer_slack_would_refuse_leaves_the_modal_and_tells_the_person(clinic: Clinic) -> None:
    view = await clinic.open(modal())
    clinic.app.answers["view_submission"] = {"response_action": "update", "view": modal(title="x" * 25)}
    assert "must be less than 25 characters" in (await clinic.slack.submit(MIA, view.id)).trouble
    clinic.app.answers["view_submission"] = 500
    assert "trouble connecting" in (await clinic.slack.submit(MIA, view.id)).trouble
    assert clinic.slack.modals(MIA) == [view]


async def test_closing_is_told_only_to_those_who_asked(clinic: Clinic) -> None:
    quiet = await clinic.open(modal())
    await clinic.slack.close(MIA, quiet.id)
    assert not clinic.app.of("view_closed")
    first = await clinic.open(modal(notify_on_close=True, private_metadata="S1"))
    clinic.app.answers["view_submission"] = {"response_action": "push", "view": modal(notify_on_close=True)}
    await clinic.slack.submit(MIA, first.id)
    await clinic.slack.close(MIA, clinic.slack.modals(MIA)[-1].id, clear=True)
    told = clinic.app.of("view_closed")
    assert [each["is_cleared"] for each in told] == [True, True]
    assert told[1]["view"]["private_metadata"] == "S1"
    assert clinic.slack.modals(MIA) == []


async def test_what_was_typed_survives_an_update_of_the_same_fields(clinic: Clinic) -> None:
    view = await clinic.open(modal(asks("Note", INPUT), asks("Kind", INPUT, dispatch_action=True)))
    await clinic.slack.act(MIA, view.id, "it", "Called twice", block_id="note")
    assert not clinic.app.of("block_actions")
    await clinic.slack.act(MIA, view.id, "it", "call", block_id="kind")
    assert clinic.app.of("block_actions")[0]["view"]["state"]["values"]["note"]["it"]["value"] == "Called twice"
    await clinic.client.views_update(view_id=view.id, view=modal(asks("Note", INPUT), asks("Other", INPUT)))
    assert view.values["note"]["it"]["value"] == "Called twice"


async def test_an_external_menu_asks_the_app_for_its_options(clinic: Clinic) -> None:
    clinic.app.answers["block_suggestion"] = {"options": [option("set-1", "Ana P.")]}
    view = await clinic.open(modal(asks("Patient", {"type": "external_select"})))
    options = await clinic.slack.suggest(MIA, view.id, "it", "an")
    assert clinic.app.of("block_suggestion")[0]["value"] == "an"
    await clinic.slack.submit(MIA, view.id, {"Patient": options[0]})
    values = clinic.app.of("view_submission")[0]["view"]["state"]["values"]
    assert values["patient"]["it"]["selected_option"]["value"] == "set-1"


async def test_a_command_is_sent_as_a_form_and_its_answer_is_shown(clinic: Clinic) -> None:
    clinic.app.answers["/billing"] = {"text": "Nothing is due", "blocks": [section("Nothing is due")]}
    outcome = await clinic.slack.command(MIA, CHANNEL, "/billing", "ageing < 30")
    form = clinic.app.heard[-1]
    assert outcome.ok
    assert [form["command"], form["text"], form["channel_name"], form["user_id"]] == [
        "/billing", "ageing &lt; 30", CHANNEL, MIA,
    ]  # fmt: skip
    assert form["trigger_id"]
    assert [each.text for each in clinic.slack.ephemerals(MIA)] == ["Nothing is due"]
    clinic.app.answers["/billing"] = 500
    assert "dispatch_failed" in (await clinic.slack.command(MIA, CHANNEL, "/billing")).trouble
    clinic.slack.commands = {"/billing": "[ageing | find]"}
    assert "not a valid command" in (await clinic.slack.command(MIA, CHANNEL, "/bling")).trouble


async def test_words_in_a_thread_reach_the_app_once_with_all_that_names_them(clinic: Clinic) -> None:
    card = await clinic.post()
    said = await clinic.slack.say(MIA, CHANNEL, "Call <@U0OMAR> & see https://pay.test/a?b=1.", thread_ts=card.ts)
    event = clinic.app.of("message")[0]
    assert event["event"]["text"] == "Call <@U0OMAR> &amp; see <https://pay.test/a?b=1>."
    assert event["event"]["thread_ts"] == card.ts
    assert event["event"]["parent_user_id"] == clinic.slack.bot_user
    assert event["event"]["channel_type"] == "channel"
    assert event["event_id"].startswith("Ev")
    assert event["authorizations"][0]["user_id"] == clinic.slack.bot_user
    assert card.replies == [said]
    parts = [each["type"] for each in said.blocks[0]["elements"][0]["elements"]]
    assert parts == ["text", "user", "text", "link", "text"]


async def test_the_app_hears_nothing_from_where_it_is_not(clinic: Clinic) -> None:
    clinic.slack.add_channel("lobby", [MIA], with_bot=False)
    await clinic.slack.say(MIA, "lobby", "Hello")
    assert clinic.app.heard == []


async def test_the_app_hears_its_own_messages_as_in_slack(clinic: Clinic) -> None:
    clinic.slack.echoes = True
    card = await clinic.post()
    await clinic.client.chat_update(channel=card.channel, ts=card.ts, text="Paid")
    await clinic.slack.settled()
    first, second = (each["event"] for each in clinic.app.of("message"))
    assert first["bot_id"] == clinic.slack.bot_id
    assert [second["subtype"], second["previous_message"]["text"]] == ["message_changed", "A card"]


async def test_opening_home_is_told_with_what_is_published(clinic: Clinic) -> None:
    assert await clinic.slack.open_home(MIA) is None
    await clinic.client.views_publish(user_id=MIA, view={"type": "home", "blocks": [section("Today")]})
    await clinic.slack.open_home(MIA)
    first, second = (each["event"] for each in clinic.app.of("app_home_opened"))
    assert "view" not in first
    assert second["view"]["blocks"][0]["text"]["text"] == "Today"


async def test_a_refused_event_comes_again_at_once_after_a_minute_and_after_five(clinic: Clinic) -> None:
    clinic.app.answers["event_callback"] = 500
    await clinic.slack.say(MIA, CHANNEL, "Hello")
    await clinic.slack.settled()
    assert clinic.app.retries == [(None, None), ("1", "http_error")]
    clinic.clock.forward(minutes=1)
    await clinic.slack.settled()
    clinic.clock.forward(minutes=4)
    await clinic.slack.settled()
    assert len(clinic.app.heard) == 3
    clinic.clock.forward(minutes=1)
    await clinic.slack.settled()
    clinic.clock.forward(days=1)
    await clinic.slack.settled()
    assert [number for number, _ in clinic.app.retries] == [None, "1", "2", "3"]
    assert len({each["event_id"] for each in clinic.app.heard}) == 1


async def test_an_answer_may_ask_for_no_retry(clinic: Clinic) -> None:
    async def enough(_payload: dict[str, Any]) -> web.Response:
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"})

    clinic.app.answers["event_callback"] = enough
    await clinic.slack.say(MIA, CHANNEL, "Hello")
    assert len(clinic.app.heard) == 1
    assert clinic.slack.retries_waiting == []


async def test_without_an_answer_in_time_events_come_again_and_interactions_fail(clinic: Clinic) -> None:
    clinic.slack.patience = 0.1
    clinic.app.answers |= dict.fromkeys(("event_callback", "block_actions", "/billing"), clinic.app.never)
    await clinic.slack.say(MIA, CHANNEL, "Hello")
    assert clinic.app.retries[1] == ("1", "http_timeout")
    card = await clinic.post([actions(button())])
    outcome = await clinic.press(card)
    assert not outcome.ok
    assert len(clinic.app.of("block_actions")) == 1
    assert "operation_timeout" in (await clinic.slack.command(MIA, CHANNEL, "/billing")).trouble
    assert [each.user for each in clinic.slack.complaints] == [MIA, MIA]


async def test_a_request_is_replayed_to_the_letter_and_doubled(clinic: Clinic) -> None:
    card = await clinic.post([actions(button())])
    await clinic.press(card)
    copies = await clinic.slack.replay(clinic.slack.requests_sent[-1], copies=2)
    assert [each.status for each in copies] == [200, 200]
    assert clinic.app.heard[0] == clinic.app.heard[1] == clinic.app.heard[2]


async def test_a_forgery_does_not_pass_slacks_own_verifier(clinic: Clinic) -> None:
    card = await clinic.post([actions(button())])
    await clinic.press(card)
    true = clinic.slack.requests_sent[-1]
    forged = await clinic.slack.replay(true, body=true.body.replace(b"U0MIA", b"U0EVE"))
    old = await clinic.slack.replay(true, headers=clinic.slack.sender.sign(true.body, at=1_700_000_000))
    assert [forged[0].status, old[0].status] == [401, 401]
    assert clinic.app.refused == 2


async def test_two_people_may_press_at_the_same_moment(clinic: Clinic) -> None:
    card = await clinic.post([actions(button())])
    await asyncio.gather(clinic.press(card), clinic.press(card, user=OMAR))
    assert {each["user"]["id"] for each in clinic.app.heard} == {MIA, OMAR}


async def test_everything_survives_a_snapshot_through_json(clinic: Clinic) -> None:
    card = await clinic.post([section(), actions(button())], metadata={"event_type": "card", "event_payload": {}})
    await clinic.post(text="Paused", thread_ts=card.ts)
    await clinic.client.chat_postEphemeral(channel=CHANNEL, user=MIA, text="Only you", blocks=[actions(button())])
    await clinic.client.files_upload_v2(filename="a.pdf", content=b"\x00\xff", channel=card.channel)
    await clinic.open(modal(asks("Note", INPUT)))
    await clinic.client.views_publish(user_id=OMAR, view={"type": "home", "blocks": [section()]})
    kept = json.loads(json.dumps(clinic.slack.snapshot()))
    other = SlackWorkspace(clock=clinic.clock, courier=clinic.slack.sender._courier)
    other.restore(kept)
    assert other.kept == clinic.slack.kept
    again = other.channel(CHANNEL).messages[0]
    assert again.replies[0] is other.find(CHANNEL, again.replies[0].ts)
    assert float(other.next_ts()) > float(clinic.slack.channel(CHANNEL).messages[-1].ts)


async def test_a_wait_ends_when_the_workspace_shows_it(clinic: Clinic) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(clinic.slack.until(lambda: clinic.slack.channel(CHANNEL).messages))
        group.create_task(clinic.post())
    with pytest.raises(TimeoutError):
        await clinic.slack.until(lambda: False, seconds=timedelta(milliseconds=20).total_seconds())
