"""The one way to the database: open it, close it, transactions, and SQL by hand. Tables and verbs live elsewhere.

SQL by hand is written with PostgreSQL's numbered placeholders ($1, $2, …) on both. What the two answer differently is
evened out at the edge: SQLite gives dates and times as text (`day`, `moment`), PostgreSQL sums as Decimal (`int`).
"""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol, cast

import asyncpg
import orjson
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException, IntegrityError

from models import TABLES
from models.database_url import DatabaseFault, Dialect, config, connections_at, why_not
from models.sql_text import as_texts, plain, statements_in, together

Statement = tuple[str, Sequence[Any]]

log = logging.getLogger("tortoise.db_client")

REFUSED = (
    OSError,
    ValueError,
    TypeError,
    sqlite3.Error,
    BaseORMException,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)
"""How drivers say no, down to the TypeError for an option in the address that asyncpg has not heard of."""


class Row(Protocol):
    """What SQL by hand answers, as the driver gives it: values by their columns' names, or all in their order."""

    def __getitem__(self, column: str, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def keys(self) -> Iterable[str]: ...


class _Client(Protocol):
    """An engine's client, in a transaction or outside."""

    async def fetch(self, sql: str, args: Sequence[Any]) -> list[Row]: ...

    async def run(self, sql: str, args: Sequence[Any]) -> int: ...

    async def execute_script(self, query: str) -> None: ...

    def acquire_connection(self) -> AbstractAsyncContextManager[Any]: ...

    def _in_transaction(self) -> AbstractAsyncContextManager["_Client"]: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Open:
    dialect: Dialect
    context: TortoiseContext
    writer: _Client
    reader: _Client
    """On SQLite a second connection that only reads, so that a long report holds up nobody."""


_open: _Open | None = None
_begun: ContextVar[tuple[asyncio.Task[Any] | None, _Client] | None] = ContextVar("begun", default=None)
"""The transaction under way, and the task that began it."""


async def connect(url: str, *, tables: Sequence[str] = TABLES) -> None:
    """Open the database for every task of this process, or say in a sentence why not."""
    global _open  # noqa: PLW0603  # one process, one database
    if _open:
        raise RuntimeError("a database is open already: close it first")
    EXECUTOR_CACHE.clear()  # it keeps SQL by the connection's name, whatever the dialect was
    context = TortoiseContext()
    try:
        dialect, connections = connections_at(url)
        with context:  # only here: afterwards every task finds it as the global one
            await context.init(config(connections, tables), _enable_global_fallback=True)
        clients = {name: context.connections.get(name) for name in connections}
        for client in clients.values():
            await _reach(client, url)
    except BaseException:
        await context.close_connections()
        raise
    writer, reader = clients["default"], clients.get("reports", clients["default"])
    _open = _Open(dialect, context, cast(_Client, writer), cast(_Client, reader))


async def close() -> None:
    """Close what `connect` opened; nothing to do when it is closed already."""
    global _open
    if _open:
        closing, _open = _open, None
        await closing.reader.close()  # the writer last: SQLite folds its log into the file when the last one leaves
        await closing.context.close_connections()


def is_open() -> bool:
    return _open is not None


def dialect() -> Dialect:
    return _opened().dialect


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """All or nothing. Inside another one of the same task it is a part of that: what fails takes back its own part."""
    async with _writer()._in_transaction() as client:
        begun = _begun.set((asyncio.current_task(), client))
        try:
            yield
        finally:
            _begun.reset(begun)


def after_commit(sql: str) -> None:
    """What PostgreSQL is to do as soon as the transaction is committed, in the same trip."""
    client: Any = _joined()
    while isinstance(client._parent, TransactionalDBClient):
        client = client._parent
    client.afterwards = sql


async def read(sql: str, args: Sequence[Any] = ()) -> list[Row]:
    """The rows of a SELECT by hand; inside a transaction it sees what that has written."""
    _heard(sql, args)
    return await (_joined() or _opened().reader).fetch(sql, args)


async def read_last(sql: str, args: Sequence[Any] = ()) -> list[Row]:
    """The same where this process writes: as it was left last, and never behind a long report."""
    _heard(sql, args)
    return await _writer().fetch(sql, args)


async def read_named(columns: str, table: str, key: str, names: Collection[str]) -> list[Row]:
    """The rows with one of these names in a unique column, each looked up by its index.

    `IN` would do, but PostgreSQL keeps the plan that it made when the table was small, and reads all of it ever after.
    """
    if dialect() == "postgres":
        found = f'SELECT {columns} FROM "{table}" WHERE "{key}" = asked.name LIMIT 1'  # noqa: S608  # our own tables
        return await read(f"SELECT found.* FROM unnest($1::text[]) AS asked(name), LATERAL ({found}) found", [[*names]])  # noqa: S608
    sql = f'SELECT {columns} FROM json_each($1) AS asked JOIN "{table}" ON "{table}"."{key}" = asked.value'  # noqa: S608
    return await read(sql, [orjson.dumps([*names]).decode()])


async def execute(sql: str, args: Sequence[Any] = ()) -> int:
    """Run one statement by hand; how many rows it touched."""
    _heard(sql, args)
    return await _writer().run(sql, args)


async def returning(sql: str, args: Sequence[Any] = ()) -> list[Row]:
    """Run one statement that ends in RETURNING; its rows."""
    return await read_last(sql, args)


def _heard(sql: str, args: Sequence[Any]) -> None:
    """Where the ORM tells of its own statements, those by hand are told too."""
    if log.isEnabledFor(logging.DEBUG):
        log.debug("%s: %s", sql, args)


async def at_once(*statements: Statement) -> list[Row]:
    """Statements that are blind to what the others among them write; the rows of the last. On PostgreSQL one trip."""
    if dialect() == "postgres":
        joined = together(tuple((sql, len(args)) for sql, args in statements))
        return await returning(joined, [arg for _, args in statements for arg in args])
    *before, last = statements
    for statement in before:
        await execute(*statement)
    return await returning(*last)


async def insert_rows(table: str, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    """Many rows at once, taken one by one from where they come; what JSON holds is given as its text.

    PostgreSQL's COPY is one statement for them all, so rows may point at each other. On SQLite they are taken in the
    connection's own thread.
    """
    client = _joined()
    if client is None:
        async with transaction():
            return await insert_rows(table, columns, rows)
    written = map(plain if dialect() == "postgres" else as_texts, rows)
    async with client.acquire_connection() as connection:
        try:
            if dialect() == "postgres":
                await connection.copy_records_to_table(table, records=written, columns=columns)
            else:
                into, places = ", ".join(f'"{column}"' for column in columns), ", ".join("?" * len(columns))
                await connection.executemany(f'INSERT INTO "{table}" ({into}) VALUES ({places})', written)  # noqa: S608  # our own tables
        except (asyncpg.IntegrityConstraintViolationError, sqlite3.IntegrityError) as error:
            raise IntegrityError(error) from error


async def new_ids(table: str, count: int) -> list[int]:
    """Ids for rows that are to point at each other before they are written; in a transaction that then writes them."""
    if dialect() == "postgres":
        rows = await returning(
            "SELECT nextval(pg_get_serial_sequence($1, 'id')) FROM generate_series(1, $2)", [table, count]
        )
        return [row["nextval"] for row in rows]
    rows = await returning("SELECT seq FROM sqlite_sequence WHERE name = $1", [table])
    last = rows[0]["seq"] if rows else 0
    return list(range(last + 1, last + 1 + count))


@asynccontextmanager
async def snapshot() -> AsyncIterator[None]:
    """Whatever is read inside is of one moment; nobody who writes meanwhile waits for it."""
    if dialect() == "postgres":
        async with transaction():
            await execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    reader = _opened().reader
    await reader.run("BEGIN", ())
    try:
        yield
    finally:
        await reader.run("ROLLBACK", ())


async def script(sql: str) -> None:
    """Run the statements of a script, one after the other, inside the transaction if there is one."""
    if dialect() == "postgres":
        await _writer().execute_script(sql)
        return
    for statement in statements_in(sql):
        await execute(statement)


def moment(value: datetime | str) -> datetime:
    """A point in time as either database gives it to SQL by hand."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def day(value: date | str) -> date:
    """A date as either database gives it to SQL by hand."""
    return date.fromisoformat(value) if isinstance(value, str) else value


async def _reach(client: BaseDBAsyncClient, url: str) -> None:
    try:
        await client.create_connection(with_db=True)
    except REFUSED as error:
        raise DatabaseFault(why_not(url, error)) from None  # the cause may quote the password


def _opened() -> _Open:
    if _open is None:
        raise RuntimeError("the database is not open: await models.database.connect(url) first")
    return _open


def _writer() -> _Client:
    return _joined() or _opened().writer


def _joined() -> _Client | None:
    """The transaction this task is in. One that a parent task began is the parent's alone."""
    task, client = _begun.get() or (None, None)
    return client if client is not None and task is asyncio.current_task() else None
