"""One clock for a test and the processes it starts: in a file that the test moves and all of them read."""

import mmap
import struct
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from sandbox import MovableClock

CELL = struct.Struct("d")
BUSINESS, TICKED = 0, CELL.size
MOST_LIVES = 1_000


class SharedClock(MovableClock):
    """Real time, and the practice's before it. The last digits of the machine's moments are the number of the life that
    asked, so that a lease says whose it is."""

    def __init__(self, path: Path, *, life: int = 0) -> None:
        super().__init__()
        self.path, self._life, self._lives = path, life, count(1)
        if not path.exists():
            path.write_bytes(bytes(2 * CELL.size))
        with path.open("r+b") as file:
            self._cells = mmap.mmap(file.fileno(), 2 * CELL.size)

    @property
    def moved_by(self) -> float:
        """The practice's seconds before the real ones."""
        return self._read(BUSINESS)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.moved_by)

    def pulse(self) -> datetime:
        at = datetime.now(UTC)
        return at.replace(microsecond=at.microsecond // MOST_LIVES * MOST_LIVES + self._life)

    def number_of_a_life(self) -> int:
        number = next(self._lives)
        assert number < MOST_LIVES
        return number

    def note_ticked(self, began: datetime) -> None:
        """A process has done everything that was due at this moment."""
        self._write(TICKED, began.timestamp())

    def has_ticked_since(self, moment: datetime) -> bool:
        return self._read(TICKED) >= moment.timestamp()

    def _shift(self, by: timedelta) -> datetime:
        self._write(BUSINESS, self._read(BUSINESS) + by.total_seconds())
        return self.now()

    def _read(self, cell: int) -> float:
        (value,) = CELL.unpack_from(self._cells, cell)
        return float(value)

    def _write(self, cell: int, value: float) -> None:
        CELL.pack_into(self._cells, cell, value)
