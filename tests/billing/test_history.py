"""Random histories of every verb there is: after each step the books, their copies and the copybook say one thing.

DUESDAY_HISTORIES says how many on SQLite (an eighth as many on PostgreSQL); DUESDAY_HISTORY_SEED begins at another one.
A history that fails says its seed and its steps: the laws are asked after each, so no shorter beginning fails.
"""

import os
import random

import pytest

from domain.errors import Refusal
from tests.billing.clinic import Clinic, everything
from tests.billing.histories import care, chasing, laws
from tests.billing.histories.table import VERBS
from tests.billing.histories.town import Town
from tests.support.trials import size

MANY = size("HISTORIES", quick=4, whole=8)
FIRST = int(os.environ.get("DUESDAY_HISTORY_SEED", "0"))
STEPS = 50
DARING = 0.15
SEEDS = range(FIRST, FIRST + MANY)


def temper(chance: random.Random) -> list[int]:
    """Each history does some things often and others never: so it comes to what only a few things together lead to."""
    return [verb.weight * chance.choice((1, 1, 4) if verb.weight >= 8 else (0, 1, 6)) for verb in VERBS]


async def some_are_late(town: Town) -> None:
    for deed in (care.visit, care.visit, care.visit, care.draft, care.send, care.send, care.send):
        await deed(town)
    town.clinic.forward(days=31)
    await chasing.days_pass(town)
    await town.follows()


async def step(town: Town, likely: list[int]) -> str | None:
    [verb] = town.chance.choices(VERBS, likely)
    town.daring = town.chance.random() < DARING
    before = await everything() if town.daring else None
    try:
        return await verb.do(town)
    except Refusal as refusal:
        if before is None:
            raise
        assert await everything() == before, f"refused, and yet changed something: {verb.do.__name__}"
        return f"refused ({verb.do.__name__}): {refusal.sentence}"


@pytest.mark.parametrize(
    ("database_url", "seed"),
    [*(("sqlite", n) for n in SEEDS), *(pytest.param("postgres", n, marks=pytest.mark.postgres) for n in SEEDS[::8])],
    indirect=["database_url"],
)
async def test_whatever_is_done_to_the_books_they_say_one_thing(clinic: Clinic, seed: int) -> None:
    town = Town(clinic, random.Random(seed))
    await town.begin()
    await some_are_late(town)
    likely, said = temper(town.chance), list[str]()
    try:
        while len(said) < STEPS:
            if done := await step(town, likely):
                said.append(f"{town.now:%m-%d %H:%M} {done}")
                await town.follows()
                await laws.hold(town)
                await town.passes()
        await laws.hold_in_the_end(town)
    except Exception as error:
        error.add_note("\n".join([f"DUESDAY_HISTORY_SEED={seed} DUESDAY_HISTORIES=1", *said]))
        raise
