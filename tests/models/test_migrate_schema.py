"""The house's own migrations: what they lead to is what the tables say, on both databases."""

from models import database
from models.migrate import migrate, pending
from models.schema import schema_sql
from tests.models.shape import Shape, shape


async def migrated(url: str) -> Shape:
    await database.connect(url)
    await migrate()
    found = await shape()
    await database.close()
    return found


async def made_from_tables(url: str) -> Shape:
    sql = await schema_sql("sqlite" if url.startswith("sqlite") else "postgres")
    await database.connect(url)
    await database.script(sql)
    found = await shape()
    await database.close()
    return found


async def test_the_migrations_lead_to_the_schema_that_the_tables_say(
    empty_database_url: str, second_empty_database_url: str
):
    by_steps, at_once = await migrated(empty_database_url), await made_from_tables(second_empty_database_url)
    assert by_steps.keys() == at_once.keys()
    for what in at_once:
        assert by_steps[what] == at_once[what], f"the {what} differ: write a migration for what changed in models/"


async def test_nothing_is_pending_after_migrating(empty_database_url: str):
    await database.connect(empty_database_url)
    assert await pending()
    await migrate()
    assert await pending() == []
