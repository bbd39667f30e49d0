"""Tortoise's SQLite client, made fit for a service: every transaction begins IMMEDIATE and leaves nothing locked.

The stock one begins deferred (two processes that read and then write lose to "database is locked", whatever the busy
timeout) and loses its lock, or keeps a transaction open, when BEGIN or COMMIT fails or is cancelled. Tortoise finds
`client_class` by this module's name; `models.database` is the only one to name it.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Any

import aiosqlite
from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
)
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
    translate_exceptions,
)
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from models.sql_text import as_texts, for_sqlite

PATIENCE = 10.0
"""Seconds for another process to let go of the file."""

# In this order: the first waits for the lock that the second takes.
PRAGMAS = {
    "busy_timeout": round(PATIENCE * 1_000),
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "journal_size_limit": 67_108_864,  # Tortoise's 16 KB truncates the log at every checkpoint and halves the commits
    "foreign_keys": "ON",
    "cache_size": -16_384,  # KiB; with SQLite's own 2,000 a large index's pages go to the log again and again
    "recursive_triggers": "ON",  # else INSERT OR REPLACE deletes past an append-only table's trigger
}


class Client(SqliteClient):
    """One connection, one transaction at a time."""

    def __init__(self, file_path: str, *, query_only: bool = False, **kwargs: Any) -> None:
        super().__init__(file_path, **kwargs)
        self.pragmas = PRAGMAS | ({"query_only": "ON"} if query_only else {})

    async def create_connection(self, with_db: bool) -> None:
        if self._connection:
            return
        opening = aiosqlite.connect(self.filename, isolation_level=None, check_same_thread=False)  # see AtHand
        opening._thread.daemon = True  # else a process that crashes without closing never ends
        connection = await opening
        try:
            connection.row_factory = sqlite3.Row
            for pragma, value in self.pragmas.items():
                await _set(connection, f"PRAGMA {pragma}={value}")
        except BaseException:
            await connection.close()
            raise
        self._connection = connection
        await self._post_connect()

    def _in_transaction(self) -> TransactionContext:
        return Immediate(Transaction(self), self._lock)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    @translate_exceptions
    async def fetch(self, sql: str, args: Sequence[Any]) -> list[sqlite3.Row]:
        """The rows of SQL by hand, without what the ORM does around its own."""
        async with self.acquire_connection() as connection:
            return list(await connection.execute_fetchall(for_sqlite(sql), as_texts(args)))

    @translate_exceptions
    async def run(self, sql: str, args: Sequence[Any]) -> int:
        """The same for how many rows it touched."""
        async with self.acquire_connection() as connection:
            before = connection.total_changes
            await connection.execute_fetchall(for_sqlite(sql), as_texts(args))
            return int(connection.total_changes - before)


async def _set(connection: aiosqlite.Connection, pragma: str) -> None:
    """Of several that turn a new file to WAL at once SQLite refuses some without waiting: they try again."""
    loop = asyncio.get_running_loop()
    enough = loop.time() + PATIENCE
    while True:
        try:
            await connection.execute_fetchall(pragma)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or loop.time() > enough:
                raise
        else:
            return
        await asyncio.sleep(0.01)


class AtHand:
    """A connection in a transaction. It has the file's lock, so its statements wait for nobody: they run where they are
    asked for, because the way to the connection's thread and back takes longer than most of them. What waits for the
    disk or is long (BEGIN, COMMIT, many rows at once) still goes there."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def execute_fetchall(self, sql: str, parameters: Sequence[Any] | None = None) -> list[sqlite3.Row]:
        return self._connection._conn.execute(sql, parameters or ()).fetchall()

    async def execute_insert(self, sql: str, parameters: Sequence[Any]) -> tuple[int | None]:
        return (self._connection._conn.execute(sql, parameters).lastrowid,)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class Transaction(SqliteTransactionWrapper):
    def acquire_connection(self) -> ConnectionWrapper[aiosqlite.Connection]:
        self._refuse_if_over()
        return super().acquire_connection()

    @translate_exceptions
    async def fetch(self, sql: str, args: Sequence[Any]) -> list[sqlite3.Row]:
        return self._at_hand().execute(for_sqlite(sql), as_texts(args)).fetchall()

    @translate_exceptions
    async def run(self, sql: str, args: Sequence[Any]) -> int:
        connection = self._at_hand()
        before = connection.total_changes
        connection.execute(for_sqlite(sql), as_texts(args)).fetchall()
        return connection.total_changes - before

    def _at_hand(self) -> sqlite3.Connection:
        self._refuse_if_over()
        return self._connection._conn

    def _refuse_if_over(self) -> None:
        if self._finalized:
            raise TransactionManagementError(
                "the transaction in which this task was started is over; start tasks outside of transactions"
            )

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Transaction(self))

    async def begin(self) -> None:
        try:
            await self._connection.execute_fetchall("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        self._connection = AtHand(self._connection)  # type: ignore[assignment]  # it has what is asked of it

    async def commit(self) -> None:
        try:
            await super().commit()
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        except sqlite3.IntegrityError as error:
            raise IntegrityError(error) from error


class Immediate(SqliteTransactionContext):
    """Takes the process's lock, then the file's; whatever goes wrong gives back both."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            await self._undo()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection  # type: ignore[no-any-return]

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        get_connections().reset(self.token)
        try:
            if exc_type is None and not self.connection._finalized:
                await self.connection.commit()
        except BaseException:
            exc_type = True
            raise
        finally:
            if exc_type:
                await self._undo()
            else:
                self._trxlock.release()

    async def _undo(self) -> None:
        """Roll back, whatever was on its way: aiosqlite works in order, so this comes after a cancelled statement."""
        self.connection._finalized = True
        try:
            if self.connection._connection:
                await asyncio.shield(self.connection._connection.rollback())
        finally:
            self._trxlock.release()


client_class = Client
