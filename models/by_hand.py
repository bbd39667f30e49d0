"""The ORM's rows by SQL that is put together once, for what runs in every verb: there the ORM's own builder takes
longer than the database. Whatever is asked for seldom, or in other words than these, is asked of the ORM."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any, TypeVar

from tortoise.models import Model

from models.database import dialect, execute, read

Row = TypeVar("Row", bound=Model)
SIGNS = {"": "=", "gt": ">"}

Shape = tuple[tuple[str, int], ...]
"""Conditions without their values: a column and among how many values it is, or none at all for “is null”."""


async def rows_of(table: type[Row], *, lock: bool = False, **which: Any) -> list[Row]:
    """The rows whose columns have these values (`status__in` one of them, `balance_cents__gt` more), in their order."""
    shape, args = _asked(table, which)
    found = await read(_select(table, shape, lock and dialect() == "postgres"), args)
    return [table._init_from_db(**row) for row in found]


async def row_of(table: type[Row], *, lock: bool = False, **which: Any) -> Row | None:
    found = await rows_of(table, lock=lock, **which)
    return found[0] if found else None


async def change_row(row: Model, changes: Mapping[str, Any], **still: Any) -> bool:
    """Write these columns of a row, unless one of the others is `still` no longer what it was."""
    table = type(row)
    shape, conditions = _asked(table, {"id": row.pk, **still})
    values = [table._meta.fields_map[column].to_db_value(value, row) for column, value in changes.items()]
    return bool(await execute(_update(table, tuple(changes), shape), [*values, *conditions]))


async def add_rows(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A few rows in one statement."""
    values = [value for row in rows for value in row]
    await execute(insertion(table, tuple(columns), len(rows)), values)


def _asked(table: type[Model], which: Mapping[str, Any]) -> tuple[Shape, list[Any]]:
    shape, args = [], []
    for name, value in which.items():
        column, _, several = name.partition("__")
        values = list(value) if several == "in" else [] if value is None else [value]
        field = table._meta.fields_map[column]
        args += [field.to_db_value(each, table) for each in values]
        shape.append((name, len(values)))
    return tuple(shape), args


@cache
def _select(table: type[Model], shape: Shape, lock: bool) -> str:
    end = " FOR NO KEY UPDATE" if lock else ""
    return f"SELECT * FROM {table._meta.db_table} WHERE {_conditions(shape, 0)} ORDER BY id{end}"  # noqa: S608


@cache
def _update(table: type[Model], columns: tuple[str, ...], shape: Shape) -> str:
    sets = ", ".join(f'"{column}" = ${place}' for place, column in enumerate(columns, 1))
    return f"UPDATE {table._meta.db_table} SET {sets} WHERE {_conditions(shape, len(columns))}"  # noqa: S608


@cache
def insertion(table: str, columns: tuple[str, ...], rows: int) -> str:
    places = count(1)
    each = ", ".join(f"({', '.join(f'${next(places)}' for _ in columns)})" for _ in range(rows))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {each}"  # noqa: S608


def _conditions(shape: Shape, taken: int) -> str:
    places = count(taken + 1)
    return " AND ".join(_condition(name, [f"${next(places)}" for _ in range(values)]) for name, values in shape)


def _condition(name: str, places: Sequence[str]) -> str:
    column, _, several = name.partition("__")
    if several == "in":
        return f"{column} IN ({', '.join(places) or 'NULL'})"
    return f"{column} {SIGNS[several]} {places[0]}" if places else f"{column} IS NULL"
