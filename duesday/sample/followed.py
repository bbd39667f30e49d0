"""Those of the crowd who are late as the morning comes: they are followed in Slack, and their cards are there."""

from collections.abc import Iterable
from random import Random

from duesday.sample.crowd import Household
from duesday.sample.deeds import Deeds, open_day
from duesday.sample.stories import DUE, does, large, sent

FOLLOWED_FOR = 68
"""Days for which what happens leads to texts, mails and cards. What came before stands in the books only."""

Steps = tuple[tuple[int, str, *tuple[str, ...]], ...]
LATE: tuple[tuple[int, Steps], ...] = (
    (104, ()),
    (93, ((38, "pays by check"),)),
    (82, ((20, "is dealt with", "collections"),)),
    (75, ((9, "pays by card", "half"), (30, "is dealt with", "write_off"))),
    (66, ((12, "pays by ach"),)),
    (57, ((4, "pays by card", "half"),)),
    (52, ((10, "goes on a plan", "6"), (11, "pays by check", "part"))),
    (46, ((8, "pays by card"),)),
)
"""At each clinic: how many days ago the bill was sent, and what was done how many days after it was late."""


def choose(chance: Random, homes: Iterable[Household]) -> tuple[Household, ...]:
    """Who can be texted; at each clinic as many as there are such stories."""
    chosen: list[Household] = []
    reached = [home for home in homes if home.members[0].phone and not home.insured]
    for place in range(3):
        chosen += chance.sample([home for home in reached if home.place == place], len(LATE))
    return tuple(chosen)


def followed(chance: Random, chosen: tuple[Household, ...]) -> Deeds:
    for number, home in enumerate(chosen):
        days_ago, steps = LATE[number % len(LATE)]
        day = open_day(days_ago - home.place)
        on_a_plan = any(what == "goes on a plan" for _, what, *_ in steps)
        yield from sent(chance, home, day, *(large(home) if on_a_plan else ()))
        for after, what, *said in steps:
            yield does(day - DUE - after, what, home, *said)
