"""A workspace's contents as JSON and back: what is kept between two runs of the sandbox."""

import base64
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sandbox.slack.records import Channel, Contents, Message, Person, ResponseUrl, StoredFile, UserGroup, View
from sandbox.slack.rules import Json

OF_A_MESSAGE = tuple(field.name for field in fields(Message))


def write(kept: Contents) -> Json:
    return {
        "people": [asdict(each) for each in kept.people.values()],
        "channels": [_channel(each) for each in kept.channels.values()],
        "groups": [asdict(each) for each in kept.groups.values()],
        "files": [asdict(each) | {"content": base64.b64encode(each.content).decode()} for each in kept.files.values()],
        "views": [asdict(each) for each in kept.views.values()],
        "stacks": kept.stacks,
        "homes": kept.homes,
        "whispers": [_message(each) for each in kept.whispers],
        "response_urls": {key: asdict(each) | {"born": _iso(each.born)} for key, each in kept.response_urls.items()},
        "minted": kept.minted,
        "last_micro": kept.last_micro,
    }


def read(kept: Mapping[str, Any]) -> Contents:
    files = [StoredFile(**each | {"content": base64.b64decode(each["content"])}) for each in kept["files"]]
    return Contents(
        people={each["id"]: Person(**each) for each in kept["people"]},
        channels={each["id"]: _channel_again(each) for each in kept["channels"]},
        groups={each["id"]: UserGroup(**each) for each in kept["groups"]},
        files={each.id: each for each in files},
        views={each["id"]: View(**each) for each in kept["views"]},
        stacks={user: list(views) for user, views in kept["stacks"].items()},
        homes=dict(kept["homes"]),
        whispers=[Message(**each) for each in kept["whispers"]],
        response_urls={
            key: ResponseUrl(**each | {"born": _moment(each["born"])}) for key, each in kept["response_urls"].items()
        },
        minted=kept["minted"],
        last_micro=kept["last_micro"],
    )


def _message(message: Message) -> Json:
    """Replies stand in the channel too, and are hung on their parents again when read. No deep copy, as `asdict` makes:
    a year's messages are written down again and again."""
    return {name: getattr(message, name) for name in OF_A_MESSAGE} | {"replies": []}


def _channel(channel: Channel) -> Json:
    alone = Channel(channel.id, channel.name, channel.members, channel.kind, channel.topic, channel.archived)
    return asdict(alone) | {"by_ts": [_message(each) for each in channel.by_ts.values()]}


def _channel_again(kept: Json) -> Channel:
    messages = {each["ts"]: Message(**each) for each in kept["by_ts"]}
    for each in messages.values():
        parent = messages.get(each.thread_ts)
        if parent and parent is not each:
            parent.replies.append(each)
    return Channel(**kept | {"by_ts": messages})


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
