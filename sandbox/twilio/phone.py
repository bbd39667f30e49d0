"""One handset: what it saw, how the network treats it, and the person who answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Protocol, Self

from sandbox.courier import Answer
from sandbox.troubles import Trouble
from sandbox.twilio.codes import MAGIC_TO, reason_of
from sandbox.twilio.text import Text

ANY_SENDER = "*"
SLOW = timedelta(hours=2)

LOST = {
    "landline": (30006, "It is a landline"),
    "unreachable": (30003, "It is switched off or out of reach"),
    "filtered": (30007, "The carrier takes texts for spam"),
    "unknown": (30005, "The number is not in use"),
}


class Network(Protocol):
    """Where a handset's own texts go."""

    async def receive(self, phone: Phone, body: str, *, to: str | None, media: Sequence[str]) -> Answer: ...


@dataclass(slots=True)
class Phone:
    """`conversation` is everything on its screen, both ways; `messages` only what it was sent."""

    number: str
    network: Network = field(repr=False)
    conversation: list[Text] = field(default_factory=list)
    refused_with: int | None = None
    fails_with: int | None = None
    fails_as: str = "undelivered"
    line_type: str = "mobile"
    delay: timedelta = timedelta()
    """How long the carrier takes, by the world's clock."""
    stopped: set[str] = field(default_factory=set)
    """The senders (numbers or Messaging Services) its owner wants nothing more of."""

    def __post_init__(self) -> None:
        self.refused_with = MAGIC_TO.get(self.number)
        self.fails_with = reason_of(self.number)
        if self.fails_with == 30006:
            self.line_type = "landline"

    @property
    def messages(self) -> list[Text]:
        return [text for text in self.conversation if text.direction != "inbound"]

    @property
    def opted_out(self) -> bool:
        return bool(self.stopped)

    def takes_from(self, sender: str) -> bool:
        return not self.stopped & {sender, ANY_SENDER}

    async def reply(self, body: str, *, to: str | None = None, media: Sequence[str] = ()) -> Answer:
        """The person texts back, to the number that texted last unless told otherwise; the service's answer."""
        return await self.network.receive(self, body, to=to, media=media)

    def is_landline(self) -> Self:
        self.line_type = "landline"
        return self.fails(30006)

    def is_unreachable(self) -> Self:
        return self.fails(30003)

    def is_filtered(self) -> Self:
        return self.fails(30007)

    def is_unknown(self) -> Self:
        return self.fails(30005)

    def is_invalid(self) -> Self:
        self.refused_with = 21211
        return self

    def is_slow(self, delay: timedelta = SLOW) -> Self:
        """Texts arrive, or fail, only after so long."""
        self.delay = delay
        return self

    def has_opted_out(self) -> Self:
        self.stopped.add(ANY_SENDER)
        return self

    def works(self) -> Self:
        """Nothing stands in the way of a text any more."""
        self.refused_with = self.fails_with = None
        self.line_type, self.delay = "mobile", timedelta()
        self.stopped.clear()
        return self

    def fails(self, code: int, *, status: str = "undelivered") -> Self:
        """Texts are accepted and never arrive; `code` is why, `status` is "undelivered" or "failed"."""
        self.fails_with, self.fails_as = code, status
        return self

    def troubles(self) -> list[Trouble]:
        """Of those that lose a text one is on at a time."""
        lost = [
            Trouble(name, label, partial(self._fails_with, code), partial(self._lose, code))
            for name, (code, label) in LOST.items()
        ]
        return [
            *lost,
            Trouble("invalid", "Twilio takes the number for none", lambda: self.refused_with == 21211, self._refuse),
            Trouble("opted_out", "Its owner has replied STOP", lambda: self.opted_out, self._stop),
            Trouble("slow", "The carrier takes two hours", lambda: bool(self.delay), self._dawdle),
        ]

    def _fails_with(self, code: int) -> bool:
        return self.fails_with == code

    def _lose(self, code: int, on: bool) -> None:
        self.line_type, self.fails_with = "mobile", None
        if on:
            self.fails(code)
            self.line_type = "landline" if code == 30006 else "mobile"

    def _refuse(self, on: bool) -> None:
        self.refused_with = 21211 if on else None

    def _stop(self, on: bool) -> None:
        self.stopped = {ANY_SENDER} if on else set()

    def _dawdle(self, on: bool) -> None:
        self.delay = SLOW if on else timedelta()
