"""Reports, as JSON or as CSV, straight from their columns."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from domain.errors import invalid, not_found
from handlers.api.body import Query
from handlers.api.fields import Day, Place
from handlers.api.operation import Call, Csv
from reports.registry import REPORTS
from reports.report import Asked, Cell, Column, Report, Row, to_csv


class WhichReport(Query):
    as_of: Day | None = None
    location: tuple[Place, ...] = ()
    format: Literal["json", "csv"] = "json"


@dataclass(frozen=True, slots=True)
class ColumnAnswer:
    name: str
    label: str
    kind: Literal["text", "money", "count", "name"]


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """A report; its rows name their cells as `columns` does, and money ends in `_cents`."""

    name: str
    title: str
    as_of: date
    columns: list[ColumnAnswer]
    rows: list[dict[str, Cell]]
    totals: dict[str, Cell]


async def show(call: Call[WhichReport]) -> ReportAnswer | Csv:
    """Show a report."""
    which, name = call.asked, call.path["name"]
    report = REPORTS.get(name)
    if report is None:
        raise not_found("report", name[:40])
    every = call.actor.locations_for(report.needs, tuple(call.practice.locations))
    if unknown := set(which.location) - set(every):
        raise invalid(f"There is no location “{min(unknown)}” in app.yaml.", "location")
    as_of = which.as_of or call.now.astimezone(ZoneInfo(call.practice.timezone)).date()
    rows = await report.rows(Asked(as_of, which.location or every, call.practice.currency))
    if which.format == "csv":
        return Csv(f"{report.name}-{as_of.isoformat()}.csv", to_csv(report, rows))
    return _answer(report, rows, as_of)


def _answer(report: Report, rows: list[Row], as_of: date) -> ReportAnswer:
    """Named as the CSV names them, so that money says its unit."""
    names = {column.name: _name(column) for column in report.columns}
    totals = {name: cell for name, cell in report.totals(rows).items() if name != report.columns[0].name}
    return ReportAnswer(
        name=report.name,
        title=report.title,
        as_of=as_of,
        columns=[ColumnAnswer(names[c.name], c.label, c.kind) for c in report.columns],
        rows=[{names[name]: cell for name, cell in row.items()} for row in rows],
        totals={names[name]: cell for name, cell in totals.items()},
    )


def _name(column: Column) -> str:
    return f"{column.name}_cents" if column.kind == "money" else column.name
