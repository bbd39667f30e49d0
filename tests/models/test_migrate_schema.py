"""The house's own migrations: what they lead to is what the tables say, on both databases."""

from pathlib import Path

from models import database
from models.migrate import migrate, pending, write
from models.schema import schema_sql
from tests.models.shape import shape


async def test_the_migrations_lead_to_the_schema_that_the_tables_say(empty_database_url: str):
    tables = await schema_sql("sqlite" if empty_database_url.startswith("sqlite") else "postgres")
    await database.connect(empty_database_url)
    await migrate()
    by_steps = await shape()
    await empty()
    await database.script(tables)
    at_once = await shape()
    for what in at_once:
        assert by_steps[what] == at_once[what], f"the {what} differ: write a migration for what changed in models/"


async def empty() -> None:
    if database.dialect() == "postgres":
        await database.script("DROP SCHEMA public CASCADE; CREATE SCHEMA public;")
        return
    await database.execute("PRAGMA foreign_keys=OFF")
    for made in await database.read("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"):
        await database.execute(f"DROP TABLE {made['name']}")


async def test_nothing_is_pending_after_migrating_and_the_first_rows_are_there(empty_database_url: str):
    await database.connect(empty_database_url)
    assert await pending()
    await migrate()
    assert await pending() == []
    assert [dict(row) for row in await database.read("SELECT * FROM chain_head")] == [{"id": 1, "seq": 0, "hash": ""}]


def test_the_first_step_is_written_from_the_tables_for_both_databases(tmp_path: Path):
    assert [path.name for path in write("first", tmp_path)] == ["0001_first.sqlite.sql", "0001_first.postgres.sql"]
    assert "AUTOINCREMENT" in (tmp_path / "0001_first.sqlite.sql").read_text()
    assert "BIGSERIAL" in (tmp_path / "0001_first.postgres.sql").read_text()
