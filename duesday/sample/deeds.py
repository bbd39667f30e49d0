"""What a deed is, and the days on which deeds are done. What they do is said in `telling`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

OPENING, NOON, EVENING, CLOSING = time(8), time(12), time(17), time(18, 10)
TUESDAY, SATURDAY = 1, 5


@dataclass(frozen=True, slots=True)
class Deed:
    """What happened so many days ago, at that time of the clinic's day."""

    days_ago: int
    at: time
    what: str
    who: str
    """A patient by their id, a clinic by its place in app.yaml, or nobody."""
    said: tuple[str, ...] = ()


Deeds = Iterator[Deed]


def visit(days_ago: int, who: str, *codes: str) -> Deed:
    return Deed(days_ago, EVENING, "visits", who, codes)


def billed(days_ago: int, who: str, *codes: str) -> Deeds:
    """Seen, and the bill sent that evening."""
    yield visit(days_ago, who, *codes)
    yield Deed(days_ago, EVENING, "is billed", who)


def in_order(deed: Deed) -> tuple[int, time]:
    return -deed.days_ago, deed.at


def is_open(days_ago: int) -> bool:
    """Clinics are closed on weekends; today is a Tuesday."""
    return (TUESDAY - days_ago) % 7 < SATURDAY


def open_day(days_ago: int) -> int:
    """That day, or the next one on which somebody works."""
    while not is_open(days_ago):
        days_ago -= 1
    return max(days_ago, 1)
