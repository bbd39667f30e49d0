"""What a collection agency is handed: balances itemized since they were billed, a row of a file for each invoice."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date

from domain.ledger import Account
from domain.spreadsheets import disarmed

LAST_STATEMENT = "last_statement"
"""The kind of itemization date that we use: an invoice is the creditor's statement of what is owed on it."""


@dataclass(frozen=True, slots=True)
class Itemized:
    """What an invoice was, what came to it and went off it since."""

    principal_cents: int
    fees_cents: int
    payments_cents: int
    credits_cents: int
    """Written off or credited: it fell without money."""

    @property
    def balance_cents(self) -> int:
        return self.principal_cents + self.fees_cents - self.payments_cents - self.credits_cents


def itemized(standing: Mapping[Account, int]) -> Itemized:
    """From what an invoice's receivable has put on each other account, on balance."""

    def on(*accounts: Account) -> int:
        return sum(standing.get(account, 0) for account in accounts)

    return Itemized(
        principal_cents=on(Account.REVENUE, Account.TAX),
        fees_cents=on(Account.LATE_FEES),
        payments_cents=-on(Account.CREDIT),
        credits_cents=-on(Account.ADJUSTMENTS, Account.BAD_DEBT),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketRow:
    """One invoice as the agency gets it; what the practice doesn't know is left empty, not guessed."""

    case: int
    creditor: str
    clinic: str
    account: str
    first_name: str
    last_name: str
    birth_date: date | None
    phone: str | None
    email: str | None
    language: str
    invoice: str
    first_service_on: date | None
    last_service_on: date | None
    due_on: date | None
    last_payment_on: date | None
    currency: str
    itemized_on: date
    itemized_by: str
    principal_cents: int
    fees_cents: int
    payments_cents: int
    credits_cents: int
    balance_cents: int
    """At the hand-over."""
    balance_now_cents: int
    """Less than that when the patient has paid the practice since."""
    note: str
    disputed: str = ""
    attorney: str = ""
    bankruptcy: str = ""
    deceased: str = ""


PACKET_COLUMNS = tuple(field.name for field in fields(PacketRow))


def packet_csv(rows: Iterable[PacketRow]) -> str:
    """Money in minor units, as programs read it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(PACKET_COLUMNS)
    for row in rows:
        cells = (getattr(row, column) for column in PACKET_COLUMNS)
        writer.writerow(["" if cell is None else disarmed(cell) for cell in cells])
    return out.getvalue()
