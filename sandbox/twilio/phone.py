"""One handset: what it saw, how the network treats it, and the person who answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

from sandbox.courier import Answer
from sandbox.twilio.codes import MAGIC_TO, reason_of
from sandbox.twilio.text import Text


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
    opted_out: bool = False

    def __post_init__(self) -> None:
        self.refused_with = MAGIC_TO.get(self.number)
        self.fails_with = reason_of(self.number)
        if self.fails_with == 30006:
            self.line_type = "landline"

    @property
    def messages(self) -> list[Text]:
        return [text for text in self.conversation if text.direction != "inbound"]

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

    def has_opted_out(self) -> Self:
        self.opted_out = True
        return self

    def works(self) -> Self:
        """Nothing stands in the way of a text any more."""
        self.refused_with = self.fails_with = None
        self.opted_out, self.line_type = False, "mobile"
        return self

    def fails(self, code: int, *, status: str = "undelivered") -> Self:
        """Texts are accepted and never arrive; `code` is why, `status` is "undelivered" or "failed"."""
        self.fails_with, self.fails_as = code, status
        return self
