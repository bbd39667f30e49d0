"""A database for each test, of each kind the house runs on. Empty ones, and copies of one that was migrated once."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import ExitStack
from functools import cache
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from models import database
from models.migrate import migrate
from tests.support import postgres
from tests.support.swept import Swept

KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]

# Workers share one server, so each names its databases after itself.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
numbers = count(1)
leaving = ExitStack()


def beside(work: Coroutine[None, None, None]) -> None:
    """Do some work beside the test: in a loop of its own, so that the test's is left alone."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(work)


@cache
def administrator() -> tuple[asyncio.Runner, asyncpg.Connection]:
    """One connection for the whole run: a new one for each order would cost as much as the order."""
    runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
    connection = runner.run(asyncpg.connect(f"{postgres.address()}/postgres"))
    leaving.callback(runner.close)
    leaving.callback(lambda: runner.run(connection.close()))
    return runner, connection


def order(statement: str) -> None:
    runner, connection = administrator()
    runner.run(connection.execute(statement))


def pytest_unconfigure() -> None:
    leaving.close()


async def bring_up(url: str) -> None:
    await database.connect(url)
    try:
        await migrate()
    finally:
        await database.close()


def copied_postgres(name: str, template: str = "template0") -> str:
    # A template of a few megabytes is copied in half the time it takes to log it.
    order(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return f"{postgres.address()}/{name}"


def dropped_postgres(url: str) -> None:
    order(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")


def new_postgres(name: str, template: str = "template0") -> Iterator[str]:
    url = copied_postgres(name, template)
    yield url
    dropped_postgres(url)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "duesday.db"
    beside(bring_up(f"sqlite://{path}"))
    assert not path.with_name("duesday.db-wal").exists(), "a copy of the file alone would lack what its log holds"
    return path


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[str]:
    name = f"{WORKER}_migrated"
    for url in new_postgres(name):
        beside(bring_up(url))
        yield name


@pytest.fixture(scope="session")
def swept_postgres(migrated_postgres: str, warm_sessions: None) -> Iterator[Swept]:
    """One migrated database after the other, each for many tests."""

    def make() -> str:
        return copied_postgres(f"{WORKER}_{next(numbers)}", template=migrated_postgres)

    swept = Swept(make, dropped_postgres, administrator()[0])
    yield swept
    swept.leave()


@pytest.fixture(params=KINDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a single table, for the tests of migrations themselves."""
    if request.param == "postgres":
        yield from new_postgres(f"{WORKER}_{next(numbers)}")
    else:
        yield f"sqlite://{tmp_path / 'duesday.db'}"


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with every table and no rows."""
    if request.param == "postgres":
        swept: Swept = request.getfixturevalue("swept_postgres")
        yield swept.fresh()
        swept.sweep()
    else:
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "duesday.db")
        yield f"sqlite://{tmp_path / 'duesday.db'}"


@pytest.fixture
async def open_database(database_url: str) -> AsyncIterator[str]:
    """The same, opened as the house opens it and closed afterwards."""
    await database.connect(database_url)
    yield database_url
    await database.close()
