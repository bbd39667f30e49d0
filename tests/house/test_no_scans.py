"""What runs all day reads few rows however many there are: the plan of every such query is asked for and looked at."""

import json
import logging
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from bench.facts import PLACES, TODAY, Size
from bench.practice import fill
from billing.drafts import draft_invoice
from billing.invoices import archive_due, send_invoice
from billing.payments import MoneyIn, record_payment
from billing.unbilled import queue, unbilled
from domain.access import CLOCK
from domain.periods import Period
from domain.ports import Ports
from domain.practice import Practice
from duesday.practice_file import read_practice
from jobs.ticks import late_fees, overdue
from models import database
from models.extra_sql import EXTRA
from models.finding import Wanted, find_invoices, find_sets
from models.invoices import Invoice
from models.people import Patient
from models.search import note_words
from models.sql_text import for_sqlite
from reports.ageing import AGEING
from reports.report import Asked
from sandbox import MovableClock

NOON = datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=17)
LARGE = frozenset(
    {"invoice", "invoice_line", "charge", "care_session", "payment", "payment_share", "ledger_entry", "patient_word"}
)
FEW = {name for name, rows in EXTRA.indexes.items() if " WHERE " in rows}
"""Indexes over few rows of many: those may be read from end to end."""

Query = tuple[str, list[object]]


class Heard(logging.Handler):
    """Every statement that the database is asked, as Tortoise's own log has it."""

    def __init__(self) -> None:
        super().__init__()
        self.queries: dict[str, list[object]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        sql, args = (*record.args, None, None)[:2] if isinstance(record.args, tuple) else (None, None)
        if isinstance(sql, str) and sql.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            self.queries[sql] = list(args or [])


@pytest.fixture
async def practice(database_url: str) -> AsyncIterator[Practice]:
    await fill(database_url, Size(20_000, due=40))
    await database.connect(database_url)
    await note_words(await Patient.all())
    known = read_practice(Path("app.yaml"))
    yield replace(known, terms=replace(known.terms, archive_after_days=364))
    await database.close()


@pytest.fixture
def heard() -> Iterator[Heard]:
    log, handler = logging.getLogger("tortoise.db_client"), Heard()
    before = log.level
    log.setLevel(logging.DEBUG)
    log.addHandler(handler)
    yield handler
    log.removeHandler(handler)
    log.setLevel(before)


async def a_day(practice: Practice) -> None:
    """What a clinic's day asks of the books."""
    ports = Ports(clock=MovableClock(frozen_at=NOON), pdf=None, public_url="https://x", secret_key=b"x")  # type: ignore[arg-type]  # prints nothing
    await overdue(practice, ports)
    await late_fees(practice, ports)
    await archive_due(practice, NOON)
    owing = await Invoice.get(id=(await find_invoices(Wanted(status=("sent",)), limit=1)).ids[0])
    money = MoneyIn(
        guarantor=owing.guarantor_id, amount_cents=owing.balance_cents, currency="USD", method="check", on=TODAY
    )
    await record_payment(money, practice=practice, actor=CLOCK, now=NOON, invoice_first=owing.id)
    await queue(PLACES)
    await unbilled(PLACES)
    [waiting] = await database.read("SELECT MIN(guarantor_id) AS payer FROM charge WHERE invoice_id IS NULL")
    draft = await draft_invoice(guarantor=waiting["payer"], practice=practice, actor=CLOCK, now=NOON)
    await send_invoice(draft, practice=practice, actor=CLOCK, now=NOON)


async def lists(_: Practice) -> None:
    for days in (0, 7):
        on = TODAY - timedelta(days=days)
        assert await AGEING.rows(Asked(Period(on, on), ("downtown", "lakeside"), "USD"))
    for wanted in (
        Wanted(status=("overdue",)),
        Wanted(location=("lakeside",)),
        Wanted(guarantor="P-7"),
        Wanted(q="INV-1007"),
    ):
        assert (await find_invoices(wanted, limit=50)).ids
    await find_sets(Wanted(status=("active",)), limit=50)
    # By a name: one that many bear, by its bearers where they count as few, and two that many bear together.
    for q, few in (("garcia", 50), ("garcia", 500), ("garcia noor", 50), ("garcia noor", 5)):
        for statuses in ((), ("overdue",)):
            assert (await find_invoices(Wanted(q=q, status=statuses), limit=5, few=few)).ids


@pytest.mark.parametrize("work", [a_day, lists])
async def test_nothing_that_runs_all_day_reads_a_large_table_through(
    practice: Practice, heard: Heard, database_url: str, work: Callable[[Practice], Awaitable[None]]
) -> None:
    await work(practice)
    assert len(heard.queries) > 5
    plans = _sqlite if database_url.startswith("sqlite") else _postgres
    assert await plans(database_url, heard.queries) == []


async def _sqlite(url: str, queries: dict[str, list[object]]) -> list[str]:
    """“SCAN invoice”: by another name where the query has one, and not where a page's end ends it."""
    found = []
    with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as books:
        for sql, args in queries.items():
            names = dict(re.findall(r"(?:FROM|JOIN|UPDATE) \"?(\w+)\"?(?: AS)? \"?([a-z_]\w*)\"?", sql))
            tables = {alias: table for table, alias in names.items()}
            plan = books.execute(f"EXPLAIN QUERY PLAN {for_sqlite(sql)}", [_written(arg) for arg in args]).fetchall()
            sorted_there = {parent for _, parent, _, step in plan if "TEMP B-TREE" in step}
            for _, parent, _, step in plan:
                scan = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
                paged = "LIMIT" in sql and parent not in sorted_there
                if scan and tables.get(scan[1], scan[1]) in LARGE and scan[2] not in FEW and not paged:
                    found.append(f"{step}: {sql}")
    return found


def _written(arg: object) -> object:
    return arg.isoformat(" ") if isinstance(arg, datetime) else str(arg) if isinstance(arg, date) else arg


async def _postgres(url: str, queries: dict[str, list[object]]) -> list[str]:
    books, found = await asyncpg.connect(url), []
    for sql, args in queries.items():
        [(plan,)] = await books.fetch(f"EXPLAIN (FORMAT JSON) {sql}", *args)
        through = re.findall(r'"Node Type": "Seq Scan".*?"Relation Name": "(\w+)"', json.dumps(json.loads(plan)))
        found += [f"{table}: {sql}" for table in through if table in LARGE]
    await books.close()
    return found
