"""Every table's rows as plain values that both databases take: what a backup is made of. Files live elsewhere."""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from graphlib import TopologicalSorter
from typing import Any

import orjson
from tortoise import Tortoise, fields
from tortoise.fields.base import Field
from tortoise.models import Model

from models.database import day, dialect, execute, insert_rows, moment, read, returning
from models.database_url import APP
from models.extra_sql import EXTRA

ROWS_AT_ONCE = 2_000

Plain = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Form:
    """How a kind of column is written down, and how it is read again."""

    kind: type[Field[Any]]
    down: Plain
    back: Plain


FORMS = (
    Form(fields.DatetimeField, lambda value: moment(value).isoformat(), datetime.fromisoformat),
    Form(fields.DateField, lambda value: day(value).isoformat(), date.fromisoformat),
    Form(fields.BooleanField, bool, bool),
    Form(fields.BinaryField, lambda value: b64encode(value).decode(), b64decode),
    Form(fields.JSONField, orjson.loads, lambda value: orjson.dumps(value).decode()),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the models know it."""

    name: str
    key: str
    numbered: bool
    """Whether the database gives out its ids."""
    forms: dict[str, Form | None]
    """By column; none for what is the same everywhere."""

    async def count(self) -> int:
        return int((await read(f'SELECT COUNT(*) AS n FROM "{self.name}"'))[0]["n"])  # noqa: S608  # our own tables

    async def rows(self) -> AsyncIterator[list[Any]]:
        """All of them by their key, a page at a time."""
        columns = ", ".join(f'"{column}"' for column in self.forms)
        page = f'SELECT {columns} FROM "{self.name}" {{}} ORDER BY "{self.key}" LIMIT {ROWS_AT_ONCE}'  # noqa: S608
        found = await read(page.format(""))
        while found:
            for row in found:
                yield [_plain(row[column], form) for column, form in self.forms.items()]
            found = await read(page.format(f'WHERE "{self.key}" > $1'), [found[-1][self.key]])

    async def fill(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write rows that were read like this, by whichever database."""
        back = [form.back if (form := self.forms[column]) else None for column in columns]

        def values(row: Sequence[Any]) -> list[Any]:
            return [
                value if read_again is None or value is None else read_again(value)
                for value, read_again in zip(row, back, strict=True)
            ]

        await insert_rows(self.name, columns, map(values, rows))

    async def last_id(self) -> int | None:
        """The last that was given out, even if its row is gone: no other row shall ever have it."""
        sql = (
            "SELECT last_value AS n FROM pg_sequences"
            " WHERE format('%I.%I', schemaname, sequencename) = pg_get_serial_sequence($1, 'id')"
            if dialect() == "postgres"
            else "SELECT seq AS n FROM sqlite_sequence WHERE name = $1"
        )
        return next((row["n"] for row in await read(sql, [self.name])), None) if self.numbered else None

    async def go_on_after(self, last_id: int) -> None:
        if dialect() == "postgres":
            await read("SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", [self.name, last_id])
            return
        await execute("DELETE FROM sqlite_sequence WHERE name = $1", [self.name])
        await execute("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)", [self.name, last_id])


def _plain(value: Any, form: Form | None) -> Any:
    return value if form is None or value is None else form.down(value)


def tables() -> dict[str, Table]:
    """All of them by name, and none before those that its rows point to."""
    models = sorted(Tortoise.apps[APP].values(), key=lambda model: model._meta.db_table)
    order = TopologicalSorter({model: _points_to(model) for model in models})
    return {model._meta.db_table: _table(model) for model in order.static_order()}


def _points_to(model: type[Model]) -> list[type[Model]]:
    to = (model._meta.fields_map[name].related_model for name in sorted(model._meta.fk_fields))  # type: ignore[attr-defined]
    return [each for each in to if each is not model]


def _table(model: type[Model]) -> Table:
    meta = model._meta
    columns = {column: meta.fields_map[name] for name, column in meta.fields_db_projection.items()}
    forms = {column: next((f for f in FORMS if isinstance(field, f.kind)), None) for column, field in columns.items()}
    return Table(meta.db_table, meta.db_pk_column, bool(meta.pk.generated), forms)


async def holds_anything() -> bool:
    """Whether there is a row that a schema does not begin with."""
    first = " ".join(EXTRA.first_rows)
    for table in tables().values():
        if f" {table.name} " not in first and await table.count():
            return True
    return False


async def drop_everything() -> None:
    """Our tables and what keeps their rows; whatever else is there stays. On SQLite with foreign keys off."""
    ours = [*tables(), "migration"]
    if dialect() == "sqlite":
        for name in ours:
            await execute(f'DROP TABLE IF EXISTS "{name}"')
        return
    functions = await read(
        "SELECT DISTINCT tgfoid::regprocedure::text AS name FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE NOT tgisinternal AND relname = ANY($1) AND relnamespace = current_schema()::regnamespace",
        [ours],
    )
    await execute(f"DROP TABLE IF EXISTS {', '.join(map(_quoted, ours))} CASCADE")
    for function in functions:
        await execute(f"DROP FUNCTION {function['name']}")


@asynccontextmanager
async def triggers_off() -> AsyncIterator[None]:
    """For rows that were kept once already: what stands guard over new ones would refuse some of them."""
    if dialect() == "postgres":
        for name in tables():
            await execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        yield
        for name in tables():
            await execute(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')
        return
    triggers = await returning("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    for trigger in triggers:
        await execute(f'DROP TRIGGER "{trigger["name"]}"')
    yield
    for trigger in triggers:
        await execute(trigger["sql"])


def _quoted(name: str) -> str:
    return f'"{name}"'
