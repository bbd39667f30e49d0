"""How many segments a text costs: the phone networks' arithmetic, and no rule about how many are too many."""

from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
"""GSM-7's second table: an escape and a letter, two units that may not be torn apart."""


def is_gsm7(body: str) -> bool:
    return _BASIC.union(_EXTENDED).issuperset(body)


def segments(body: str) -> int:
    """One letter beyond GSM-7 turns the whole text to UCS-2, and more than halves what a segment holds."""
    if is_gsm7(body):
        return _filled([2 if letter in _EXTENDED else 1 for letter in body], whole=160, part=153)
    return _filled([len(letter.encode("utf-16-le")) // 2 for letter in body], whole=70, part=67)


def _filled(units: list[int], *, whole: int, part: int) -> int:
    """A text that fits goes out whole; else each part gives room to its header, and no letter is torn over two."""
    if sum(units) <= whole:
        return 1 if units else 0
    parts, room = 1, part
    for size in units:
        if size > room:
            parts, room = parts + 1, part
        room -= size
    return parts
