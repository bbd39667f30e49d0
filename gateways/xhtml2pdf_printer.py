"""The door to paper: PDFs drawn by worker processes that are started when first needed and killed when they hang."""

import asyncio
import json
import logging
import os
import struct
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from domain.errors import DoorFault

DOOR = "pdf"
LENGTH = struct.Struct("!I")
HOUSE = Path(__file__).resolve().parents[1]

log = logging.getLogger(__name__)


class Xhtml2pdfPrinter:
    """`assets` holds what documents may show, fonts under `fonts/`; nothing outside it is read, nothing is fetched.

    A document gets `limit` seconds. Workers idle for `rest` seconds go home. `close()` when done.
    """

    def __init__(
        self, assets: Path, *, workers: int = 2, limit: float = 20, rest: float = 120, start_limit: float = 30
    ) -> None:
        self._assets = assets
        self._limit, self._rest, self._start_limit = limit, rest, start_limit
        self._slots = asyncio.Semaphore(workers)
        self._idle: list[_Worker] = []
        self._leaving: list[_Worker] = []
        self._closing_time: asyncio.TimerHandle | None = None

    async def print(self, html: str) -> bytes:
        async with self._slots:
            head, pdf = await self._drawn(html.encode())
        if "error" in head:
            sentence = f"The document could not be drawn ({head['error']}): there is a mistake in its template."
            raise DoorFault(DOOR, "not_drawn", sentence)
        if head["unreadable"]:
            log.warning("A PDF has letters none of our fonts can draw: %s", ", ".join(head["unreadable"]))
        return pdf

    async def close(self) -> None:
        if self._closing_time:
            self._closing_time.cancel()
        for worker in self._idle + self._leaving:
            await worker.kill()
        self._idle, self._leaving = [], []

    async def _drawn(self, html: bytes) -> tuple[dict[str, Any], bytes]:
        if self._idle:
            try:
                return await self._drawn_by(self._idle.pop(), html)
            except DoorFault as fault:
                # The system may have taken a waiting worker for its memory: that is not the document's fault.
                if not fault.passing:
                    raise
        return await self._drawn_by(await self._start(), html)

    async def _drawn_by(self, worker: "_Worker", html: bytes) -> tuple[dict[str, Any], bytes]:
        try:
            worker.ask(html)
            answer = await worker.answer(self._limit)
        except BaseException:
            await worker.kill()
            raise
        self._wait_for_work(worker)
        return answer

    async def _start(self) -> "_Worker":
        # The service's secrets are in its environment: a process that reads documents gets none of it.
        environment = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}
        command = [sys.executable, "-m", "gateways.pdf_worker", str(self._assets.resolve())]
        # In a session of its own: Ctrl-C is for the service, which lets the paper in hand be finished.
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, cwd=HOUSE, env=environment, start_new_session=True
        )
        worker = _Worker(process, cast(StreamWriter, process.stdin), cast(StreamReader, process.stdout))
        try:
            await worker.answer(self._start_limit)
        except BaseException:
            await worker.kill()
            raise
        return worker

    def _wait_for_work(self, worker: "_Worker") -> None:
        self._idle.append(worker)
        if self._closing_time:
            self._closing_time.cancel()
        self._closing_time = asyncio.get_running_loop().call_later(self._rest, self._go_home)

    def _go_home(self) -> None:
        for worker in self._idle:
            worker.asked.close()
        self._leaving = [worker for worker in self._leaving if worker.process.returncode is None] + self._idle
        self._idle = []


@dataclass(frozen=True, slots=True, eq=False)
class _Worker:
    """One process of `pdf_worker`, and the two pipes to it."""

    process: asyncio.subprocess.Process
    asked: StreamWriter
    told: StreamReader

    def ask(self, html: bytes) -> None:
        try:
            self.asked.write(LENGTH.pack(len(html)) + html)
        except RuntimeError as error:  # uvloop's word for a pipe that nobody reads any more; asyncio has none
            raise _died() from error

    async def answer(self, limit: float) -> tuple[dict[str, Any], bytes]:
        try:
            async with asyncio.timeout(limit):
                head = json.loads(await self.told.readline())
                (length,) = LENGTH.unpack(await self.told.readexactly(LENGTH.size))
                return head, await self.told.readexactly(length)
        except TimeoutError:
            sentence = f"The document was not drawn within {limit:g} seconds, so drawing it was given up."
            raise DoorFault(DOOR, "too_slow", sentence) from None
        except (ValueError, asyncio.IncompleteReadError, OSError) as error:
            raise _died() from error

    async def kill(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


def _died() -> DoorFault:
    sentence = "The process that draws documents ended in the middle of one: look at its log."
    return DoorFault(DOOR, "worker_died", sentence, passing=True)
