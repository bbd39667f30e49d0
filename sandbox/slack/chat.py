"""chat.*: posting, changing, deleting messages and the permalink to one. What people type themselves is in talk.py."""

import re
from typing import Any

from sandbox.slack import blockkit
from sandbox.slack.args import Args, channel_of
from sandbox.slack.forms import with_ids
from sandbox.slack.payloads import message_event
from sandbox.slack.records import Channel, Message, Refused
from sandbox.slack.rules import Json
from sandbox.slack.state import Workspace

TEXT_MOST, UPDATE_TEXT_MOST = 40_000, 4_000
ATTACHMENTS_MOST = 100
TS = re.compile(r"\d+\.\d{6}")
NOT_IN_UPDATES = ("ts", "thread_ts", "reply_count", "reply_users", "latest_reply")


def blocks_of(slack: Workspace, given: Any) -> list[Json]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise Refused("invalid_blocks_format")
    if problems := blockkit.check_message(given):
        raise Refused("invalid_blocks", *map(str, problems))
    for each in given:
        _files_exist(slack, each)
    return with_ids(given, slack.mint)


def _files_exist(slack: Workspace, block: Json) -> None:
    for part in (block, block.get("accessory") or {}):
        if part.get("type") == "image" and "slack_file" in part:
            file = slack.kept.files.get(part["slack_file"].get("id", ""))
            if "id" in part["slack_file"] and (file is None or not file.complete):
                raise Refused("invalid_blocks", "invalid slack file [json-pointer:/blocks/slack_file]")


def metadata_of(args: Args) -> Json | None:
    metadata = args.json("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise Refused("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_schema")
    return metadata


def content(slack: Workspace, args: Args) -> tuple[str, list[Json]]:
    blocks = blocks_of(slack, args.json("blocks", "invalid_blocks_format"))
    _no_attachments(args)
    text = args.text("text")
    if not text and not blocks:
        raise Refused("no_text")
    return text, blocks


def _no_attachments(args: Args) -> None:
    """Slack would take a hundred of them."""
    attachments = args.json("attachments", "invalid_attachments") or []
    if isinstance(attachments, list) and len(attachments) > ATTACHMENTS_MOST:
        raise Refused("too_many_attachments")
    if attachments:
        raise Refused("invalid_attachments", "this stand-in takes blocks, not attachments")


def thread_of(channel: Channel, thread_ts: str) -> str:
    """A reply to a reply belongs to the same thread."""
    if not thread_ts:
        return ""
    if not TS.fullmatch(thread_ts):
        raise Refused("invalid_thread_ts", f"{thread_ts} is not a valid thread_ts")
    if (parent := channel.by_ts.get(thread_ts)) is None:
        raise Refused("thread_not_found")
    return parent.thread_ts or parent.ts


def post_message(slack: Workspace, args: Args) -> Json:
    channel = channel_of(slack, args)
    if channel.archived:
        raise Refused("is_archived")
    text, blocks = content(slack, args)
    message = Message(
        channel.id, slack.next_ts(), slack.bot_user, text[:TEXT_MOST], blocks, metadata_of(args), slack.bot_id,
        thread_of(channel, args.text("thread_ts")), broadcast=args.flag("reply_broadcast"),
    )  # fmt: skip
    slack.put(message)
    slack.emit(message_event(slack, message))
    return {"channel": channel.id, "ts": message.ts, "message": slack.shown(message)}


def post_ephemeral(slack: Workspace, args: Args) -> Json:
    channel, user = channel_of(slack, args), args.need("user")
    if channel.archived:
        raise Refused("is_archived")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    text, blocks = content(slack, args)
    if len(text) > TEXT_MOST:
        raise Refused("msg_too_long")
    message = whisper(slack, channel, user, text, blocks, thread_of(channel, args.text("thread_ts")))
    return {"message_ts": message.ts}


def whisper(
    slack: Workspace, channel: Channel, user: str, text: str, blocks: list[Json], thread_ts: str = ""
) -> Message:
    message = Message(
        channel.id, slack.next_ts(), slack.bot_user, text, blocks, None, slack.bot_id, thread_ts, ephemeral_to=user
    )
    slack.kept.whispers.append(message)
    slack.changed(f"channel:{channel.id}")
    return message


def update(slack: Workspace, args: Args) -> Json:
    channel = channel_of(slack, args, member=False)
    message = _own(channel, args.need("ts"), slack, "cant_update_message")
    if channel.archived:
        raise Refused("is_inactive")
    if len(args.text("text")) > UPDATE_TEXT_MOST:
        raise Refused("msg_too_long")
    text, blocks = content(slack, args)
    if _rich(message.blocks) and blocks and not _rich(blocks):
        raise Refused("block_mismatch")
    rewrite(slack, message, text, blocks, metadata_of(args))
    slack.emit(message_event(slack, message, "message_changed"))
    shown = {key: value for key, value in slack.shown(message).items() if key not in NOT_IN_UPDATES}
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": shown}


def rewrite(slack: Workspace, message: Message, text: str, blocks: list[Json], metadata: Json | None) -> None:
    """Text without blocks takes the blocks away; metadata stays unless new metadata came."""
    message.history.append({"text": message.text, "blocks": message.blocks, "at": message.edited or message.ts})
    message.text, message.blocks, message.edited = text, blocks, slack.next_ts()
    message.metadata = metadata or message.metadata
    slack.changed(f"channel:{message.channel}")


def _rich(blocks: list[Json]) -> bool:
    return any(each["type"] == "rich_text" for each in blocks)


def delete(slack: Workspace, args: Args) -> Json:
    channel = channel_of(slack, args, member=False)
    message = _own(channel, args.need("ts"), slack, "cant_delete_message")
    event = message_event(slack, message, "message_deleted")
    slack.remove(message)
    slack.emit(event)
    return {"channel": channel.id, "ts": message.ts}


def _own(channel: Channel, ts: str, slack: Workspace, error: str) -> Message:
    message = channel.by_ts.get(ts)
    if message is None or message.tombstone:
        raise Refused("message_not_found")
    if message.user != slack.bot_user:
        raise Refused(error)
    return message


def get_permalink(slack: Workspace, args: Args) -> Json:
    channel, ts = channel_of(slack, args, member=False), args.need("message_ts")
    if ts not in channel.by_ts:
        raise Refused("message_not_found")
    return {"channel": channel.id, "permalink": f"{slack.url}/archives/{channel.id}/p{ts.replace('.', '')}"}


METHODS = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
}
