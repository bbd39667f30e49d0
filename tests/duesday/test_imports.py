"""`duesday import`: all of a file or nothing, and a line and a reason for each of its mistakes."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from duesday.importing import THINGS_AT_ONCE
from models.care import CareSession, Charge, Price
from models.invoices import Invoice
from models.people import Consent, Patient
from models.record import Event
from models.stock import Product
from tests.billing.clinic import Clinic, everything
from tests.billing.insured import CHARGED, claim_of
from tests.duesday.conftest import Run, Said, in_books
from tests.support.era import check, era, paid
from tests.support.trials import size

MANY = size("IMPORTED_ROWS", quick=20_000, whole=100_000)

PRICES = 'code,description,unit_price,valid_from\nexam,Exam,"1,240.50",2026-01-01\ngauze,Gauze,$4.50,2026-01-01\n'
PATIENTS = """external_id,first_name,last_name,bill_to,location,guarantor,phone,birth_date
leo,Leo,Garcia,client,downtown,ana,,2019-05-06
ana,Ana,Garcia,client,downtown,,+12125550123,
"""
SESSIONS = """external_id,patient,location,provider,date,code,quantity
S-1,ana,downtown,Dr. Osei,2026-03-02,exam,
S-2,leo,downtown,Dr. Osei,2026-03-02,gauze,2.5
S-1,ana,downtown,Dr. Osei,2026-03-02,gauze,1
"""


class Importing:
    """A folder of files, and a database to import them into."""

    def __init__(self, run: Run, url: str) -> None:
        self.run, self.url = run, url

    def file(self, what: str, content: str | bytes, *options: str) -> Said:
        name = f"{what}.csv"
        Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
        return self.run("import", what, name, *options)

    def refused(self, what: str, content: str | bytes) -> list[str]:
        """Its mistakes, line by line; nothing has changed by it."""
        before = self.books(everything())
        refused = self.file(what, content)
        assert refused.status == 1
        assert self.books(everything()) == before
        *mistakes, last = refused.err.splitlines()
        assert last.endswith(f"in {what}.csv: nothing was imported.")
        return [said.removeprefix(f"{what}.csv:") for said in mistakes if not said.endswith(" %")]

    def books(self, work: Any) -> Any:
        return in_books(work, self.url)


@pytest.fixture
def importing(run: Run, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Importing:
    monkeypatch.setenv("DATABASE_URL", database_url)
    return Importing(run, database_url)


@pytest.fixture
def clinic(importing: Importing) -> Importing:
    for what, content in (("prices", PRICES), ("patients", PATIENTS)):
        assert importing.file(what, content).status == 0
    return importing


async def values(query: Callable[[], Any], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await query().values_list(*names)]


def test_a_practice_moves_in_by_its_files(clinic: Importing):
    said = clinic.file("sessions", SESSIONS)
    assert (said.status, said.out) == (0, "sessions.csv: 2 sessions, 2 new.\n")
    assert clinic.books(values(lambda: Price.all().order_by("code"), "code", "unit_price_cents", "valid_from")) == [
        ("exam", 124_050, date(2026, 1, 1)), ("gauze", 450, date(2026, 1, 1)),
    ]  # fmt: skip
    charges = clinic.books(values(lambda: Charge.all().order_by("id"), "code", "amount_cents", "session__external_id"))
    assert charges == [("exam", 124_050, "S-1"), ("gauze", 450, "S-1"), ("gauze", 1_125, "S-2")]
    assert clinic.books(values(lambda: Invoice.all().order_by("id"), "guarantor__external_id", "total_cents")) == [
        ("ana", 124_500), ("ana", 1_125),
    ]  # fmt: skip
    assert clinic.books(values(Consent.all, "channel", "address")) == [("sms", "+12125550123")]
    events = clinic.books(values(lambda: Event.all().order_by("seq"), "kind", "via"))
    assert [kind for kind, _ in events] == [
        "price.set", "price.set", "patient.added", "patient.added",
        "session.completed", "invoice.drafted", "session.completed", "invoice.drafted",
    ]  # fmt: skip
    assert {via for _, via in events} == {"cli"}
    assert clinic.run("audit", "--full").status == 0


def test_the_same_files_again_change_nothing_and_say_so(clinic: Importing):
    clinic.file("sessions", SESSIONS)
    before = clinic.books(everything())
    for what, content, count in (("prices", PRICES, 2), ("patients", PATIENTS, 2), ("sessions", SESSIONS, 2)):
        said = clinic.file(what, content)
        assert (said.status, said.out) == (0, f"Nothing to do: all {count} {what} of {what}.csv are there already.\n")
    assert clinic.books(everything()) == before


def test_what_has_changed_is_changed_and_counted(clinic: Importing):
    said = clinic.file("patients", PATIENTS.replace("Leo,", "Leopold,") + "new,N,N,client,downtown,,,\n")
    assert said.out == "patients.csv: 3 patients, 1 new, 1 changed, 1 there already.\n"
    assert clinic.books(values(lambda: Patient.filter(external_id="leo"), "first_name")) == [("Leopold",)]


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(clinic: Importing):
    before = clinic.books(everything())
    said = clinic.file("sessions", SESSIONS, "--dry-run")
    assert said.out == "Nothing was kept, this was a dry run. sessions.csv: 2 sessions, 2 new.\n"
    assert clinic.books(everything()) == before


def test_products_come_in(importing: Importing):
    content = "code;name;unit_price;tracked\nbrace;Knee brace;45.00;\ngift;Gift card;10;no\n"
    assert importing.file("products", content).status == 0
    assert importing.books(values(lambda: Product.all().order_by("code"), "code", "unit_price_cents", "tracked")) == [
        ("brace", 4_500, True), ("gift", 1_000, False),
    ]  # fmt: skip


def test_every_mistake_is_told_with_its_line_and_nothing_is_kept(importing: Importing):
    head = "external_id,first_name,last_name,bill_to,location,birth_date,phone,guarantor\n"
    rows = (
        "a,A,A,client,downtown,,,\n"
        "b,B,,client,downtown,1066-10-14,,\n"
        "c,C,C,clients,moon,,555,\n"
        "a,A,A,client,downtown,,,\n"
        "d,D,D,client,moon,,,\n"
        "e,E,E,client,downtown,,,nobody\n"
        "f,F,F,client,downtown,,,d\n"
    )
    assert importing.refused("patients", head + rows) == [
        "3: last_name: It is needed.",
        "3: birth_date: It must lie between 1900-01-01 and 2199-12-31.",
        "4: bill_to: It is one of 'insurance', 'client' or 'hybrid'.",
        "4: phone: It is no number with its country, like +15125550100.",
        "5: external_id: The same stands in line 2 already.",
        "6: location: There is no location “moon” in app.yaml.",
        "7: guarantor: There is no patient nobody who could be the guarantor; send that one first.",
    ]


def test_what_follows_from_a_mistake_is_no_further_mistake(importing: Importing):
    content = PATIENTS.replace("ana,Ana,Garcia,client", "ana,Ana,Garcia,nobody")
    assert importing.refused("patients", content) == ["3: bill_to: It is one of 'insurance', 'client' or 'hybrid'."]


def test_sessions_are_refused_at_the_line_that_is_wrong(clinic: Importing):
    rows = (
        "W-1,ana,downtown,Dr. Osei,1066-03-02,exam,1",
        "W-2,ana,downtown,Dr. Osei,2999-03-02,exam,1",
        "W-3,ana,downtown,Dr. Osei,2026-03-02,exam,1",
        "W-4,ana,downtown,Dr. Osei,2026-03-02,exam,0",
        "W-5,ana,downtown,Dr. Osei,2026-03-02,exam,1",
        "W-3,ana,downtown,Dr. Osei,2026-03-02,mystery,1",
        "W-5,ana,northside,Dr. Osei,2026-03-02,exam,1",
        "W-6,nobody,downtown,Dr. Osei,2026-03-02,exam,1",
        "W-7,ana,downtown,Dr. Osei,1980-03-02,exam,1",
        "W-8,ana,downtown,Dr. Osei,2150-03-02,exam,1",
        "W-9,ana,downtown,Dr. Osei,03/02/2026,exam,1.5",
    )
    told = clinic.refused("sessions", SESSIONS.splitlines()[0] + "\n" + "\n".join(rows))
    assert [line.partition(" ")[0] for line in told] == [f"{n}:" for n in (2, 3, 5, 7, 8, 9, 10, 11, 12)]
    assert "“mystery” has no price" in told[3]
    assert told[4] == "8: location: Session W-5 has another location in line 6."


def test_a_session_that_was_completed_with_other_content_is_refused(clinic: Importing):
    clinic.file("sessions", SESSIONS)
    told = clinic.refused("sessions", SESSIONS.replace("2.5", "3"))
    assert told == ["3: Session S-2 is completed already, with other content. Correct its invoice instead."]


@pytest.mark.parametrize("amount", ["-5", "15,00", "1.234,50", "1e3", "1.005", "free", "9" * 15])
def test_an_amount_that_may_mean_two_things_means_none(importing: Importing, amount: str):
    [told] = importing.refused("prices", f"code;description;unit_price;valid_from\nx;X;{amount};2026-01-01\n")
    assert told.startswith("2: unit_price: ")


def test_only_the_first_fifty_mistakes_are_printed_and_the_rest_are_counted(importing: Importing):
    content = PATIENTS.splitlines()[0] + "\n" + "x,,,client,downtown,,,\n" * 1_200
    said = importing.file("patients", content)
    lines = said.err.splitlines()
    assert (said.status, len(lines)) == (1, 52)
    assert lines[0] == "patients.csv:2: first_name: It is needed."
    assert lines[-2:] == ["… and 2,350 more.", "2,400 mistakes in patients.csv: nothing was imported."]
    told = json.loads(importing.file("patients", content, "--json").out)
    assert (told["mistakes_found"], len(told["mistakes"]), told["added"]) == (2_400, 1_000, 0)
    assert told["mistakes"][0] == {"line": 2, "column": "first_name", "sentence": "It is needed."}


@pytest.fixture
def on_sqlite(books: Path, run: Run) -> Importing:
    importing = Importing(run, f"sqlite://{books}")
    for what, content in (("prices", PRICES), ("patients", PATIENTS)):
        assert importing.file(what, content).status == 0
    return importing


def test_three_bad_rows_among_many_are_named(on_sqlite: Importing):
    head, good = SESSIONS.splitlines()[0], "downtown,Dr. Osei,2026-03-02,exam,1"
    rows = [f"S-{number},ana,{good}" for number in range(MANY)]
    rows[6], rows[MANY // 2], rows[-1] = f"S-6,nobody,{good}", "short", f"S-7,leo,{good}"
    told = on_sqlite.refused("sessions", "\n".join((head, *rows)))
    assert told == [
        "8: patient: There is no patient nobody.",
        f"{MANY // 2 + 2}: The row has 1 fields, the head of the file has 7.",
        f"{MANY + 1}: patient: Session S-7 has another patient in line 9.",
    ]


def test_what_was_kept_before_the_first_mistake_is_taken_back(clinic: Importing):
    head, good = SESSIONS.splitlines()[0], "downtown,Dr. Osei,2026-03-02,exam,1"
    rows = [f"S-{number},ana,{good}" for number in range(THINGS_AT_ONCE + 1)]
    assert clinic.refused("sessions", "\n".join((head, *rows, f"S-last,nobody,{good}"))) == [
        f"{len(rows) + 2}: patient: There is no patient nobody.",
    ]


def test_a_terminal_s_bar_is_lines_elsewhere_and_nothing_for_what_is_short(clinic: Importing):
    rows = [f"S-{number},ana,downtown,Dr. Osei,2026-03-02,exam,1" for number in range(12_000)]
    said = clinic.file("sessions", "\n".join((SESSIONS.splitlines()[0], *rows)))
    assert said.err.splitlines() == [f"Keeping 12,000 rows: {part} %" for part in (25, 50, 75, 100)]
    assert clinic.file("prices", PRICES).err == ""
    assert len(clinic.books(values(CareSession.all, "id"))) == 12_000


def test_used_wrongly_it_ends_with_two(importing: Importing):
    assert importing.run("import", "people", "a.csv").status == 2
    assert importing.run("import", "patients", "nowhere.csv").status == 2
    assert importing.run("import", "patients", ".").status == 2


def test_json_tells_what_became_of_the_file(clinic: Importing):
    said = clinic.file("sessions", SESSIONS, "--json")
    assert json.loads(said.out) == {
        "file": "sessions.csv", "dry_run": False, "rows": 3, "added": 2, "changed": 0, "unchanged": 0,
        "mistakes_found": 0, "mistakes": [],
    }  # fmt: skip


async def an_insured_visit() -> None:
    clinic = Clinic()
    await clinic.lists_prices()
    await claim_of(clinic)


def test_an_835_is_posted_once_and_tried_without_a_trace(importing: Importing):
    importing.books(an_insured_visit())
    Path("era.txt").write_bytes(era(check(paid("S-1", CHARGED, 4_000, written_down=500))))
    before = importing.books(everything())
    trial = importing.run("import", "835", "era.txt", "--dry-run")
    assert (trial.status, trial.out) == (
        0, "Nothing was kept, this was a dry run. Decisions posted: 1, known already: 0, waiting for a person: 0.\n",
    )  # fmt: skip
    assert importing.books(everything()) == before
    assert json.loads(importing.run("import", "835", "era.txt", "--json").out) == {
        "file": "era.txt", "dry_run": False, "posted": 1, "known": 0, "held": [],
    }  # fmt: skip
    assert (
        importing.run("import", "835", "era.txt").out
        == "Decisions posted: 0, known already: 1, waiting for a person: 0.\n"
    )
    assert importing.books(values(lambda: Charge.filter(claim_id__gt=0), "amount_cents")) == [(4_000,)]


def test_what_an_835_leaves_to_a_person_is_told_and_one_that_is_cut_short_is_refused(importing: Importing):
    importing.books(an_insured_visit())
    content = era(check(paid("S-9", CHARGED, 4_000, written_down=500)))
    Path("strange.txt").write_bytes(content)
    said = importing.run("import", "835", "strange.txt")
    assert (said.status, said.out) == (1, "Decisions posted: 0, known already: 0, waiting for a person: 1.\n")
    assert "S-9" in said.err
    Path("cut.txt").write_bytes(content[: len(content) // 2])
    before = importing.books(everything())
    refused = importing.run("import", "835", "cut.txt")
    assert (refused.status, refused.out) == (1, "")
    assert refused.err.startswith("This is no whole 835 file.")
    assert importing.books(everything()) == before
