"""The ORM's rows by SQL that is put together once, for what runs in every verb: there the ORM's own builder takes
longer than the database. Whatever is asked for seldom, or in other words than these, is asked of the ORM."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import count
from typing import Any, TypeVar

from tortoise.fields import DateField, Field
from tortoise.models import Model

from models.database import Row as Given
from models.database import Statement, day, dialect, execute, moment, read_last, returning
from models.database_url import Dialect
from models.fields import Moment

Row = TypeVar("Row", bound=Model)
SIGNS = {"": "=", "not": "<>", "gt": ">", "gte": ">=", "lte": "<="}
TEXTS = 1_000
"""So many statements are remembered of those whose words go by how many values are asked for."""
ROWS_AT_ONCE = 50
"""So many are added by one statement: few statements then serve all numbers of rows."""

Shape = tuple[tuple[str, int], ...]
"""Conditions without their values: a column and among how many values it is, or none at all for “is null”."""


async def rows_of(table: type[Row], *, lock: bool = False, **which: Any) -> list[Row]:
    """The rows whose columns have these values (`status__in` one of them, `balance_cents__gt` more, `charge_id__not`
    another), in their order."""
    shape, args = _asked(table, which)
    return await rows_where(table, _conditions(shape, 0), args, lock=lock)


async def rows_where(table: type[Row], conditions: str, args: Sequence[Any], *, lock: bool = False) -> list[Row]:
    """The same by conditions in SQL."""
    return await rows_by(table, _select(table, conditions, lock and dialect() == "postgres"), args)


async def rows_by(table: type[Row], sql: str, args: Sequence[Any]) -> list[Row]:
    """The rows of a whole SELECT, which has all of the table's columns."""
    return _made(table, await read_last(sql, args))


async def row_of(table: type[Row], *, lock: bool = False, **which: Any) -> Row | None:
    found = await rows_of(table, lock=lock, **which)
    return found[0] if found else None


async def change_row(row: Model, changes: Mapping[str, Any], **still: Any) -> bool:
    """Write these columns of a row, unless one of the others is `still` no longer what it was."""
    return bool(await change_rows(type(row), changes, id=row.pk, **still))


async def change_rows(table: type[Model], changes: Mapping[str, Any], **which: Any) -> int:
    """Write these columns of all rows that `rows_of` would find; how many there were."""
    shape, conditions = _asked(table, which)
    values = [table._meta.fields_map[column].to_db_value(value, table) for column, value in changes.items()]
    return await execute(_update(table, tuple(changes), shape), [*values, *conditions])


async def keep_row(row: Model, *columns: str) -> None:
    """Write these columns of a row as they have been set on it."""
    await change_row(row, {column: getattr(row, column) for column in columns})


async def add_row(table: type[Row], **columns: Any) -> Row:
    """One more row, as it now stands: a column that isn't named has its model's default."""
    values = [table._meta.fields_map[column].to_db_value(value, table) for column, value in columns.items()]
    sql, more = _addition(table, tuple(columns))
    [row] = _made(table, await returning(sql, [*values, *more]))
    return row


async def add_rows(rows: Iterable[Row]) -> list[Row]:
    """Rows of one table that have been made and are not yet written; from now on they have their ids."""
    new = list(rows)
    for start in range(0, len(new), ROWS_AT_ONCE):
        some = new[start : start + ROWS_AT_ONCE]
        table = type(some[0])
        columns = _written(table)
        sql, args = insertion(table._meta.db_table, list(columns), [_values(row, columns) for row in some])
        ids = await returning(f"{sql} RETURNING id", args)
        for row, number in zip(some, sorted(row["id"] for row in ids), strict=True):
            row.pk, row._saved_in_db = number, True
    return new


def insertion(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Statement:
    """A few rows in one statement."""
    return _insertion(table, tuple(columns), len(rows)), [value for row in rows for value in row]


def _made(table: type[Row], rows: Sequence[Given]) -> list[Row]:
    """As the ORM makes them, only that no value is touched which is right as the driver gives it."""
    columns, readings = [*rows[0].keys()] if rows else [], _readings(table, dialect())
    made = []
    for row in rows:
        new = table.__new__(table)
        said = new.__dict__
        said.update(_partial=False, _saved_in_db=True, _custom_generated_pk=False, _await_when_save={})
        said.update(zip(columns, row, strict=True))
        for column, read_as in readings:
            if said[column] is not None:
                said[column] = read_as(said[column])
        made.append(new)
    return made


@cache
def _written(table: type[Model]) -> dict[str, Field[Any]]:
    """The columns that a new row brings with it."""
    fields = table._meta.fields_map
    return {name: fields[name] for name in table._meta.db_fields if not fields[name].generated}


def _values(row: Model, columns: Mapping[str, Field[Any]]) -> list[Any]:
    return [field.to_db_value(getattr(row, name), row) for name, field in columns.items()]


@cache
def _readings(table: type[Model], of: Dialect) -> list[tuple[str, Callable[[Any], Any]]]:
    """The columns that drivers give otherwise than models have them. SQLite's dates the ORM would read by iso8601, at
    fifty times the cost; PostgreSQL's dates and times are right."""
    kinds = {Moment: moment, DateField: day}
    found: list[tuple[str, Callable[[Any], Any]]] = [
        (column, field.field_type) for column, _, field in table._meta.db_default_fields
    ]
    for column, _, field in table._meta.db_complex_fields:
        known = kinds.get(type(field))
        if not (known and of == "postgres"):
            found.append((column, known or field.to_python_value))
    return found


def _asked(table: type[Model], which: Mapping[str, Any]) -> tuple[Shape, list[Any]]:
    shape, args = [], []
    for name, value in which.items():
        column, _, several = name.partition("__")
        values = list(value) if several == "in" else [] if value is None else [value]
        field = table._meta.fields_map[column]
        args += [field.to_db_value(each, table) for each in values]
        shape.append((name, len(values)))
    return tuple(shape), args


@lru_cache(maxsize=TEXTS)
def _select(table: type[Model], conditions: str, lock: bool) -> str:
    end = " FOR NO KEY UPDATE" if lock else ""
    return f"SELECT * FROM {table._meta.db_table} WHERE {conditions} ORDER BY id{end}"  # noqa: S608


@lru_cache(maxsize=TEXTS)
def _update(table: type[Model], columns: tuple[str, ...], shape: Shape) -> str:
    sets = ", ".join(f'"{column}" = ${place}' for place, column in enumerate(columns, 1))
    return f"UPDATE {table._meta.db_table} SET {sets} WHERE {_conditions(shape, len(columns))}"  # noqa: S608


@cache
def _addition(table: type[Model], columns: tuple[str, ...]) -> tuple[str, list[Any]]:
    """The statement, and the values of the columns that have their defaults."""
    more = {name: field for name, field in _written(table).items() if name not in columns}
    sql = _insertion(table._meta.db_table, (*columns, *more), 1)
    return f"{sql} RETURNING *", [field.to_db_value(field.default, table) for field in more.values()]


@cache
def _insertion(table: str, columns: tuple[str, ...], rows: int) -> str:
    places = count(1)
    each = ", ".join(f"({', '.join(f'${next(places)}' for _ in columns)})" for _ in range(rows))
    names = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO {table} ({names}) VALUES {each}"  # noqa: S608


@lru_cache(maxsize=TEXTS)
def _conditions(shape: Shape, taken: int) -> str:
    places = count(taken + 1)
    return " AND ".join(_condition(name, [f"${next(places)}" for _ in range(values)]) for name, values in shape)


def _condition(name: str, places: Sequence[str]) -> str:
    column, _, several = name.partition("__")
    if several == "in":
        return f"{column} IN ({', '.join(places) or 'NULL'})"
    if not places:
        return f"{column} IS {'NOT ' if several == 'not' else ''}NULL"
    return f"{column} {SIGNS[several]} {places[0]}"
