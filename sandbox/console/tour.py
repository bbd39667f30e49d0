"""The tour at one moment: where each step of the open scene leads, and which of them are done."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeAlias

from sandbox.console.given import Place, Reads, Sight
from sandbox.console.looking import Looking
from sandbox.console.stage import Stage
from sandbox.slack import Message

Json: TypeAlias = dict[str, Any]
SEARCHED = 500
"""Among how many of a channel's latest messages a card is looked for."""


def tour_picture(stage: Stage, looking: Looking) -> Json | None:
    """The scenes' titles; and of the one that is open its steps, which of them are done, and where each one leads."""
    if not stage.tour:
        return None
    titles: Json = {"scenes": [scene.title for scene in stage.tour]}
    if looking.scene is None or looking.scene >= len(stage.tour):
        return titles
    scene = stage.tour[looking.scene]
    steps = [
        {
            "words": each.words,
            "show": _shown(stage, each.show),
            "done": each.until and _is_so(stage, looking, each.until),
        }
        for each in scene.steps
    ]
    return titles | {"scene": looking.scene, "words": scene.words, "steps": steps}


def _is_so(stage: Stage, looking: Looking, sight: Sight) -> bool:
    if isinstance(sight, Reads):
        return any(re.search(sight.words, text, re.MULTILINE) for text in _texts_at(stage, sight.place))
    match sight.place.kind:
        case "person":
            return looking.user == sight.place.of
        case "thread":
            found = _card(stage, sight.place)
            return found is not None and looking.thread == found.ts
        case _:
            return looking.contact == sight.place.of


def _shown(stage: Stage, place: Place) -> Json:
    where: Json = {"kind": place.kind, "of": place.of, "press": place.press}
    if place.kind in ("card", "thread"):
        found = _card(stage, place)
        where |= {"channel": stage.slack.channel(place.channel).id, "ts": found.ts if found else ""}
    return where


def _texts_at(stage: Stage, place: Place) -> Iterator[str]:
    if place.kind == "card":
        if found := _card(stage, place):
            yield "\n".join([found.text, *words_of(found.blocks)])
    elif place.kind == "thread":
        if found := _card(stage, place):
            yield from ("\n".join([each.text, *words_of(each.blocks)]) for each in _said_under(stage, found))
    elif place.kind == "phone":
        yield from (text.body for text in stage.phones[place.of].conversation)
    elif place.kind == "mailbox":
        yield from (mail.subject for mail in stage.mailbox[place.of].messages)
    else:
        raise ValueError(f"There is nothing to read at {place}")


def _said_under(stage: Stage, found: Message) -> list[Message]:
    """In the thread, and privately in the channel since."""
    private = [each for each in stage.slack.kept.whispers if each.channel == found.channel and each.ts > found.ts]
    return [*found.replies, *private]


def _card(stage: Stage, place: Place) -> Message | None:
    messages = islice(reversed(stage.slack.channel(place.channel).by_ts.values()), SEARCHED)
    bears = re.compile(rf"{re.escape(place.of)}(?!\w)")
    return next((each for each in messages if not each.thread_ts and bears.search(_whole(each))), None)


def _whole(message: Message) -> str:
    return "\n".join([message.text, *words_of(message.blocks)])


def words_of(blocks: Any) -> Iterator[str]:
    """Every text of the blocks, in the order one reads it."""
    parts = blocks if isinstance(blocks, list) else blocks.values() if isinstance(blocks, dict) else ()
    if isinstance(blocks, dict) and isinstance(blocks.get("text"), str):
        yield blocks["text"]
    for part in parts:
        if isinstance(part, (dict, list)):
            yield from words_of(part)
