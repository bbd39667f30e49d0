"""The year of the crowd: which household lives which stories, and all deeds in the order of time."""

from collections.abc import Iterable, Iterator
from random import Random

from duesday.sample.crowd import Household, crowd
from duesday.sample.deeds import Deed, in_order, open_day
from duesday.sample.followed import choose, followed
from duesday.sample.office import drawers, insurers, stock
from duesday.sample.rarities import RARITIES, Rarity
from duesday.sample.stories import ORDINARY, insured, late
from duesday.sample.wares import YEAR

SEED = 2
OFTEN = ((0, 3), (1, 17), (2, 30), (3, 30), (4, 20))
"""How often in the year a household is seen, with how many of a hundred."""
LASTS, APART = 125, 60
"""Days that no story outlasts, and days between two of them."""
LATELY, LATE_UNTIL = 11, 150
"""The crowd's last visits, and when its last bills were paid late: afterwards those who are late are followed."""


class Year:
    """Everything that is to happen, made at once from the seed."""

    def __init__(self, seed: int = SEED) -> None:
        chance = Random(seed)  # noqa: S311  # a made-up practice is to be the same every time
        self.homes = crowd(chance)
        self.followed = choose(chance, self.homes)
        self.deeds = tuple(sorted(self._deeds(chance), key=in_order))

    def _deeds(self, chance: Random) -> Iterator[Deed]:
        yield from stock()
        yield from drawers(chance)
        yield from insurers()
        yield from followed(chance, self.followed)
        others = [home for home in self.homes if home not in self.followed]
        yield from _insured(chance, [home for home in others if home.insured])
        yield from _uninsured(chance, iter([home for home in others if not home.insured]))


def _insured(chance: Random, homes: Iterable[Household]) -> Iterator[Deed]:
    for home in homes:
        for day in _days(chance, LATELY, YEAR - 5):
            yield from insured(chance, home, day)


def _uninsured(chance: Random, homes: Iterator[Household]) -> Iterator[Deed]:
    for rarity in RARITIES.values():
        for _, home in zip(range(rarity.homes), homes, strict=False):
            yield from _rare(chance, home, rarity)
    for home in homes:
        yield from _ordinary(chance, home, LATELY, YEAR - 5)


def _rare(chance: Random, home: Household, rarity: Rarity) -> Iterator[Deed]:
    """What is rare, and ordinary days before or after it."""
    day = open_day(chance.randrange(*rarity.begins))
    yield from rarity.story(chance, home, day)
    if rarity.over:
        yield from _ordinary(chance, home, LATELY, day - LASTS)
    elif day < APART:
        yield from _ordinary(chance, home, day + LASTS, YEAR - 5)


def _ordinary(chance: Random, home: Household, last: int, first: int) -> Iterator[Deed]:
    stories, shares = zip(*ORDINARY, strict=True)
    for day in _days(chance, last, first):
        if day > LATE_UNTIL and chance.random() < 0.15:
            yield from late(chance, home, day)
        else:
            [story] = chance.choices(stories, shares)
            yield from story(chance, home, day)


def _days(chance: Random, last: int, first: int) -> list[int]:
    """Days on which a household is seen, far enough apart to pay in between."""
    [often] = chance.choices([many for many, _ in OFTEN], [share for _, share in OFTEN])
    days: list[int] = []
    for day in sorted((chance.randrange(last, first) for _ in range(often if first > last else 0)), reverse=True):
        if not days or days[-1] - day > APART:
            days.append(open_day(day))
    return days
