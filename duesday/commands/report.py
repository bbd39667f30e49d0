"""`duesday report`: any report, as a table, CSV or JSON. The numbers are the reports' own."""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer

from domain.practice import Practice
from duesday.environment import Environment
from duesday.opening import checked_practice, open_books
from duesday.terminal import show_table
from gateways.system_clock import SystemClock
from reports.registry import REPORTS
from reports.report import Asked, Report, Row, shown, to_csv

app = typer.Typer(add_completion=False)


class Form(StrEnum):
    table = "table"
    csv = "csv"
    json = "json"


@app.command()
def report(
    name: Annotated[str, typer.Argument(help=f"Which report: {', '.join(REPORTS)}.")],
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As of the end of this day.")] = None,
    location: Annotated[list[str] | None, typer.Option(help="Only this location; may be given several times.")] = None,
    form: Annotated[Form, typer.Option("--format", help="How it is written.")] = Form.table,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Into this file.", dir_okay=False)] = None,
) -> None:
    """Print a report."""
    if name not in REPORTS:
        raise typer.BadParameter(f"There is no report “{name}”; there are {', '.join(REPORTS)}.")
    environment = Environment()
    practice = checked_practice(environment)
    asked = _asked(practice, as_of.date() if as_of else None, location or [])
    rows = asyncio.run(_rows(environment, REPORTS[name], asked))
    with _into(output) as file:
        WRITE[form](REPORTS[name], rows, asked, file)


def _asked(practice: Practice, as_of: date | None, places: list[str]) -> Asked:
    if unknown := [place for place in places if place not in practice.locations]:
        raise typer.BadParameter(f"There is no location “{unknown[0]}”; there are {', '.join(practice.locations)}.")
    chosen = tuple(places) or tuple(practice.locations)
    today = SystemClock().now().astimezone(practice.locations[chosen[0]].zone).date()
    return Asked(as_of=as_of or today, locations=chosen, currency=practice.currency)


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
    def written(row: Row) -> list[str]:
        return [shown(row.get(column.name), column, asked.currency) for column in report.columns]

    show_table(
        [column.label for column in report.columns],
        map(written, rows),
        title=f"{report.title} as of {asked.as_of:%B} {asked.as_of.day}, {asked.as_of.year}",
        right=[column.label for column in report.columns if column.kind in ("money", "count")],
        total=written(report.totals(rows)),
        file=file,
    )


def _csv(report: Report, rows: list[Row], asked: Asked, file: TextIO) -> None:
    file.write(to_csv(report, rows))


def _json(report: Report, rows: list[Row], asked: Asked, file: TextIO) -> None:
    """Names as in the CSV: money in minor units."""
    names = {c.name: f"{c.name}_cents" if c.kind == "money" else c.name for c in report.columns}
    plain = [{names[name]: row.get(name) for name in names} for row in rows]
    body = {"report": report.name, "as_of": asked.as_of.isoformat(), "currency": asked.currency, "rows": plain}
    file.write(json.dumps(body, ensure_ascii=False, indent=2) + "\n")


WRITE = {Form.table: _table, Form.csv: _csv, Form.json: _json}
