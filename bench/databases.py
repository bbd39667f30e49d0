"""Databases for a row: fresh ones, in memory unless a folder is named: no disk is measured for our code."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Literal

import asyncpg

from bench.facts import Size
from bench.practice import fill
from models import database
from models.migrate import migrate
from tests.support import postgres

Kind = Literal["SQLite", "PostgreSQL"]

MEMORY = Path("/dev/shm")

copies = count(1)
templates: dict[tuple[Kind, Size], str] = {}
"""Large practices filled in this run, by what they are; on SQLite the file, on PostgreSQL the database's name."""


def in_memory() -> Path:
    """A folder that no disk is behind, where the system has one."""
    return MEMORY if MEMORY.is_dir() else Path(tempfile.gettempdir())


@asynccontextmanager
async def fresh(kind: Kind, folder: Path, name: str) -> AsyncIterator[str]:
    """The address of a database with every table and no rows."""
    with _empty(kind, folder, name) as url:
        if kind == "PostgreSQL":
            await _order(f"CREATE DATABASE {name}")
        await _migrated(url)
        yield url


async def large(kind: Kind, folder: Path, size: Size) -> str:
    """The address of a practice of this size, filled once a run: for rows that only read."""
    if (kind, size) not in templates:
        templates[kind, size] = await _filled(kind, folder, size)
    return _address(kind, templates[kind, size])


@asynccontextmanager
async def copied(kind: Kind, folder: Path, size: Size) -> AsyncIterator[str]:
    """The same, to be written in."""
    await large(kind, folder, size)
    template = templates[kind, size]
    copy = f"{template}_{next(copies)}"
    if kind == "PostgreSQL":
        await _order(f"CREATE DATABASE {copy} TEMPLATE {template} STRATEGY FILE_COPY")
    else:
        shutil.copy(template, copy)
    yield _address(kind, copy)
    if kind == "PostgreSQL":
        await _order(f"DROP DATABASE {copy} WITH (FORCE)")
    else:
        for left in Path(copy).parent.glob(f"{Path(copy).name}*"):
            left.unlink()


async def _filled(kind: Kind, folder: Path, size: Size) -> str:
    name = f"bench_large_{size.invoices}_{size.due}"
    if kind == "PostgreSQL":
        await _order(f"CREATE DATABASE {name}")
    else:
        home = tempfile.mkdtemp(prefix="duesday-bench-", dir=folder)
        postgres.running.callback(shutil.rmtree, home)
        name = f"{home}/{name}"
    url = _address(kind, name)
    await _migrated(url)
    await fill(url, size)
    return name


def _address(kind: Kind, name: str) -> str:
    return f"{postgres.address()}/{name}" if kind == "PostgreSQL" else f"sqlite://{name}"


async def _migrated(url: str) -> None:
    await database.connect(url)
    await migrate()
    await database.close()


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
