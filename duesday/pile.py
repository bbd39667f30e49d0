"""Rows put by on disk and taken again in another order: those of one thing together, however a file has strewn them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from operator import itemgetter

import orjson

from duesday.csv_file import CsvRow

ROWS_AT_ONCE = 1_000


class Pile:
    """A private database without a name, which is gone when it is closed. It holds in memory only what is small."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect("")
        self._rows.execute("CREATE TABLE row (late INT, key TEXT, line INT, cells BLOB)")
        self._waiting: list[tuple[bool, str, int, bytes]] = []

    def __enter__(self) -> "Pile":
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()

    def add(self, row: CsvRow, key: str, *, late: bool = False) -> None:
        """`late` ones come after all others."""
        self._waiting.append((late, key, row.line, orjson.dumps(row.cells)))
        if len(self._waiting) == ROWS_AT_ONCE:
            self._put_by()

    def groups(self) -> Iterator[tuple[str, list[tuple[int, bytes]]]]:
        """The lines of one key at a time, each with its cells as JSON, in the order of their first."""
        self._put_by()
        self._rows.execute("CREATE INDEX by_key ON row (key, line)")
        in_order = """
            SELECT line, cells, first, row.late, row.key FROM row
              JOIN (SELECT key, MIN(line) AS first FROM row GROUP BY key) AS began ON began.key = row.key
             ORDER BY row.late, first, line
        """
        with closing(self._rows.execute(in_order)) as rows:
            for (key, *_), together in groupby(rows, key=itemgetter(4, 2, 3)):
                yield key, [(line, cells) for line, cells, *_ in together]

    def _put_by(self) -> None:
        self._rows.executemany("INSERT INTO row VALUES (?, ?, ?, ?)", self._waiting)
        self._waiting.clear()
