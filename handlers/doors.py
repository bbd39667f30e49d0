"""What the assembly hands to the edge, and where a request keeps what is known about its caller."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from domain.access import Actor
from domain.ports import Ports
from domain.practice import Practice
from domain.remittances import Check

Keep = Callable[[str, str, Mapping[str, str], bytes], Awaitable[bool]]
"""Store a webhook durably: its source, its id there, what besides its body is needed to read it, its body.
True if it is new."""

SlackDispatch = Callable[[Mapping[str, str], bytes], Awaitable[tuple[int, str, str]]]
"""Whoever answers Slack (Bolt): headers and body in; status, content type and text out."""

ReadRemittance = Callable[[bytes], Awaitable[Sequence[Check]]]
"""A payer's file (X12 835) in; its checks out, or a refusal that says where it is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """A door whose secret is missing is None, and its address answers 404 with a sentence."""

    practice: Practice
    ports: Ports
    keep: Keep
    read_remittance: ReadRemittance
    health: Callable[[], Awaitable[dict[str, object]]]
    """What readiness rests on; `ready` among it says whether requests should come here."""
    slack_dispatch: SlackDispatch | None = None
    slack_signing_secret: str | None = None
    metrics: bool = False
    version: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """A program, known by its key."""

    key_id: int
    actor: Actor


DOORS = web.AppKey("doors", Doors)
CALLER = web.RequestKey("caller", Caller)
GUARANTOR = web.RequestKey("guarantor", int)


def doors(request: web.Request) -> Doors:
    return request.app[DOORS]
