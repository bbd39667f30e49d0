"""Writing in the ledger, and the copies of it that invoices and guarantors carry."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from domain.errors import Refusal, not_found
from domain.ledger import Account, Entry
from models.by_hand import insertion, row_of, rows_of, rows_where
from models.database import Statement, execute, read, returning
from models.invoices import Invoice
from models.people import Patient

SIDES = ("debit", "credit", "amount_cents")
ENTRY = ("act", "booked_on", "at", *SIDES, "guarantor_id", "invoice_id", "payment_id", "location")

MOVED = """
    UPDATE invoice
       SET total_cents = total_cents + $2, paid_cents = paid_cents + $3, forgiven_cents = forgiven_cents + $4,
           balance_cents = balance_cents + $2 - $3 - $4
     WHERE id = $1 RETURNING total_cents, paid_cents, forgiven_cents, balance_cents
"""

PAYS_FOR = "id = (SELECT guarantor_id FROM invoice WHERE id = $1)"
MOVE_CREDIT = "UPDATE patient SET credit_cents = credit_cents + $2 WHERE id = $1"

STANDING = """
    SELECT account, SUM(cents) AS cents FROM (
        SELECT credit AS account, amount_cents AS cents FROM ledger_entry WHERE invoice_id = $1 AND debit = 'receivable'
        UNION ALL
        SELECT debit, -amount_cents FROM ledger_entry WHERE invoice_id = $1 AND credit = 'receivable'
    ) AS booked GROUP BY account
"""


@dataclass(slots=True)
class Journal:
    """What a verb books for one guarantor: gathered as it works, written together at its end.

    Entries are booked on the day they are written down, where the clinic stands: a past day's figures never change.
    """

    guarantor: int
    now: datetime
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    """As ENTRY names their columns."""
    credit_cents: int = 0

    def book(self, act: str, entries: Iterable[Entry], *, location: str, on: date, payment: int | None = None) -> None:
        for entry in entries:
            sides = entry.debit.value, entry.credit.value, entry.amount_cents
            self.rows.append((act, on, self.now, *sides, self.guarantor, entry.invoice, payment, location))
            self.credit_cents += (entry.credit is Account.CREDIT) * entry.amount_cents
            self.credit_cents -= (entry.debit is Account.CREDIT) * entry.amount_cents

    def statements(self) -> list[Statement]:
        """What writes it. They don't see what the others write, and may go together."""
        entries = [insertion("ledger_entry", ENTRY, self.rows)] if self.rows else []
        credit: list[Statement] = [(MOVE_CREDIT, [self.guarantor, self.credit_cents])] if self.credit_cents else []
        return entries + credit

    async def write(self) -> None:
        for statement in self.statements():
            await execute(*statement)


async def book(act: str, entries: Iterable[Entry], *, guarantor: int, location: str, on: date, now: datetime) -> None:
    """Book one act by itself."""
    journal = Journal(guarantor, now)
    journal.book(act, entries, location=location, on=on)
    await journal.write()


async def move_balance(invoice: Invoice, *, total: int = 0, paid: int = 0, forgiven: int = 0) -> None:
    """Move an invoice's copies of the ledger, all at once, and never on the strength of what was read before."""
    for row in await returning(MOVED, [invoice.id, total, paid, forgiven]):
        for name, cents in dict(row).items():
            setattr(invoice, name, cents)


async def standing_of(invoice_id: int) -> dict[Account, int]:
    """What an invoice's receivable has put on each other account, on balance."""
    return {Account(row["account"]): int(row["cents"]) for row in await read(STANDING, [invoice_id])}


async def held_payer(guarantor: int) -> Patient | None:
    """A guarantor under lock: whoever moves their money takes this first, so that no two ever wait for each other.

    Locks are taken without the key: rows that only point at the held one are then written without waiting for it.
    """
    payer = await row_of(Patient, lock=True, id=guarantor)
    if payer is not None:
        _refuse_if_merged(payer)
    return payer


async def held_payer_of(invoice_id: int) -> Patient:
    """The same by an invoice, whoever's it is."""
    payers = await rows_where(Patient, PAYS_FOR, [invoice_id], lock=True)
    if not payers:
        raise not_found("invoice", invoice_id)
    _refuse_if_merged(payers[0])
    return payers[0]


def _refuse_if_merged(payer: Patient) -> None:
    if payer.merged_into_id is not None:
        raise Refusal("merged", f"{payer.external_id} has been merged into another record. Look again, then decide.")


async def held(invoice_id: int) -> Invoice:
    """An invoice under lock, so that what is decided on its balance still holds when it is written."""
    invoice = await row_of(Invoice, lock=True, id=invoice_id)
    if invoice is None:
        raise not_found("invoice", invoice_id)
    return invoice


async def held_in_order(**which: object) -> list[Invoice]:
    """Several invoices under lock, always taken in the same order, so that two verbs never wait for each other."""
    return await rows_of(Invoice, lock=True, **which)
