"""What only the service knows, and gives the console: whose phones those are, who may what, and a guided tour.

    there = card("billing-downtown", "INV-7", press="Pause")
    pause = Step("Press *Pause* on the card.", there, Reads(there, "^Paused"))
    world.tour = [Scene("Late, and paused", "A bill was not paid in time.", [pause])]

All of it is data: the console draws it, and sees for itself when a step was done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    phone: str = ""
    mail: str = ""
    texts_to: str = ""
    """The number they would text before anybody has texted them."""

    @property
    def key(self) -> str:
        return self.phone or self.mail


@dataclass(frozen=True, slots=True)
class Role:
    """What a person of the workspace is to the service, and what that lets them do, in a few words."""

    title: str
    may: str


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


@dataclass(frozen=True, slots=True)
class Reads:
    """The words, a regular expression over lines, can be read there."""

    place: Place
    words: str


@dataclass(frozen=True, slots=True)
class IsOpen:
    """The person has opened it, or become them."""

    place: Place


Sight: TypeAlias = Reads | IsOpen


@dataclass(frozen=True, slots=True)
class Step:
    """In the words, what is pressed is *bold*, and what is written is set like `code`."""

    words: str
    show: Place
    until: Sight | None = None
    """Without it the person says themselves that they have seen enough."""


@dataclass(frozen=True, slots=True)
class Scene:
    title: str
    words: str
    steps: Sequence[Step]
