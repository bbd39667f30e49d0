"""What a report is: its name, its columns, its rows, and how it is written as a table or CSV."""

import csv
import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from domain.access import Need
from domain.money import plain

Cell = str | int | None
Row = dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a report: up to which day, and for which of the locations the asker may see."""

    as_of: date
    locations: tuple[str, ...]
    currency: str


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    label: str
    kind: Literal["text", "money", "count", "name"] = "text"
    """A `name` is a patient's: shown by the privacy switch, never where it must not be."""


@dataclass(frozen=True, slots=True)
class Report:
    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Callable[[Asked], Awaitable[list[Row]]]
    needs: Need = "viewer"

    def totals(self, rows: Sequence[Row]) -> Row:
        """The last line: what adds up, added up."""
        sums: Row = {
            c.name: sum(int(row[c.name] or 0) for row in rows) for c in self.columns if c.kind in ("money", "count")
        }
        return {self.columns[0].name: "Total", **sums}


def shown(cell: Cell, column: Column, currency: str) -> str:
    if cell is None:
        return ""
    return plain(int(cell), currency) if column.kind == "money" else str(cell)


def to_csv(report: Report, rows: Sequence[Row]) -> str:
    """Money in minor units, as programs read it; a text that a spreadsheet would take for a formula is disarmed."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([f"{c.name}_cents" if c.kind == "money" else c.name for c in report.columns])
    for row in rows:
        writer.writerow([_disarmed(row.get(column.name)) for column in report.columns])
    return out.getvalue()


def _disarmed(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
