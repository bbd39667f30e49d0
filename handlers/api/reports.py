"""Reports, as JSON or as CSV, straight from their columns."""

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from aiohttp import web

from domain.errors import invalid, not_found
from handlers.api.body import Query, Words, read_query
from handlers.api.keys import actor_of
from handlers.api.problem import json_response
from handlers.doors import doors
from reports.registry import REPORTS
from reports.report import Asked, Column, Report, Row, to_csv


class Which(Query):
    as_of: date | None = None
    location: tuple[Annotated[str, Words(60)], ...] = ()
    format: Literal["json", "csv"] = "json"


async def show(request: web.Request) -> web.Response:
    which, here, name = read_query(request, Which), doors(request), request.match_info["name"]
    report = REPORTS.get(name)
    if report is None:
        raise not_found("report", name[:40])
    every = actor_of(request).locations_for(report.needs, tuple(here.practice.locations))
    if unknown := set(which.location) - set(every):
        raise invalid(f"There is no location “{min(unknown)}” in app.yaml.", "location")
    as_of = which.as_of or here.ports.clock.now().astimezone(ZoneInfo(here.practice.timezone)).date()
    rows = await report.rows(Asked(as_of, which.location or every, here.practice.currency))
    return _csv(report, rows, as_of) if which.format == "csv" else _json(report, rows, as_of)


def _csv(report: Report, rows: list[Row], as_of: date) -> web.Response:
    name = f"{report.name}-{as_of.isoformat()}.csv"
    return web.Response(
        text=to_csv(report, rows),
        content_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _json(report: Report, rows: list[Row], as_of: date) -> web.Response:
    """Named as the CSV names them, so that money says its unit."""
    names = {column.name: _name(column) for column in report.columns}
    totals = {name: cell for name, cell in report.totals(rows).items() if name != report.columns[0].name}
    return json_response(
        {
            "name": report.name,
            "title": report.title,
            "as_of": as_of,
            "columns": [{"name": names[c.name], "label": c.label, "kind": c.kind} for c in report.columns],
            "rows": [{names[name]: cell for name, cell in row.items()} for row in rows],
            "totals": {names[name]: cell for name, cell in totals.items()},
        }
    )


def _name(column: Column) -> str:
    return f"{column.name}_cents" if column.kind == "money" else column.name
