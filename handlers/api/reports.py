"""Reports, as JSON or as CSV, straight from their columns."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from domain.errors import not_found
from domain.periods import Period
from handlers.api.body import Query
from handlers.api.fields import Day, Place
from handlers.api.finding import refuse_unknown
from handlers.api.operation import Call, Csv
from reports.registry import REPORTS
from reports.report import Asked, Cell, Column, Report, Row, asked_period, to_csv


class WhichReport(Query):
    since: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None
    as_of: Day | None = None
    location: tuple[Place, ...] = ()
    format: Literal["json", "csv"] = "json"


@dataclass(frozen=True, slots=True)
class ColumnAnswer:
    name: str
    label: str
    kind: Literal["text", "money", "count", "name", "date"]


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """A report from its first day to the one it is as of; rows name cells as `columns` does, money ends in `_cents`."""

    name: str
    title: str
    first: date
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
    refuse_unknown(which.location, every)
    today = call.now.astimezone(ZoneInfo(call.practice.timezone)).date()
    period = asked_period(report, today, first=which.since, last=which.to, as_of=which.as_of)
    rows = await report.rows(Asked(period, which.location or every, call.practice.currency))
    if which.format == "csv":
        return Csv(f"{report.name}-{period.last.isoformat()}.csv", to_csv(report, rows))
    return _answer(report, rows, period)


def _answer(report: Report, rows: list[Row], period: Period) -> ReportAnswer:
    """Named as the CSV names them, so that money says its unit."""
    names = {column.name: _name(column) for column in report.columns}
    _, *others = report.totals(rows).items()
    totals = {name: cell for name, cell in others if cell is not None}
    return ReportAnswer(
        name=report.name,
        title=report.title,
        first=period.first,
        as_of=period.last,
        columns=[ColumnAnswer(names[c.name], c.label, c.kind) for c in report.columns],
        rows=[{told: row[name] for name, told in names.items()} for row in rows],
        totals={names[name]: cell for name, cell in totals.items()},
    )


def _name(column: Column) -> str:
    return f"{column.name}_cents" if column.kind == "money" else column.name
