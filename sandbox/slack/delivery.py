"""Slack's own requests to an app, signed v0 or in an envelope over its socket, kept for replay. Events knock again as
documented, interactions never.
"""

import asyncio
import hashlib
import hmac
import uuid
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

import orjson

from sandbox.courier import Answer, Courier, Letter
from sandbox.slack.rules import Json
from sandbox.slack.sockets import Sockets
from sandbox.slack.state import Clock

ACK_SECONDS = 3.0
RETRIES_AFTER = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
SOCKET = "socket"


@dataclass(frozen=True, slots=True)
class SentRequest:
    """One request as it went over the wire, and what came back; status 0 means nobody answered in time."""

    kind: str
    """command, block_actions, view_submission, view_closed, block_suggestion, or event:<its type>."""
    payload: Json
    body: bytes
    headers: Mapping[str, str]
    url: str
    """SOCKET when it went in an envelope over the app's WebSocket."""
    status: int = 0
    answer: str = ""
    answer_headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def reply(self) -> Json:
        """The answer's JSON; empty when it has none."""
        try:
            parsed = orjson.loads(self.answer) if self.answer else {}
        except orjson.JSONDecodeError:
            return {"text": self.answer} if self.kind == "command" else {}
        return parsed if isinstance(parsed, dict) else {}


@dataclass(frozen=True, slots=True)
class Retry:
    due: datetime
    payload: Json
    number: int
    reason: str


class Sender:
    def __init__(self, clock: Clock, courier: Courier, sockets: Sockets, secret: str) -> None:
        self.url, self.secret, self.patience = "", secret, ACK_SECONDS
        self.sent: list[SentRequest] = []
        self.retries: list[Retry] = []
        self._clock, self._courier, self._sockets = clock, courier, sockets
        self._enveloped = 0
        self._errands: set[asyncio.Task[SentRequest]] = set()

    @property
    def reaches_an_app(self) -> bool:
        return self._sockets.on or bool(self.url)

    def sign(self, body: bytes, at: int | None = None) -> dict[str, str]:
        """The v0 headers for a body; `at` in seconds, for forging old ones."""
        stamp = str(int(self._clock.pulse().timestamp()) if at is None else at)
        digest = hmac.new(self.secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    async def form(self, kind: str, payload: Json) -> SentRequest:
        if self._sockets.on:
            envelope = "slash_commands" if kind == "command" else "interactive"
            return await self._enclose(kind, payload, {"type": envelope, "accepts_response_payload": True})
        fields = payload if kind == "command" else {"payload": orjson.dumps(payload).decode()}
        return await self._post(kind, payload, urlencode(fields).encode(), {"Content-Type": FORM})

    async def event(self, payload: Json, number: int = 0, reason: str = "") -> SentRequest:
        """Delivers an event; refused ones are knocked with again, at once and later by the workspace's clock."""
        sent = await self._event(payload, number, reason)
        stop = {key.lower(): value for key, value in sent.answer_headers.items()}.get("x-slack-no-retry") == "1"
        if not sent.ok and not stop and number < len(RETRIES_AFTER):
            again = Retry(self._clock.now() + RETRIES_AFTER[number], payload, number + 1, _reason(sent))
            if RETRIES_AFTER[number]:
                self.retries.append(again)
            else:
                await self.event(payload, again.number, again.reason)
        return sent

    async def _event(self, payload: Json, number: int, reason: str) -> SentRequest:
        kind = f"event:{payload['event']['type']}"
        if self._sockets.on:
            again: Json = {"retry_attempt": number, "retry_reason": reason}
            return await self._enclose(kind, payload, {"type": "events_api", "accepts_response_payload": False} | again)
        headers = {"Content-Type": JSON}
        if number:
            headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
        return await self._post(kind, payload, orjson.dumps(payload), headers)

    def event_soon(self, payload: Json) -> None:
        self._errand(self.event(payload))

    def _errand(self, work: Coroutine[None, None, SentRequest]) -> None:
        errand = asyncio.get_running_loop().create_task(work)
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)

    async def again(
        self, request: SentRequest, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> SentRequest:
        """The same bytes with the same headers once more, or with some of them exchanged."""
        other = replace(
            request, body=request.body if body is None else body, headers={**request.headers, **(headers or {})}
        )
        return await self._carry(other)

    async def settled(self) -> int:
        while True:
            while self._errands:
                await asyncio.wait(self._errands)
            due = [each for each in self.retries if each.due <= self._clock.now()]
            if not due:
                enveloped, self._enveloped = self._enveloped, 0
                return await self._courier.settled() + enveloped
            self.retries = [each for each in self.retries if each not in due]
            for each in due:
                self._errand(self.event(each.payload, each.number, each.reason))

    def forget(self) -> None:
        self.sent.clear()
        self.retries.clear()
        for errand in self._errands:
            errand.cancel()

    async def _post(self, kind: str, payload: Json, body: bytes, headers: dict[str, str]) -> SentRequest:
        signed = headers | self.sign(body) | {"User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        return await self._carry(SentRequest(kind, payload, body, signed, self.url))

    async def _enclose(self, kind: str, payload: Json, about: Json) -> SentRequest:
        envelope = orjson.dumps(about | {"envelope_id": str(uuid.uuid4()), "payload": payload})
        return await self._carry(SentRequest(kind, payload, envelope, {}, SOCKET))

    async def _carry(self, request: SentRequest) -> SentRequest:
        if request.url == SOCKET:
            self._enveloped += 1
            answer = await self._sockets.deliver(request.body, seconds=self.patience)
        else:
            answer = await self._by_http(request)
        sent = replace(request, status=answer.status, answer=answer.text, answer_headers=answer.headers)
        self.sent.append(sent)
        return sent

    async def _by_http(self, request: SentRequest) -> Answer:
        if not request.url:
            raise RuntimeError("The workspace is aimed at no app: say aim(url) first")
        letter = Letter("slack", request.url, request.body, lambda: request.headers, seconds=self.patience)
        return await self._courier.deliver(letter)


def _reason(sent: SentRequest) -> str:
    if sent.url == SOCKET:
        return "timeout"
    if sent.status == 0:
        return "http_timeout" if "Timeout" in sent.answer else "connection_failed"
    return "too_many_redirects" if 300 <= sent.status < 400 else "http_error"
