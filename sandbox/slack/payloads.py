"""The bodies Slack sends to an app: commands, block_actions, view_submission, view_closed, events. Only shapes; who
carries them is delivery.py.
"""

import re
from typing import Any

from sandbox.slack.records import Channel, Message, ResponseUrl, View
from sandbox.slack.rules import Json
from sandbox.slack.state import Workspace

VERIFICATION_TOKEN = "sandbox-verification-token"
SHOWN_NAMES = {"im": "directmessage", "group": "privategroup"}


def _person(slack: Workspace, user: str) -> Json:
    return {"id": user, "name": slack.kept.people[user].username, "team_id": slack.team_id}


def _interaction(slack: Workspace, kind: str, user: str) -> Json:
    return {
        "type": kind, "user": _person(slack, user), "api_app_id": slack.app_id, "token": VERIFICATION_TOKEN,
        "team": {"id": slack.team_id, "domain": slack.domain}, "is_enterprise_install": False,
    }  # fmt: skip


def _block_actions(slack: Workspace, user: str, action: Json) -> Json:
    body = _interaction(slack, "block_actions", user) | {"actions": [action]}
    body["user"]["username"] = body["user"]["name"]
    return body


def actions_on_message(slack: Workspace, user: str, message: Message, action: Json, values: Json) -> Json:
    channel = slack.kept.channels[message.channel]
    container: Json = {
        "type": "message", "message_ts": message.ts, "channel_id": channel.id,
        "is_ephemeral": bool(message.ephemeral_to),
    }  # fmt: skip
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    grant = ResponseUrl(channel.id, user, message.thread_ts, message.ts)
    body = _block_actions(slack, user, action) | {
        "container": container, "trigger_id": slack.new_trigger(user), "response_url": slack.new_response_url(grant),
        "channel": {"id": channel.id, "name": SHOWN_NAMES.get(channel.kind, channel.name)},
        "state": {"values": values},
    }  # fmt: skip
    return body if message.ephemeral_to else body | {"message": slack.shown(message)}


def actions_on_view(slack: Workspace, view: View, action: Json) -> Json:
    modal = view.id if view.body["type"] == "modal" else ""
    shown = slack.shown_view(view)
    return _block_actions(slack, view.user, action) | {
        "container": {"type": "view", "view_id": view.id}, "trigger_id": slack.new_trigger(view.user, modal),
        "view": shown, "state": shown["state"],
    }  # fmt: skip


def view_submission(slack: Workspace, view: View) -> Json:
    return _interaction(slack, "view_submission", view.user) | {
        "trigger_id": slack.new_trigger(view.user, view.id), "view": slack.shown_view(view), "response_urls": [],
    }  # fmt: skip


def view_closed(slack: Workspace, view: View, *, cleared: bool) -> Json:
    return _interaction(slack, "view_closed", view.user) | {"view": slack.shown_view(view), "is_cleared": cleared}


def suggestion(slack: Workspace, user: str, block: Json, element: Json, typed: str, where: Json) -> Json:
    return _interaction(slack, "block_suggestion", user) | where | {
        "action_id": element["action_id"], "block_id": block["block_id"], "value": typed,
    }  # fmt: skip


def command(slack: Workspace, user: str, channel: Channel, name: str, text: str) -> Json:
    return {
        "token": VERIFICATION_TOKEN, "team_id": slack.team_id, "team_domain": slack.domain, "channel_id": channel.id,
        "channel_name": SHOWN_NAMES.get(channel.kind, channel.name), "user_id": user,
        "user_name": slack.kept.people[user].username, "command": name, "text": escaped(text),
        "api_app_id": slack.app_id, "is_enterprise_install": "false",
        "response_url": slack.new_response_url(ResponseUrl(channel.id, user)), "trigger_id": slack.new_trigger(user),
    }  # fmt: skip


def event_callback(slack: Workspace, event: Json) -> Json:
    return {
        "token": VERIFICATION_TOKEN, "team_id": slack.team_id, "api_app_id": slack.app_id, "event": event,
        "type": "event_callback", "event_id": slack.mint("Ev"), "event_time": int(slack.clock.now().timestamp()),
        "authorizations": [{
            "enterprise_id": None, "team_id": slack.team_id, "user_id": slack.bot_user, "is_bot": True,
            "is_enterprise_install": False,
        }],
        "is_ext_shared_channel": False,
    }  # fmt: skip


def message_event(slack: Workspace, message: Message, subtype: str = "") -> Json:
    channel = slack.kept.channels[message.channel]
    shown = _in_event(slack.shown(message, metadata=False))
    where: Json = {"channel": channel.id, "channel_type": channel.kind, "event_ts": message.ts}
    match subtype:
        case "message_changed":
            before = shown | {key: message.history[-1][key] for key in ("text", "blocks")}
            inner: Json = {"message": shown, "previous_message": before, "ts": message.edited, "hidden": True}
            return {"type": "message", "subtype": subtype, **inner, **where, "event_ts": message.edited}
        case "message_deleted":
            inner = {"previous_message": shown, "deleted_ts": message.ts, "ts": slack.next_ts(), "hidden": True}
            return {"type": "message", "subtype": subtype, **inner, **where}
        case "file_share":
            shown = _without(shown, "team", "bot_id") | {"subtype": subtype}
    if message.thread_ts and (parent := channel.by_ts.get(message.thread_ts)):
        shown["parent_user_id"] = parent.user
    if not message.bot_id:
        shown["client_msg_id"] = slack.mint("msg-")
    return shown | where


def _in_event(shown: Json) -> Json:
    """Events say less of a message than the Web API does."""
    files = {"files": [_without(each, "alt_txt") for each in shown["files"]]} if "files" in shown else {}
    return _without(shown, "app_id", "reply_count", "reply_users", "latest_reply") | files


def app_mention(event: Json) -> Json:
    """What a message event becomes, beside itself, for the app that it names."""
    return _without(event, "channel_type", "parent_user_id") | {"type": "app_mention"}


def _without(event: Json, *keys: str) -> Json:
    return {key: value for key, value in event.items() if key not in keys}


# What Slack makes of typed words ---------------------------------------------------------------------------------

_MARKED = re.compile(r"<[@#!][^<>]*>|https?://[^\s<>]+[^\s<>.,;:!?)\]]")


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def typed(text: str) -> tuple[str, list[Json]]:
    """The text and the rich_text block of a message a person typed: mentions kept, links marked, the rest escaped."""
    said, end = "", 0
    parts: list[Json] = []
    for found in _MARKED.finditer(text):
        said, parts = said + escaped(text[end : found.start()]), [*parts, *_plain(text[end : found.start()])]
        mark = found.group()
        said += mark if mark.startswith("<") else f"<{mark}>"
        parts.append(_marked(mark))
        end = found.end()
    said, parts = said + escaped(text[end:]), [*parts, *_plain(text[end:])]
    return said, [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}]


def _plain(text: str) -> list[Json]:
    return [{"type": "text", "text": text}] if text else []


def _marked(mark: str) -> dict[str, Any]:
    inner = mark.strip("<>").partition("|")[0]
    match inner[:1]:
        case "@":
            return {"type": "user", "user_id": inner[1:]}
        case "#":
            return {"type": "channel", "channel_id": inner[1:]}
        case "!":
            return {"type": "broadcast", "range": inner[1:]}
    return {"type": "link", "url": inner}
