"""Backups: one moment's books, into either kind of database again, whole or not at all."""

import asyncio
import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tortoise import Tortoise

from domain.errors import Refusal
from duesday.backup_file import BackupFile, Head, writing
from duesday.copies import back_up
from models import database
from models.invoices import Invoice
from models.papers import Document
from models.people import Patient
from models.record import InboxItem
from tests.billing.clinic import Clinic
from tests.duesday.conftest import Run, in_books

PACKED_FROM = 10
"""Before it gzip says who packed it and when, which is no matter."""
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def a_year() -> None:
    """Some of everything: bills, money, a set that is chased, bytes, JSON, what has been deleted since."""
    clinic = Clinic()
    await clinic.lists_prices()
    parent = await clinic.patient("ana", phone="+12125550123", birth_date=NOON.date())
    child = await clinic.patient("Łucja 😀", guarantor="ana")
    await clinic.is_paid(parent, 5_000)
    await clinic.late_set(parent, ("exam", "xray"))
    draft = await clinic.sees(child, "gauze")
    await Invoice.create(
        guarantor=parent, location="downtown", currency="USD", created_at=NOON + timedelta(microseconds=1)
    )
    await Invoice.filter(id__gt=draft.id).delete()
    await Document.create(
        paper="p", guarantor_id=parent.id, filename="p.pdf", sha256="", content=bytes(range(256)), made_at=NOON
    )
    await InboxItem.create(
        source="stripe", external_id="1", body=b"\x00\xff", received_at=NOON, due_at=NOON, handled_at=None
    )


async def everything() -> dict[str, list[dict[str, Any]]]:
    """As the models read it, whichever database they read."""
    books = {}
    for name, model in sorted(Tortoise.apps["books"].items()):
        books[name] = [dict(row) for row in await model.all().order_by(model._meta.pk_attr).values()]
    return books


@pytest.fixture
def at(run: Run, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A command typed with that database set."""

    def typed(url: str, *words: str) -> Any:
        monkeypatch.setenv("DATABASE_URL", url)
        return run(*words)

    return typed


def test_what_was_backed_up_comes_back_in_either_kind_of_database(
    database_url: str, empty_database_url: str, at: Any, folder: Path
):
    other = empty_database_url.replace("duesday.db", "other.db")
    in_books(a_year(), database_url)
    said = at(database_url, "backup", "books.backup")
    assert (said.status, "read back" in said.out) == (0, True)
    assert (folder / "books.backup").stat().st_mode & 0o777 == 0o600
    assert at(other, "restore", "books.backup").status == 0
    before, after = in_books(everything(), database_url), in_books(everything(), other)
    assert after == before
    assert {name for name, rows in before.items() if rows} >= {
        "Event",
        "LedgerEntry",
        "Document",
        "InvoiceSet",
        "Consent",
    }
    assert at(other, "audit", "--full").status == 0
    assert at(other, "backup", "again.backup").status == 0
    assert lines(folder / "again.backup")[1:-1] == lines(folder / "books.backup")[1:-1]


async def back_up_under_load(path: Path) -> None:
    clinic = Clinic()
    await clinic.lists_prices()
    parent, over = await clinic.patient("ana"), asyncio.Event()

    async def bill_on() -> None:
        while not over.is_set():
            await clinic.bills(parent, "exam")

    billing = asyncio.create_task(bill_on())
    head = await back_up(path, now=NOON, progress=lambda more: None)
    over.set()
    await billing
    assert await Invoice.all().count() > head.rows["invoice"], "nothing was billed meanwhile"


def test_a_backup_is_of_one_moment_though_the_service_goes_on(
    database_url: str, empty_database_url: str, at: Any, folder: Path
):
    other = empty_database_url.replace("duesday.db", "other.db")
    in_books(back_up_under_load(folder / "books.backup"), database_url)
    assert at(other, "restore", "books.backup").status == 0
    assert at(other, "audit", "--full").status == 0


def test_an_id_that_was_given_out_once_is_never_given_out_again(database_url: str, empty_database_url: str, at: Any):
    other = empty_database_url.replace("duesday.db", "other.db")
    in_books(a_year(), database_url)
    at(database_url, "backup", "books.backup")
    at(other, "restore", "books.backup")
    assert in_books(next_invoice(), other) == in_books(next_invoice(), database_url)


async def next_invoice() -> int:
    parent = await Patient.get(external_id="ana")
    return (await Invoice.create(guarantor=parent, location="downtown", currency="USD", created_at=NOON)).id


def test_restored_books_are_guarded_as_before(database_url: str, at: Any):
    in_books(a_year(), database_url)
    at(database_url, "backup", "books.backup")
    assert at(database_url, "restore", "books.backup", "--replace").status == 0
    for sql in ("UPDATE event SET actor = 'x'", "DELETE FROM ledger_entry", "UPDATE patient SET credit_cents = -1"):
        with pytest.raises(Exception, match=r"never changed|credit_never"):
            in_books(run_sql(sql), database_url)


async def run_sql(sql: str) -> None:
    await database.execute(sql)


def lines(path: Path) -> list[Any]:
    with gzip.open(path) as file:
        return [json.loads(line) for line in file]


def test_books_that_are_there_give_way_only_when_told(database_url: str, at: Any):
    in_books(a_year(), database_url)
    at(database_url, "backup", "books.backup")
    then = in_books(everything(), database_url)
    in_books(next_invoice(), database_url)
    now = in_books(everything(), database_url)
    refused = at(database_url, "restore", "books.backup")
    assert (refused.status, refused.err) == (
        1, "The database holds books already. With --replace they give way to the backup.\n",
    )  # fmt: skip
    assert in_books(everything(), database_url) == now
    assert at(database_url, "restore", "books.backup", "--replace").status == 0
    assert in_books(everything(), database_url) == then


def test_a_backup_never_replaces_another(database_url: str, at: Any, folder: Path):
    (folder / "books.backup").write_text("an older one")
    said = at(database_url, "backup", "books.backup")
    assert said.status == 1
    assert "is there already" in said.err
    assert (folder / "books.backup").read_text() == "an older one"
    assert at(database_url, "backup", "no/such/folder/books.backup").status == 1
    assert [path.name for path in folder.glob("*.part")] == []


def cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def flipped(raw: bytes, place: int = 0) -> bytes:
    """One bit, in the middle if nobody says where, may make something else of all that follows."""
    place = place or len(raw) // 2
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]


def packed(change: Any) -> Any:
    """What was written by a hand that keeps gzip's own sums right."""
    return lambda raw: gzip.compress(change(gzip.decompress(raw)))


def with_head(**said: Any) -> Any:
    def change(raw: bytes) -> bytes:
        head, rest = raw.split(b"\n", 1)
        return json.dumps(json.loads(head) | said).encode() + b"\n" + rest

    return packed(change)


DAMAGES = (
    (cut, "is damaged: it ends before its end"),
    (flipped, "is damaged: it is not as it was written"),
    (packed(lambda raw: raw.replace(b"Garcia", b"Grrcia")), "is damaged: it is not as it was written"),
    (packed(lambda raw: raw.rsplit(b"\n", 2)[0] + b"\n"), "is damaged"),
    (lambda raw: b"", "is no backup of Duesday's"),
    (lambda raw: b"PK\x03\x04 a zip", "is no backup of Duesday's"),
    (packed(lambda raw: b'{"some": "json"}\n'), "is no backup of Duesday's"),
    (with_head(format=2, version="9.0"), "was made by Duesday 9.0, which is newer"),
    (with_head(schema=[["0001_first", "x"], ["0002_more", "y"]]), "which is newer than this one"),
    (with_head(schema=[["0001_first", "x"]]), "was made with another 0001_first"),
)


def test_what_is_damaged_or_of_another_version_is_refused_and_nothing_is_changed(
    database_url: str, at: Any, folder: Path
):
    in_books(a_year(), database_url)
    at(database_url, "backup", "books.backup")
    whole, before = (folder / "books.backup").read_bytes(), in_books(everything(), database_url)
    for damage, sentence in DAMAGES:
        (folder / "damaged.backup").write_bytes(damage(whole))
        said = at(database_url, "restore", "damaged.backup", "--replace")
        assert said.status == 1
        assert sentence in said.err
    assert in_books(everything(), database_url) == before


def test_one_bit_that_is_off_at_any_place_is_called_damage(tmp_path: Path):
    head = Head(
        version="1",
        made_at="",
        database="sqlite",
        schema=[],
        chain=[],
        columns={"a": ["id"]},
        rows={"a": 1},
        last_ids={},
    )
    with writing(tmp_path / "books.backup") as file:
        file.head(head)
        file.line([1])
    whole, damaged = (tmp_path / "books.backup").read_bytes(), tmp_path / "damaged.backup"
    for place in range(PACKED_FROM, len(whole)):
        damaged.write_bytes(flipped(whole, place))
        with pytest.raises(Refusal, match=r"is damaged: it (is not as it was written|ends before its end)\."):
            BackupFile(damaged).check()


def test_a_row_that_is_lost_on_the_way_takes_everything_back(database_url: str, at: Any, folder: Path):
    """The file is whole by its own sum, and yet its rows contradict each other."""
    in_books(a_year(), database_url)
    at(database_url, "backup", "books.backup")
    head, *rows = lines(folder / "books.backup")
    place = 1 + sum(list(head["rows"].values())[: list(head["rows"]).index("patient")])
    rows[place - 1] = rows[place]  # somebody twice
    rewrite(folder / "twice.backup", head, rows[:-1])
    before = in_books(everything(), database_url)
    said = at(database_url, "restore", "twice.backup", "--replace")
    assert (said.status, said.err) == (1, "twice.backup is damaged: rows of patient contradict each other.\n")
    assert in_books(everything(), database_url) == before


def rewrite(path: Path, head: Any, rows: list[Any]) -> None:
    body = b"".join(json.dumps(line).encode() + b"\n" for line in (head, *rows))
    path.write_bytes(gzip.compress(body + json.dumps({"sha256": hashlib.sha256(body).hexdigest()}).encode() + b"\n"))
