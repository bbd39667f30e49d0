"""The whole schema as SQL, made from the tables and `extra_sql`. How a database came to it is told in migrations/."""

import re
from collections.abc import Mapping, Sequence

from tortoise.context import TortoiseContext
from tortoise.utils import get_schema_sql

from models import TABLES
from models.database import is_open
from models.database_url import ENGINES, Dialect, config
from models.extra_sql import EXTRA, ExtraSql

KEPT_SQLITE = """\
CREATE TRIGGER {table}_kept_from_{verb} BEFORE {verb} ON {table} BEGIN
    SELECT RAISE(ABORT, 'rows of {table} are never changed or removed');
END;"""

# One of the integrity errors, so that it reaches Python as the same exception as SQLite's.
KEPT_POSTGRES = """\
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;"""
KEPT_POSTGRES_TABLE = """\
CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"""


async def schema_sql(dialect: Dialect, *, tables: Sequence[str] = TABLES, extra: ExtraSql = EXTRA) -> str:
    """Everything an empty database needs. Asking for it binds the models to the dialect: do it before connecting."""
    if is_open():
        raise RuntimeError("make the schema before connecting: the models speak one dialect at a time")
    place = {"file_path": ":memory:"} if dialect == "sqlite" else {"database": "none"}
    async with TortoiseContext() as context:
        await context.init(config({"default": {"engine": ENGINES[dialect], "credentials": place}}, tables))
        sql = get_schema_sql(context.db(), safe=False)
    for table, checks in extra.checks.items():
        sql = _checked(sql, table, checks)
    indexes = [f"CREATE INDEX {name} ON {rows};" for name, rows in extra.indexes.items()]
    indexes += [f"CREATE UNIQUE INDEX {name} ON {rows};" for name, rows in extra.singles.items()]
    first = (f"{row};" for row in extra.first_rows)
    return "\n".join([sql, *indexes, *_kept(dialect, extra.append_only), *first]) + "\n"


def _checked(sql: str, table: str, checks: Mapping[str, str]) -> str:
    """Tables are made with their checks: SQLite cannot add one later."""
    constraints = "".join(f",\n    CONSTRAINT {name} CHECK ({rule})" for name, rule in checks.items())
    whole, found = re.subn(rf'(CREATE TABLE "{table}" \(\n.*?)(\n\))', rf"\1{constraints}\2", sql, flags=re.DOTALL)
    if found != 1:
        raise LookupError(f"there is no table {table} to check")
    return whole


def _kept(dialect: Dialect, tables: Sequence[str]) -> list[str]:
    if dialect == "sqlite":
        return [KEPT_SQLITE.format(table=table, verb=verb) for table in tables for verb in ("UPDATE", "DELETE")]
    return [KEPT_POSTGRES, *(KEPT_POSTGRES_TABLE.format(table=table) for table in tables)] if tables else []
