"""Houses in processes of their own, as a supervisor keeps them: started, killed, and started again when they die."""

import asyncio
import signal
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import TracebackType
from typing import Self

from domain.practice import Practice
from sandbox import World
from tests.crash.clock import SharedClock
from tests.crash.leases import end_leases, heard_out
from tests.crash.lines import Death, Place
from tests.crash.victim import Life, live
from tests.support.nursery import nursery

KEY = "crashes-need-a-key-of-32-characters"


@contextmanager
def address() -> Iterator[int]:
    """A port that stays ours while nobody lives there. Of several who do, the kernel deals callers out to all."""
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        kept.bind(("127.0.0.1", 0))
        yield kept.getsockname()[1]


@dataclass
class Household:
    """One house and its supervisor. `deaths` are those it will meet, one in each life; `met` are those it has."""

    database_url: str
    world: World
    practice: Practice
    port: int
    papers: Path | None = None
    deaths: Sequence[Death] = ()
    http: bool = True
    counts: bool = False
    name: str = "house"
    lives: int = 0
    supervised: bool = True
    lines: Counter[Place] = field(default_factory=Counter)
    dead: set[int] = field(default_factory=set)
    """The numbers of the lives that have ended."""

    async def __aenter__(self) -> Self:
        self.clock = self.world.clock
        assert isinstance(self.clock, SharedClock)
        self.log: Path = self.clock.path.with_name(f"{self.name}.log")
        self._up = asyncio.Event()
        await self.begin()
        return self

    async def begin(self) -> None:
        """Live, for the first time or again; and again whenever it has died."""
        self.supervised = True
        self._watch = asyncio.create_task(self._supervise())
        await self.up()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.cancel()
        await asyncio.wait([self._watch])
        if self._process.is_alive() and kind is None:
            await self.part()
        self._process.kill()
        self._process.join()

    @property
    def met(self) -> Sequence[Death]:
        return self.deaths[: self.lives - 1]

    async def up(self) -> None:
        """Wait until it lives. A supervisor that has given up says why."""
        waiting = asyncio.ensure_future(self._up.wait())
        await asyncio.wait({waiting, self._watch}, return_when=asyncio.FIRST_COMPLETED)
        if self._watch.done():
            waiting.cancel()
            self._watch.result()

    async def kill(self) -> None:
        """From outside, and for good: it stays dead until told to begin."""
        self.supervised = False
        self._process.kill()
        await self._watch

    async def part(self) -> None:
        """The end of a life in peace, and what it counted."""
        self._line.send("enough")
        await readable(self._line.fileno(), self._process.sentinel)
        self.lines += self._line.recv()
        await readable(self._process.sentinel)

    async def _supervise(self) -> None:
        while True:
            if await self._begin():
                self._up.set()
                await readable(self._process.sentinel)
                self._up.clear()
            self._process.join()
            if self._process.exitcode != -signal.SIGKILL:
                raise AssertionError(f"It ended by itself ({self._process.exitcode}):\n{self.log.read_text()[-6000:]}")
            await heard_out()
            self.dead.add(self._number)
            await end_leases(self.dead)  # before the next life looks around for the first time
            if not self.supervised:
                return

    async def _begin(self) -> bool:
        """A new life; whether it got as far as being up."""
        self._number = self.clock.number_of_a_life()
        life = Life(
            number=self._number,
            environment={
                "database_url": self.database_url,
                "public_url": f"http://127.0.0.1:{self.port}",
                "secret_key": KEY,
                **{name.lower(): value for name, value in self.world.environment().items()},
            },
            practice=self.practice,
            clock=self.clock.path,
            log=self.log,
            papers=self.papers,
            port=self.port if self.http else None,
            ends_at=next(iter(self.deaths[self.lives : self.lives + 1]), None),
            counts=self.counts,
        )
        self._line, theirs = nursery.Pipe()
        self._process: ForkServerProcess = nursery.Process(target=live, args=(theirs, life))
        self._process.start()
        theirs.close()
        self.lives += 1
        await readable(self._line.fileno(), self._process.sentinel)
        try:
            return bool(self._line.recv())
        except EOFError:
            return False


async def readable(*files: int) -> None:
    """Until there is something to read in one of these; the end of a process is."""
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    for file in files:
        loop.add_reader(file, ready.set)
    try:
        await ready.wait()
    finally:
        for file in files:
            loop.remove_reader(file)
