"""Importing a file: everything that is wrong with it is told, and all of it is kept or nothing.

First its rows are put by on disk, then they are taken thing by thing (a session's rows may stand anywhere in the file)
and kept by some hundreds in one transaction, so that a large file takes no more memory than a small one.
"""

import gc
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from duesday.csv_file import CsvFile, Mistake
from duesday.import_kinds import Desk, Kind, Line
from duesday.pile import Pile
from duesday.progress import progress
from handlers.api.body import sentences
from models.change import change

THINGS_AT_ONCE = 500
MISTAKES_KEPT = 1_000
"""Beyond these they are counted: the file is another kind of file, or all of it has the same mistake."""
THINGS_LEFT = 50_000
"""Before the collector looks for circles among them, of which there are none but in what went wrong."""
A_MEGABYTE = 1_000_000


@dataclass(slots=True)
class Imported:
    """What became of a file."""

    rows: int = 0
    things: Counter[str] = field(default_factory=Counter)
    """How many were added, changed, unchanged."""
    mistakes: list[Mistake] = field(default_factory=list)
    found: int = 0
    """How many mistakes there are, those that are not kept with them."""

    def note(self, mistake: Mistake) -> None:
        self.found += 1
        if self.found <= MISTAKES_KEPT:
            self.mistakes.append(mistake)


class TakenBack(Exception):
    """The file is wrong or this was a trial: the transaction ends without a trace."""


async def import_file(path: Path, kind: Kind, desk: Desk, *, dry_run: bool) -> Imported:
    imported = Imported()
    gc.freeze()  # the modules stay, and are not looked through again each time some thousand rows have come and gone
    gc.set_threshold(THINGS_LEFT)
    with Pile() as pile:
        _read(path, kind, pile, imported)
        with suppress(TakenBack):
            async with change(desk.now):
                await _keep(pile, kind, desk, imported)
                if imported.found or dry_run:
                    raise TakenBack
    imported.mistakes.sort(key=lambda mistake: mistake.line)
    return imported


def _read(path: Path, kind: Kind, pile: Pile, imported: Imported) -> None:
    with CsvFile(path) as file, progress(f"Reading {path.name}", file.size, short=A_MEGABYTE) as advance:
        read = 0
        for row in file.rows(kind.columns):
            if isinstance(row, Mistake):
                imported.note(row)
                continue
            key = "\n".join([row.cells.get(column, "") for column in kind.key])
            pile.add(row, key, late=kind.points_to in row.cells)
            imported.rows += 1
            if imported.rows % THINGS_AT_ONCE == 0:
                advance(file.read - read)
                read = file.read
        advance(file.size - read)


async def _keep(pile: Pile, kind: Kind, desk: Desk, imported: Imported) -> None:
    refused: set[str] = set()
    groups = pile.groups()
    with progress(f"Keeping {imported.rows:,} rows", imported.rows) as advance:
        while batch := list(islice(groups, THINGS_AT_ONCE)):
            things = {key: lines for key, raw in batch if (lines := _lines(key, raw, kind, imported, refused))}
            keep = kind.look_at if kind.look_at and imported.found else kind.keep  # nothing of it will stay
            outcomes = await keep(list(things.values()), desk)
            for (key, lines), outcome in zip(things.items(), outcomes, strict=True):
                if not isinstance(outcome, Mistake):
                    imported.things[outcome] += 1
                    continue
                refused.add(key)
                if not (kind.points_to and getattr(lines[0].row, kind.points_to) in refused):
                    imported.note(outcome)  # else it follows from a mistake that was told
            advance(sum(len(raw) for _, raw in batch))


def _lines(
    key: str, raw: Sequence[tuple[int, bytes]], kind: Kind, imported: Imported, refused: set[str]
) -> list[Line[Any]]:
    """The lines that tell of one thing; none when there is a mistake in one of them."""
    lines, before = [], imported.found
    for number, cells in raw:
        try:
            lines.append(Line(number, kind.row.model_validate_json(cells)))
        except ValidationError as wrong:
            for column, sentence in sentences(wrong).items():
                imported.note(Mistake(number, column, sentence))
    if not kind.many_rows:
        for line in lines[1:]:
            imported.note(Mistake(line.number, kind.key[0], f"The same stands in line {raw[0][0]} already."))
    if imported.found > before:
        refused.add(key)
        return []
    return lines
