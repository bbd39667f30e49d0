"""`duesday report`: any report, as a table, CSV or JSON. The numbers are the reports' own."""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer

from domain.errors import Refusal
from domain.practice import Practice
from duesday.environment import Environment
from duesday.opening import open_books, practice_itself
from duesday.terminal import show_table
from gateways.system_clock import SystemClock
from reports.registry import REPORTS
from reports.report import Asked, Report, Row, Totals, asked_period, shown, to_csv

DAY = ["%Y-%m-%d"]

app = typer.Typer(add_completion=False)


class Form(StrEnum):
    table = "table"
    csv = "csv"
    json = "json"


@app.command()
def report(
    name: Annotated[str, typer.Argument(help=f"Which report: {', '.join(REPORTS)}.")],
    first: Annotated[datetime | None, typer.Option("--from", formats=DAY, help="From this day on.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=DAY, help="Up to this day.")] = None,
    as_of: Annotated[datetime | None, typer.Option(formats=DAY, help="As of the end of this day.")] = None,
    location: Annotated[list[str] | None, typer.Option(help="Only this location; may be given several times.")] = None,
    form: Annotated[Form, typer.Option("--format", help="How it is written.")] = Form.table,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Into this file.", dir_okay=False)] = None,
) -> None:
    """Print a report."""
    if name not in REPORTS:
        raise typer.BadParameter(f"There is no report “{name}”; there are {', '.join(REPORTS)}.")
    environment = Environment()
    practice = practice_itself(environment)
    asked = _asked(practice, REPORTS[name], location or [], first=first, last=last, as_of=as_of)
    rows = asyncio.run(_rows(environment, REPORTS[name], asked))
    with _into(output) as file:
        WRITE[form](REPORTS[name], rows, asked, file)


def _asked(practice: Practice, report: Report, places: list[str], **days: datetime | None) -> Asked:
    if unknown := [place for place in places if place not in practice.locations]:
        raise typer.BadParameter(f"There is no location “{unknown[0]}”; there are {', '.join(practice.locations)}.")
    chosen = tuple(places) or tuple(practice.locations)
    today = SystemClock().now().astimezone(practice.locations[chosen[0]].zone).date()
    first, last, as_of = (day.date() if day else None for day in (days["first"], days["last"], days["as_of"]))
    try:
        period = asked_period(report, today, first=first, last=last, as_of=as_of)
    except Refusal as refusal:
        raise typer.BadParameter(refusal.sentence) from None
    return Asked(period, chosen, practice.currency)


async def _rows(environment: Environment, report: Report, asked: Asked) -> list[Row]:
    async with open_books(environment):
        return await report.rows(asked)


@contextmanager
def _into(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise typer.BadParameter(f"{output} cannot be written: {error.strerror}.") from error


def _table(report: Report, rows: list[Row], asked: Asked, file: TextIO) -> None:
    def written(row: Row | Totals) -> list[str]:
        return [shown(row[column.name], column, asked.currency) for column in report.columns]

    show_table(
        [column.label for column in report.columns],
        map(written, rows),
        title=report.heading(asked),
        right=[column.label for column in report.columns if column.kind in ("money", "count")],
        total=written(report.totals(rows)),
        file=file,
    )


def _csv(report: Report, rows: list[Row], asked: Asked, file: TextIO) -> None:
    file.write(to_csv(report, rows))


def _json(report: Report, rows: list[Row], asked: Asked, file: TextIO) -> None:
    """Names as in the CSV: money in minor units."""
    names = {c.name: f"{c.name}_cents" if c.kind == "money" else c.name for c in report.columns}
    plain = [{names[name]: row[name] for name in names} for row in rows]
    days = {"first": asked.period.first.isoformat(), "as_of": asked.as_of.isoformat()}
    body = {"report": report.name, **days, "currency": asked.currency, "rows": plain}
    file.write(json.dumps(body, ensure_ascii=False, indent=2) + "\n")


WRITE = {Form.table: _table, Form.csv: _csv, Form.json: _json}
