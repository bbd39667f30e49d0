"""All the other patients: households from the seed, with whoever in them pays."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from random import Random

from billing.patients import PatientRecord
from duesday.sample.names import NAMES
from duesday.sample.people import DOWNTOWN, LAKESIDE, NORTHSIDE, mail, someone
from duesday.sample.wares import STAFF_LIST

PATIENTS = 382
SIZES = (1, 1, 1, 1, 2, 2, 3, 4)
SHARES = {DOWNTOWN: 45, NORTHSIDE: 32, LAKESIDE: 23}
"""How many of a hundred households go where."""
AREAS = {DOWNTOWN: ("513", "614"), NORTHSIDE: ("740", "419"), LAKESIDE: ("773", "708")}


@dataclass(frozen=True, slots=True)
class Household:
    """Who pays, and everybody they pay for: themselves first."""

    members: tuple[PatientRecord, ...]

    @property
    def payer(self) -> str:
        return self.members[0].external_id

    @property
    def place(self) -> int:
        return int(self.members[0].location)

    @property
    def insured(self) -> bool:
        return self.members[0].bill_to != "client"


def crowd(chance: Random) -> tuple[Household, ...]:
    households: list[Household] = []
    numbers, phones = count(1001), {place: _numbers(place) for place in AREAS}
    while sum(len(each.members) for each in households) < PATIENTS:
        households.append(_household(chance, numbers, phones))
    return tuple(households)


def _household(chance: Random, numbers: Iterator[int], phones: dict[int, Iterator[str]]) -> Household:
    [tongue] = chance.choices(tuple(NAMES), [share for share, _, _ in NAMES.values()])
    [place] = chance.choices(tuple(SHARES), tuple(SHARES.values()))
    [bill_to] = chance.choices(("client", "insurance", "hybrid"), (86, 8, 6))
    _, given, families = NAMES[tongue]
    family, size = chance.choice(families), chance.choice(SIZES)
    same = {"bill_to": bill_to, "price_list": STAFF_LIST if chance.random() < 0.02 else None}
    payer, *others = (
        someone(f"p{next(numbers)}", first, family, place, **same)
        for first in chance.sample(given, min(size, len(given)))
    )
    payer = replace(
        payer,
        phone=next(phones[place]) if chance.random() < 0.93 else None,
        email=mail(payer.external_id) if chance.random() < 0.6 else None,
        locale="es_US" if tongue == "Spanish" and chance.random() < 0.5 else "en_US",
    )
    return Household((payer, *(replace(each, guarantor=payer.external_id) for each in others)))


def _numbers(place: int) -> Iterator[str]:
    """Numbers that are given to nobody; the sandbox makes those with a 3 in their row fail."""
    for area in AREAS[place]:
        yield from (f"+1{area}55501{last:02}" for last in range(100) if last // 10 != 3)
