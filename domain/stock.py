"""What bills take from the shelf, in thousandths like the quantities on them."""

from collections import Counter
from collections.abc import Iterable

STOCKED = ("material", "product")
"""Kinds of lines that take something from the shelf; a procedure of the same code doesn't."""


def taken(lines: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """By code, what lines (their kind, code and quantity) take."""
    codes: Counter[str] = Counter()
    for kind, code, thousandths in lines:
        if kind in STOCKED and code:
            codes[code] += thousandths
    return dict(codes)


def shown(thousandths: int) -> str:
    """As people say it: `2`, `1.5`."""
    sign, (whole, part) = "-" if thousandths < 0 else "", divmod(abs(thousandths), 1000)
    return f"{sign}{whole}" + (f".{part:03}".rstrip("0") if part else "")
