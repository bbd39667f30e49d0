"""The file of a backup: gzip of JSON lines, a head that says what is in it, every table's rows, and a sum over it all.

What the rows mean, and how they come out of one database and into another, is not known here.
"""

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import orjson

from domain.errors import Refusal

FORMAT = 1
QUICK = 3
"""Level 9 takes several times as long for a tenth less."""
GZIP, CHUNK = b"\x1f\x8b", 1 << 20
"""How a file of gzip's begins, and how much of it is looked at in one go."""
UNREADABLE = (EOFError, gzip.BadGzipFile, zlib.error, orjson.JSONDecodeError, KeyError, TypeError, StopIteration)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a backup says of itself in its first line."""

    format: int = FORMAT
    version: str
    made_at: str
    database: str
    schema: list[list[str]]
    """The steps that were applied, each with the hash of what it did."""
    chain: list[dict[str, Any]]
    """The last link of the events."""
    columns: dict[str, list[str]]
    """By table, in the order in which they follow."""
    rows: dict[str, int]
    last_ids: dict[str, int]

    @property
    def all_rows(self) -> int:
        return sum(self.rows.values())


class Writing:
    """A file on its way, for its owner's eyes only."""

    def __init__(self, file: IO[bytes]) -> None:
        self._gzip = gzip.GzipFile("", "wb", QUICK, file, mtime=0)
        self._sum = hashlib.sha256()

    def head(self, head: Head) -> None:
        self.line(asdict(head))

    def line(self, value: object) -> None:
        line = orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
        self._sum.update(line)
        self._gzip.write(line)

    def finish(self) -> None:
        self.line({"sha256": self._sum.hexdigest()})
        self._gzip.close()


@contextmanager
def writing(path: Path) -> Iterator[Writing]:
    """The file has its name only once it is whole, on the disk, and was read back. It never replaces another."""
    part = path.with_name(f"{path.name}.part")
    if path.exists():
        raise Refusal("file_exists", f"{path} is there already; a backup never replaces another. Name a new file.")
    try:
        part.unlink(missing_ok=True)  # of one that was killed
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            written = Writing(file)
            yield written
            written.finish()
            file.flush()
            os.fsync(file.fileno())
        BackupFile(part).check()
        os.link(part, path)
    except OSError as error:
        raise Refusal("not_written", f"{path} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


class BackupFile:
    """One that was written. Whatever is wrong with it is a refusal in a sentence."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with gzip.open(path) as lines:
                self.head = self._head(orjson.loads(next(lines)))
        except UNREADABLE as error:
            if torn := self._torn():
                raise self._damaged(torn) from error
            raise Refusal("no_backup", f"{path} is no backup of Duesday's.") from error

    def check(self) -> None:
        """Read all of it: the sum is right, and there is as much of everything as the head says."""
        summed, count, last = hashlib.sha256(), 0, b""
        try:
            with gzip.open(self.path) as lines:
                for line in lines:
                    summed.update(last)
                    count, last = count + 1, line
            told = orjson.loads(last)["sha256"]
        except UNREADABLE as error:
            raise self._damaged(self._torn() or "its end says nothing of the rest") from error
        if told != summed.hexdigest():
            raise self._damaged("it is not as it was written")
        if count != self.head.all_rows + 2:
            raise self._damaged(f"it holds {count - 2:,} rows, and its head says {self.head.all_rows:,}")

    def rows(self) -> Iterator[tuple[str, Iterator[list[Any]]]]:
        """Each table with its rows, which must be taken before the next table is."""
        with gzip.open(self.path) as lines:
            next(lines)
            for table, count in self.head.rows.items():
                yield table, map(orjson.loads, islice(lines, count))

    def _torn(self) -> str:
        """What keeps it from being unpacked; nothing, of what is whole or was never packed."""
        try:
            with gzip.open(self.path) as packed:
                while packed.read(CHUNK):
                    pass
        except EOFError:
            return "it ends before its end"
        except (gzip.BadGzipFile, zlib.error):
            return "it is not as it was written" if self._is_packed() else ""
        return ""

    def _is_packed(self) -> bool:
        with self.path.open("rb") as file:
            return file.read(len(GZIP)) == GZIP

    def _head(self, said: Any) -> Head:
        if said["format"] > FORMAT:
            raise Refusal(
                "newer_format", f"{self.path} was made by Duesday {said['version']}, which is newer than this."
            )
        return Head(**said)

    def _damaged(self, how: str) -> Refusal:
        return Refusal("damaged", f"{self.path} is damaged: {how}. Take another backup; nothing was changed.")
