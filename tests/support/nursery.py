"""Processes that stand in a breath: forked from one that has loaded the house, with all its vendors, already."""

import asyncio
import multiprocessing
import os
import signal
import subprocess
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import chdir, suppress
from multiprocessing.context import ForkServerProcess
from multiprocessing.forkserver import ensure_running
from pathlib import Path
from typing import Any

from duesday.cli import main
from tests.support.source import ROOT

nursery = multiprocessing.get_context("forkserver")
nursery.set_forkserver_preload(
    ["tests.crash.victim", "tests.chaos.frenzy", "duesday.commands.serve", "duesday.commands.demo", __name__]
)


def stand_ready() -> None:
    with chdir(ROOT):  # where the first of all finds what is to be loaded
        ensure_running()


Work = Callable[..., Coroutine[Any, Any, None]]


class Elsewhere:
    """Work in a process of its own, and what it says meanwhile: it is given a line to `send` by, and the rest."""

    def __init__(self, work: Work, *given: object) -> None:
        stand_ready()
        self._heard, said = nursery.Pipe(duplex=False)
        self._process = nursery.Process(target=_do, args=(work, said, *given))
        self._process.start()
        said.close()

    def says(self) -> Any:
        return self._heard.recv()

    def says_to_the_end(self) -> Iterator[Any]:
        """However it ends."""
        with self._heard, suppress(EOFError):
            while True:
                yield self._heard.recv()

    def kill(self) -> None:
        self._process.kill()

    def ended(self) -> int | None:
        """Its exit code, waited for."""
        self._process.join()
        return self._process.exitcode


def _do(work: Work, *given: object) -> None:
    asyncio.run(work(*given))


class Typed(ForkServerProcess):
    """A command of ours in a process of its own, with what a test asks of a `subprocess.Popen`."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        super().__init__()
        self._words, self._environment = words, dict(environment)
        self._folder, self._log = Path.cwd(), log.absolute()

    def start(self) -> None:
        stand_ready()
        super().start()

    def run(self) -> None:
        os.setsid()
        os.chdir(self._folder)
        os.environ.clear()
        os.environ.update(self._environment)
        for told in (1, 2):
            os.dup2(os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), told)
        main(self._words)

    def wait(self, seconds: float | None = None) -> int:
        self.join(seconds)
        if self.exitcode is None:
            raise subprocess.TimeoutExpired(list(self._words), seconds or 0)
        return self.exitcode

    def poll(self) -> int | None:
        return self.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, signal.Signals(number))
