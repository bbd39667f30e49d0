"""Fills a database with a large practice, faster than the verbs ever could. What it consists of stands in facts.py."""

import sqlite3
from contextlib import closing

import asyncpg

from bench.facts import POSTGRES, SQLITE, Size, statements


async def fill(url: str, size: Size) -> None:
    """Fill a database that has every table and no rows."""
    if url.startswith("sqlite://"):
        _fill_sqlite(url.removeprefix("sqlite://"), size)
    else:
        await _fill_postgres(url, size)


def _fill_sqlite(path: str, size: Size) -> None:
    """Indexes are made last: sorted once, not a place looked for by every row."""
    with closing(sqlite3.connect(path, isolation_level=None)) as books:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=MEMORY", "cache_size=-262144"):
            books.execute(f"PRAGMA {pragma}").fetchall()
        made = books.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
        for name, _ in made:
            books.execute(f'DROP INDEX "{name}"')
        for statement in (*statements(size, SQLITE), *(sql for _, sql in made)):
            books.execute(statement)


async def _fill_postgres(url: str, size: Size) -> None:
    books = await asyncpg.connect(url)
    try:
        made = await books.fetch(
            "SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE schemaname = 'public'"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        )
        await books.execute("SET session_replication_role = replica")  # nobody looks up what is known to be there
        for index in made:
            await books.execute(f'DROP INDEX "{index["name"]}"')
        for statement in (*statements(size, POSTGRES), *(index["sql"] for index in made)):
            await books.execute(statement)
        for table in await books.fetch("SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public'"):
            name = table["name"].removesuffix("_id_seq")
            await books.execute(f"SELECT setval('{table['name']}', (SELECT max(id) FROM \"{name}\"))")
        await books.execute("VACUUM ANALYZE")
    finally:
        await books.close()
