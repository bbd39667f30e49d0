"""One running world: every stand-in behind one loopback address, one clock, one courier."""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox import console, stripe, twilio
from sandbox.clock import MovableClock
from sandbox.courier import Courier
from sandbox.faults import Desk
from sandbox.mail import Mailbox
from sandbox.slack import SlackWorkspace
from sandbox.stripe import CardProcessor
from sandbox.twilio import PhoneNetwork

LOOPBACK = "127.0.0.1"

REMEMBERED = 500
"""So many of the last calls and webhooks a world remembers that goes on for days. One that ends soon remembers all."""


class StandIn(Protocol):
    """What the world asks of each vendor's stand-in, made as `StandIn(clock=…, courier=…)`."""

    @property
    def desk(self) -> Desk: ...

    def environment(self, url: str) -> dict[str, str]:
        """The service's settings for this vendor; `url` is the world's own address, which it hears of here."""

    def aim(self, public_url: str) -> None:
        """Where the service takes webhooks."""

    def reset(self) -> None: ...

    def snapshot(self) -> dict[str, Any]:
        """Everything worth keeping, as JSON."""

    def restore(self, kept: Mapping[str, Any]) -> None: ...


class AddressTaken(RuntimeError):
    """Something else listens there already."""


class KeptOtherwise(RuntimeError):
    """What was kept of an earlier world can't be read."""


class World:
    """`async with World() as world:`; nothing it opens can be reached from another machine.

    With a `state_dir` what happened is kept there on closing and is back at the next start. `retry_every` makes the
    courier knock again, in real seconds, with webhooks the service refused (the demo does; tests say when); such a
    world also forgets old calls, and is kept whenever it comes to rest, so that a kill takes little with it.
    """

    def __init__(
        self,
        *,
        clock: MovableClock | None = None,
        port: int = 0,
        smtp_port: int = 0,
        state_dir: Path | None = None,
        retry_every: float | None = None,
        smtp_tls: ssl.SSLContext | None = None,
        host: str = LOOPBACK,
    ) -> None:
        if host != LOOPBACK:
            raise ValueError(f"The sandbox listens on {LOOPBACK} only, never on {host}: it has no real guards")
        self.clock = clock or MovableClock(file=state_dir / "clock" if state_dir else None)
        self.courier = Courier()
        self.slack = SlackWorkspace(clock=self.clock, courier=self.courier)
        self.phones = PhoneNetwork(clock=self.clock, courier=self.courier)
        self.mailbox = Mailbox(clock=self.clock, courier=self.courier, tls=smtp_tls)
        self.cards = CardProcessor(clock=self.clock, courier=self.courier)
        self._port, self._smtp_port = port, smtp_port
        self._state = state_dir / "world.json" if state_dir else None
        self._retry_every = retry_every
        self._open = contextlib.AsyncExitStack()
        self.url = ""
        self.contacts: Sequence[console.Contact] = ()
        self.roles: Mapping[str, console.Role] = {}
        self.tour: Sequence[console.Scene] = ()
        self.notice = ""
        self.next_due: Callable[[], Awaitable[datetime | None]] | None = None
        self.on_clock_moved: Callable[[], Awaitable[None]] | None = None

    @property
    def stand_ins(self) -> dict[str, StandIn]:
        return {"slack": self.slack, "phones": self.phones, "mailbox": self.mailbox, "cards": self.cards}

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as opening:
            await self.courier.start()
            opening.push_async_callback(self.courier.stop)
            await self._listen(opening)
            with _telling_if_taken(self._smtp_port):
                await self.mailbox.listen(LOOPBACK, self._smtp_port)
            opening.push_async_callback(self.mailbox.close)
            self.environment()
            self.restore()
            if self._retry_every:
                going_on = asyncio.create_task(self._go_on(self._retry_every))
                opening.callback(going_on.cancel)
            self._open = opening.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.snapshot()
        for stand_in in self.stand_ins.values():
            stand_in.desk.hang_up()
        await self._open.aclose()

    def environment(self) -> dict[str, str]:
        """Exactly the secrets and addresses the service needs to take this world for the real one."""
        return {key: value for each in self.stand_ins.values() for key, value in each.environment(self.url).items()}

    def aim(self, public_url: str) -> None:
        for stand_in in self.stand_ins.values():
            stand_in.aim(public_url.rstrip("/"))

    async def settled(self) -> int:
        """Wait until every webhook on the way was answered; how many were carried since last asked."""
        carried = 0
        self.catch_up()
        while more := await self.slack.settled():  # it waits for the courier too, and knocks again itself
            carried += more
        return carried

    def catch_up(self) -> None:
        """What the vendors do by themselves once their clock says so."""
        self.phones.catch_up()
        self.mailbox.catch_up()
        self.cards.catch_up()

    async def reset(self) -> None:
        """An empty world at the same addresses, aimed where it was."""
        await self.courier.abandon()
        for stand_in in self.stand_ins.values():
            stand_in.reset()

    def snapshot(self) -> None:
        if self._state:
            self._state.parent.mkdir(parents=True, exist_ok=True)
            kept = {name: stand_in.snapshot() for name, stand_in in self.stand_ins.items()}
            beside = self._state.with_suffix(".new")
            beside.write_bytes(orjson.dumps(kept))
            beside.replace(self._state)

    def restore(self) -> None:
        if self._state and self._state.exists():
            try:
                kept = orjson.loads(self._state.read_bytes())
                for name, stand_in in self.stand_ins.items():
                    stand_in.restore(kept.get(name, {}))
            except (KeyError, TypeError, ValueError) as unknown:
                raise KeptOtherwise(f"{self._state} is damaged, or another version has written it") from unknown

    async def _listen(self, opening: contextlib.AsyncExitStack) -> None:
        app = web.Application(middlewares=[_local_names_only], client_max_size=64 * 1024 * 1024)
        app.add_subapp("/slack", self.slack.application())
        app.add_subapp("/twilio", twilio.application(self.phones))
        app.add_subapp("/stripe", stripe.application(self.cards))
        console.mount(app, self)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        opening.push_async_callback(runner.cleanup)
        with _telling_if_taken(self._port):
            await web.TCPSite(runner, LOOPBACK, self._port).start()
        self.url = f"http://{LOOPBACK}:{runner.addresses[0][1]}"

    async def _go_on(self, every: float) -> None:
        """Knock again; forget what is long past; write everything down when it has come to rest after a change."""
        seen = written = self._outline()
        while True:
            await asyncio.sleep(every)
            await self.courier.retry()
            self._forget()
            before, seen = seen, self._outline()
            if before == seen != written:
                self.snapshot()
                written = seen

    def _outline(self) -> tuple[object, ...]:
        """What is another whenever something has happened."""
        slack, mails, events = self.slack.kept, len(self.mailbox.deliveries), len(self.cards.events)
        phones = [(phone.number, phone.opted_out, phone.fails_with) for phone in self.phones]
        return slack.last_micro, slack.minted, len(self.phones.texts), phones, mails, events

    def _forget(self) -> None:
        records: list[list[Any]] = [self.courier.deliveries, self.slack.calls, self.slack.requests_sent]
        for record in (*records, *(each.desk.calls for each in self.stand_ins.values())):
            del record[:-REMEMBERED]


@contextlib.contextmanager
def _telling_if_taken(port: int) -> Iterator[None]:
    try:
        yield
    except OSError as taken:
        raise AddressTaken(f"Port {port} on {LOOPBACK} is taken: stop what runs there, or name another port") from taken


@web.middleware
async def _local_names_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page elsewhere that points its name at this machine (DNS rebinding) gets nothing."""
    if request.url.host not in (LOOPBACK, "localhost", "::1"):
        raise web.HTTPForbidden(text=f"The sandbox answers to {LOOPBACK} and localhost only.")
    return await handler(request)
