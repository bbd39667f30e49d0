"""The pump: works off what has come in or changed, in lanes that don't wait for each other, until nothing is left."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle

import structlog

from models.change import on_commit

Work = Callable[[], Awaitable[int]]
"""Does a batch of something and says how much it was."""

LOOK_SECONDS = 1.0
"""How long a lane sleeps when nobody rings: other replicas and retries become due without a bell."""

log = structlog.get_logger()


def name_of(work: Work) -> str:
    """Its name alone: what it was given are the practice and its people, and these stay out of the log."""
    return getattr(getattr(work, "func", work), "__name__", "work")


@dataclass(frozen=True, slots=True)
class Lane:
    """Work that is done in turn. A lane that `gathers` waits so many seconds between two runs, so that one run does
    for everything that a burst has changed."""

    works: Sequence[Work]
    gathers: float = 0.0


@dataclass(slots=True)
class Pump:
    """Lanes of work: a slow phone network must not keep a form from opening in Slack."""

    lanes: Mapping[str, Lane]
    _busy: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _worked: int = 0
    """How much was done by anyone since the beginning."""
    _bells: dict[str, asyncio.Event] = field(default_factory=dict)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _closing: bool = False

    async def drain(self) -> int:
        """Work everything off, one lane after the other, until all were found empty in turn; how much it was.

        What a lane that runs by itself is at meanwhile is waited for, and what follows from it is done too.
        """
        begun, empty = self._worked, 0
        for name in cycle(self.lanes):
            before = self._worked
            await self._once(name)
            empty = 0 if self._worked > before else empty + 1
            if empty == len(self.lanes):
                break
        return self._worked - begun

    async def start(self) -> None:
        self._bells = {name: asyncio.Event() for name in self.lanes}
        self._closing = False
        on_commit.append(self.ring)
        self._tasks = [asyncio.create_task(self._run(name), name=f"lane {name}") for name in self.lanes]

    async def stop(self, *, patience: float = 0) -> None:
        """No batch is begun any more. One that isn't done in time is cut short, and comes up again after its lease."""
        self._closing = True
        self.ring()
        if self.ring in on_commit:
            on_commit.remove(self.ring)
        if self._tasks and patience:
            await asyncio.wait(self._tasks, timeout=patience)
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    def ring(self) -> None:
        for bell in self._bells.values():
            bell.set()

    async def _run(self, name: str) -> None:
        bell, gathers = self._bells[name], self.lanes[name].gathers
        while not self._closing:
            bell.clear()
            if not await self._once(name) and not self._closing:
                with suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), LOOK_SECONDS)
            if gathers and not self._closing:
                await asyncio.sleep(gathers)

    async def _once(self, name: str) -> int:
        done = 0
        async with self._busy[name]:
            for work in self.lanes[name].works:
                try:
                    done += await work()
                except Exception:
                    log.exception("pump.work_failed", lane=name, work=name_of(work))
            self._worked += done
        return done
