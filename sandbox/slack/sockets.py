"""Socket Mode: the WebSockets an app opened, the envelopes that go out over them, and the acknowledgements that come
back. What is in an envelope is payloads.py's.
"""

import asyncio
import contextlib
import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from aiohttp import WSMsgType, web

from sandbox.courier import Answer
from sandbox.faults import cut_transport
from sandbox.slack.rules import Json

CONNECTIONS_MOST = 10
CONNECTION_SECONDS = 3600
"""What `hello` announces. The sandbox ends a connection when it is told to, never by the clock."""
GRACE_SECONDS = 1.0
"""How long an app that was asked to refresh may take to leave by itself; most do at once."""
DEBUG = {"host": "applink-sandbox"}

Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


@dataclass(eq=False, slots=True)
class Connection:
    wire: web.WebSocketResponse
    transport: asyncio.BaseTransport | None
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    """By envelope_id: who waits for its acknowledgement."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_up(self) -> bool:
        """One that was cut is not, though the loop may tell who reads from it a moment later."""
        return self.transport is not None and not self.transport.is_closing()


class Sockets:
    def __init__(self, app_id: str, *, changed: Callable[[str], None]) -> None:
        self.on = False
        """Slack's switch. Once an app came by socket nothing goes over HTTP, even while no socket is open."""
        self._app_id, self._changed = app_id, changed
        self._open: list[Connection] = []
        self._tickets: set[str] = set()
        self._turn = itertools.count()

    @property
    def connections(self) -> int:
        return len(self._up)

    @property
    def _up(self) -> list[Connection]:
        return [each for each in self._open if each.is_up]

    def ticket(self) -> str:
        """The query that admits one connection, once."""
        ticket = str(uuid.uuid4())
        self._tickets.add(ticket)
        return f"ticket={ticket}&app_id={self._app_id}"

    async def link(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from the handshake to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="invalid ticket")
        self._tickets.discard(ticket)
        wire = web.WebSocketResponse()
        await wire.prepare(request)
        connection = Connection(wire, request.transport)
        if self.connections >= CONNECTIONS_MOST:
            await _part(connection, "too_many_websockets")
            return wire
        await self._serve(connection)
        return wire

    async def _serve(self, connection: Connection) -> None:
        self._open.append(connection)
        self.on = True
        try:
            await connection.wire.send_json(self._hello())
            self._changed("sockets")
            async for message in connection.wire:
                if message.type is WSMsgType.TEXT:
                    _acknowledged(connection, message.data)
        finally:
            self._open.remove(connection)
            connection.ended.set()
            for each in [each for each in connection.waiting.values() if not each.done()]:
                each.set_exception(ConnectionResetError("the socket closed before the acknowledgement"))
            self._changed("sockets")

    def _hello(self) -> Json:
        return {
            "type": "hello", "num_connections": self.connections, "connection_info": {"app_id": self._app_id},
            "debug_info": DEBUG | {"build_number": 1, "approximate_connection_time": CONNECTION_SECONDS},
        }  # fmt: skip

    async def deliver(self, envelope: bytes, *, seconds: float) -> Answer:
        """Over one of the open connections, each in its turn. Nobody acknowledged it when the status is 0."""
        if not (up := self._up):
            return Answer(0, "ConnectionError: no socket is open")
        connection = up[next(self._turn) % len(up)]
        key, loop = orjson.loads(envelope)["envelope_id"], asyncio.get_running_loop()
        acknowledged = connection.waiting.setdefault(key, loop.create_future())  # a replay's copies share theirs
        try:
            async with asyncio.timeout(seconds):
                await connection.wire.send_str(envelope.decode())
                payload = (await acknowledged).get("payload")
        except (TimeoutError, ConnectionError) as nobody:
            return Answer(0, f"{type(nobody).__name__}: {nobody}")
        finally:
            connection.waiting.pop(key, None)
        return Answer(200, orjson.dumps(payload).decode() if payload else "")

    async def part(self, reason: Reason = "refresh_requested") -> None:
        """Tell every connection that it ends, and end it; a warning only tells. `link_disabled` also turns Socket
        Mode off.
        """
        self.on = self.on and reason != "link_disabled"
        for each in tuple(self._open):
            await _part(each, reason)

    def drop(self) -> None:
        """Cut every connection without a word, as a broken network does."""
        for each in self._open:
            if each.transport is not None:
                cut_transport(each.transport)

    async def close(self, _app: web.Application | None = None) -> None:
        for each in tuple(self._open):
            await each.wire.close()


async def _part(connection: Connection, reason: Reason) -> None:
    await connection.wire.send_json({"type": "disconnect", "reason": reason, "debug_info": DEBUG})
    if reason == "refresh_requested":
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                await connection.ended.wait()
    if reason != "warning":
        await connection.wire.close()


def _acknowledged(connection: Connection, said: str) -> None:
    """Slack takes no notice of what it isn't waiting for."""
    try:
        answer: Any = orjson.loads(said)
    except orjson.JSONDecodeError:
        return
    waiting = connection.waiting.get(answer.get("envelope_id", "")) if isinstance(answer, dict) else None
    if waiting and not waiting.done():
        waiting.set_result(answer)
