"""SIGKILL at any line of the house, on both databases: afterwards everything is as if nobody had died.

DUESDAY_CRASH_TRIALS says how many trials for each database; DUESDAY_CRASH_SEED tries the same ones again.
"""

import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest

import outreach.papers
from gateways import xhtml2pdf_printer
from tests.crash.laws import difference
from tests.crash.lines import Death, Place
from tests.crash.trials import Billed, Ending, end_of_a_day
from tests.support.trials import size

TRIALS = size("CRASH_TRIALS", quick=2, whole=4)
SEED = os.environ.get("DUESDAY_CRASH_SEED", "1")

NO_TEXTS = "The number is a landline or a carrier without texts. Ask the patient for another number, or use email."
SAID = {
    **{f"INV-100{n} is overdue and was taken into the sequence": 1 for n in range(1, 6)},
    "Paused by Dana Biller": 1,
    "Resumed by Dana Biller": 1,
    "Written off ($140.00): Hardship by Dana Biller": 1,
    "Reminder by mail sent": 3,
    "Reminder by text delivered": 3,
    f"Reminder by text failed: {NO_TEXTS}": 1,
    f"Failed: {NO_TEXTS}": 1,
    "The patient asks for a payment plan; the sequence waits": 1,
    "Replied to the patient by Dana Biller": 1,
    "Reply by text delivered": 1,
    "$140.00 was paid on INV-1001; $0.00 is left": 1,
    "$40.00 of a payment was taken back; $0.00 stays open on INV-1001": 1,
    "Paid": 1,
}

PRINTING = {xhtml2pdf_printer.__file__, outreach.papers.__file__}
"""Whoever is to die of printing prints for himself."""


def some_deaths(chance: Random, lines: Counter[Place]) -> list[Death]:
    """Any line is as likely as any other, however often it is executed; every third day has several deaths."""
    deaths = []
    for life in range(chance.choice((1, 1, 1, 1, 2, 3))):
        place = chance.choice(sorted(lines))
        deaths.append(Death(*place, chance.randint(1, max(1, lines[place] >> life))))
    return deaths


def test_an_undisturbed_day_comes_out_as_it_should(undisturbed: Ending):
    assert undisturbed.broken == []
    day = undisturbed.picture
    assert [card.partition(" ·")[0] for card in day["cards"]] == [
        "Could not be reached", "Overdue", "Overdue", "Paid", "Written off",
    ]  # fmt: skip
    assert Counter(line.partition(" · ")[0] for thread in day["threads"] for line in thread) == SAID
    assert len(day["texts"]) == len(set(day["texts"])) == 5, "four reminders and an answer"
    assert [subject.split()[0] for _, subject, _ in day["mails"]] == ["A", "A", "Thank", "A"]
    assert day["fees"] == [1_500] * 5
    assert day["payments"] == [14_000]


@pytest.mark.parametrize("trial", range(TRIALS))
async def test_whoever_dies_at_any_line_has_done_everything_once(
    trial: int, billed: Billed, billed_url: str, undisturbed: Ending, tmp_path: Path, papers: Path
):
    chance, ending = Random(f"{SEED} {billed.kind} {trial}"), Ending()
    deaths = some_deaths(chance, undisturbed.lines)
    pile = None if any(death.file in PRINTING for death in deaths) else papers
    await end_of_a_day(billed_url, billed, tmp_path, ending, deaths=deaths, chance=chance, papers=pile)
    told = "\n".join(["", f"DUESDAY_CRASH_SEED={SEED}", *(f"killed before {death}" for death in ending.met)])
    assert ending.broken == [], told
    assert ending.picture == undisturbed.picture, "\n".join([told, *difference(ending.picture, undisturbed.picture)])
