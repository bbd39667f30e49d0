"""Card numbers in what people write: found and taken out before anything is kept. Who writes what is not known here."""

import re
from collections.abc import Iterator

REMOVED = "[card number removed]"
SHORTEST, LONGEST = 13, 19

_RUN = re.compile(r"\d(?:[ \u00a0\u202f.\-\u2010-\u2015]{0,3}\d)*")
"""Digits as people type them: in groups, with spaces, dots or dashes between."""
_GROUP = re.compile(r"\d+")


def redact_card_numbers(text: str) -> str:
    """The text without anything that is a card number by its length and check digit, alone or amid other figures."""
    return _RUN.sub(lambda run: _redacted(run[0]), text)


def _redacted(run: str) -> str:
    kept, end = [], 0
    for start, stop in _cards(run):
        kept += [run[end:start], REMOVED]
        end = stop
    return "".join([*kept, run[end:]])


def _cards(run: str) -> Iterator[tuple[int, int]]:
    """From left to right, the longest first. A card ends where a group ends: the expiry date may follow it at once."""
    groups = [(group.start(), group.end()) for group in _GROUP.finditer(run)]
    first = 0
    while first < len(groups):
        longest = min(first + LONGEST, len(groups))
        past = next((past for past in range(longest, first, -1) if _passes(_digits(run, groups[first:past]))), None)
        if past is not None:
            yield groups[first][0], groups[past - 1][1]
        elif span := _run_together(run, *groups[first]):
            yield span
        first = past or first + 1


def _digits(run: str, groups: list[tuple[int, int]]) -> str:
    return "".join(run[start:stop] for start, stop in groups)


def _run_together(run: str, start: int, stop: int) -> tuple[int, int] | None:
    """A card typed in one with what follows it (expiry, security code): too long to be anything but several figures."""
    if stop - start <= LONGEST:
        return None
    spans = ((at, at + length) for at in range(start, stop) for length in range(LONGEST, SHORTEST - 1, -1))
    return next((span for span in spans if span[1] <= stop and _passes(run[slice(*span)])), None)


def _passes(digits: str) -> bool:
    """The check digit every card carries (Luhn)."""
    if not SHORTEST <= len(digits) <= LONGEST:
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(figure - 9 if figure > 9 else figure for figure in doubled) % 10 == 0
