"""SQL's words and values on their way to a database: placeholders, times, several statements in one. No I/O here."""

import re
import sqlite3
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import accumulate
from types import NoneType
from typing import Any

NATIVE = frozenset((int, str, float, bytes, bool, NoneType))
"""What SQLite takes as it is."""


@lru_cache(maxsize=128)
def for_sqlite(sql: str) -> str:
    """SQLite's numbered placeholders are ?1, ?2, …"""
    return re.sub(r"\$(\d+)", r"?\1", sql)


@lru_cache(maxsize=512)
def together(statements: tuple[tuple[str, int], ...]) -> str:
    """One statement, with the places of each numbered on from those of the one before."""
    taken = accumulate((places for _, places in statements), initial=0)
    *before, last = (_moved(sql, by) for (sql, _), by in zip(statements, taken, strict=False))
    first = ", ".join(f"done_{number} AS ({sql})" for number, sql in enumerate(before))
    return f"WITH {first} {last}" if before else last


def _moved(sql: str, by: int) -> str:
    return re.sub(r"\$(\d+)", lambda place: f"${int(place[1]) + by}", sql)


def plain(args: Iterable[Any]) -> list[Any]:
    return [in_utc(arg) if isinstance(arg, datetime) else arg for arg in args]


def as_texts(args: Iterable[Any]) -> list[Any]:
    """As sqlite3's adapters write them, which it asks anew for every value of every row."""
    return [arg if type(arg) in NATIVE else _as_text(arg) for arg in args]


@lru_cache(1_000)
def _as_text(arg: Any) -> Any:
    if isinstance(arg, datetime):
        return in_utc(arg).isoformat(" ")
    return arg.isoformat() if isinstance(arg, date) else arg


def in_utc(value: datetime) -> datetime:
    """SQLite compares times as text, so they are written in one zone, as the ORM does."""
    if value.tzinfo is None:
        raise ValueError(f"{value} says no time zone: the database takes aware datetimes only")
    return value.astimezone(UTC)


def statements_in(sql: str) -> list[str]:
    """A script's statements, apart: sqlite3's own executescript would commit the transaction it is called in."""
    found, rest = [], ""
    for line in sql.splitlines(keepends=True):
        rest += line
        if sqlite3.complete_statement(rest):
            found.append(rest)
            rest = ""
    if any(line and not line.startswith("--") for line in rest.splitlines()):
        raise ValueError(f"the script ends inside a statement: {rest.strip()[:80]}")
    return found
