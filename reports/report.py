"""What a report is: its name, its columns, its rows, and how it is written as a table or CSV."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from domain.access import Need
from domain.errors import invalid
from domain.money import plain
from domain.periods import Period, month_to
from domain.spreadsheets import disarmed
from models import database

Row = database.Row
Cell = str | int | None
Totals = dict[str, Cell]
Query = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a report: for which days, and for which of the locations the asker may see."""

    period: Period
    """A report that is as of a day takes the last of them."""
    locations: tuple[str, ...]
    currency: str

    @property
    def as_of(self) -> date:
        return self.period.last

    def places(self, before: int) -> str:
        """The locations as placeholders, after so many others."""
        return ", ".join(f"${before + number}" for number in range(1, len(self.locations) + 1)) or "NULL"

    def over_period(self) -> list[Any]:
        """The arguments of a query over the period: $1 its first day, $2 its last, then the locations."""
        return [self.period.first, self.period.last, *self.locations]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    label: str
    kind: Literal["text", "money", "count", "name", "date"] = "text"
    """A `name` is a patient's: shown by the privacy switch, never where it must not be."""


@dataclass(frozen=True, slots=True)
class Report:
    name: str
    title: str
    says: str
    """What it tells, in half a line, for lists of what there is."""
    columns: tuple[Column, ...]
    query: Callable[[Asked], Query]
    """SQL that gives the columns by their names, sums as BIGINT and days as text on both databases; its arguments."""
    covers: Literal["day", "period", "now"] = "period"
    """As of the end of a day, over a stretch of them, or only as it is now."""
    needs: Need = "viewer"

    async def rows(self, asked: Asked) -> list[Row]:
        return await database.read(*self.query(asked))

    def totals(self, rows: Sequence[Row]) -> Totals:
        """The last line: what adds up, added up; nothing in the other columns."""
        sums = {
            c.name: sum(int(row[c.name] or 0) for row in rows) for c in self.columns if c.kind in ("money", "count")
        }
        return {c.name: sums.get(c.name) for c in self.columns} | {self.columns[0].name: "Total"}

    def heading(self, asked: Asked) -> str:
        said = {"day": f" as of {Period(asked.as_of, asked.as_of)}", "period": f", {asked.period}", "now": ""}
        return self.title + said[self.covers]


def asked_period(
    report: Report, today: date, *, first: date | None = None, last: date | None = None, as_of: date | None = None
) -> Period:
    """The days that were asked for; unless something is said, today or the month so far."""
    if as_of is not None and (first is not None or last is not None):
        raise invalid("Ask for a report as of a day, or for a period, not for both.", "as_of")
    if report.covers != "period":
        end = as_of or last or today
        return Period(end, end)
    end = as_of or last or today
    return Period(first or month_to(end).first, end)


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
        writer.writerow([disarmed(row[column.name]) for column in report.columns])
    return out.getvalue()
