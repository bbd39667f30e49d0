"""Keeps rows that come in at once in one commit, each once by its key. Which rows, and from where, others know."""

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import count, islice
from typing import Any

from models.database import returning

Row = Sequence[Any]

BATCH = 200
"""Rows in one statement: 32,766 placeholders are what SQLite takes."""


class GroupCommit:
    """One table's writer. The rows that come in while it commits go together into its next commit."""

    def __init__(self, table: str, columns: Sequence[str], *, key: Sequence[str], room: int = 5_000) -> None:
        self._insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608  # our own tables' names
        self._ending = f" ON CONFLICT ({', '.join(key)}) DO NOTHING RETURNING {', '.join(key)}"
        self._columns = len(columns)
        self._key = [columns.index(column) for column in key]
        self._room = asyncio.Semaphore(room)
        self._waiting: deque[tuple[Row, asyncio.Future[bool]]] = deque()
        self._committer: asyncio.Task[None] | None = None
        self._closed = False

    async def keep(self, row: Row) -> bool:
        """Return once the row is committed: True if it was new, False if its key was known. Waits while full."""
        async with self._room:
            if self._closed:
                raise RuntimeError("closed: nothing more is kept")
            kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            self._waiting.append((row, kept))
            if self._committer is None or self._committer.done():
                # A task is never in the transaction of the one that started it, so this commits by itself.
                self._committer = asyncio.create_task(self._commit())
            return await kept

    async def close(self) -> None:
        """Take no more, and return when everything taken is committed."""
        self._closed = True
        if self._committer:
            await asyncio.wait({self._committer})

    async def _commit(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            try:
                new = await self._write([row for row, _ in batch])
            except Exception as error:  # noqa: BLE001  # it is raised in every caller
                for _, kept in batch:
                    if not kept.done():
                        kept.set_exception(error)
                continue
            for row, kept in batch:
                key = self._key_of(row)
                if not kept.done():
                    kept.set_result(key in new)
                new.discard(key)  # the same key again in one batch was not new

    async def _write(self, rows: Sequence[Row]) -> set[Row]:
        """One statement, so one transaction; the keys that were new."""
        number = count(1)
        values = (f"({', '.join(f'${n}' for n in islice(number, self._columns))})" for _ in rows)
        sql = self._insert + ", ".join(values) + self._ending
        found = await returning(sql, [value for row in rows for value in row])
        return {tuple(kept) for kept in found}

    def _key_of(self, row: Row) -> Row:
        return tuple(row[index] for index in self._key)
