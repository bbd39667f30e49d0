"""What a large practice consists of: its statements, table by table, for either database. Who runs them: practice.py.

It is consistent to the cent (`duesday audit` finds nothing) and the same on both databases: every figure is arithmetic
on an invoice's place in line and on the seed. Only its events are left out: there, nothing has ever been told.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tortoise.fields import Field
from tortoise.models import Model

from duesday.practice_file import read_practice
from models.care import CareSession, Charge
from models.chasing import InvoiceSet
from models.invoices import Counter, Invoice, InvoiceAdjustment, InvoiceLine
from models.keys import ApiKey
from models.money import LedgerEntry, Payment, PaymentShare
from models.people import Patient

TODAY = date(2026, 9, 10)
SPAN = 365 * 5
FIRST_DAY = TODAY - timedelta(days=SPAN)
TERMS = 30
PER_GUARANTOR = 10
FIRST_NAMES = ("Maria", "José", "Łucja", "Ali", "Grace", "Kofi", "Linh", "Olga", "Noor", "Sam")
LAST_NAMES = (
    "Garcia",
    "Hassan",
    "Nguyen",
    "Osei",
    "Petrova",
    "Smith",
    "Nowak",
    "Okafor",
    "Silva",
    "Brown",
    "Ivanov",
    "Kim",
    "Lopez",
)
PLACES = (*["downtown"] * 5, *["northside"] * 3, *["lakeside"] * 2)
PROVIDERS = ("Dr. Osei", "Dr. Lindqvist", "Dr. Amari")
METHODS = ("check", "card", "cash", "ach")

KEYS = tuple(f"key-{number}-to-the-api-of-the-bench" for number in range(60))
"""As many programs as it takes for none of them to ask too often."""

Columns = Mapping[str, str]
"""By column, the SQL of its value; a column that isn't named gets its model's default."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many invoices, and how many of them have fallen due and are not yet marked."""

    invoices: int
    due: int
    seed: int = 1

    @property
    def guarantors(self) -> int:
        return self.invoices // PER_GUARANTOR

    @property
    def past_due(self) -> int:
        """The last invoice whose due date has passed."""
        return ((SPAN - TERMS) * self.invoices - 1) // SPAN


@dataclass(frozen=True, slots=True)
class Speech:
    """What the two databases say differently."""

    numbers: str
    day: str
    moment: str

    def on(self, days: str) -> str:
        """The day so many days after the first."""
        return self.day.format(days=days, first=FIRST_DAY)

    def at(self, days: str) -> str:
        return self.moment.format(days=days, first=FIRST_DAY)


SQLITE = Speech(
    numbers="WITH RECURSIVE number(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < {last})",
    day="date('{first}', ({days}) || ' days')",
    moment="date('{first}', ({days}) || ' days') || ' 15:00:00+00:00'",
)
POSTGRES = Speech(
    numbers="WITH number(i) AS (SELECT generate_series(1::bigint, {last}))",
    day="(DATE '{first}' + ({days})::int)",
    moment="((DATE '{first}' + ({days})::int + TIME '15:00') AT TIME ZONE 'UTC')",
)


def statements(size: Size, speech: Speech) -> Iterator[str]:
    everyone, everything = speech.numbers.format(last=size.guarantors), speech.numbers.format(last=size.invoices)
    yield f"CREATE TEMP TABLE fact AS {everything} {_facts(size)}"
    yield _rows(Patient, _patient(speech), "FROM number", numbers=everyone)
    yield _rows(InvoiceSet, _invoice_set(speech), f"FROM ({CHASED}) AS chased")
    yield _rows(CareSession, _session(speech), "FROM fact")
    yield _rows(Charge, _charge(speech), "FROM fact")
    yield _rows(Invoice, _invoice(speech), "FROM fact")
    yield _rows(InvoiceLine, _visit_line(speech), "FROM fact")
    yield _rows(InvoiceLine, _gauze_line(size), "FROM fact WHERE gauze > 0")
    yield _rows(InvoiceAdjustment, _late_fee(speech), "FROM fact WHERE fee > 0")
    yield _rows(Payment, _payment(speech), "FROM fact WHERE paid > 0")
    yield _rows(PaymentShare, {"id": "i", "payment_id": "i", "invoice_id": "i", "amount_cents": "paid"},
                "FROM fact WHERE paid > 0")  # fmt: skip
    yield _rows(LedgerEntry, _entry(speech), f"FROM fact CROSS JOIN ({KINDS}) AS entry WHERE {BOOKED}")
    for key in KEYS:
        yield _rows(ApiKey, _api_key(key, speech), "")
    yield _rows(Counter, {"name": "'invoice'", "given": str(1000 + size.invoices)}, "")


def _rows(table: type[Model], columns: Columns, source: str, numbers: str = "") -> str:
    known = {name: field for name, field in table._meta.fields_map.items() if name in table._meta.db_fields}
    more = {name: _default(field) for name, field in known.items() if name not in columns and not field.generated}
    values = dict(columns) | more
    names = ", ".join(f'"{name}"' for name in values)
    return f"INSERT INTO {table._meta.db_table} ({names}) {numbers} SELECT {', '.join(values.values())} {source}"


def _default(field: "Field[Any]") -> str:
    value = field.default() if callable(field.default) else field.default
    if value is None and not field.null:
        raise LookupError(f"bench/facts.py says nothing of {field.model.__name__}.{field.model_field_name}")
    return _said(value)


def _said(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case bool() | int():
            return str(value)
        case dict() | list():
            return _said(json.dumps(value))
        case tuple():
            return _said(" ".join(value))
        case _:
            return "'" + str(value).replace("'", "''") + "'"


def _one_of(names: Sequence[str], place: str) -> str:
    cases = " ".join(f"WHEN {at} THEN '{name}'" for at, name in enumerate(names))
    return f"CASE ({place}) % {len(names)} {cases} END"


def _facts(size: Size) -> str:
    """An invoice in numbers. The oldest is the first; its fate is drawn from its place, as is whose it is."""
    guarantor, drawn = f"1 + (i * 7919 + {size.seed}) % {size.guarantors}", f"(i * 48271 % 65537 + {size.seed}) % 1000"
    settled = "(issued + 3 + drawn % 25)"
    return f"""
        SELECT *, CASE WHEN status IN ('paid', 'archived') THEN net
                       WHEN status = 'overdue' AND drawn % 3 = 0 THEN net / 2 ELSE 0 END AS paid,
               CASE WHEN status = 'overdue' THEN 1500 ELSE 0 END AS fee
          FROM (SELECT i, {guarantor} AS guarantor, {_one_of(PLACES, guarantor)} AS location, drawn, issued,
                       2500 + i * 16807 % 40009 AS net, CASE WHEN i % 4 = 0 THEN 450 ELSE 0 END AS gauze,
                       CASE WHEN {settled} < {SPAN} THEN {settled} ELSE {SPAN} END AS settled,
                       CASE WHEN i > {size.invoices - size.invoices // 500} THEN 'draft'
                            WHEN i > {size.past_due - size.due} THEN 'sent'
                            WHEN drawn < 30 THEN 'overdue' WHEN drawn < 35 THEN 'void'
                            WHEN issued < {SPAN - 365} THEN 'archived' ELSE 'paid' END AS status
                  FROM (SELECT i, {drawn} AS drawn, i * {SPAN} / {size.invoices} AS issued FROM number) AS placed
               ) AS fated
    """


def _patient(say: Speech) -> Columns:
    return {
        "id": "i",
        "external_id": "'P-' || i",
        "first_name": _one_of(FIRST_NAMES, "i"),
        "last_name": _one_of(LAST_NAMES, "i"),
        "phone": "'+1212' || (2000000 + i)",
        "email": "'p' || i || '@patients.example'",
        "location": _one_of(PLACES, "i"),
        "created_at": say.at("0"),
    }


CHASED = "SELECT DISTINCT guarantor, location FROM fact WHERE status = 'overdue'"


def _invoice_set(say: Speech) -> Columns:
    practice = read_practice(Path("app.yaml"))
    return {
        "id": "guarantor",
        "guarantor_id": "guarantor",
        "location": "location",
        "rule_set": _said(practice.rule_set),
        "plan": _said(asdict(practice.rule_sets[practice.rule_set])),
        "enrolled_at": say.at(str(SPAN - 60)),
        "next_send_at": say.at(f"{SPAN} + 1 + guarantor % 20"),
    }


def _session(say: Speech) -> Columns:
    return {
        "id": "i",
        "external_id": "'S-' || i",
        "patient_id": "guarantor",
        "location": "location",
        "provider": _one_of(PROVIDERS, "i"),
        "served_on": say.on("issued"),
        "content_hash": "''",
        "completed_at": say.at("issued"),
    }


def _charge(say: Speech) -> Columns:
    """Those of void invoices are back in the queue."""
    return {
        "id": "i",
        "session_id": "i",
        "patient_id": "guarantor",
        "guarantor_id": "guarantor",
        "location": "location",
        "provider": _one_of(PROVIDERS, "i"),
        "served_on": say.on("issued"),
        "code": "'exam'",
        "kind": "'procedure'",
        "description": "'Examination'",
        "quantity_thousandths": "1000",
        "unit_price_cents": "net - gauze",
        "amount_cents": "net - gauze",
        "invoice_id": "CASE WHEN status <> 'void' THEN i END",
    }


def _invoice(say: Speech) -> Columns:
    def when(status: str, moment: str) -> str:
        return f"CASE WHEN status IN ({status}) THEN {moment} END"

    issued = f"CASE WHEN status <> 'draft' THEN {say.on('issued')} END"
    return {
        "id": "i",
        "number": "CASE WHEN status <> 'draft' THEN 'INV-' || (1000 + i) END",
        "guarantor_id": "guarantor",
        "location": "location",
        "status": "status",
        "currency": "'USD'",
        "total_cents": "net + fee",
        "paid_cents": "paid",
        "balance_cents": "CASE WHEN status IN ('draft', 'void') THEN 0 ELSE net + fee - paid END",
        "issued_on": issued,
        "due_date": f"CASE WHEN status <> 'draft' THEN {say.on(f'issued + {TERMS}')} END",
        "invoice_set_id": "CASE WHEN status = 'overdue' THEN guarantor END",
        "created_at": say.at("issued"),
        "sent_at": f"CASE WHEN status <> 'draft' THEN {say.at('issued')} END",
        "overdue_at": when("'overdue'", say.at(f"issued + {TERMS} + 1")),
        "paid_at": when("'paid', 'archived'", say.at("settled")),
        "archived_at": when("'archived'", say.at("settled + 90")),
        "voided_at": when("'void'", say.at("issued + 1")),
    }


def _visit_line(say: Speech) -> Columns:
    return {
        "id": "i",
        "invoice_id": "i",
        "position": "1",
        "charge_id": "CASE WHEN status <> 'void' THEN i END",
        "patient_id": "guarantor",
        "served_on": say.on("issued"),
        "description": "'Examination'",
        "unit_price_cents": "net - gauze",
        "amount_cents": "net - gauze",
    }


def _gauze_line(size: Size) -> Columns:
    return {
        "id": f"{size.invoices} + i",
        "invoice_id": "i",
        "position": "2",
        "description": "'Gauze'",
        "unit_price_cents": "gauze",
        "amount_cents": "gauze",
    }


def _late_fee(say: Speech) -> Columns:
    return {
        "id": "i",
        "invoice_id": "i",
        "kind": "'late_fee'",
        "period": "1",
        "description": "'Late fee'",
        "amount_cents": "fee",
        "at": say.at(f"issued + {TERMS} + 1"),
    }


def _payment(say: Speech) -> Columns:
    return {
        "id": "i",
        "guarantor_id": "guarantor",
        "location": "location",
        "amount_cents": "paid",
        "unapplied_cents": "0",
        "currency": "'USD'",
        "method": _one_of(METHODS, "drawn"),
        "received_on": say.on("settled"),
        "created_at": say.at("settled"),
    }


def _api_key(key: str, say: Speech) -> Columns:
    hashed = hashlib.sha256(key.encode()).hexdigest()
    return {"name": f"'{key}'", "scope": "'admin'", "hash": f"'{hashed}'", "created_at": say.at("0")}


ENTRIES = (
    # act, debit, credit, cents, days, of which invoices; a payment's first half touches no invoice
    ("issue", "receivable", "revenue", "net", "issued", "status <> 'draft'"),
    ("payment", "cash", "credit", "paid", "settled", "paid > 0"),
    ("apply", "credit", "receivable", "paid", "settled", "paid > 0"),
    ("late_fee", "receivable", "late_fees", "fee", f"issued + {TERMS} + 1", "fee > 0"),
    ("void", "revenue", "receivable", "net", "issued + 1", "status = 'void'"),
)
KINDS = " UNION ALL ".join(f"SELECT {kind} AS kind" for kind in range(len(ENTRIES)))
BOOKED = " OR ".join(f"(kind = {kind} AND {entry[5]})" for kind, entry in enumerate(ENTRIES))


def _entry(say: Speech) -> Columns:
    def each(column: int, *, quoted: bool = True) -> str:
        cases = (f"WHEN {kind} THEN {_said(e[column]) if quoted else e[column]}" for kind, e in enumerate(ENTRIES))
        return f"CASE kind {' '.join(cases)} END"

    days = each(4, quoted=False)
    return {
        "act": each(0),
        "debit": each(1),
        "credit": each(2),
        "amount_cents": each(3, quoted=False),
        "booked_on": say.on(days),
        "at": say.at(days),
        "guarantor_id": "guarantor",
        "invoice_id": "CASE WHEN kind <> 1 THEN i END",
        "payment_id": "CASE WHEN kind IN (1, 2) THEN i END",
        "location": "location",
    }
