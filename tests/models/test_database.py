"""The ground under the tables: connecting, transactions, SQL by hand; the same on both databases."""

import asyncio
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError

from models import database
from models.database_url import DatabaseFault, why_not
from tests.models.killed import said_before_a_kill
from tests.models.toys import TABLES, Parcel, Shelf, open_toys
from tests.support.nursery import Elsewhere, nursery

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def names() -> list[str]:
    return [row["name"] for row in await database.read("SELECT name FROM shelf ORDER BY name")]


# Connecting


async def test_one_process_can_open_the_other_kind_of_database_after_closing_the_first(toys: str, tmp_path: Path):
    await Shelf.create(name="first")
    await database.close()
    await open_toys(f"sqlite://{tmp_path / 'other.db'}")
    shelf = await Shelf.create(name="other")
    shelf.count = 3
    await shelf.save()
    assert await Shelf.filter(count__gte=3).values_list("name", flat=True) == ["other"]
    await database.close()
    await database.connect(toys, tables=TABLES)
    shelf = await Shelf.create(name="second")
    shelf.count = 4
    await shelf.save()
    assert await names() == ["first", "second"]


async def test_the_folder_of_a_new_file_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    await open_toys("sqlite://var/deep/duesday.db")
    await database.close()
    await database.connect(f"sqlite://{tmp_path}/var/deep/duesday.db", tables=TABLES)
    assert await names() == []


async def test_a_database_in_memory_reads_what_it_wrote():
    await open_toys("sqlite://:memory:")
    await Shelf.create(name="light")
    assert await names() == ["light"]
    await database.close()


async def test_sqlite_is_set_up_for_a_service(tmp_path: Path):
    await database.connect(f"sqlite://{tmp_path / 'duesday.db'}", tables=TABLES)
    found = {}
    async with database.transaction():
        for pragma in ["journal_mode", "synchronous", "busy_timeout", "journal_size_limit", "foreign_keys"]:
            [row] = await database.read(f"PRAGMA {pragma}")
            [found[pragma]] = row
    await database.close()
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 10_000,
        "journal_size_limit": 67_108_864,
        "foreign_keys": 1,
    }


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://root:hunter2@host/db", "neither sqlite:// nor postgres://"),
        ("postgres:/root:hunter2@host/db", "neither sqlite:// nor postgres://"),
        ("postgres://root:hunter2@127.0.0.1:1/db", "127.0.0.1:1/db: "),
        ("postgres://root:hunter2@127.0.0.1:port/db", "Port is not an integer"),
        ("postgres://root:hunter2@[host/db", "at postgres://[host/db"),
        ("postgres://root:hunter2@127.0.0.1/db?colour=red", "colour"),
        ("sqlite://", "no file is named"),
        ("sqlite:///proc/nowhere/duesday.db", "/proc/nowhere"),
    ],
)
async def test_a_database_that_does_not_open_is_told_in_a_sentence_without_the_password(url: str, why: str):
    with pytest.raises(DatabaseFault) as fault:
        await database.connect(url, tables=TABLES)
    assert str(fault.value).startswith("cannot open the database")
    assert str(fault.value).endswith("; check DATABASE_URL")
    assert why in str(fault.value)
    assert "hunter2" not in str(fault.value)
    with pytest.raises(RuntimeError, match="not open"):
        database.dialect()


def test_a_driver_that_quotes_the_password_is_not_repeated():
    for error in ("no login for root:hunt%40r2", "wrong password hunt@r2"):
        told = why_not("postgres://root:hunt%40r2@host/db", ValueError(error))
        assert "hunt" not in told
        assert told.startswith("cannot open the database at postgres://host/db: ")


async def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("Dear patient, " * 100)
    with pytest.raises(DatabaseFault, match="file is not a database; check DATABASE_URL"):
        await database.connect(f"sqlite://{tmp_path / 'letter.txt'}", tables=TABLES)


def test_a_process_that_crashes_without_closing_ends(tmp_path: Path):
    crash = f"""
import asyncio
from models import database
async def main():
    await database.connect("sqlite://{tmp_path / "duesday.db"}", tables=("tests.models.toys",))
    await database.read("SELECT 1")
    raise SystemExit(7)
asyncio.run(main())
"""
    assert subprocess.run([sys.executable, "-c", crash], check=False, timeout=30).returncode == 7


async def opens_new_files(_: Connection, folder: Path, all_are_there: Barrier) -> None:
    for number in range(20):
        all_are_there.wait(30)
        await database.connect(f"sqlite://{folder / str(number)}.db", tables=TABLES)
        await database.close()


def test_a_new_file_can_be_opened_by_many_processes_at_once(tmp_path: Path):
    all_are_there = nursery.Barrier(4)
    started = [Elsewhere(opens_new_files, tmp_path, all_are_there) for _ in range(4)]
    assert [process.ended() for process in started] == [0] * 4


async def test_every_task_finds_the_database_that_one_task_opened(empty_database_url: str):
    await asyncio.create_task(open_toys(empty_database_url))
    await asyncio.create_task(Shelf.create(name="elsewhere"))
    assert await names() == ["elsewhere"]
    await asyncio.create_task(database.close())


# Transactions


async def test_what_fails_is_taken_back_whole(toys: str):
    async def work() -> None:
        async with database.transaction():
            await Shelf.create(name="gone")
            await database.execute("INSERT INTO shelf (name, count) VALUES ($1, $2)", ["gone too", 1])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await work()
    assert await names() == []


async def test_a_transaction_inside_another_commits_and_fails_with_it(toys: str):
    async def work() -> None:
        async with database.transaction():
            async with database.transaction():
                await Shelf.create(name="inner")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await work()
    assert await names() == []


async def test_a_transaction_that_fails_inside_another_takes_back_its_own_part_only(toys: str):
    async def part() -> None:
        async with database.transaction():
            await Shelf.create(name="inner")
            await Shelf.create(name="outer")

    async with database.transaction():
        await Shelf.create(name="outer")
        with pytest.raises(IntegrityError):
            await part()
        await Shelf.create(name="later")
    assert await names() == ["later", "outer"]


async def test_a_transaction_sees_its_own_writes_in_sql_by_hand_and_others_do_not(toys: str):
    async def elsewhere() -> list[str]:
        async with asyncio.timeout(5):
            return await names()

    async with database.transaction():
        await Shelf.create(name="mine")
        assert await names() == ["mine"]
        assert await asyncio.create_task(elsewhere()) == []


async def test_a_task_started_inside_a_transaction_begins_its_own(toys: str):
    async def child() -> None:
        async with database.transaction():
            await Shelf.create(name="child")

    async def parent() -> None:
        async with database.transaction():
            children.append(asyncio.create_task(child()))
            await Shelf.create(name="parent")
            raise ZeroDivisionError

    children: list[asyncio.Task[None]] = []
    with pytest.raises(ZeroDivisionError):
        await parent()
    await asyncio.gather(*children)
    assert await names() == ["child"]


async def counts_to_forty(_: Connection, url: str) -> None:
    await database.connect(url, tables=TABLES)
    for _turn in range(40):
        async with database.transaction():
            shelf = await Shelf.select_for_update().get(name="till")
            shelf.count += 1
            await shelf.save()
    await database.close()


async def test_reading_and_then_writing_in_many_processes_loses_nothing(toys: str):
    await Shelf.create(name="till")
    started = [Elsewhere(counts_to_forty, toys) for _ in range(3)]
    assert [process.ended() for process in started] == [0, 0, 0]
    assert (await Shelf.get(name="till")).count == 120


async def test_a_transaction_that_is_cancelled_anywhere_locks_up_nothing(toys: str):
    await database.close()
    await database.connect(toys if toys.startswith("sqlite") else f"{toys}?minsize=1&maxsize=1", tables=TABLES)

    async def work(number: int) -> None:
        async with database.transaction():
            await Shelf.create(name=f"{number}a")
            await Shelf.create(name=f"{number}b")

    for steps in range(40):
        task = asyncio.create_task(work(steps))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
    async with asyncio.timeout(5):
        await work(99)
        found = await Shelf.all().order_by("name").values_list("name", flat=True)
    assert {"99a", "99b"} <= set(found)
    assert {name[:-1] for name in found if name.endswith("a")} == {name[:-1] for name in found if name.endswith("b")}


async def test_a_commit_that_is_refused_leaves_nothing_open(toys: str):
    deferred = "CREATE TABLE slip (shelf_id BIGINT REFERENCES shelf (id) DEFERRABLE INITIALLY DEFERRED);"
    await database.script(deferred)
    with pytest.raises(IntegrityError):
        async with database.transaction():
            await database.execute("INSERT INTO slip VALUES ($1)", [77])
    async with asyncio.timeout(5), database.transaction():
        await Shelf.create(name="next")
    assert await names() == ["next"]
    assert await database.read("SELECT * FROM slip") == []


async def test_sqlite_that_another_process_holds_is_refused_and_locks_up_nothing(tmp_path: Path):
    path = tmp_path / "duesday.db"
    await open_toys(f"sqlite://{path}")
    await database.execute("PRAGMA busy_timeout=1")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Exception, match="database is locked"):
        async with database.transaction():
            raise AssertionError("it should not have begun")
    other.execute("ROLLBACK")
    async with asyncio.timeout(5), database.transaction():
        await Shelf.create(name="after")
    assert await names() == ["after"]
    await database.close()


async def fills_shelves(line: Connection, url: str, life: int) -> None:
    await database.connect(url, tables=TABLES)
    for number in range(100_000):
        async with database.transaction():
            await Shelf.create(name=f"{life}-{number}a")
            await Shelf.create(name=f"{life}-{number}b")
        line.send(f"{life}-{number}")


async def test_a_kill_leaves_every_transaction_whole_and_those_acknowledged_there(toys: str):
    acknowledged = [name for life in range(3) for name in said_before_a_kill(fills_shelves, toys, life)]
    found = set(await names())
    assert len(acknowledged) >= 300
    assert {f"{name}{half}" for name in acknowledged for half in "ab"} <= found
    assert {name[:-1] for name in found if name.endswith("a")} == {name[:-1] for name in found if name.endswith("b")}


# SQL by hand


async def test_sql_by_hand_counts_the_rows_it_touched(toys: str):
    three = "INSERT INTO shelf (name, count) VALUES ($1, $4), ($2, $4), ($3, $4)"
    assert await database.execute(three, ["a", "b", "c", 1]) == 3
    assert await database.execute("INSERT INTO shelf (name, count) VALUES ($1, 1) ON CONFLICT DO NOTHING", ["a"]) == 0
    assert await database.execute("UPDATE shelf SET count = count + $1 WHERE name <> $2", [5, "a"]) == 2
    assert await database.execute("DELETE FROM shelf WHERE count = $1", [7]) == 0
    [row] = await database.returning("UPDATE shelf SET count = 9 WHERE name = $1 RETURNING name, count", ["a"])
    assert dict(row) == {"name": "a", "count": 9}


async def test_reports_cannot_write_on_sqlite(tmp_path: Path):
    await open_toys(f"sqlite://{tmp_path / 'duesday.db'}")
    with pytest.raises(Exception, match="readonly"):
        await database.read("DELETE FROM shelf")
    await database.close()


async def test_times_in_any_zone_are_the_same_to_the_orm_and_to_sql_by_hand(toys: str):
    berlin = timezone(timedelta(hours=2))
    await Parcel.create(due_at=NOON.astimezone(berlin))
    await database.execute("INSERT INTO parcel (due_at, claims) VALUES ($1, 0)", [NOON.astimezone(berlin)])
    assert await Parcel.filter(due_at=NOON).count() == 2
    assert await Parcel.filter(due_at__lt=NOON + timedelta(microseconds=1)).count() == 2
    rows = await database.read("SELECT due_at FROM parcel WHERE due_at = $1", [NOON.astimezone(berlin)])
    assert [database.moment(row["due_at"]) for row in rows] == [NOON, NOON]


async def test_a_time_without_a_zone_is_refused_everywhere(toys: str):
    naive = NOON.replace(tzinfo=None)
    parcel = await Parcel.create(due_at=NOON)
    with pytest.raises(ValueError, match="no time zone"):
        await Parcel.create(due_at=naive)
    with pytest.raises(ValueError, match="no time zone"):
        await Parcel.filter(id=parcel.id).update(due_at=naive)
    with pytest.raises(ValueError, match="no time zone"):
        await Parcel.filter(due_at__lt=naive)
    with pytest.raises(ValueError, match="no time zone"):
        await database.read("SELECT 1 FROM parcel WHERE due_at < $1", [naive])
    parcel.due_at = naive
    with pytest.raises(ValueError, match="no time zone"):
        await parcel.save()


async def test_many_rows_at_once_are_all_there_or_none(toys: str):
    rows = [(None, NOON.astimezone(timezone(timedelta(hours=9))), number) for number in range(2_000)]
    with pytest.raises(IntegrityError):
        await database.insert_rows("parcel", ("shelf_id", "due_at", "claims"), [*rows, (1, NOON, 0)])
    assert await Parcel.all().count() == 0
    await database.insert_rows("parcel", ("shelf_id", "due_at", "claims"), iter(rows))
    assert await Parcel.filter(due_at=NOON).count() == 2_000
    with pytest.raises(ValueError, match="no time zone"):
        await database.insert_rows("parcel", ("due_at", "claims"), [(datetime(2026, 3, 2), 1)])  # noqa: DTZ001


async def test_a_snapshot_is_of_one_moment_and_holds_up_nobody(toys: str):
    await Shelf.create(name="first")
    async with database.snapshot():
        assert await names() == ["first"]
        await asyncio.create_task(database.execute("INSERT INTO shelf (name, count) VALUES ('second', 0)"))
        assert await names() == ["first"]
    assert await names() == ["first", "second"]
