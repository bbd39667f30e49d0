"""Lines of the house as they are executed: counted, or made the last one. What runs is the house itself, unchanged."""

import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from tests.support.source import ROOMS, ROOT

OURS = tuple(f"{ROOT / room}{os.sep}" for room in ROOMS if room != "sandbox")
Place = tuple[str, int]
"""A file and a line of it."""


@dataclass(frozen=True, slots=True)
class Death:
    """Before this line is executed for the so-manieth time, the process is gone."""

    file: str
    line: int
    time: int

    def __str__(self) -> str:
        return f"{Path(self.file).relative_to(ROOT)}:{self.line}, time {self.time}"


@cache
def is_ours(file: str) -> bool:
    return file.startswith(OURS)


@contextmanager
def counted(lines: Counter[Place]) -> Iterator[None]:
    """Every line of our own rooms that the main thread executes."""

    def called(frame: FrameType, _event: str, _arg: Any) -> Any:
        return passed if is_ours(frame.f_code.co_filename) else None

    def passed(frame: FrameType, event: str, _arg: Any) -> Any:
        if event == "line":
            lines[frame.f_code.co_filename, frame.f_lineno] += 1
        return passed

    with _tracing(called):
        yield


@contextmanager
def deadly(death: Death) -> Iterator[None]:
    """SIGKILL, from within: nothing is flushed, closed, rolled back or said good-bye to."""
    left = death.time

    def called(frame: FrameType, _event: str, _arg: Any) -> Any:
        code = frame.f_code
        return passed if code.co_filename == death.file and code.co_firstlineno <= death.line else None

    def passed(frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal left
        if event == "line" and frame.f_lineno == death.line:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return passed

    with _tracing(called):
        yield


@contextmanager
def _tracing(called: Any) -> Iterator[None]:
    sys.settrace(called)
    try:
        yield
    finally:
        sys.settrace(None)
