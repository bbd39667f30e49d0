"""SIGKILL at any line of the house, on both databases: afterwards everything is as if nobody had died.

DUESDAY_CRASH_TRIALS says how many trials for each database; DUESDAY_CRASH_SEED tries the same ones again.
"""

import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.crash.laws import difference
from tests.crash.lines import Death, Place
from tests.crash.trials import Billed, Ending, end_of_a_day

TRIALS = int(os.environ.get("DUESDAY_CRASH_TRIALS", "6"))
SEED = os.environ.get("DUESDAY_CRASH_SEED", "1")


def some_deaths(chance: Random, lines: Counter[Place]) -> list[Death]:
    """Any line is as likely as any other, however often it is executed; every third day has several deaths."""
    deaths = []
    for life in range(chance.choice((1, 1, 1, 1, 2, 3))):
        place = chance.choice(sorted(lines))
        deaths.append(Death(*place, chance.randint(1, max(1, lines[place] >> life))))
    return deaths


def test_an_undisturbed_day_comes_out_as_it_should(undisturbed: Ending):
    assert undisturbed.broken == []
    assert undisturbed.picture == {}


@pytest.mark.parametrize("trial", range(TRIALS))
async def test_whoever_dies_at_any_line_has_done_everything_once(
    trial: int, billed: Billed, billed_url: str, undisturbed: Ending, tmp_path: Path
):
    chance, ending = Random(f"{SEED} {billed.kind} {trial}"), Ending()
    deaths = some_deaths(chance, undisturbed.lines)
    print(f"DUESDAY_CRASH_SEED={SEED}, trial {trial}:", *deaths, sep="\n  ")
    await end_of_a_day(billed_url, billed, tmp_path, ending, deaths=deaths, chance=chance)
    print("met", len(ending.met))
    assert ending.broken == []
    assert ending.picture == undisturbed.picture, "\n".join(difference(ending.picture, undisturbed.picture))
