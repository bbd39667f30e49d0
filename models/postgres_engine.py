"""Tortoise's asyncpg client with repairs, and SQL by hand: a transaction that fails to begin gives its connection back
to the pool, a refused COMMIT is an IntegrityError. Tortoise finds `client_class` by this module.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.connection import get_connections

from models.sql_text import plain


async def _as_it_is(connection: object) -> None:
    """asyncpg would ask the server to reset the session whenever a connection goes back: a trip as long as a query."""


class ByHand(AsyncpgDBClient):
    """SQL by hand, without what the ORM does around its own."""

    @translate_exceptions
    async def fetch(self, sql: str, args: Sequence[Any]) -> list[asyncpg.Record]:
        async with self.acquire_connection() as connection:
            return await connection.fetch(sql, *plain(args))  # type: ignore[no-any-return]

    @translate_exceptions
    async def run(self, sql: str, args: Sequence[Any]) -> int:
        """How many rows it touched: the last word of "INSERT 0 5", and nothing where that is no number."""
        async with self.acquire_connection() as connection:
            status: str = await connection.execute(sql, *plain(args))
            touched = status.rpartition(" ")[2]
            return int(touched) if touched.isdigit() else 0


class Client(ByHand):
    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        """Nothing here leaves anything behind in its session, so nothing has to be put back after every statement."""
        return await asyncpg.create_pool(None, reset=_as_it_is, **kwargs)

    def _in_transaction(self) -> TransactionContext:
        return Pooled(Transaction(self), self._pool_init_lock)


class Transaction(ByHand, TransactionWrapper):
    afterwards = ""
    """A statement that comes after the commit, in its trip."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Transaction(self))

    @translate_exceptions
    async def commit(self) -> None:
        """As Tortoise's, in whose words a deferred constraint's refusal would be asyncpg's."""
        if self.afterwards:
            # What asyncpg's own commit does with a connection, which sends nothing beside it.
            connection: Any = self.transaction._connection  # type: ignore[union-attr]
            connection._top_xact = None
            await connection.execute(f"COMMIT; {self.afterwards}")
            self._finalized = True
        else:
            await super().commit()


class Pooled(TransactionContextPooled):
    async def __aenter__(self) -> TransactionalDBClient:
        try:
            return await super().__aenter__()
        except BaseException:
            await self._give_back()
            raise

    async def _give_back(self) -> None:
        """Tortoise keeps the connection when BEGIN is cancelled or fails: after ten of those the pool is empty."""
        get_connections().reset(getattr(self, "token", None))
        connection: asyncpg.pool.PoolConnectionProxy[Any] | None = self.client._connection
        if connection is not None:
            await self.client._parent._pool.release(connection)


client_class = Client
