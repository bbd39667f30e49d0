"""Databases for a row: fresh ones, in memory unless a folder is named: no disk is measured for our code."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Literal

import asyncpg

from models import database
from models.migrate import migrate
from tests.support import postgres

Kind = Literal["SQLite", "PostgreSQL"]

MEMORY = Path("/dev/shm")


def in_memory() -> Path:
    """A folder that no disk is behind, where the system has one."""
    return MEMORY if MEMORY.is_dir() else Path(tempfile.gettempdir())


@asynccontextmanager
async def fresh(kind: Kind, folder: Path, name: str) -> AsyncIterator[str]:
    """The address of a database with every table and no rows."""
    with _empty(kind, folder, name) as url:
        if kind == "PostgreSQL":
            await _order(f"CREATE DATABASE {name}")
        await database.connect(url)
        await migrate()
        await database.close()
        yield url


@contextmanager
def _empty(kind: Kind, folder: Path, name: str) -> Iterator[str]:
    if kind == "PostgreSQL":
        yield f"{postgres.address()}/{name}"
        return
    with tempfile.TemporaryDirectory(prefix="duesday-bench-", dir=folder) as home:
        yield f"sqlite://{home}/{name}.db"


async def _order(statement: str) -> None:
    connection = await asyncpg.connect(f"{postgres.address()}/postgres")
    await connection.execute(statement)
    await connection.close()
