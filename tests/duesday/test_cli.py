"""Commands: what they print, how they end, and what they say when they were used wrongly."""

import csv
import io
import json
import resource
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from billing.invoices import send_invoice
from billing.patients import PatientRecord, keep_patient
from billing.prices import PriceRecord, keep_price
from billing.sessions import Item, SessionRecord, complete_session
from bot.commands import Typed
from bot.commands import answer as slack_answers
from domain.access import CLOCK
from domain.ports import Ports
from duesday.cli import COMMANDS
from duesday.practice_file import read_practice
from models.invoices import Invoice
from sandbox import MovableClock
from tests.duesday.conftest import SERVABLE, Run, Said, forked, in_books
from tests.support.source import ROOT

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)


async def bill(*cents: int, currency_list: str = "standard") -> None:
    """A patient, and an invoice of each amount sent to them."""
    practice = read_practice(ROOT / "app.yaml")
    record = PatientRecord(
        external_id="P-1", first_name="=Anna", last_name="Nguyễn", location="downtown", phone="+12125550123"
    )
    await keep_patient(record, practice=practice, actor=CLOCK, now=NOON)
    for number, amount in enumerate(cents):
        await keep_price(
            PriceRecord(
                price_list=currency_list,
                code=f"c{number}",
                description="Visit",
                unit_price_cents=amount,
                valid_from=date(2026, 1, 1),
            ),
            practice=practice,
            actor=CLOCK,
            now=NOON,
        )
        session = SessionRecord(
            external_id=f"S-{number}", patient="P-1", location="downtown", provider="Dr. Osei", date=date(2026, 3, 1),
            items=(Item(f"c{number}"),),
        )  # fmt: skip
        await complete_session(session, practice=practice, actor=CLOCK, now=NOON)
    for draft in await Invoice.filter(status="draft"):
        await send_invoice(draft, practice=practice, actor=CLOCK, now=NOON)


async def ageing_in_slack() -> list[list[str]]:
    practice = read_practice(ROOT / "app.yaml")
    ports = Ports(clock=MovableClock(frozen_at=NOON), pdf=None)  # type: ignore[arg-type]
    said = await slack_answers(Typed(CLOCK, ["ageing", "2026-03-31"], practice, ports))
    table = next(block for block in said.blocks if block["type"] == "table")
    return [[cell.get("text", "") for cell in row][2:] for row in table["rows"][1:]]


def test_the_list_of_commands_is_there_at_once(folder: Path):
    quickest = min(work_of("--help") for _ in range(3))
    assert quickest < 0.6, "it takes 0.1 s on an idle machine: something heavy is imported for it"


def work_of(*words: str) -> float:
    """In seconds of the processor: how long others made it wait says nothing."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    shown = subprocess.run(
        [sys.executable, "-m", "duesday", *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert all(f"{name} {does}" in " ".join(shown.stdout.split()) for name, does in COMMANDS.items())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_every_command_says_in_its_own_help_what_the_list_says(run: Run):
    for name, does in COMMANDS.items():
        said = run(name, "--help")
        assert said.status == 0
        assert " ".join(does.split()) in " ".join(said.out.split())


def test_every_command_has_its_file_and_every_file_its_command():
    files = {path.stem.rstrip("_").replace("_", "-") for path in (ROOT / "duesday" / "commands").glob("[a-z]*.py")}
    assert files == set(COMMANDS)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["reprot", "ageing"], "Did you mean 'report'?"),
        (["report"], "Missing argument"),
        (["report", "agein"], "There is no report “agein”; there are ageing,"),
        (["report", "ageing", "--as-of", "tomorrow"], "'tomorrow' does not match the format"),
        (["report", "ageing", "--location", "uptown"], "There is no location “uptown”; there are downtown,"),
        (["report", "ageing", "-o", "no/such/folder/a.csv"], "cannot be written: No such file"),
        (["tick", "overdo"], "There is no job “overdo”; there are overdue,"),
        (["api-key", "create", "--name", "x", "--scope", "everything"], "There is no scope “everything”"),
        (["serve", "--port", "70000"], "less than or equal to 65535"),
        ([], "Usage: duesday"),
    ],
)  # fmt: skip
def test_used_wrongly_it_says_so_in_a_sentence_and_ends_with_two(
    books: Path, run: Run, words: list[str], sentence: str
):
    said = run(*words)
    assert said.status == 2
    assert sentence in said.err
    assert "Traceback" not in said.err


def test_a_half_set_door_is_refused_with_its_names(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_secret")
    said = run("audit")
    assert said.status == 1
    assert "STRIPE_WEBHOOK_SECRET is not" in said.err
    assert "sk_test_secret" not in said.err


def test_check_finds_every_mistake_with_its_line(folder: Path, run: Run):
    assert run("check").status == 0
    sample = (folder / "app.yaml").read_text()
    (folder / "app.yaml").write_text(
        sample.replace("currency: USD", "currency: US$").replace("due_in: 30 days", "due_in: soon")
    )
    said = run("check")
    assert said.status == 1
    assert len(said.err.splitlines()) == 2
    assert "app.yaml:9 " in said.err
    as_json = run("check", "--json")
    assert as_json.status == 1
    assert [mistake["path"] for mistake in json.loads(as_json.out)] == ["currency", "terms.due_in"]


def test_a_command_that_only_looks_changes_no_schema(folder: Path, run: Run):
    (folder / "var").mkdir()
    said = run("report", "ageing")
    assert (said.status, said.err) == (1, "The database lacks 0001_first; run `duesday migrate` first.\n")
    assert "Applied 0001_first" in run("migrate").out
    assert "Applied" not in run("migrate").out
    assert run("report", "ageing").status == 0


def test_a_database_that_does_not_open_is_told_without_its_password(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://clerk:secret-word@127.0.0.1:9/books")
    said = run("audit")
    assert said.status == 1
    assert said.err.startswith("Cannot open the database at postgres://127.0.0.1:9/books")
    assert "secret-word" not in said.err


def test_the_report_prints_the_numbers_that_slack_shows(database_url: str, run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", database_url)
    in_books(bill(12_345, 1_000_00), database_url)
    in_slack = in_books(ageing_in_slack(), database_url)
    said = run("report", "ageing", "--as-of", "2026-03-31")
    printed = [line.split()[-5:] for line in said.out.splitlines()[2:]]
    assert printed == in_slack
    assert in_slack[-1] == ["$1,123.45", "$0.00", "$0.00", "$0.00", "$1,123.45"]


def test_a_piped_table_has_no_frame_and_its_money_stands_right(books: Path, run: Run):
    in_books(bill(12_345))
    said = run("report", "ageing", "--as-of", "2026-03-31")
    assert said.out.isascii() or not set(said.out) & set("╭│╰─")
    title, head, row, total = (line.rstrip() for line in said.out.splitlines())
    assert title == "AR ageing as of March 31, 2026"
    assert len(row) == len(total) == len(head), "the last column ends in one line"


def test_csv_and_json_carry_minor_units_into_a_file_or_a_pipe(books: Path, run: Run, folder: Path):
    in_books(bill(12_345))
    csv_said = run("report", "ageing", "--as-of", "2026-03-31", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(csv_said.out)))
    assert rows[0]["total_cents"] == "12345"
    assert rows[0]["name"] == "'=Anna Nguyễn", "a spreadsheet must not take it for a formula"
    assert run("report", "ageing", "--as-of", "2026-03-31", "--format", "json", "-o", "a.json").out == ""
    kept = json.loads((folder / "a.json").read_text())
    assert (kept["as_of"], kept["rows"][0]["total_cents"]) == ("2026-03-31", 12_345)
    nobody = json.loads(run("report", "ageing", "--as-of", "2026-03-01", "--format", "json").out)
    assert nobody["rows"] == []


def test_a_report_of_one_location_leaves_the_others_out(books: Path, run: Run):
    in_books(bill(12_345))
    said = run("report", "ageing", "--location", "northside", "--as-of", "2026-03-31", "--format", "csv")
    assert len(said.out.splitlines()) == 1


def test_the_audit_ends_with_one_where_anything_is_off(books: Path, run: Run):
    in_books(bill(12_345))
    clean = run("audit", "--full")
    assert clean.status == 0
    assert "chain of events" in clean.out
    with sqlite3.connect(books) as connection:
        connection.execute("UPDATE invoice SET balance_cents = 1, total_cents = 1")
    connection.close()
    assert run("audit").status == 1
    found = json.loads(run("audit", "--json").out)
    assert {finding["check"] for finding in found} == {"invoice balance", "invoice arithmetic"}


def test_a_key_is_shown_once_alone_on_its_line_and_listed_without_it(books: Path, run: Run):
    made = run("api-key", "create", "--name", "scheduler", "--scope", "intake")
    assert made.status == 0
    assert made.out.startswith("dk_")
    assert len(made.out.split()) == 1
    assert run("api-key", "create", "--name", "scheduler", "--scope", "read").status == 1
    listed = json.loads(run("api-key", "list", "--json").out)
    assert [(key["name"], key["scope"], key["revoked_at"]) for key in listed] == [("scheduler", "intake", None)]
    assert made.out.strip() not in run("api-key", "list").out
    assert run("api-key", "revoke", "scheduler").status == 0
    again = run("api-key", "revoke", "scheduler")
    assert (again.status, again.err) == (1, "There is no key in use named scheduler.\n")


def whole(folder: Path, *words: str, **environment: str) -> Said:
    """In a process of its own: these set up the process's logs."""
    log = folder / "log"
    with forked(*words, log=log, **environment) as process:
        status = process.wait(60)
    return Said(status, log.read_text(), "")


def test_tick_does_what_is_due_and_why_says_what_holds_the_next_message(books: Path, folder: Path):
    refused = whole(folder, "tick")
    assert refused.status == 1
    assert "SECRET_KEY is not set" in refused.out
    in_books(bill(12_345))  # due on April 1st, 2026
    done = whole(folder, "tick", "overdue", "--json", **SERVABLE)
    assert (done.status, json.loads(done.out)) == (0, {"overdue": 1})
    assert json.loads(whole(folder, "tick", "overdue", "--json", **SERVABLE).out) == {"overdue": 0}
    why = whole(folder, "why", "INV-1001", **SERVABLE)
    assert why.status == 0
    assert "Texts are not set up for this practice." in why.out
    unknown = whole(folder, "why", "INV-9", **SERVABLE)
    assert (unknown.status, unknown.out) == (1, "There is no invoice or set INV-9.\n")
