"""A guided tour as data: scenes of steps, each with its words, where to look, and how one sees that it was done.

Scene("Late, and paused", "A bill was not paid in time.", (
    Step("Press *Pause* on the card.", show=card("billing", "INV-7", press="Pause"),
         until=reads(card("billing", "INV-7"), "^Paused")),
))
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sandbox.slack import Message

if TYPE_CHECKING:
    from sandbox.console.stage import Stage

Json: TypeAlias = dict[str, Any]
SEARCHED = 500
"""Among how many of a channel's latest messages a card is looked for."""


@dataclass(frozen=True, slots=True)
class Looking:
    """What one person's page shows: who they are, and what they have open."""

    user: str = ""
    channel: str = ""
    pages: int = 1
    """How far up they have gone in the channel."""
    thread: str = ""
    contact: str = ""
    all_texts: bool = False
    mail: str = ""
    heard: int = 0
    """The last happening they know of."""
    faults: bool = False
    scene: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere on the page, and what to press there."""

    kind: Literal["card", "thread", "phone", "mailbox", "clock", "person"]
    of: str = ""
    channel: str = ""
    press: str = ""


def card(channel: str, of: str, press: str = "") -> Place:
    """The latest message in the channel that has these words on it, such as an invoice's number."""
    return Place("card", of, channel, press)


def thread(channel: str, of: str, press: str = "") -> Place:
    return Place("thread", of, channel, press)


def phone(number: str, press: str = "") -> Place:
    return Place("phone", number, press=press)


def mailbox(address: str, press: str = "") -> Place:
    return Place("mailbox", address, press=press)


def clock(press: str = "") -> Place:
    return Place("clock", press=press)


def person(user: str) -> Place:
    return Place("person", user)


Sight: TypeAlias = Callable[["Stage", Looking], bool]


@dataclass(frozen=True, slots=True)
class Step:
    words: str
    show: Place
    until: Sight | None = None
    """Without it the person says themselves that they have seen enough."""


@dataclass(frozen=True, slots=True)
class Scene:
    title: str
    words: str
    steps: Sequence[Step] = field(default_factory=tuple)


def reads(place: Place, words: str) -> Sight:
    """The words, a regular expression over lines, can be read there."""
    wanted = re.compile(words, re.MULTILINE)
    return lambda stage, _looking: any(wanted.search(text) for text in _texts_at(stage, place))


def is_open(place: Place) -> Sight:
    """The person has opened it."""

    def judge(stage: "Stage", looking: Looking) -> bool:
        if place.kind == "person":
            return looking.user == place.of
        if place.kind == "thread":
            found = _card(stage, place)
            return found is not None and looking.thread == found.ts
        return looking.contact == place.of

    return judge


def tour_picture(stage: "Stage", looking: Looking) -> Json | None:
    """The scenes' titles; and of the one that is open its steps, which of them are done, and where each one leads."""
    if not stage.tour:
        return None
    titles: Json = {"scenes": [scene.title for scene in stage.tour]}
    if looking.scene is None or looking.scene >= len(stage.tour):
        return titles
    scene = stage.tour[looking.scene]
    steps = [
        {"words": each.words, "show": _shown(stage, each.show), "done": each.until and each.until(stage, looking)}
        for each in scene.steps
    ]
    return titles | {"scene": looking.scene, "words": scene.words, "steps": steps}


def _shown(stage: "Stage", place: Place) -> Json:
    where: Json = {"kind": place.kind, "of": place.of, "press": place.press}
    if place.kind in ("card", "thread"):
        found = _card(stage, place)
        where |= {"channel": stage.slack.channel(place.channel).id, "ts": found.ts if found else ""}
    return where


def _texts_at(stage: "Stage", place: Place) -> Iterator[str]:
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


def _said_under(stage: "Stage", found: Message) -> list[Message]:
    """In the thread, and privately in the channel since."""
    private = [each for each in stage.slack.kept.whispers if each.channel == found.channel and each.ts > found.ts]
    return [*found.replies, *private]


def _card(stage: "Stage", place: Place) -> Message | None:
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
