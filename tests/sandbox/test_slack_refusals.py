"""How Slack refuses, by code: scopes, places, sizes, pages. Tokens are in test_slack_sockets.py, blocks in
test_slack_blockkit.py.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.slack_app import CHANNEL, MIA, OMAR, Clinic, a_clinic, modal, refusal, section

EVERY = ["chat:write", "channels:read", "groups:read", "im:read", "users:read", "users:read.email"]
RICH = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Hi"}]}]}


@pytest.fixture
async def clinic() -> AsyncIterator[Clinic]:
    async with a_clinic() as clinic:
        yield clinic


@pytest.mark.parametrize(
    ("method", "arguments", "needed"),
    [
        ("chat.postMessage", {"channel": CHANNEL, "text": "Hi"}, "chat:write"),
        ("conversations.list", {"types": "public_channel,private_channel"}, "groups:read"),
        ("conversations.info", {"channel": "C1"}, "channels:read"),
        ("conversations.history", {"channel": "C1"}, "channels:history"),
        ("conversations.join", {"channel": "C1"}, "channels:join"),
        ("conversations.open", {"users": MIA}, "im:write"),
        ("users.list", {}, "users:read"),
        ("users.lookupByEmail", {"email": "mia@clinic.test"}, "users:read.email"),
        ("usergroups.list", {}, "usergroups:read"),
        ("files.getUploadURLExternal", {"filename": "a", "length": 1}, "files:write"),
        ("files.info", {"file": "F1"}, "files:read"),
    ],
)
async def test_a_scope_that_was_not_given_is_named(
    clinic: Clinic, method: str, arguments: dict[str, Any], needed: str
) -> None:
    clinic.slack.add_channel("lobby", [MIA], id="C1")
    clinic.slack.scopes = frozenset({*EVERY, "team:read"} - {needed})
    with pytest.raises(SlackApiError) as refused:
        await clinic.client.api_call(method, json=arguments)
    told = refused.value.response
    assert [told["error"], told["needed"]] == ["missing_scope", needed]
    assert told["provided"] == ",".join(sorted(clinic.slack.scopes))


async def test_views_and_links_need_no_scope_and_addresses_are_shown_to_who_may_read_them(clinic: Clinic) -> None:
    card = await clinic.post()
    clinic.slack.scopes = frozenset({"users:read"})
    await clinic.client.auth_test()
    await clinic.client.chat_getPermalink(channel=card.channel, message_ts=card.ts)
    await clinic.client.views_publish(user_id=MIA, view={"type": "home", "blocks": [section()]})
    assert "email" not in (await clinic.client.users_info(user=MIA))["user"]["profile"]
    clinic.slack.scopes |= {"users:read.email"}
    assert (await clinic.client.users_info(user=MIA))["user"]["profile"]["email"] == "mia@clinic.test"


async def test_nothing_is_said_or_changed_in_an_archived_channel(clinic: Clinic) -> None:
    card, client = await clinic.post(), clinic.client
    clinic.slack.channel(CHANNEL).archived = True
    assert await refusal(clinic.post()) == "is_archived"
    assert await refusal(client.chat_postEphemeral(channel=CHANNEL, user=MIA, text="Hi")) == "is_archived"
    assert await refusal(client.chat_update(channel=CHANNEL, ts=card.ts, text="Hi")) == "is_inactive"
    assert await refusal(client.conversations_join(channel=CHANNEL)) == "is_archived"


async def test_attachments_are_counted_and_not_taken(clinic: Clinic) -> None:
    assert await refusal(clinic.post(attachments=[{"text": "1"}] * 101)) == "too_many_attachments"
    assert await refusal(clinic.post(attachments=[{"text": "1"}])) == "invalid_attachments"
    assert await refusal(clinic.post(attachments="[")) == "invalid_attachments"


async def test_rich_text_is_replaced_by_rich_text_only(clinic: Clinic) -> None:
    card = await clinic.post([RICH])
    update = clinic.client.chat_update
    assert await refusal(update(channel=card.channel, ts=card.ts, text="x", blocks=[section()])) == "block_mismatch"
    await update(channel=card.channel, ts=card.ts, text="x", blocks=[RICH, section()])


async def test_a_thread_is_named_by_a_timestamp_and_a_private_word_has_its_length(clinic: Clinic) -> None:
    assert await refusal(clinic.post(thread_ts="yesterday")) == "invalid_thread_ts"
    whisper = clinic.client.chat_postEphemeral(channel=CHANNEL, user=MIA, text="x" * 40_001)
    assert await refusal(whisper) == "msg_too_long"


@pytest.mark.parametrize("limit", [0, 1001, -1, "many"])
async def test_a_page_has_a_limit_between_one_and_a_thousand(clinic: Clinic, limit: Any) -> None:
    channel = clinic.slack.channel(CHANNEL).id
    assert await refusal(clinic.client.conversations_list(limit=limit)) == "invalid_limit"
    assert await refusal(clinic.client.conversations_members(channel=channel, limit=limit)) == "invalid_limit"


async def test_every_list_is_read_page_by_page_to_its_end(clinic: Clinic) -> None:
    for number in range(4):
        clinic.slack.add_channel(f"location-{number}")
    for method, key, arguments in (
        ("conversations.list", "channels", {}),
        ("conversations.members", "members", {"channel": clinic.slack.channel(CHANNEL).id}),
        ("users.list", "members", {}),
    ):
        found, cursor = [], ""
        while not found or cursor:
            answer = await clinic.client.api_call(method, json={**arguments, "limit": 2, "cursor": cursor})
            assert len(answer[key]) <= 2
            found += answer[key]
            cursor = answer["response_metadata"]["next_cursor"]
        whole = await clinic.client.api_call(method, json=arguments)
        assert found == whole[key]
        assert await refusal(clinic.client.api_call(method, json={**arguments, "cursor": "?"})) == "invalid_cursor"


async def test_groups_tell_their_members_to_who_asks(clinic: Clinic) -> None:
    clinic.slack.add_group("billers", [MIA, OMAR])
    [short] = (await clinic.client.usergroups_list())["usergroups"]
    assert "users" not in short
    [long] = (await clinic.client.usergroups_list(include_users=True, include_count=True))["usergroups"]
    assert [long["users"], long["user_count"]] == [[MIA, OMAR], 2]


async def test_a_refused_layout_is_pointed_at(clinic: Clinic) -> None:
    with pytest.raises(SlackApiError) as refused:
        await clinic.post([section(), section("x" * 3001)])
    told = refused.value.response
    assert told["error"] == "invalid_blocks"
    assert told["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    ]
    with pytest.raises(SlackApiError) as refused:
        await clinic.client.views_open(trigger_id="1.2.x", view=modal(title="x" * 25))
    assert refused.value.response["error"] == "invalid_arguments"
    assert "[json-pointer:/view/title/text]" in refused.value.response["response_metadata"]["messages"][0]
