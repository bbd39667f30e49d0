"""How far long work has come: a bar on a terminal, a line for each quarter elsewhere, nothing for what is short."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from duesday.terminal import console, remark

SHORT = 10_000
"""Rows, or whatever is counted."""

Advance = Callable[[int], None]


@contextmanager
def progress(label: str, total: int, *, short: int = SHORT) -> Iterator[Advance]:
    """Call what it gives with how many more are done."""
    if sys.stderr.isatty():
        columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
        with Progress(*columns, console=console(sys.stderr), transient=True) as bar:
            task = bar.add_task(label, total=total)
            yield lambda more: bar.advance(task, more)
        return
    done = 0

    def advance(more: int) -> None:
        nonlocal done
        before, done = 4 * done // total if total else 4, done + more
        if total >= short and 4 * done // total > before:
            remark(f"{label}: {25 * (4 * done // total)} %")

    yield advance
