"""How many segments a text takes: GSM-7 at 160/153, anything else UCS-2 at 70/67."""

from collections.abc import Iterable

GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENDED = frozenset("\f^{}\\[~]|€")


def segments(body: str) -> int:
    if all(letter in GSM7 or letter in GSM7_EXTENDED for letter in body):
        return _count((2 if letter in GSM7_EXTENDED else 1 for letter in body), whole=160, part=153)
    return _count((len(letter.encode("utf-16-be")) // 2 for letter in body), whole=70, part=67)


def _count(sizes: Iterable[int], *, whole: int, part: int) -> int:
    """A character is never split between two segments."""
    units = list(sizes)
    if sum(units) <= whole:
        return 1
    parts, room = 1, part
    for size in units:
        if size > room:
            parts, room = parts + 1, part
        room -= size
    return parts
