"""The limit of a webhook: one insert in a transaction of its own, by the bare driver. Nothing is verified or read."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

import aiosqlite
import asyncpg
from aiohttp import web

from bench.sides.answering import Answer, answer_forever

COLUMNS = "source, external_id, headers, body, received_at, due_at, attempts"
INTO = f"INSERT INTO inbox_item ({COLUMNS}) VALUES"

numbers = count()


def row(body: bytes, at: Any) -> tuple[Any, ...]:
    return ("stripe", str(next(numbers)), "", body, at, at, 0)


@asynccontextmanager
async def into_sqlite(path: str) -> AsyncIterator[Answer]:
    async with aiosqlite.connect(path, isolation_level=None) as books:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "journal_size_limit=67108864"):
            await books.execute_fetchall(f"PRAGMA {pragma}")

        async def answer(request: web.Request) -> web.Response:
            values = row(await request.read(), datetime.now(UTC).isoformat(" "))
            await books.execute_fetchall(f"{INTO} (?, ?, ?, ?, ?, ?, ?)", values)
            return web.Response()

        yield answer


@asynccontextmanager
async def into_postgres(url: str) -> AsyncIterator[Answer]:
    async with asyncpg.create_pool(url, min_size=10, max_size=10) as pool:

        async def answer(request: web.Request) -> web.Response:
            values = row(await request.read(), datetime.now(UTC))
            await pool.execute(f"{INTO} ($1, $2, $3, $4, $5, $6, $7)", *values)
            return web.Response()

        yield answer


def opening() -> Any:
    url = sys.argv[1]
    return into_postgres(url) if url.startswith("postgres") else into_sqlite(url.removeprefix("sqlite://"))


answer_forever("/stripe/webhook", opening)
