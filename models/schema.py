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

SEALED = "SELECT status FROM invoice WHERE id = OLD.invoice_id"
SEALED_SQLITE = """\
CREATE TRIGGER {table}_sealed_from_{verb} BEFORE {verb} {of} ON {table} WHEN ({sealed}) <> 'draft' BEGIN
    SELECT RAISE(ABORT, 'rows of {table} are never changed once their invoice is sent');
END;"""
SENT_SQLITE = """\
CREATE TRIGGER invoice_sealed_from_DELETE BEFORE DELETE ON invoice WHEN OLD.status <> 'draft' BEGIN
    SELECT RAISE(ABORT, 'an invoice is never removed once it is sent');
END;"""

SEALED_POSTGRES = f"""\
CREATE FUNCTION refuse_once_sent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ({SEALED}) <> 'draft' THEN
        RAISE EXCEPTION 'rows of % are never changed once their invoice is sent', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;"""
SEALED_POSTGRES_TABLE = """\
CREATE TRIGGER {table}_sealed BEFORE UPDATE OF {columns} OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_once_sent();"""
NEVER_EMPTIED_POSTGRES = """\
CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"""
SENT_POSTGRES = """\
CREATE TRIGGER invoice_sealed BEFORE DELETE ON invoice
    FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION refuse_change();"""


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
    triggers = [*_kept(dialect, extra.append_only), *_sealed(dialect, extra.sealed)]
    return "\n".join([sql, *indexes, *triggers, *first]) + "\n"


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


def _sealed(dialect: Dialect, tables: Mapping[str, str]) -> list[str]:
    if not tables:
        return []
    if dialect == "postgres":
        rows = [SEALED_POSTGRES_TABLE.format(table=table, columns=columns) for table, columns in tables.items()]
        whole = [NEVER_EMPTIED_POSTGRES.format(table=table) for table in ("invoice", "payment", *tables)]
        return [SEALED_POSTGRES, *rows, SENT_POSTGRES, *whole]
    verbs = [
        (table, verb) for table, columns in tables.items() for verb in (("UPDATE", f"OF {columns}"), ("DELETE", ""))
    ]
    return [SENT_SQLITE, *(SEALED_SQLITE.format(table=t, verb=v, of=of, sealed=SEALED) for t, (v, of) in verbs)]
