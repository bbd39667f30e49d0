"""A database for each test, of each kind the house runs on. Empty ones, and copies of one that was migrated once."""

import asyncio
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from tests.support import postgres

KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]

# Workers share one server, so each names its databases after itself.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
numbers = count(1)


def execute(statement: str) -> None:
    """Run one statement beside the test: in a loop of its own, so that the test's is left alone."""

    async def work() -> None:
        connection = await asyncpg.connect(f"{postgres.address()}/postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(work())


def new_postgres(template: str = "template0") -> Iterator[str]:
    name = f"{WORKER}_{next(numbers)}"
    execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield f"{postgres.address()}/{name}"
    execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=KINDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a single table, for the tests of migrations themselves."""
    if request.param == "postgres":
        yield from new_postgres()
    else:
        yield f"sqlite://{tmp_path / 'duesday.db'}"
