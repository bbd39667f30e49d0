"""Invoices, sets and patients by what people filter by: newest first, a page at a time, at one price however many.

A page is either a walk along an index that ends when the page is full, or it is picked out of few rows: a condition
that few rows meet (a name, one amount) is turned into those rows first.
"""
# ruff: noqa: S608 -- table, columns and conditions are our own words; values are arguments

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from domain.invoice import OPEN
from models.database import dialect, moment, read
from models.search import after_all, asked_words

FEW = 2_000
"""Where picking costs about what walking does, in a practice of a million invoices."""
MANY_MORE = 10
"""So many times few bear a word that is looked for beside another: together they may be few."""
Place = tuple[datetime | None, int]
"""Where a page ended: the column it is ordered by, where that is not the id, and the id."""
Whose = Literal["payer_id", "patient_id"]
"""Of a word: who pays for whoever bears it, or they themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for. What is not said narrows nothing."""

    q: str = ""
    """Beginnings of names, a patient's id or phone, an invoice's number or id."""
    status: tuple[str, ...] = ()
    location: tuple[str, ...] = ()
    guarantor: str | None = None
    amount_from: int | None = None
    amount_to: int | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    next_send_from: datetime | None = None
    next_send_before: datetime | None = None
    rule_set: str | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page's ids in their order, and the place behind it if there is more."""

    ids: list[int]
    next: Place | None


@dataclass(slots=True)
class _Search:
    """The conditions of one search, as SQL over numbered arguments."""

    table: Literal["invoice", "invoice_set", "patient"]
    most: int
    """Up to so many rows are few."""
    order: str = "id"
    parts: list[str] = field(default_factory=list)
    args: list[Any] = field(default_factory=list)
    picked: bool = False
    """Some condition leaves few rows, so those are picked from; otherwise the rows are walked along in their order."""

    def arg(self, value: Any) -> str:
        self.args.append(value)
        return f"${len(self.args)}"

    def listed(self, values: Iterable[Any]) -> str:
        return ", ".join(self.arg(value) for value in values) or "NULL"

    def beside(self, column: str) -> str:
        """A column that must not choose the index: SQLite knows no figures about the rows and would guess."""
        return f"+{column}" if dialect() == "sqlite" else column

    def between(self, column: str, least: Any, most: Any, *, open_end: bool) -> None:
        if least is not None:
            self.parts.append(f"{column} >= {self.arg(least)}")
        if most is not None:
            self.parts.append(f"{column} {'<' if open_end else '<='} {self.arg(most)}")


async def find_invoices(wanted: Wanted, *, limit: int, after: Place | None = None, few: int = FEW) -> Found:
    """The amount is what the invoice comes to."""
    search = _Search("invoice", few, "created_at" if wanted.created_from or wanted.created_before else "id")
    await _whose(search, wanted)
    await _amount(search, wanted)
    search.between("created_at", wanted.created_from, wanted.created_before, open_end=True)
    _of_its_set(search, wanted)
    return await _page(search, wanted, limit, after)


async def find_sets(wanted: Wanted, *, limit: int, after: Place | None = None, few: int = FEW) -> Found:
    """The amount is what is outstanding; a set is created when its sequence begins."""
    sending = wanted.next_send_from or wanted.next_send_before
    search = _Search("invoice_set", few, "next_send_at" if sending else "id")
    await _whose(search, wanted)
    search.between("next_send_at", wanted.next_send_from, wanted.next_send_before, open_end=True)
    search.between(search.beside("enrolled_at"), wanted.created_from, wanted.created_before, open_end=True)
    _named(search, wanted)
    if wanted.amount_from is not None or wanted.amount_to is not None:
        open_now = ", ".join(f"'{status}'" for status in OPEN)
        owed = (
            "(SELECT COALESCE(SUM(i.balance_cents), 0) FROM invoice i"
            f" WHERE i.invoice_set_id = invoice_set.id AND i.status IN ({open_now}))"
        )
        search.between(owed, wanted.amount_from, wanted.amount_to, open_end=False)
    return await _page(search, wanted, limit, after)


async def find_patients(q: str, *, limit: int, after: Place | None = None, few: int = FEW) -> Found:
    """By beginnings of words, each of them theirs. A record that has become a part of another is no patient."""
    search = _Search("patient", few, parts=["merged_into_id IS NULL"])
    search.parts += await _begun(search, asked_words(q), "patient_id", "id")
    return await _page(search, Wanted(), limit, after)


async def ids_of(external_id: str) -> list[int]:
    """Whom an id means: of a record that has become a part of another, that other; nobody, if there is none."""
    sql = "SELECT COALESCE(merged_into_id, id) AS id FROM patient WHERE external_id = $1"
    return [row["id"] for row in await read(sql, [external_id])]


def _named(search: _Search, wanted: Wanted) -> None:
    for column, value in (("rule_set", wanted.rule_set), ("stage", wanted.stage)):
        if value is not None:
            search.parts.append(f"{search.beside(column)} = {search.arg(value)}")


def _of_its_set(search: _Search, wanted: Wanted) -> None:
    """An invoice is chased as its set is."""
    inner = _Search("invoice_set", search.most, args=search.args)
    _named(inner, wanted)
    inner.between("next_send_at", wanted.next_send_from, wanted.next_send_before, open_end=True)
    if inner.parts:
        search.parts.append(
            f"EXISTS (SELECT 1 FROM invoice_set WHERE invoice_set.id = invoice.invoice_set_id AND {_all(inner.parts)})"
        )


async def _whose(search: _Search, wanted: Wanted) -> None:
    if wanted.guarantor is not None:
        search.picked = True
        search.parts.append(f"guarantor_id IN ({search.listed(await ids_of(wanted.guarantor))})")
    if words := asked_words(wanted.q):
        await _about(search, wanted.q.strip(), words)


async def _about(search: _Search, q: str, words: Sequence[bytes]) -> None:
    """Those who pay, if every word is the beginning of one of theirs or their family's; or the very invoice."""
    parts = await _begun(search, words, "payer_id", "guarantor_id")
    about = _all(parts)
    if very := await _exactly(search.table, q):
        about = f"({about} OR {'id' if search.picked else search.beside('id')} IN ({search.listed(very)}))"
    search.parts.append(about)


async def _begun(search: _Search, words: Sequence[bytes], whose: Whose, column: str) -> list[str]:
    """What holds of the rows whose people have all these words: where those are few they are known by their ids. Where
    they are many a walk meets one of them soon; it asks for the rarest word first."""
    many = search.most * (MANY_MORE if len(words) > 1 else 1)
    borne = {word: await _borne(word, many) for word in words}
    sought = {word: times for word, times in borne.items() if times <= many}
    if sought and len(met := await _bearers(list(sought), whose, search.most)) <= search.most:
        search.picked = True
        parts, broad = [f"{column} IN ({search.listed(met)})"], [word for word in borne if word not in sought]
    else:
        parts, broad = [], sorted(borne, key=borne.__getitem__)
    for word in broad:
        begins = f"w.word >= {search.arg(word)} AND w.word < {search.arg(after_all(word))}"
        theirs = f"w.{whose} = {search.table}.{column}"
        parts.append(f"EXISTS (SELECT 1 FROM patient_word w WHERE {theirs} AND {begins})")
    return parts


async def _borne(word: bytes, most: int) -> int:
    """How often a word is borne, counted up to one more than so many: nobody is asked who they are."""
    sql = f"SELECT 1 FROM patient_word WHERE word >= $1 AND word < $2 LIMIT {most + 1}"
    [counted] = await read(f"SELECT COUNT(*) AS times FROM ({sql}) AS met", [word, after_all(word)])
    return int(counted["times"])


async def _bearers(words: Sequence[bytes], whose: Whose, most: int) -> list[int]:
    """Who bears all of these words; at most one more than few."""
    search = _Search("patient", most)
    each = [
        f"SELECT {whose} AS bearer FROM patient_word"
        f" WHERE word >= {search.arg(word)} AND word < {search.arg(after_all(word))}"
        for word in words
    ]
    found = await read(f"{' INTERSECT '.join(each)} LIMIT {most + 1}", search.args)
    return sorted({row["bearer"] for row in found})


async def _exactly(table: str, q: str) -> list[int]:
    """The invoice of this number or id, or the set it is in."""
    column = "id" if table == "invoice" else "invoice_set_id"
    found = await read(f"SELECT {column} AS id FROM invoice WHERE number = $1", [q.upper()])
    ids = [row["id"] for row in found if row["id"]]
    return [*ids, int(q)] if q.isascii() and q.isdigit() and len(q) <= 18 else ids


async def _amount(search: _Search, wanted: Wanted) -> None:
    least, most = wanted.amount_from, wanted.amount_to
    if least is None and most is None:
        return
    probe = _Search("invoice", search.most)
    probe.between("total_cents", least, most, open_end=False)
    sql = f"SELECT id FROM invoice WHERE {_all(probe.parts)} LIMIT {search.most + 1}"
    met = await read(sql, probe.args)
    if len(met) <= search.most:
        search.picked = True
        search.parts.append(f"id IN ({search.listed(row['id'] for row in met)})")
    else:
        search.between(search.beside("total_cents"), least, most, open_end=False)


async def _page(search: _Search, wanted: Wanted, limit: int, after: Place | None) -> Found:
    order = search.order
    if wanted.location:
        search.parts.append(f"{search.beside('location')} IN ({search.listed(wanted.location)})")
    if after is not None:
        at, last = after
        places = search.listed([last] if order == "id" else [at, last])
        search.parts.append(f"id < {places}" if order == "id" else f"({order}, id) < ({places})")
    by = "id DESC" if order == "id" else f"{order} DESC, id DESC"
    columns = "id" if order == "id" else f"id, {order}"
    rows = [
        f"SELECT * FROM (SELECT {columns} FROM {search.table} WHERE {_all([*search.parts, status])}"
        f" ORDER BY {by} LIMIT {limit + 1}) AS walked"
        for status in _branches(search, wanted.status)
    ]
    found = await read(f"{' UNION ALL '.join(rows)} ORDER BY {by} LIMIT {limit + 1}", search.args)
    here = found[:limit]
    if len(found) <= limit:
        return Found([row["id"] for row in here], None)
    last_row = here[-1]
    place = None if order == "id" else moment(last_row[order])
    return Found([row["id"] for row in here], (place, last_row["id"]))


def _branches(search: _Search, statuses: Sequence[str]) -> list[str]:
    """Each status is walked along its own index and the walks put together: none is too rare, none too common."""
    if not statuses:
        return ["1 = 1"]
    if search.picked or search.order != "id":
        return [f"{search.beside('status')} IN ({search.listed(statuses)})"]
    return [f"status = {search.arg(status)}" for status in dict.fromkeys(statuses)]


def _all(parts: Iterable[str]) -> str:
    return " AND ".join(parts)
