"""How a choice that cannot be is said: a sentence for people, a place in the file for whoever reads it from one."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """One impossible choice. `near` are the names that would do; `beside` the other choices it was held against."""

    at: Path
    found: str
    allowed: str
    near: tuple[str, ...] = ()
    beside: tuple[Path, ...] = ()

    def __str__(self) -> str:
        return f"{dotted(self.at) or 'as a whole'}: found {self.found}; allowed: {self.allowed}"


class Impossible(ValueError):
    """Choices that cannot be, all of them at once."""

    def __init__(self, wrongs: tuple[Wrong, ...]) -> None:
        super().__init__("\n".join(map(str, wrongs)))
        self.wrongs = wrongs


def refuse(wrongs: Iterable[Wrong]) -> None:
    if found := tuple(wrongs):
        raise Impossible(found)


def dotted(path: Path) -> str:
    """`rule_sets.standard.steps[2].send[0]`"""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def quoted(value: object) -> str:
    """A value as it is shown in a mistake: short, in quotes, and printable whatever it is."""
    text = str(value).encode("utf-8", "backslashreplace").decode()
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'


def listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none: there are no others yet"


def blank(key: str, text: str) -> Iterator[Wrong]:
    if not text.strip():
        yield Wrong((key,), "nothing", "a few words")


def unlike(pattern: str, key: str, text: str | None, allowed: str) -> Iterator[Wrong]:
    if text is not None and not re.fullmatch(pattern, text):
        yield Wrong((key,), quoted(text), allowed)


def outside(key: str, number: int | None, least: int, most: int | None = None) -> Iterator[Wrong]:
    if number is not None and (number < least or (most is not None and number > most)):
        yield Wrong((key,), quoted(number), f"{least} or more" if most is None else f"{least} to {most}")


def twice(key: str, names: tuple[str, ...]) -> Iterator[Wrong]:
    for place, name in enumerate(names):
        if name in names[:place]:
            yield Wrong((key,), f"{quoted(name)} a second time", "each once")


def unknown(at: Path, name: str, group: str, known: Collection[str]) -> Iterator[Wrong]:
    if name not in known:
        yield Wrong(at, quoted(name), listed(known), near=tuple(known), beside=((group,),))


def no_zone(key: str, name: str) -> Iterator[Wrong]:
    # "EST" and its kin exist but never change to summer time: a practice that types one means a place.
    if not (name == "UTC" or ("/" in name and _exists(name))):
        places = tuple(sorted(zone for zone in available_timezones() if "/" in zone))
        yield Wrong((key,), quoted(name), "a place like America/New_York", near=places)


def _exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
