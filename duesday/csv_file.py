"""CSV files as they come: with or without a BOM, by comma, semicolon or tab, with quoted newlines; one row at a time.

What the columns mean is not known here. A row that cannot be read is told with its line, like every other mistake.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

LONGEST_LINE = 1_000_000
SEPARATORS = ",;\t"
BOMS_OF_UTF16 = ("\udcff\udcfe", "\udcfe\udcff")
"""As bytes that are no UTF-8 are read here."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, in which line, and in which column if it is one cell."""

    line: int
    column: str | None
    sentence: str


class CsvRow(NamedTuple):
    """A tuple: there are as many as lines, and a dataclass takes three times as long to make."""

    line: int
    cells: dict[str, str]
    """Those that are not empty, trimmed, by column."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The names a file's head may have, and those it must have."""

    known: Sequence[str]
    needed: Sequence[str]


class Unreadable(Exception):
    """From here on nothing in the file can be trusted to be what it seems."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.mistake = Mistake(line, None, f"{sentence} Nothing from here on was read.")


class CsvFile:
    """An open file; how far it has been read is for whoever shows progress."""

    def __init__(self, path: Path) -> None:
        self.size = path.stat().st_size
        self._bytes: BinaryIO = path.open("rb")

    def __enter__(self) -> "CsvFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._bytes.close()

    @property
    def read(self) -> int:
        return self._bytes.tell()

    def rows(self, columns: Columns) -> Iterator[CsvRow | Mistake]:
        """Each row, or what is wrong with it; nothing more after a mistake that leaves the rest in doubt."""
        # A byte that is no UTF-8 comes through as a lone surrogate: its line is told, and the next one is read.
        with TextIOWrapper(self._bytes, "utf-8-sig", errors="surrogateescape", newline="") as text:
            lines = Lines(text)
            try:
                yield from _rows(lines, columns)
            except Unreadable as unreadable:
                yield unreadable.mistake
            except csv.Error as error:
                yield Unreadable(lines.began, _in_words(error)).mistake


class Lines:
    """A file's lines as text, counted, with the marks that a row needs: where it began, and whether it is UTF-8."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.count = 0
        self.began = 1
        self.spoilt = False

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST_LINE):
            self.count += 1
            if len(line) == LONGEST_LINE:
                raise Unreadable(self.count, f"The line has {LONGEST_LINE:,} characters or more. Is this a CSV file?")
            if not line.isascii():
                self._look_at(line)
            yield line

    def _look_at(self, line: str) -> None:
        if self.count == 1 and line.startswith(BOMS_OF_UTF16):
            raise Unreadable(1, "This is UTF-16. Save it as “CSV UTF-8”.")
        self.spoilt |= not _is_utf8(line)

    def begin_row(self) -> None:
        self.began, self.spoilt = self.count + 1, False


def _is_utf8(line: str) -> bool:
    return not any("\udc80" <= letter <= "\udcff" for letter in line)


def _rows(lines: Lines, columns: Columns) -> Iterator[CsvRow | Mistake]:
    rest = iter(lines)
    first = next((line for line in rest if line.strip()), None)
    if first is None:
        yield Mistake(1, None, "The file is empty.")
        return
    lines.began = lines.count
    reader = csv.reader(chain([first], rest), delimiter=_separator(first, columns), strict=True)
    head = [_name(cell) for cell in next(reader)]
    if wrong := list(_wrong_head(head, columns)):
        yield from (Mistake(lines.began, column, sentence) for column, sentence in wrong)
        return
    while True:
        lines.begin_row()
        cells = next(reader, None)
        if cells is None:
            return
        if lines.spoilt:
            yield Mistake(lines.began, None, "This is not UTF-8. Save the file as “CSV UTF-8”.")
        elif any(cells := [cell.strip() for cell in cells]):
            yield _row(head, cells, lines.began)


def _row(head: Sequence[str], cells: Sequence[str], line: int) -> CsvRow | Mistake:
    if len(cells) != len(head):
        return Mistake(line, None, f"The row has {len(cells)} fields, the head of the file has {len(head)}.")
    return CsvRow(line, {name: cell for name, cell in zip(head, cells, strict=True) if cell})


def _separator(first: str, columns: Columns) -> str:
    """The one by which most of the head is known; between several the one that parts it most."""

    def found(separator: str) -> tuple[int, int]:
        names = [_name(cell) for cell in next(csv.reader([first], delimiter=separator))]
        return sum(name in columns.known for name in names), len(names)

    return max(SEPARATORS, key=found)


def _name(cell: str) -> str:
    """“First Name” and first_name are one column."""
    return "_".join(cell.casefold().split())


def _wrong_head(head: Sequence[str], columns: Columns) -> Iterator[tuple[str | None, str]]:
    for name, times in Counter(head).items():
        if not name:
            yield None, "A column has no name."
        elif name not in columns.known:
            yield name[:60], f"There is no such column; there are {', '.join(columns.known)}."
        elif times > 1:
            yield name, "This column is there more than once."
    for name in columns.needed:
        if name not in head:
            yield name, "This column is missing."


def _in_words(error: csv.Error) -> str:
    match str(error):
        case said if said.startswith("field larger"):
            return f"A field has more than {csv.field_size_limit():,} characters. Is a closing quote missing?"
        case "unexpected end of data":
            return "A quote is opened here and never closed."
    return "After a closing quote there is more text. A quote inside of a quoted field is written twice."
