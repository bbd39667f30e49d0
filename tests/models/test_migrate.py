"""Bringing a database up to the code: once, whole, by one process at a time, or refused in a sentence."""

import asyncio
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from models import database
from models.database_url import DatabaseFault
from models.extra_sql import ExtraSql
from models.migrate import LOCK, migrate, pending
from models.schema import schema_sql
from tests.models.shape import shape
from tests.models.toys import TABLES, Shelf
from tests.support.nursery import Elsewhere

SHELVES = "CREATE TABLE shelf (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);\n"
COUNTS = "ALTER TABLE shelf ADD COLUMN count INTEGER NOT NULL DEFAULT 7;\nCREATE INDEX by_count ON shelf (count);\n"
HALF = "CREATE TABLE box (id INTEGER PRIMARY KEY);\n-- and then\nINSERT INTO nowhere VALUES (1);\n"


@pytest.fixture
async def url(empty_database_url: str) -> str:
    await database.connect(empty_database_url, tables=TABLES)
    return empty_database_url


def steps(folder: Path, files: Mapping[str, str]) -> Path:
    for name, sql in files.items():
        for dialect in ("sqlite", "postgres"):
            (folder / f"{name}.{dialect}.sql").write_text(sql)
    return folder


async def test_each_step_is_applied_once_in_order_and_recorded(url: str, tmp_path: Path):
    folder = steps(tmp_path, {"0001_first": SHELVES})
    assert await pending(folder) == ["0001_first"]
    assert await migrate(folder) == ["0001_first"]
    assert await migrate(folder) == []
    steps(tmp_path, {"0002_count": COUNTS})
    assert await pending(folder) == ["0002_count"]
    assert await migrate(folder) == ["0002_count"]
    assert await pending(folder) == []
    rows = await database.read("SELECT number, name, length(sha256) AS size, applied_at FROM migration ORDER BY number")
    assert [(row["number"], row["name"], row["size"]) for row in rows] == [(1, "first", 64), (2, "count", 64)]
    assert all(row["applied_at"] for row in rows)


async def test_rows_that_are_there_live_through_a_step(url: str, tmp_path: Path):
    folder = steps(tmp_path, {"0001_first": SHELVES})
    await migrate(folder)
    await database.execute("INSERT INTO shelf (id, name) VALUES (1, 'a'), (2, 'b')")
    await migrate(steps(folder, {"0002_count": COUNTS}))
    rows = await database.read("SELECT id, name, count FROM shelf ORDER BY id")
    assert [tuple(row) for row in rows] == [(1, "a", 7), (2, "b", 7)]
    with pytest.raises(IntegrityError):
        await database.execute("INSERT INTO shelf (id, name) VALUES (3, 'a')")


async def test_a_step_that_fails_is_taken_back_whole_and_those_before_it_stay(url: str, tmp_path: Path):
    folder = steps(tmp_path, {"0001_first": SHELVES, "0002_half": HALF})
    with pytest.raises(OperationalError, match="nowhere"):
        await migrate(folder)
    assert await pending(folder) == ["0002_half"]
    assert {row["tab"] for row in (await shape())["columns"]} == {"shelf"}
    await migrate(steps(folder, {"0002_half": COUNTS}))
    assert await pending(folder) == []


async def test_a_file_that_was_changed_after_it_was_applied_is_refused(url: str, tmp_path: Path):
    folder = steps(tmp_path, {"0001_first": SHELVES})
    await migrate(folder)
    steps(folder, {"0001_first": SHELVES + "-- a thought\n", "0002_count": COUNTS})
    with pytest.raises(DatabaseFault, match=r"0001_first is not what was applied.*put the file back"):
        await migrate(folder)
    with pytest.raises(DatabaseFault, match="0001_first is not what was applied"):
        await pending(folder)
    assert "count" not in {row["name"] for row in (await shape())["columns"]}


async def test_a_database_newer_than_the_code_is_refused(url: str, tmp_path: Path):
    await migrate(steps(tmp_path, {"0001_first": SHELVES, "0002_count": COUNTS}))
    for path in tmp_path.glob("0002_*"):  # noqa: ASYNC240
        path.unlink()
    with pytest.raises(DatabaseFault, match="newer than this version of Duesday: it has 0002_count"):
        await migrate(tmp_path)


@pytest.mark.parametrize("names", [["0001_first", "0003_third"], ["0001_first", "0001_other"], ["0002_second"]])
async def test_steps_that_are_not_numbered_one_by_one_are_refused(url: str, tmp_path: Path, names: list[str]):
    with pytest.raises(DatabaseFault, match="missing or taken twice"):
        await migrate(steps(tmp_path, dict.fromkeys(names, SHELVES)))


async def test_a_file_that_is_named_otherwise_is_refused(url: str, tmp_path: Path):
    with pytest.raises(DatabaseFault, match=r"1_first.* is not named like"):
        await migrate(steps(tmp_path, {"1_first": SHELVES}))


async def migrates(line: Connection, url: str, folder: Path) -> None:
    await database.connect(url, tables=TABLES)
    line.send("ready")
    line.send(await migrate(folder))
    await database.close()


async def test_of_three_processes_at_once_one_applies_each_step(url: str, tmp_path: Path):
    names = [f"{number:04}_step" for number in range(1, 9)]
    steps(tmp_path, {name: f"CREATE TABLE box_{name} (id INTEGER);\n" for name in names})
    async with database.transaction():
        if database.dialect() == "postgres":
            await database.execute("SELECT pg_advisory_xact_lock($1)", [LOCK])
        started = [Elsewhere(migrates, url, tmp_path) for _ in range(3)]
        assert [process.says() for process in started] == ["ready"] * 3
        async with asyncio.timeout(10):
            while database.dialect() == "postgres" and await waiting() < 3:
                pass
    applied = [name for process in started for some in process.says_to_the_end() for name in some]
    assert [process.ended() for process in started] == [0, 0, 0]
    assert sorted(applied) == names


async def waiting() -> int:
    [row] = await database.read("SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    return int(row["n"])


# The schema that is made from the tables

TOYS = ExtraSql(
    append_only=("letter",),
    checks={"shelf": {"shelf_not_overfull": "count <= 9"}},
    indexes={"parcel_free": "parcel (due_at) WHERE claimed_until IS NULL"},
    first_rows=("INSERT INTO shelf (name, count) VALUES ('first', 1)",),
)
LETTER = "INSERT INTO letter (source, external_id, body, received_at) VALUES ('post', $1, $2, $3)"


@pytest.fixture
async def made(empty_database_url: str) -> str:
    sql = await schema_sql(
        "sqlite" if empty_database_url.startswith("sqlite") else "postgres", tables=TABLES, extra=TOYS
    )
    await database.connect(empty_database_url, tables=TABLES)
    await database.script(sql)
    return empty_database_url


async def test_checks_first_rows_and_partial_indexes_are_in_the_schema(made: str):
    assert (await Shelf.get(name="first")).count == 1
    with pytest.raises(IntegrityError):
        await Shelf.create(name="overfull", count=10)
    assert "claimed_until IS NULL" in str((await shape())["indexes"])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE letter SET body = $1",
        "DELETE FROM letter WHERE body <> $1",
        "INSERT INTO letter SELECT id, source, external_id, $1, received_at FROM letter WHERE true "
        "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
    ],
)
async def test_rows_of_an_append_only_table_are_never_changed_or_removed(made: str, change: str):
    await database.execute(LETTER, ["1", b"before", database.moment("2026-03-02T12:00:00+00:00")])
    with pytest.raises(IntegrityError, match="rows of letter are never changed or removed"):
        await database.execute(change, [b"after"])
    assert [bytes(row["body"]) for row in await database.read("SELECT body FROM letter")] == [b"before"]


async def test_neither_sqlites_replace_nor_postgres_truncate_gets_past_it(made: str):
    await database.execute(LETTER, ["1", b"before", database.moment("2026-03-02T12:00:00+00:00")])
    around = {
        "sqlite": "INSERT OR REPLACE INTO letter SELECT id, source, external_id, 'after', received_at FROM letter",
        "postgres": "TRUNCATE letter",
    }
    with pytest.raises(IntegrityError, match="rows of letter are never changed or removed"):
        await database.execute(around[database.dialect()])
    assert [bytes(row["body"]) for row in await database.read("SELECT body FROM letter")] == [b"before"]


async def test_the_schema_is_not_made_while_a_database_is_open(made: str):
    with pytest.raises(RuntimeError, match="before connecting"):
        await schema_sql("sqlite", tables=TABLES, extra=TOYS)


async def test_a_check_on_a_table_that_is_not_there_is_refused():
    with pytest.raises(LookupError, match="no table shelfe"):
        await schema_sql("sqlite", tables=TABLES, extra=ExtraSql(checks={"shelfe": {"a": "b"}}))
