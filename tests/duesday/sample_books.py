"""What stands in a demo's books, for tests: every figure of money, with its day and whose it is."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

FIGURES = (
    "SELECT act, booked_on, debit, credit, amount_cents, guarantor_id, invoice_id FROM ledger_entry ORDER BY id",
    "SELECT number, guarantor_id, status, due_date, total_cents, paid_cents, balance_cents FROM invoice ORDER BY id",
    "SELECT external_id, first_name, last_name, phone, credit_cents FROM patient ORDER BY id",
    "SELECT product_id, why, thousandths FROM stock_movement ORDER BY id",
    "SELECT location, day, expected_cents, counted_cents FROM cash_day ORDER BY id",
)


def asked(folder: Path, question: str) -> list[Any]:
    with closing(sqlite3.connect(folder / "var" / "demo.db")) as books:
        return books.execute(question).fetchall()


def figures(folder: Path) -> list[list[Any]]:
    return [asked(folder, question) for question in FIGURES]
