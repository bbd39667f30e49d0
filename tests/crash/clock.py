"""One clock for a test and the processes it starts: in a file that the test moves and all of them read."""

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox import MovableClock

CELL = struct.Struct("d")
BUSINESS, MACHINE, TICKED = 0, CELL.size, 2 * CELL.size
A_LEASE = timedelta(minutes=3)
"""Longer than any lease there is."""


class SharedClock(MovableClock):
    """Real time and two offsets: the practice's, and the machine's, so that a dead process's leases end at once."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        if not path.exists():
            path.write_bytes(bytes(3 * CELL.size))
        with path.open("r+b") as file:
            self._cells = mmap.mmap(file.fileno(), 3 * CELL.size)

    @property
    def moved_by(self) -> float:
        """The practice's seconds before the real ones."""
        return self._read(BUSINESS)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.moved_by)

    def pulse(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._read(MACHINE))

    def let_leases_end(self) -> None:
        self._write(MACHINE, self._read(MACHINE) + A_LEASE.total_seconds())

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
