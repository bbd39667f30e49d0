"""How an office manager writes amounts, delays, times and days, read into the domain's units. No files here."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time

from domain import money
from domain.choices import quoted
from domain.errors import Refusal

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FLAGS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
_AMOUNT = re.compile(r"(?:[$€£]|[A-Z]{3} ?)?\d{1,3}(?:,\d{3})*(?:\.\d+)?|(?:[$€£]|[A-Z]{3} ?)?\d+(?:\.\d+)?")
_TIME = re.compile(r"(\d{1,2})(?::(\d\d))? ?(am|pm)?", re.IGNORECASE)
_SPAN = re.compile(r"(\d{1,4})(?: ?(day|week)s?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Misspelt(Exception):
    """These words are not one of those: what is allowed, and the names one of which was perhaps meant."""

    allowed: str
    near: tuple[str, ...] = ()


Spelling = Callable[[str], object]


def text(typed: str) -> str:
    try:
        typed.encode()
    except UnicodeEncodeError:
        raise Misspelt("whole letters; half of one (\\ud800 and its kin) cannot be sent") from None
    return typed.strip()


def flag(typed: str) -> bool:
    if typed.lower() not in _FLAGS:
        raise Misspelt("yes or no", ("yes", "no"))
    return _FLAGS[typed.lower()]


def count(typed: str) -> int:
    if not re.fullmatch(r"-?\d{1,9}", typed):
        raise Misspelt("a whole number like 3")
    return int(typed)


def one_of(names: tuple[str, ...]) -> Callable[[str], str]:
    def choice(typed: str) -> str:
        if typed not in names:
            raise Misspelt(", ".join(names), names)
        return typed

    return choice


def time_of_day(typed: str) -> time:
    wrong = Misspelt("a time like 9:00, 17:30 or 5:30 pm")
    said = _TIME.fullmatch(typed)
    if not said or not (said[2] or said[3]):
        raise wrong
    hour, minute, half = int(said[1]), int(said[2] or 0), (said[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise wrong
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        raise wrong
    return time(hour, minute)


def weekdays(typed: str) -> tuple[int, ...]:
    """`sat` or `mon-fri`; a range may go round the weekend."""
    ends = [end.strip().lower()[:3] for end in re.split(r"-|–", typed)]
    if len(ends) > 2 or any(end not in WEEKDAYS for end in ends):
        raise Misspelt("days like mon-sat, or a list of mon, tue, wed, thu, fri, sat, sun", WEEKDAYS)
    first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
    return tuple((first + step) % 7 for step in range((last - first) % 7 + 1))


def locations(typed: str) -> tuple[str, ...]:
    """`all`, which the domain says by naming none, or one location's name."""
    if not typed:
        raise Misspelt("all, or a list of locations")
    return () if typed == "all" else (typed,)


def days(typed: str) -> int:
    said = _SPAN.fullmatch(typed)
    if not said:
        raise Misspelt("a number of days like 3 days or 2 weeks")
    return int(said[1]) * (7 if (said[2] or "").lower() == "week" else 1)


def basis_points(typed: str) -> int:
    if not re.fullmatch(r"\d{1,3}(\.\d{1,2})? ?%", typed):
        raise Misspelt("a percentage like 1.5%, with two decimals at most")
    whole, _, part = typed.rstrip(" %").partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def amounts_in(currency: str) -> Callable[[str], int]:
    """Amounts like $15.00 in minor units. A comma is for thousands only: "15,00" must not become 1,500."""
    digits = money.minor_digits(currency)

    def amount(typed: str) -> int:
        example = money.plain(15 * 10**digits, currency)
        wrong = Misspelt(f"an amount like {example} ({currency} has {digits or 'no'} decimals)")
        code = typed[:3] if typed[:3].isalpha() else currency
        if not _AMOUNT.fullmatch(typed) or code != currency or len(typed.partition(".")[2]) > digits:
            raise wrong
        try:
            return money.parse(typed, currency)
        except Refusal:
            raise wrong from None

    return amount


def shown(typed: str) -> str:
    return quoted(typed) if typed else "nothing"
