"""One person's Slack at one moment: the rooms they are in, the one that is open, a page of it, and a thread of it."""

from collections.abc import Iterable
from itertools import islice
from typing import Any, TypeAlias

from sandbox.console.looking import Looking
from sandbox.console.stage import Stage
from sandbox.slack import Channel, Message

Json: TypeAlias = dict[str, Any]
PAGE, LONGEST_THREAD, FACES = 40, 200, 4


def slack_picture(stage: Stage, looking: Looking) -> Json:
    slack = stage.slack
    home = slack.home(looking.user)
    channel = slack.kept.channels.get(looking.channel)
    is_open = channel is not None and looking.user in channel.members
    return {
        "channels": _rooms(stage, looking.user),
        "channel": _channel(stage, looking, channel) if channel and is_open else None,
        "thread": _thread(stage, looking, channel) if channel and is_open else None,
        "modals": [slack.shown_view(each) | {"errors": each.errors} for each in slack.modals(looking.user)],
        "home": slack.shown_view(home) if home and channel and channel.kind == "im" else None,
    }


def _rooms(stage: Stage, me: str) -> list[Json]:
    rooms = [each for each in stage.slack.kept.channels.values() if me in each.members]
    return [
        {"id": each.id, "name": each.name, "kind": each.kind, "last": next(reversed(each.by_ts), "")} for each in rooms
    ]


def _channel(stage: Stage, looking: Looking, channel: Channel) -> Json:
    page, earlier = _page(channel, PAGE * looking.pages)
    oldest = page[0].ts if page else ""
    private = [each for each in _whispers(stage, looking, channel) if not each.thread_ts and each.ts >= oldest]
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "topic": channel.topic,
        "members": [each for each in channel.members if each in stage.slack.kept.people],
        "earlier": earlier,
        "messages": _shown(stage, looking.user, [*page, *private]),
    }


def _page(channel: Channel, most: int) -> tuple[list[Message], bool]:
    """The latest messages that stand in the channel itself, and whether there are earlier ones."""
    latest = (
        each
        for each in reversed(channel.by_ts.values())
        if not each.thread_ts or each.thread_ts == each.ts or each.broadcast
    )
    page = [*islice(latest, most + 1)]
    return page[most - 1 :: -1], len(page) > most


def _thread(stage: Stage, looking: Looking, channel: Channel) -> Json | None:
    parent = channel.by_ts.get(looking.thread)
    if parent is None:
        return None
    private = [each for each in _whispers(stage, looking, channel) if each.thread_ts == parent.ts]
    [head] = _shown(stage, looking.user, [parent])
    return head | {"replies": _shown(stage, looking.user, [*parent.replies[-LONGEST_THREAD:], *private])}


def _whispers(stage: Stage, looking: Looking, channel: Channel) -> list[Message]:
    return [each for each in stage.slack.ephemerals(looking.user) if each.channel == channel.id]


def _shown(stage: Stage, me: str, messages: Iterable[Message]) -> list[Json]:
    return [_message(stage, me, each) for each in sorted(messages, key=lambda each: each.ts)]


def _message(stage: Stage, me: str, message: Message) -> Json:
    shown = stage.slack.shown(message, metadata=False) | {
        "channel": message.channel,
        "ephemeral": bool(message.ephemeral_to),
        "broadcast": message.broadcast,
        "values": stage.slack.draft(me, message),
    }
    if message.replies:
        shown["reply_users"] = shown["reply_users"][:FACES]
    return shown
