"""What can go wrong at a vendor, on demand, and the record of every call. How an error looks is each vendor's own."""

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, Literal, cast, get_args

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sandbox.clock import MovableClock

Kind = Literal["500", "reset", "reset_after_commit", "timeout", "slow", "ratelimited"]
KINDS: tuple[str, ...] = get_args(Kind)

Refusal = Callable[[web.Request, Kind], web.StreamResponse]
"""A vendor's own 500 and 429, in its own words."""


@dataclass(slots=True)
class Fault:
    kind: Kind
    operation: str = "*"
    times: int = 1
    seconds: float = 0.2


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the vendor saw it. `status` is None when the caller never got an answer."""

    operation: str
    fields: Mapping[str, Any]
    at: datetime
    status: int | None = None
    fault: Kind | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Desk:
    """A vendor's front desk: meets every call, lets the fault planned for it happen, and notes what came.

    `desk.will("500", "messages.create", times=2)`; the operation is a pattern (`"messages.*"`), the first match wins.
    """

    def __init__(self, clock: MovableClock) -> None:
        self.calls: list[Call] = []
        self._clock = clock
        self._faults: list[Fault] = []
        self._closing = asyncio.Event()

    def will(self, kind: Kind, operation: str = "*", *, times: int = 1, seconds: float = 0.2) -> None:
        if kind not in KINDS:
            raise ValueError(f"There is no fault {kind!r}; there are {', '.join(KINDS)}")
        self._faults.append(Fault(kind, operation, times, seconds))

    def wont(self, kind: Kind) -> None:
        """Nothing of this kind happens any more."""
        self._faults = [fault for fault in self._faults if fault.kind != kind]

    @property
    def planned(self) -> tuple[Fault, ...]:
        return tuple(self._faults)

    def called(self, operation: str = "*") -> list[Call]:
        return [call for call in self.calls if fnmatchcase(call.operation, operation)]

    def take(self, operation: str) -> Fault | None:
        """The fault this call meets, if any; each time uses one up."""
        for fault in self._faults:
            if fnmatchcase(operation, fault.operation):
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                return fault
        return None

    def note(self, call: Call) -> None:
        self.calls.append(call)

    def reset(self) -> None:
        self._faults.clear()
        self.calls.clear()
        self.hang_up()

    def hang_up(self) -> None:
        """Cut every caller left waiting by a "timeout"."""
        self._closing.set()
        self._closing = asyncio.Event()

    async def wait(self, fault: Fault) -> None:
        if fault.kind == "timeout":
            await self._closing.wait()
        elif fault.kind == "slow":
            await asyncio.sleep(fault.seconds)

    def middleware(self, operation_of: Callable[[web.Request], str], refuse: Refusal) -> Middleware:
        @web.middleware
        async def meet(request: web.Request, handler: Handler) -> web.StreamResponse:
            operation, fields = operation_of(request), await fields_of(request)
            fault = self.take(operation)
            at, status = self._clock.now(), None
            try:
                response = await self._answer(request, handler, fault, refuse)
                status = response.status if response.headers.get(_CUT) is None else None
                return response
            except web.HTTPException as answer:
                status = answer.status
                raise
            finally:
                kind = fault.kind if fault else None
                self.note(Call(operation, fields, at, status, kind, dict(request.headers)))

        return meet

    async def _answer(
        self, request: web.Request, handler: Handler, fault: Fault | None, refuse: Refusal
    ) -> web.StreamResponse:
        match fault:
            case Fault("500" | "ratelimited" as kind):
                return refuse(request, kind)
            case Fault("reset"):
                return cut(request)
            case Fault("reset_after_commit"):
                await handler(request)
                return cut(request)
            case Fault("timeout"):
                await self.wait(fault)
                return cut(request)
            case Fault("slow"):
                await self.wait(fault)
        return await handler(request)


_CUT = "X-Sandbox-Cut"


def cut(request: web.Request) -> web.Response:
    """Reset the caller's connection (RST, as a crashed peer's kernel sends); the answer returned goes nowhere."""
    transport = request.transport
    if transport is not None:
        cut_transport(transport)
    return web.Response(status=499, headers={_CUT: "1"})


def cut_transport(transport: asyncio.BaseTransport) -> None:
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    cast(asyncio.Transport, transport).abort()  # uvloop's are like asyncio's by what they do, not by class


def route_name(request: web.Request) -> str:
    """The operation of a request whose route was given its operation as name."""
    return request.match_info.route.name or f"{request.method} {request.path}"


async def fields_of(request: web.Request) -> dict[str, Any]:
    """Query and body of a request, flat; a key sent several times keeps all its values."""
    pairs = list(request.query.items())
    if request.content_type == "application/x-www-form-urlencoded":
        pairs += [(key, str(value)) for key, value in (await request.post()).items()]
    fields: dict[str, Any] = {}
    for key, value in pairs:
        fields[key] = [*_listed(fields[key]), value] if key in fields else value
    if request.content_type == "application/json" and request.can_read_body:
        body = await request.json()
        fields |= body if isinstance(body, dict) else {"": body}
    return fields


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
