"""The databases that tests are given: real, apart from each other, gone afterwards."""

import aiosqlite
import asyncpg
import pytest

from models.migrate import pending


async def rows(url: str, statement: str) -> list[tuple]:
    if url.startswith("sqlite://"):
        async with aiosqlite.connect(url.removeprefix("sqlite://")) as connection:
            found = await connection.execute_fetchall(statement)
            await connection.commit()
            return list(found)
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


async def test_a_database_comes_with_its_tables(open_database: str):
    assert await pending() == []
    assert await rows(open_database, "SELECT number FROM migration") != []


@pytest.mark.parametrize("time", ["first", "second"])
async def test_each_test_is_given_a_database_of_its_own(empty_database_url: str, time: str):
    await rows(empty_database_url, "CREATE TABLE till (cents INTEGER)")
    await rows(empty_database_url, "INSERT INTO till VALUES (1)")
    assert await rows(empty_database_url, "SELECT cents FROM till") == [(1,)]
