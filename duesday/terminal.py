"""What a command shows: tables for people, JSON for programs. Piped, a table has neither frame nor colour."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 1_000
"""A file has no right edge."""


def console(file: TextIO | None = None) -> Console:
    shown = Console(file=file, highlight=False, markup=False, emoji=False)
    return shown if shown.is_terminal else Console(file=file, width=WIDE, highlight=False, markup=False, emoji=False)


def say(sentence: str, style: str = "") -> None:
    """A line of the answer."""
    console().print(sentence, style=style, soft_wrap=True)


def remark(sentence: str) -> None:
    """A line beside the answer, which a pipe doesn't carry on."""
    console(sys.stderr).print(sentence, style="dim", soft_wrap=True)


def complain(sentence: str) -> None:
    """A line of what is wrong, as editors and logs read it."""
    sys.stderr.write(f"{sentence}\n")


def show_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def show_table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str = "",
    right: Sequence[str] = (),
    total: Sequence[str] = (),
    file: TextIO | None = None,
) -> None:
    """A table; the columns named in `right` hold numbers, `total` is its last line."""
    shown = console(file)
    frame = box.ROUNDED if shown.is_terminal else None
    table = Table(title=title or None, title_justify="left", box=frame, show_footer=bool(total), pad_edge=bool(frame))
    for head, sum_ in zip(heads, total or [""] * len(heads), strict=True):
        table.add_column(head, Text(sum_), justify="right" if head in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    shown.print(table)
