"""How often one caller may come: token buckets, in memory, and never more of them than fit."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Buckets:
    """Each name may come `burst` times at once, and then `per_second` times a second."""

    burst: int
    per_second: float
    most: int = 10_000
    _left: OrderedDict[str, tuple[float, datetime]] = field(default_factory=OrderedDict)

    def take(self, name: str, now: datetime) -> float:
        """Zero if the name may come now; otherwise in how many seconds it may."""
        left, at = self._left.pop(name, (float(self.burst), now))
        left = min(self.burst, left + max(0.0, (now - at).total_seconds()) * self.per_second)
        allowed = left >= 1
        self._left[name] = (left - 1 if allowed else left, now)
        if len(self._left) > self.most:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self.per_second

    def __len__(self) -> int:
        return len(self._left)
