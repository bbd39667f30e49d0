"""Idempotency as Stripe keeps it: a question asked twice under one key is answered once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from sandbox.clock import MovableClock
from sandbox.stripe.forms import Refused

ASKED = web.RequestKey("asked", str)


@dataclass(frozen=True, slots=True)
class Reply:
    asked: str
    status: int
    body: bytes
    at: datetime


class Replies:
    """What was answered under each Idempotency-Key, a 500 included; the same question gets it again for a day."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock
        self._kept: dict[str, Reply] = {}

    def find(self, request: web.Request) -> Reply | None:
        key = request.headers.get("Idempotency-Key", "")
        reply = self._kept.get(key)
        if request.method != "POST" or reply is None or reply.at + timedelta(days=1) < self._clock.now():
            return None
        if reply.asked != request[ASKED]:
            raise Refused(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request.",
                kind="idempotency_error",
            )
        return reply

    def keep(self, request: web.Request, answer: web.Response) -> None:
        if request.method == "POST" and (key := request.headers.get("Idempotency-Key")):
            body = answer.body if isinstance(answer.body, bytes) else b""
            self._kept[key] = Reply(request[ASKED], answer.status, body, self._clock.now())

    def clear(self) -> None:
        self._kept.clear()
