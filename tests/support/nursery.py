"""Processes that stand in a breath: forked from one that has loaded the house, with all its vendors, already."""

import multiprocessing
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import chdir
from multiprocessing.context import ForkServerProcess
from multiprocessing.forkserver import ensure_running
from pathlib import Path

from duesday.cli import main
from tests.support.source import ROOT

nursery = multiprocessing.get_context("forkserver")
nursery.set_forkserver_preload(
    ["tests.crash.victim", "tests.chaos.frenzy", "duesday.commands.serve", "duesday.commands.demo", __name__]
)


class Typed(ForkServerProcess):
    """A command of ours in a process of its own, with what a test asks of a `subprocess.Popen`."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        super().__init__()
        self._words, self._environment = words, dict(environment)
        self._folder, self._log = Path.cwd(), log.absolute()

    def start(self) -> None:
        with chdir(ROOT):  # where the first of all finds what is to be loaded
            ensure_running()
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
