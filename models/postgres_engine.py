"""Tortoise's asyncpg client with repairs: a transaction that fails to begin gives its connection back to the pool, a
refused COMMIT is an IntegrityError, an INSERT by hand counts its rows. Tortoise finds `client_class` by this module.
"""

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.connection import get_connections


async def _as_it_is(connection: object) -> None:
    """asyncpg would ask the server to reset the session whenever a connection goes back: a trip as long as a query."""


class Counting(AsyncpgDBClient):
    @translate_exceptions
    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, list[dict[str, Any]]]:
        """As Tortoise's, which reads the 0 of "INSERT 0 5"."""
        if not query.lstrip().upper().startswith("INSERT"):
            return await super().execute_query(query, values)  # type: ignore[no-any-return]
        async with self.acquire_connection() as connection:
            status: str = await connection.execute(query, *(values or []))
            return int(status.split()[-1]), []


class Client(Counting):
    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        """Nothing here leaves anything behind in its session, so nothing has to be put back after every statement."""
        return await asyncpg.create_pool(None, reset=_as_it_is, **kwargs)

    def _in_transaction(self) -> TransactionContext:
        return Pooled(Transaction(self), self._pool_init_lock)


class Transaction(Counting, TransactionWrapper):
    afterwards = ""
    """A statement that comes after the commit, in its trip."""

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
