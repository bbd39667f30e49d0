"""The sample practice: a year in which everything happens that billing can do, and whose books are right."""

import json
import os
import shutil
import subprocess
import sys
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest

from duesday.sample.deeds import is_open
from duesday.sample.office import DRAWERS_FOR
from duesday.sample.telling import DEEDS
from duesday.sample.year import Year
from tests.duesday.conftest import Run
from tests.duesday.sample_books import asked
from tests.support.source import ROOT

KINDS = {
    "invoice": ("status", {"draft", "sent", "overdue", "paid", "archived"}),
    "payment": ("status", {"received", "cancelled", "refunded", "disputed", "lost"}),
    "invoice_set": ("status", {"active", "paused", "expired", "failed", "paid", "written_off", "collections"}),
    "payment_plan": ("status", {"active", "late", "completed"}),
    "claim": ("status", {"open", "paid", "denied"}),
    "dispute": ("status", {"open", "won", "lost"}),
    "refund": ("disposition", {"settled", "reopen", "from_credit"}),
    "invoice_line": ("kind", {"procedure", "material", "product", "manual"}),
    "invoice_adjustment": ("kind", {"discount", "surcharge", "late_fee", "late_fee_waived"}),
    "stock_movement": ("why", {"received", "counted", "sold"}),
    "claim_posting": ("source", {"835", "api"}),
    "cash_day": ("status", {"open", "closed"}),
    "patient": ("bill_to", {"client", "insurance", "hybrid"}),
}
METHODS = {"cash", "card", "check", "ach", "bank_transfer", "card_on_file", "other"}
TRACES = {
    "an invoice that is void": "SELECT 1 FROM invoice WHERE voided_at IS NOT NULL",
    "a write-off that was undone": "SELECT 1 FROM write_off WHERE undone_at IS NOT NULL",
    "a write-off that was recovered": "SELECT 1 FROM write_off WHERE recovered_cents > 0",
    "a write-off in part": "SELECT 1 FROM event WHERE kind = 'set.written_off_in_part'",
    "a set that came back from the agency": "SELECT 1 FROM event WHERE kind = 'set.recalled_from_collections'",
    "a line with another rate": "SELECT 1 FROM invoice_line WHERE rate_reason <> ''",
    "a tax": "SELECT 1 FROM invoice_tax WHERE amount_cents > 0",
    "a payment over several invoices": "SELECT 1 FROM payment_share GROUP BY payment_id HAVING COUNT(*) > 1",
    "a group of payments": "SELECT 1 FROM payment WHERE \"group\" <> ''",
    "credit that was used": "SELECT 1 FROM event WHERE kind = 'credit.applied'",
    "credit that is kept": "SELECT 1 FROM patient WHERE credit_cents > 0",
    "a drawer that was off": "SELECT 1 FROM cash_day WHERE counted_cents <> expected_cents AND note <> ''",
    "a charge that waits to be billed": "SELECT 1 FROM charge WHERE invoice_id IS NULL",
    "two records that became one": "SELECT 1 FROM patient WHERE merged_into_id IS NOT NULL",
    "a family": "SELECT 1 FROM patient WHERE guarantor_id IS NOT NULL",
    "a quantity that is no whole number": "SELECT 1 FROM charge WHERE quantity_thousandths % 1000 <> 0",
    "a price that was raised": "SELECT 1 FROM price GROUP BY price_list, code HAVING COUNT(*) > 1",
}


@pytest.mark.parametrize("table", KINDS)
def test_everything_has_happened_in_the_year(filled_demo: Path, table: str):
    column, kinds = KINDS[table]
    assert {kind for (kind,) in asked(filled_demo, f"SELECT DISTINCT {column} FROM {table}")} >= kinds


@pytest.mark.parametrize("what", TRACES)
def test_there_is(filled_demo: Path, what: str):
    assert asked(filled_demo, f"{TRACES[what]} LIMIT 1")


def test_the_practice_is_of_a_believable_size(filled_demo: Path):
    [(patients,)] = asked(filled_demo, "SELECT COUNT(*) FROM patient")
    assert 390 <= patients <= 410
    assert {method for (method,) in asked(filled_demo, "SELECT DISTINCT method FROM payment")} == METHODS
    sizes = dict(
        asked(filled_demo, "SELECT location, COUNT(*) FROM card JOIN invoice_set s ON s.id = invoice_set_id GROUP BY 1")
    )
    assert len(sizes) == 3
    assert all(8 <= size <= 16 for size in sizes.values()), sizes


def test_numbers_are_without_gaps_and_in_the_order_of_days(filled_demo: Path):
    rows = asked(
        filled_demo,
        "SELECT number, issued_on FROM invoice WHERE number IS NOT NULL ORDER BY CAST(SUBSTR(number, 5) AS INT)",
    )
    numbers = [int(number.removeprefix("INV-")) for number, _ in rows]
    assert numbers == [*range(1001, 1001 + len(numbers))]
    assert all(day <= later for (_, day), (_, later) in pairwise(rows))


def test_every_figure_agrees_with_every_other(
    filled_demo: Path, folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
):
    shutil.copytree(filled_demo / "var", folder / "var")
    monkeypatch.setenv("DATABASE_URL", "sqlite://var/demo.db")
    audited = run("audit", "--full")
    assert audited.status == 0, audited
    [(owed,)] = asked(folder, "SELECT SUM(balance_cents) FROM invoice")
    rows = json.loads(run("report", "ageing", "--format", "json").out)["rows"]
    assert sum(row["total_cents"] for row in rows) == owed
    assert 20 <= len(rows) <= 60
    assert 500_000 < owed < 1_500_000, "weeks of billing, not years"


def test_a_seed_has_one_year_and_another_seed_another():
    year, again, other = Year(7), Year(7), Year(8)
    assert (year.homes, year.deeds) == (again.homes, again.deeds)
    assert year.deeds != other.deeds


def test_every_process_deals_out_the_same_year():
    """However Python shuffles its sets there."""
    dealt = "from duesday.sample.year import Year; year = Year(); print(year.homes, year.deeds)"
    other = {"PYTHONHASHSEED": "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"}
    told = subprocess.run([sys.executable, "-c", dealt], env=other, cwd=ROOT, capture_output=True, check=True).stdout
    year = Year()
    assert told.decode() == f"{year.homes} {year.deeds}\n"


def test_deeds_are_done_on_working_days_by_words_that_are_known():
    deeds = Year().deeds
    assert {deed.what for deed in deeds} < DEEDS.keys()
    visits = [deed for deed in deeds if deed.what == "visits"]
    assert all(is_open(deed.days_ago) for deed in visits)
    drawers = [deed for deed in deeds if deed.what == "closes the register"]
    assert {deed.days_ago for deed in drawers} == {day for day in range(1, DRAWERS_FOR + 1) if is_open(day)}


def test_names_are_of_every_script_that_cards_and_papers_must_show():
    names = "".join(each.first_name + each.last_name for home in Year().homes for each in home.members)
    scripts = {unicodedata.name(letter).partition(" ")[0] for letter in names if letter.isalpha()}
    assert scripts >= {"LATIN", "ARABIC", "CJK", "CYRILLIC"}
    assert {"ễ", "Ł", "ß", "ñ"} <= {*names}
