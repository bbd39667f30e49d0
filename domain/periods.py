"""A stretch of days, as people ask for it: last month, september, 2026-09, this week, two dates."""

from calendar import month_name, monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.errors import invalid

MONTHS = {name.casefold(): number for number, name in enumerate(month_name) if name}


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both of them in it."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise invalid(f"{self.first} comes after {self.last}; a period begins with its first day.", "from")

    def __str__(self) -> str:
        if self.first == self.last:
            return f"{self.first:%B} {self.first.day}, {self.first.year}"
        return f"{_said(self.first)} to {_said(self.last)}"


def _said(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def month_of(day: date) -> Period:
    return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def month_to(day: date) -> Period:
    """The month so far: what is meant when nothing is said."""
    return Period(day.replace(day=1), day)


def period_in(words: Sequence[str], today: date) -> Period:
    """What was typed; nothing typed is this month so far."""
    typed = " ".join(words).casefold().strip()
    if not typed:
        return month_to(today)
    found = _named(typed, today) or _month(typed, today) or _dates(typed.replace(" to ", " ").split())
    if found is None:
        raise invalid(
            f"“{typed[:40]}” is no period. Try today, last week, september, 2026-09 or 2026-09-01 2026-09-15.",
            "from",
        )
    return found


def _named(typed: str, today: date) -> Period | None:
    monday = today - timedelta(days=today.weekday())
    named = {
        "today": Period(today, today),
        "yesterday": Period(today - timedelta(days=1), today - timedelta(days=1)),
        "this week": Period(monday, today),
        "last week": Period(monday - timedelta(days=7), monday - timedelta(days=1)),
        "this month": month_to(today),
        "last month": month_of(today.replace(day=1) - timedelta(days=1)),
        "this year": Period(today.replace(month=1, day=1), today),
        "last year": Period(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }
    return named.get(typed)


def _month(typed: str, today: date) -> Period | None:
    """`september` is the latest one that has begun; `2026-09` says its year."""
    words = typed.split()
    matching = {number for name, number in MONTHS.items() if len(words[0]) >= 3 and name.startswith(words[0])}
    if len(matching) == 1 and len(words) <= 2:
        [month] = matching
        if len(words) == 2 and not (words[1].isdigit() and len(words[1]) == 4):
            return None
        year = int(words[1]) if len(words) == 2 else today.year - (month > today.month)
        return month_of(date(year, month, 1))
    return _as_month(typed)


def _as_month(typed: str) -> Period | None:
    try:
        return month_of(date.fromisoformat(f"{typed}-01")) if len(typed) == len("2026-09") else None
    except ValueError:
        return None


def _dates(words: Sequence[str]) -> Period | None:
    try:
        days = [date.fromisoformat(word) for word in words]
    except ValueError:
        return None
    return Period(days[0], days[-1]) if 1 <= len(days) <= 2 else None
