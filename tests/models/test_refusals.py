"""What must never be is refused by the database itself, whoever asks, in whatever words."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

import pytest
from tortoise import Tortoise, fields
from tortoise.exceptions import IntegrityError
from tortoise.fields import Field

from bench.facts import Size
from bench.practice import fill
from billing.audit import audit
from models import database
from models.database_url import APP
from models.extra_sql import EXTRA

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

ENTRY = "INSERT INTO ledger_entry (act, booked_on, at, debit, credit, amount_cents, guarantor_id, invoice_id, location)"
PAID = "(SELECT MIN(id) FROM invoice WHERE status = 'paid')"
LATE = "(SELECT MIN(id) FROM invoice WHERE status = 'overdue')"
A_CHARGE = "(SELECT MIN(charge_id) FROM invoice_line)"
LAST_LINE = "(SELECT MAX(id) FROM invoice_line)"


def entry(debit: str, credit: str, cents: int, invoice: str = "NULL") -> str:
    return f"{ENTRY} VALUES ('x', $1, $2, '{debit}', '{credit}', {cents}, 1, {invoice}, 'downtown')"


UNBALANCED = {
    "one account on both sides": entry("cash", "cash", 100),
    "nothing": entry("cash", "credit", 0),
    "less than nothing": entry("cash", "credit", -100),
    "an account nobody knows": entry("cash", "petty_cash", 100),
    "owed on no invoice": entry("receivable", "revenue", 100),
    "an invoice that it does not touch": entry("cash", "credit", 100, "1"),
}

NEVER = {
    "a charge on two invoices": f"UPDATE invoice_line SET charge_id = {A_CHARGE} WHERE id = {LAST_LINE}",
    "a number twice": f"UPDATE invoice SET number = 'INV-1001' WHERE id = {LATE}",
    "a sent invoice without a number": f"UPDATE invoice SET number = NULL WHERE id = {LATE}",
    "more paid than owed": f"UPDATE invoice SET (paid_cents, balance_cents) = (total_cents + 1, -1) WHERE id = {PAID}",
    "a balance that does not add up": f"UPDATE invoice SET balance_cents = balance_cents + 1 WHERE id = {LATE}",
    "less paid than 0": f"UPDATE invoice SET (paid_cents, balance_cents) = (-1, total_cents + 1) WHERE id = {PAID}",
    "credit below zero": "UPDATE patient SET credit_cents = -1 WHERE id = 1",
    "a payment of nothing": "UPDATE payment SET amount_cents = 0 WHERE id = (SELECT MIN(id) FROM payment)",
    "more applied than was paid": "UPDATE payment SET unapplied_cents = -1 WHERE id = (SELECT MIN(id) FROM payment)",
    "more given back than was paid": "UPDATE payment SET returned_cents = amount_cents + 1",
    "a share of nothing": "UPDATE payment_share SET amount_cents = 0 WHERE id = (SELECT MIN(id) FROM payment_share)",
    "another price on a sent invoice": f"UPDATE invoice_line SET amount_cents = 1 WHERE invoice_id = {PAID}",
    "a line taken off a sent invoice": f"DELETE FROM invoice_line WHERE invoice_id = {PAID}",
    "a fee taken off a sent invoice": f"DELETE FROM invoice_adjustment WHERE invoice_id = {LATE}",
    "a sent invoice removed": f"DELETE FROM invoice WHERE id = {LATE}",
}


@pytest.fixture
async def books(database_url: str) -> None:
    """A thousand invoices, some of them open, and at least one row in everything that is only ever added to."""
    await fill(database_url, Size(1_000, due=10))
    await database.connect(database_url)
    for table in EXTRA.append_only:
        if not await rows_in(table):
            await a_row_in(table)


async def rows_in(table: str) -> list[dict[str, str]]:
    rows = map(dict, await database.read(f"SELECT * FROM {table}"))
    return [{name: str(value) for name, value in row.items()} for row in rows]


async def a_row_in(table: str) -> None:
    """Whatever its columns take; what it points at need not be there."""
    [model] = [model for model in Tortoise.apps[APP].values() if model._meta.db_table == table]
    columns = {name: some(model._meta.fields_map[name]) for name in sorted(model._meta.db_fields)}
    places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    async with unattached():
        await database.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", list(columns.values()))


@asynccontextmanager
async def unattached() -> AsyncIterator[None]:
    """Inside, rows may point at what is not there."""
    if database.dialect() == "postgres":
        async with database.transaction():
            await database.execute("SET LOCAL session_replication_role = replica")
            yield
        return
    await database.execute("PRAGMA foreign_keys=OFF")
    yield
    await database.execute("PRAGMA foreign_keys=ON")


def some(field: "Field[object]") -> object:
    match field:
        case fields.DatetimeField():
            return NOON
        case fields.DateField():
            return date(2026, 3, 2)
        case fields.BooleanField():
            return True
        case fields.JSONField():
            return "{}"
        case fields.IntField():
            return 1
        case _:
            return "x"


@pytest.mark.usefixtures("books")
async def test_what_must_never_be_is_refused_and_changes_nothing() -> None:
    assert await audit() == []
    before = await everything()
    for what, sql in UNBALANCED.items():
        await refused(what, sql, [date(2026, 3, 2), NOON])
    for what, sql in NEVER.items():
        await refused(what, sql)
    if database.dialect() == "postgres":
        for table in ("invoice", "payment", *EXTRA.sealed):
            await refused(f"no {table} at all", f"TRUNCATE {table} CASCADE")
    assert await everything() == before


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("table", EXTRA.append_only)
async def test_what_was_written_down_stays_as_it_is(table: str) -> None:
    before = await rows_in(table)
    column = next(iter(before[0]))
    same = f"UPDATE {table} SET {column} = {column}"
    await refused("a change", same)
    await refused("a removal", f"DELETE FROM {table}")
    if database.dialect() == "postgres":
        await refused("all of it at once", f"TRUNCATE {table} CASCADE")
        await refused("a change of no row at all", f"{same} WHERE FALSE")
    else:
        await refused("another row in its place", f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    assert await rows_in(table) == before


async def refused(what: str, sql: str, args: Sequence[object] = ()) -> None:
    try:
        await database.execute(sql, args)
    except IntegrityError:
        return
    pytest.fail(f"{what} was let by: {sql}")


async def everything() -> dict[str, list[dict[str, str]]]:
    return {table: await rows_in(table) for table in (*EXTRA.append_only, *EXTRA.sealed, *EXTRA.checks)}
