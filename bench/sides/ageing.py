"""The ageing report of a whole practice, as whoever asks for it is given it, or the same SQL by the bare driver."""

import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

import aiosqlite
import asyncpg

from bench.facts import PLACES, TODAY
from bench.sides.rounds import Do, rounds
from domain.periods import Period
from models import database
from reports.ageing import AGEING, query
from reports.report import Asked

AS_OF = TODAY.replace(day=1)
"""A past day, so that what has happened since is taken back."""
ASKED = Asked(Period(AS_OF, AS_OF), tuple(sorted(set(PLACES))), "USD")


@asynccontextmanager
async def ours(url: str) -> AsyncIterator[Do]:
    await database.connect(url)

    async def age() -> float:
        started = perf_counter()
        found = await AGEING.rows(ASKED)
        assert found
        return (perf_counter() - started) * 1000

    yield age
    await database.close()


@asynccontextmanager
async def bare(url: str) -> AsyncIterator[Do]:
    async with _driver(url) as fetch:

        async def age() -> float:
            started = perf_counter()
            await fetch()
            return (perf_counter() - started) * 1000

        yield age


@asynccontextmanager
async def _driver(url: str) -> AsyncIterator[Do]:
    sql, args = query(ASKED)
    if url.startswith("postgres"):
        books = await asyncpg.connect(url)
        yield lambda: books.fetch(sql, *args)
        await books.close()
        return
    async with aiosqlite.connect(url.removeprefix("sqlite://")) as file:
        written = [str(arg) for arg in args]
        yield lambda: file.execute_fetchall(re.sub(r"\$(\d+)", r"?\1", sql), written)


rounds(lambda: {"ours": ours, "bare": bare}[sys.argv[1]](sys.argv[2]))
