"""The Web API through Slack's own client: what it does, and how it refuses."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.state import RESPONSE_USES
from sandbox.slack.web_api import BURST
from tests.sandbox.slack_app import CHANNEL, MIA, OMAR, Clinic, a_clinic, actions, button, modal, refusal, section


@pytest.fixture
async def clinic() -> AsyncIterator[Clinic]:
    async with a_clinic() as clinic:
        yield clinic


async def test_a_token_is_asked_for_and_checked(clinic: Clinic) -> None:
    base = clinic.client.base_url
    assert (await clinic.client.auth_test())["user_id"] == clinic.slack.bot_user
    assert await refusal(AsyncWebClient("xoxb-other", base_url=base).auth_test()) == "invalid_auth"
    async with aiohttp.ClientSession() as session, session.post(f"{base}auth.test") as answer:
        assert (await answer.json()) == {"ok": False, "error": "not_authed"}


async def test_an_unknown_method_is_said_to_be_unknown(clinic: Clinic) -> None:
    assert await refusal(clinic.client.api_call("chat.sing")) == "unknown_method"


async def test_a_message_is_posted_changed_and_deleted(clinic: Clinic) -> None:
    metadata = {"event_type": "card", "event_payload": {"set": "S1"}}
    card = await clinic.post([section("Due"), actions(button())], metadata=metadata)
    assert card.text == "A card"
    assert card.blocks[0]["block_id"]
    await clinic.client.chat_update(channel=card.channel, ts=card.ts, text="Paid", blocks=[section("Paid")])
    assert [card.text, card.blocks[0]["text"]["text"], card.metadata] == ["Paid", "Paid", metadata]
    assert card.history[0]["text"] == "A card"
    await clinic.client.chat_delete(channel=card.channel, ts=card.ts)
    assert clinic.slack.channel(CHANNEL).messages == []


async def test_text_without_blocks_takes_the_blocks_away(clinic: Clinic) -> None:
    card = await clinic.post([section()])
    await clinic.client.chat_update(channel=card.channel, ts=card.ts, text="Only words")
    assert card.blocks == []


async def test_ts_are_unique_and_increasing_while_the_clock_stands_still_or_goes_back(clinic: Clinic) -> None:
    first, second = await clinic.post(), await clinic.post()
    clinic.clock.forward(days=-2)
    third = await clinic.post()
    assert first.ts < second.ts < third.ts


async def test_replies_hang_on_their_thread_even_when_they_answer_a_reply(clinic: Clinic) -> None:
    card = await clinic.post()
    reply = await clinic.post(text="Paused", thread_ts=card.ts)
    await clinic.post(text="Resumed", thread_ts=reply.ts)
    assert [each.text for each in card.replies] == ["Paused", "Resumed"]
    thread = await clinic.client.conversations_replies(channel=card.channel, ts=card.ts)
    assert [each["text"] for each in thread["messages"]] == ["A card", "Paused", "Resumed"]
    assert thread["messages"][0]["reply_count"] == 2
    assert await refusal(clinic.post(thread_ts="1.000001")) == "thread_not_found"


async def test_a_deleted_parent_leaves_its_tombstone(clinic: Clinic) -> None:
    card = await clinic.post()
    await clinic.post(thread_ts=card.ts)
    await clinic.client.chat_delete(channel=card.channel, ts=card.ts)
    assert card.tombstone
    assert await refusal(clinic.client.chat_update(channel=card.channel, ts=card.ts, text="x")) == "message_not_found"


async def test_history_pages_newest_first_and_knows_its_bounds(clinic: Clinic) -> None:
    posted = [await clinic.post(text=str(n), metadata={"event_type": "n", "event_payload": {}}) for n in range(5)]
    first = await clinic.client.conversations_history(channel=posted[0].channel, limit=2)
    assert [each["text"] for each in first["messages"]] == ["4", "3"]
    assert first["has_more"]
    cursor = first["response_metadata"]["next_cursor"]
    second = await clinic.client.conversations_history(channel=posted[0].channel, limit=2, cursor=cursor)
    assert [each["text"] for each in second["messages"]] == ["2", "1"]
    span: dict[str, Any] = {"channel": posted[0].channel, "oldest": posted[1].ts, "latest": posted[3].ts}
    inner = await clinic.client.conversations_history(**span)
    assert [each["text"] for each in inner["messages"]] == ["2"]
    assert "metadata" not in inner["messages"][0]
    wide = await clinic.client.conversations_history(**span, inclusive=True, include_all_metadata=True)
    assert [each["text"] for each in wide["messages"]] == ["3", "2", "1"]
    assert wide["messages"][0]["metadata"]["event_type"] == "n"
    assert await refusal(clinic.client.conversations_history(channel=CHANNEL, cursor="?")) == "invalid_cursor"


async def test_channels_people_and_groups_are_found(clinic: Clinic) -> None:
    clinic.slack.add_group("billers", [MIA])
    clinic.slack.add_channel("front-desk", [OMAR], private=True)
    channel = clinic.slack.channel(CHANNEL)
    listed = await clinic.client.conversations_list(types="public_channel,private_channel")
    assert {each["name"] for each in listed["channels"]} == {CHANNEL, "front-desk"}
    assert (await clinic.client.conversations_info(channel=channel.id))["channel"]["is_member"]
    members = (await clinic.client.conversations_members(channel=channel.id))["members"]
    assert members == [MIA, OMAR, clinic.slack.bot_user]
    assert (await clinic.client.users_info(user=OMAR))["user"]["tz_offset"] == -6 * 3600
    assert (await clinic.client.users_lookupByEmail(email="MIA@clinic.test"))["user"]["id"] == MIA
    assert {each["id"] for each in (await clinic.client.users_list())["members"]} >= {MIA, OMAR}
    group = (await clinic.client.usergroups_list())["usergroups"][0]["id"]
    assert (await clinic.client.usergroups_users_list(usergroup=group))["users"] == [MIA]
    assert await refusal(clinic.client.users_info(user="U0NOBODY")) == "user_not_found"
    assert await refusal(clinic.client.users_lookupByEmail(email="no@one.test")) == "users_not_found"
    assert await refusal(clinic.client.usergroups_users_list(usergroup="S0")) == "no_such_subteam"
    assert await refusal(clinic.client.conversations_open(users="U0NOBODY")) == "user_not_found"


async def test_the_app_talks_to_one_person_in_one_place(clinic: Clinic) -> None:
    opened = (await clinic.client.conversations_open(users=MIA))["channel"]["id"]
    posted = await clinic.client.chat_postMessage(channel=MIA, text="Your digest")
    assert posted["channel"] == opened


async def test_the_app_must_be_in_a_channel_to_speak_there(clinic: Clinic) -> None:
    lobby = clinic.slack.add_channel("lobby", [MIA], with_bot=False)
    secret = clinic.slack.add_channel("secret", [MIA], private=True, with_bot=False)
    assert await refusal(clinic.client.chat_postMessage(channel=lobby.id, text="Hi")) == "not_in_channel"
    assert await refusal(clinic.client.chat_postMessage(channel=secret.id, text="Hi")) == "channel_not_found"
    assert await refusal(clinic.client.conversations_join(channel=secret.id)) == "channel_not_found"
    await clinic.client.conversations_join(channel=lobby.id)
    await clinic.client.chat_postMessage(channel=lobby.id, text="Hi")
    lobby.archived = True
    assert await refusal(clinic.client.chat_postMessage(channel=lobby.id, text="Hi")) == "is_archived"


async def test_a_message_needs_a_place_and_words_within_bounds(clinic: Clinic) -> None:
    client, card, theirs = clinic.client, await clinic.post(), await clinic.slack.say(MIA, CHANNEL, "Mine")
    assert await refusal(client.chat_postMessage(channel="C0NOWHERE", text="Hi")) == "channel_not_found"
    assert await refusal(client.api_call("chat.postMessage", json={"text": "Hi"})) == "invalid_arguments"
    assert await refusal(client.api_call("chat.postMessage", json={"channel": CHANNEL})) == "no_text"
    long = await clinic.post(text="x" * 40_001)
    assert len(long.text) == 40_000
    where = {"channel": card.channel, "ts": card.ts}
    assert await refusal(client.chat_update(**where, text="x" * 4_001)) == "msg_too_long"
    assert await refusal(client.chat_update(channel=CHANNEL, ts=theirs.ts, text="x")) == "cant_update_message"
    assert await refusal(client.chat_update(channel=CHANNEL, ts="1.1", text="x")) == "message_not_found"
    assert await refusal(client.chat_delete(channel=CHANNEL, ts=theirs.ts)) == "cant_delete_message"
    assert await refusal(client.chat_delete(channel=CHANNEL, ts="1.1")) == "message_not_found"
    assert await refusal(client.chat_getPermalink(channel=CHANNEL, message_ts="1.1")) == "message_not_found"
    assert (
        card.ts.replace(".", "") in (await client.chat_getPermalink(channel=CHANNEL, message_ts=card.ts))["permalink"]
    )


async def test_metadata_has_a_type_and_a_payload(clinic: Clinic) -> None:
    assert await refusal(clinic.post(metadata={"event_type": "card"})) == "invalid_metadata_schema"
    assert await refusal(clinic.post(metadata="{")) == "invalid_metadata_format"


async def test_an_ephemeral_message_is_for_one_member_and_cant_be_changed(clinic: Clinic) -> None:
    sent = await clinic.client.chat_postEphemeral(channel=CHANNEL, user=MIA, text="Only you")
    assert [each.text for each in clinic.slack.ephemerals(MIA)] == ["Only you"]
    assert clinic.slack.ephemerals(OMAR) == []
    change = clinic.client.chat_update(channel=CHANNEL, ts=sent["message_ts"], text="x")
    assert await refusal(change) == "message_not_found"
    stranger = clinic.client.chat_postEphemeral(channel=CHANNEL, user="U0NOBODY", text="x")
    assert await refusal(stranger) == "user_not_in_channel"


async def test_a_file_is_uploaded_and_shared_in_a_thread(clinic: Clinic) -> None:
    card = await clinic.post()
    shared = await clinic.client.files_upload_v2(
        filename="receipt.pdf", content=b"%PDF-1.7", title="Receipt", channel=card.channel, thread_ts=card.ts
    )
    assert shared["file"]["id"]
    file = clinic.slack.kept.files[card.replies[0].files[0]]
    assert [file.content, file.title] == [b"%PDF-1.7", "Receipt"]
    async with aiohttp.ClientSession() as session, session.get(clinic.slack.shown_file(file)["url_private"]) as answer:
        assert await answer.read() == b"%PDF-1.7"
    nothing = clinic.client.files_completeUploadExternal(files=[{"id": "F0", "title": "x"}])
    assert await refusal(nothing) == "file_not_found"
    empty = clinic.client.files_getUploadURLExternal(filename="x", length=0)
    assert await refusal(empty) == "missing_argument"


async def test_a_channel_takes_a_short_burst_and_then_one_message_a_second(clinic: Clinic) -> None:
    clinic.slack.rate_limits = True
    clinic.slack.add_channel("other", [MIA])
    for _ in range(BURST):
        await clinic.post()
    with pytest.raises(SlackApiError) as limited:
        await clinic.post()
    assert limited.value.response.status_code == 429
    assert limited.value.response.headers["Retry-After"] == "1"
    assert limited.value.response["error"] == "ratelimited"
    await clinic.client.chat_postMessage(channel="other", text="Elsewhere")
    clinic.clock.forward(seconds=1)
    await clinic.post()
    assert await refusal(clinic.post()) == "ratelimited"


@pytest.mark.parametrize(("kind", "posted"), [("500", 0), ("reset", 0), ("reset_after_commit", 1), ("ratelimited", 0)])
async def test_a_fault_happens_as_often_as_told(clinic: Clinic, kind: Any, posted: int) -> None:
    clinic.slack.fault("chat.postMessage", kind)
    with pytest.raises((SlackApiError, aiohttp.ClientError)):
        await clinic.post()
    assert len(clinic.slack.channel(CHANNEL).messages) == posted
    await clinic.post()
    assert len(clinic.slack.channel(CHANNEL).messages) == posted + 1


async def test_a_timeout_never_answers(clinic: Clinic) -> None:
    clinic.slack.fault("auth.test", "timeout")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await clinic.client.auth_test()


async def test_every_call_is_kept_with_its_answer(clinic: Clinic) -> None:
    await clinic.post()
    await refusal(clinic.client.users_info(user="U0NOBODY"))
    first, last = clinic.slack.calls
    assert [first.method, first.args["text"], first.answer["ok"]] == ["chat.postMessage", "A card", True]
    assert [last.method, last.answer] == ["users.info", {"ok": False, "error": "user_not_found"}]
    assert "token" not in first.args


async def test_a_response_url_is_good_for_five_uses_and_half_an_hour(clinic: Clinic) -> None:
    card = await clinic.post([actions(button())])
    await clinic.press(card)
    url, said = clinic.app.heard[-1]["response_url"], []
    async with aiohttp.ClientSession() as session:
        for _ in range(RESPONSE_USES + 1):
            async with session.post(url, json={"text": "Already done"}) as answer:
                said.append((answer.status, await answer.text()))
        assert said == [(200, "ok")] * RESPONSE_USES + [(404, "used_url")]
        assert len(clinic.slack.ephemerals(MIA)) == RESPONSE_USES
        await clinic.press(card)
        clinic.clock.forward(minutes=31)
        async with session.post(clinic.app.heard[-1]["response_url"], json={"text": "Late"}) as answer:
            assert (answer.status, await answer.text()) == (404, "expired_url")


async def test_a_response_url_replaces_and_deletes_what_was_pressed(clinic: Clinic) -> None:
    await clinic.client.chat_postEphemeral(channel=CHANNEL, user=MIA, text="Sure?", blocks=[actions(button())])
    await clinic.press(clinic.slack.ephemerals(MIA)[0])
    url = clinic.app.heard[-1]["response_url"]
    async with aiohttp.ClientSession() as session:
        await session.post(url, json={"replace_original": True, "text": "Sent"})
        assert [each.text for each in clinic.slack.ephemerals(MIA)] == ["Sent"]
        async with session.post(url, json={"delete_original": True, "text": "and more"}) as answer:
            assert answer.status == 400
        await session.post(url, json={"delete_original": True})
        assert clinic.slack.ephemerals(MIA) == []
        await session.post(url, json={"response_type": "in_channel", "text": "For all"})
    assert clinic.slack.channel(CHANNEL).messages[-1].text == "For all"


async def test_home_is_published_once_and_then_redrawn_under_its_hash(clinic: Clinic) -> None:
    home = {"type": "home", "blocks": [section("Today")]}
    first = await clinic.client.views_publish(user_id=MIA, view=home)
    old = first["view"]["hash"]
    again = await clinic.client.views_publish(user_id=MIA, view=home, hash=old)
    assert again["view"]["id"] == first["view"]["id"]
    assert await refusal(clinic.client.views_publish(user_id=MIA, view=home, hash=old)) == "hash_conflict"
    shown = clinic.slack.home(MIA)
    assert shown
    assert shown.blocks[0]["text"]["text"] == "Today"


async def test_a_trigger_is_good_once_and_for_three_seconds(clinic: Clinic) -> None:
    now = [10.0]
    clinic.slack.monotonic = lambda: now[0]
    trigger = await clinic.trigger()
    await clinic.client.views_open(trigger_id=trigger, view=modal())
    assert await refusal(clinic.client.views_open(trigger_id=trigger, view=modal())) == "exchanged_trigger_id"
    late = await clinic.trigger()
    now[0] += 3.01
    assert await refusal(clinic.client.views_open(trigger_id=late, view=modal())) == "expired_trigger_id"
    assert await refusal(clinic.client.views_open(trigger_id="1.2.x", view=modal())) == "invalid_trigger_id"


async def test_a_view_is_judged_by_size_hash_and_external_id(clinic: Clinic) -> None:
    blocks = [section("x" * 2990) for _ in range(90)]
    wide = modal(*blocks)
    assert await refusal(clinic.client.views_open(trigger_id="1.2.x", view=wide)) == "view_too_large"
    view = await clinic.open(modal(external_id="one"))
    update = clinic.client.views_update
    assert await refusal(update(view_id=view.id, hash="1.x", view=modal())) == "hash_conflict"
    assert await refusal(update(view_id="V0", view=modal())) == "not_found"
    await clinic.client.views_publish(user_id=OMAR, view={"type": "home", "blocks": [], "external_id": "two"})
    assert await refusal(update(view_id=view.id, view=modal(external_id="two"))) == "duplicate_external_id"
    await update(external_id="one", hash=view.hash, view=modal(title="Newer"))
    assert view.title == "Newer"
