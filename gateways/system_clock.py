"""The machine's clock: where the service reads the time. The sandbox's can be moved, this one cannot."""

from datetime import UTC, datetime


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def pulse(self) -> datetime:
        return datetime.now(UTC)
