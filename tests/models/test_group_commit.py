"""Rows that come in at once: each kept once, told apart, and never acknowledged before it is committed."""

import asyncio
from datetime import UTC, datetime
from multiprocessing.connection import Connection

import pytest

from models import database
from models.group_commit import GroupCommit
from tests.models.killed import said_before_a_kill
from tests.models.toys import TABLES, Letter

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def letters(room: int = 5_000) -> GroupCommit:
    columns = ["source", "external_id", "body", "received_at"]
    return GroupCommit("letter", columns, key=["source", "external_id"], room=room)


def letter(name: str, body: bytes = b"\x00\xff", source: str = "post") -> list[object]:
    return [source, name, body, NOON]


async def kept() -> list[str]:
    return [row["external_id"] for row in await database.read("SELECT external_id FROM letter ORDER BY external_id")]


async def test_what_is_kept_is_there_with_every_column(toys: str):
    assert await letters().keep(letter("one"))
    found = await Letter.get(external_id="one")
    assert (found.source, bytes(found.body), found.received_at) == ("post", b"\x00\xff", NOON)


async def test_a_known_key_is_told_from_a_new_one_and_changes_nothing(toys: str):
    group = letters()
    assert await group.keep(letter("one", b"first"))
    assert not await group.keep(letter("one", b"second"))
    assert await group.keep(letter("one", b"other", source="courier"))
    assert bytes((await Letter.get(source="post")).body) == b"first"


async def test_of_the_same_key_many_times_at_once_one_is_new(toys: str):
    group = letters()
    rows = [letter(f"{number % 50:03}") for number in range(1_000)]
    told = await asyncio.gather(*(group.keep(row) for row in rows))
    assert sum(told) == 50
    assert await kept() == [f"{number:03}" for number in range(50)]


async def test_what_comes_in_at_once_goes_in_few_commits(toys: str):
    group = letters()
    await asyncio.gather(*(group.keep(letter(f"{number:03}")) for number in range(300)))
    if database.dialect() == "postgres":
        [row] = await database.read("SELECT count(DISTINCT xmin::text) AS commits FROM letter")
        assert row["commits"] == 2


async def test_more_than_there_is_room_for_wait_and_are_kept(toys: str):
    group = letters(room=3)
    assert all(await asyncio.gather(*(group.keep(letter(f"{number:03}")) for number in range(20))))
    assert len(await kept()) == 20


async def test_a_row_that_cannot_be_written_is_told_to_all_of_its_batch_and_the_next_are_kept(toys: str):
    group = letters()
    bad = ["post", "bad", None, NOON]
    told = await asyncio.gather(*(group.keep(row) for row in [letter("a"), bad, letter("b")]), return_exceptions=True)
    assert ["NOT NULL" in str(error) or "not-null" in str(error) for error in told] == [True] * 3
    assert await kept() == []
    assert await group.keep(letter("a"))


async def test_a_caller_that_is_cancelled_disturbs_nobody(toys: str):
    for steps in range(12):
        group = letters(room=2)
        tasks = [asyncio.create_task(group.keep(letter(f"{steps}-{number}"))) for number in range(6)]
        for _ in range(steps):
            await asyncio.sleep(0)
        tasks[0].cancel()
        tasks[3].cancel()
        async with asyncio.timeout(10):
            told = await asyncio.gather(*tasks, return_exceptions=True)
        assert [told[number] for number in (1, 2, 4, 5)] == [True] * 4
        assert {f"{steps}-{number}" for number in (1, 2, 4, 5)} <= set(await kept())
        await group.close()


async def test_a_row_kept_from_inside_a_transaction_is_committed_apart_from_it(toys: str):
    group = letters()

    async def work() -> None:
        async with database.transaction():
            task = asyncio.create_task(group.keep(letter("apart")))
            await database.read("SELECT 1")
            tasks.append(task)
            raise ZeroDivisionError

    tasks: list[asyncio.Task[bool]] = []
    with pytest.raises(ZeroDivisionError):
        await work()
    assert await asyncio.gather(*tasks) == [True]
    assert await kept() == ["apart"]


async def test_closing_finishes_what_was_taken_and_takes_no_more(toys: str):
    group = letters()
    tasks = [asyncio.create_task(group.keep(letter(f"{number}"))) for number in range(5)]
    await asyncio.sleep(0)
    await group.close()
    assert await kept() == ["0", "1", "2", "3", "4"]
    assert await asyncio.gather(*tasks) == [True] * 5
    with pytest.raises(RuntimeError, match="closed"):
        await group.keep(letter("late"))
    await group.close()


async def thirty_keep_letters(line: Connection, url: str, life: int) -> None:
    async def keeps(sender: int) -> None:
        for turn in range(100_000):
            await group.keep(letter(f"{life}-{sender}-{turn}"))
            line.send(f"{life}-{sender}-{turn}")

    await database.connect(url, tables=TABLES)
    group = letters()
    await asyncio.gather(*(keeps(sender) for sender in range(30)))


async def test_whatever_was_acknowledged_before_a_kill_is_there(toys: str):
    acknowledged = [name for life in range(3) for name in said_before_a_kill(thirty_keep_letters, toys, life)]
    found = await kept()
    assert len(acknowledged) >= 300
    assert set(acknowledged) <= set(found)
    assert len(found) == len(set(found))
