"""A day in which the stand-in for Slack says everything it can say: each method answered, each kind of request sent."""

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Message
from tests.sandbox.slack_app import (
    CHANNEL,
    CONFIRM,
    MIA,
    OMAR,
    Clinic,
    actions,
    asks,
    button,
    modal,
    option,
    refusal,
    section,
)

OPTIONS = {"options": [option("one"), option("two")]}
ELEMENTS: dict[str, tuple[dict[str, Any], Any]] = {
    "overflow": (OPTIONS, "two"),
    "static_select": (OPTIONS, "two"),
    "multi_static_select": (OPTIONS, ["one", "two"]),
    "external_select": ({}, option("set-1")),
    "multi_external_select": ({}, [option("set-1")]),
    "users_select": ({}, OMAR),
    "multi_users_select": ({}, [OMAR]),
    "conversations_select": ({}, "C1"),
    "multi_conversations_select": ({}, ["C1"]),
    "channels_select": ({}, "C1"),
    "multi_channels_select": ({}, ["C1"]),
    "datepicker": ({"placeholder": {"type": "plain_text", "text": "When"}}, "2026-12-24"),
    "timepicker": ({}, "09:30"),
    "checkboxes": (OPTIONS, ["one"]),
    "radio_buttons": (OPTIONS, "two"),
}
"""Every element beside buttons that can stand by a section, and what a person chooses there."""

ABOUT = {"metadata": {"event_type": "card", "event_payload": {"set": "S1"}}}


async def a_day(clinic: Clinic) -> None:
    card = await clinic.post([section("Due"), actions(button(value="S1", style="danger", confirm=CONFIRM))], **ABOUT)
    await the_app_posts(clinic, card)
    await the_app_asks(clinic)
    await people_press(clinic, card)
    await people_fill_forms(clinic)
    await people_speak(clinic, card)
    await the_app_is_refused(clinic)
    await clinic.slack.settled()


async def the_app_posts(clinic: Clinic, card: Message) -> None:
    client, where = clinic.client, {"channel": card.channel}
    await clinic.post(text="Paused", thread_ts=card.ts)
    spare = await clinic.post(text="Broadcast", thread_ts=card.ts, reply_broadcast=True)
    await client.chat_update(**where, ts=card.ts, text="Paid", blocks=card.blocks)
    await client.chat_getPermalink(**where, message_ts=card.ts)
    await client.chat_delete(**where, ts=spare.ts)
    await client.chat_postEphemeral(**where, user=MIA, text="Only you", blocks=[actions(button())])
    await client.files_upload_v2(filename="a.png", content=b"PNG", alt_txt="A", thread_ts=card.ts, **where)
    [file] = clinic.slack.kept.files
    await client.files_info(file=file)
    await client.conversations_history(**where, include_all_metadata=True)
    await client.conversations_replies(**where, ts=card.ts)


async def the_app_asks(clinic: Clinic) -> None:
    client, slack = clinic.client, clinic.slack
    group = slack.add_group("billers", [MIA])
    slack.add_channel("front-desk", [OMAR], private=True)
    lobby = slack.add_channel("lobby", [OMAR], with_bot=False)
    await client.auth_test()
    app = AsyncWebClient(base_url=client.base_url)
    await app.apps_connections_open(app_token="xapp-sandbox")
    await client.conversations_open(users=MIA)
    await client.conversations_open(users=MIA, return_im=True)
    for kinds in ("public_channel,private_channel", "im"):
        await client.conversations_list(types=kinds)
    await client.conversations_info(channel=lobby.id, include_num_members=True)
    await client.conversations_members(channel=lobby.id)
    for _ in ("first", "already there"):
        await client.conversations_join(channel=lobby.id)
    await client.users_info(user=MIA)
    await client.users_list(limit=1)
    await client.users_lookupByEmail(email="omar@clinic.test")
    await client.usergroups_list(include_users=True, include_count=True)
    await client.usergroups_users_list(usergroup=group.id)


async def people_press(clinic: Clinic, card: Message) -> None:
    await clinic.press(card)
    await clinic.press(clinic.slack.ephemerals(MIA)[0])
    for kind, (details, choice) in ELEMENTS.items():
        message = await clinic.post([section(accessory={"type": kind, "action_id": "it", **details})])
        await clinic.press(message, "it", choice)


async def people_fill_forms(clinic: Clinic) -> None:
    slack, answers = clinic.slack, clinic.app.answers
    home = {"type": "home", "blocks": [section("Today"), actions(button())]}
    shown = await clinic.client.views_publish(user_id=MIA, view=home)
    await slack.act(MIA, shown["view"]["id"], "go")
    note = asks("Note", {"type": "plain_text_input"}, optional=True)
    first = await clinic.open(modal(note, actions(button()), notify_on_close=True, private_metadata="S1"))
    await slack.act(MIA, first.id, "go")
    trigger = clinic.app.heard[-1]["trigger_id"]
    await clinic.client.views_push(trigger_id=trigger, view=modal(note, external_id="second", notify_on_close=True))
    second = slack.modals(MIA)[-1]
    await clinic.client.views_update(view_id=second.id, view=second.body)
    await slack.close(MIA, second.id)
    await slack.submit(MIA, first.id, {"Note": "Hardship"})
    answers["block_suggestion"] = OPTIONS
    for kind, (details, choice) in ELEMENTS.items():
        if kind != "overflow":
            view = await clinic.open(modal(asks("Field", {"type": kind, **details})))
            if "external" in kind:
                await slack.suggest(MIA, view.id, "it", "an")
            await slack.submit(MIA, view.id, {"Field": choice})


async def people_speak(clinic: Clinic, card: Message) -> None:
    await clinic.slack.open_home(MIA)
    await clinic.slack.open_home(OMAR)
    await clinic.slack.say(OMAR, CHANNEL, "Call <@U0MIA>, see https://pay.test")
    await clinic.slack.say(MIA, CHANNEL, f"<@{clinic.slack.bot_user}> thanks", thread_ts=card.ts)


async def the_app_is_refused(clinic: Clinic) -> None:
    """Plainly, with pointers, and for a scope."""
    client, long = clinic.client, section("x" * 3001)
    assert await refusal(client.chat_getPermalink(channel=CHANNEL, message_ts="1.1")) == "message_not_found"
    card = await clinic.post()
    assert await refusal(clinic.post([long])) == "invalid_blocks"
    update = client.chat_update(channel=card.channel, ts=card.ts, text="Longer", blocks=[long])
    assert await refusal(update) == "invalid_blocks"
    assert (
        await refusal(client.views_publish(user_id=MIA, view={"type": "home", "blocks": [long]})) == "invalid_arguments"
    )
    clinic.slack.scopes = frozenset({"chat:write"})
    assert await refusal(client.users_info(user=MIA)) == "missing_scope"
