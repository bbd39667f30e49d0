"""The world's clock: real time that tests and the demo may move forward. The machine's own pulse lives here too."""

from datetime import UTC, datetime, timedelta
from pathlib import Path


class MovableClock:
    """Real time plus an offset, or one frozen instant. With a `file`, the offset outlives the process."""

    def __init__(self, *, file: Path | None = None, frozen_at: datetime | None = None) -> None:
        self._file = file
        self._frozen = None if frozen_at is None else _aware(frozen_at)
        self._offset = timedelta(seconds=float(file.read_text())) if file and file.exists() else timedelta()

    def now(self) -> datetime:
        return self._frozen if self._frozen is not None else self.pulse() + self._offset

    def pulse(self) -> datetime:
        """The machine's real time, never moved: for leases and for the timestamps inside signatures."""
        return datetime.now(UTC)

    def forward(
        self, *, weeks: float = 0, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> datetime:
        return self._shift(timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds))

    def move_to(self, moment: datetime) -> datetime:
        return self._shift(_aware(moment) - self.now())

    def _shift(self, by: timedelta) -> datetime:
        if self._frozen is not None:
            self._frozen += by
        else:
            self._offset += by
            if self._file:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._file.write_text(str(self._offset.total_seconds()))
        return self.now()


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no timezone: say which one is meant")
    return moment.astimezone(UTC)
