"""The ledger's arithmetic: what each act of money books. Every entry moves one amount from credit to debit.

An entry that names both of its sides cannot be unbalanced: there is no half of it to forget.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Account(StrEnum):
    RECEIVABLE = "receivable"
    CREDIT = "credit"
    CASH = "cash"
    REVENUE = "revenue"
    TAX = "tax"
    LATE_FEES = "late_fees"
    ADJUSTMENTS = "adjustments"
    BAD_DEBT = "bad_debt"
    DISPUTED = "disputed"
    MERGED = "merged"
    """What passes between two records of one patient: nothing ever stays on it."""


@dataclass(frozen=True, slots=True)
class Entry:
    debit: Account
    credit: Account
    amount_cents: int
    invoice: int | None = None
    """The invoice whose receivable this entry touches."""

    def __post_init__(self) -> None:
        if self.amount_cents <= 0 or self.debit == self.credit:
            raise ValueError(f"not an entry: {self.debit} / {self.credit} {self.amount_cents}")
        if (Account.RECEIVABLE in (self.debit, self.credit)) != (self.invoice is not None):
            raise ValueError("an entry names an invoice exactly when it touches the receivable")

    def reversed(self) -> "Entry":
        return Entry(self.credit, self.debit, self.amount_cents, self.invoice)


A = Account


def issue(invoice: int, net_cents: int, tax_cents: int = 0) -> list[Entry]:
    rows = [Entry(A.RECEIVABLE, A.REVENUE, net_cents, invoice)] if net_cents else []
    return rows + ([Entry(A.RECEIVABLE, A.TAX, tax_cents, invoice)] if tax_cents else [])


def void(invoice: int, standing: Mapping[Account, int]) -> list[Entry]:
    """Take back whatever an invoice still has on other accounts."""
    return [Entry(account, A.RECEIVABLE, cents, invoice) for account, cents in standing.items() if cents]


def late_fee(invoice: int, cents: int) -> list[Entry]:
    return [Entry(A.RECEIVABLE, A.LATE_FEES, cents, invoice)]


def receive(cents: int) -> list[Entry]:
    """Money came in; it is the guarantor's credit until it is applied."""
    return [Entry(A.CASH, A.CREDIT, cents)]


def apply(invoice: int, cents: int) -> list[Entry]:
    return [Entry(A.CREDIT, A.RECEIVABLE, cents, invoice)]


def unapply(invoice: int, cents: int) -> list[Entry]:
    return [Entry(A.RECEIVABLE, A.CREDIT, cents, invoice)]


def give_back(cents: int) -> list[Entry]:
    """Money went out of the guarantor's credit: a cancelled payment, or a refund once it is unapplied."""
    return [Entry(A.CREDIT, A.CASH, cents)]


def adjust(invoice: int, cents: int) -> list[Entry]:
    """The balance falls without money: a credit note, or a settled refund's other half."""
    return [Entry(A.ADJUSTMENTS, A.RECEIVABLE, cents, invoice)]


def write_off(invoice: int, cents: int) -> list[Entry]:
    return [Entry(A.BAD_DEBT, A.RECEIVABLE, cents, invoice)]


def recover(invoice: int, cents: int) -> list[Entry]:
    """What was written off is owed again, because it is being paid."""
    return reverse(write_off(invoice, cents))


def dispute_opened(cents: int) -> list[Entry]:
    return [Entry(A.DISPUTED, A.CASH, cents)]


def dispute_won(cents: int) -> list[Entry]:
    return [Entry(A.CASH, A.DISPUTED, cents)]


def dispute_lost(cents: int) -> list[Entry]:
    """After the payment has been unapplied: what the bank took comes out of the guarantor's credit."""
    return [Entry(A.CREDIT, A.DISPUTED, cents)]


def hand_on(invoice: int, cents: int) -> list[Entry]:
    """Out of one record of a patient; reversed, into the other."""
    return [Entry(A.MERGED, A.RECEIVABLE, cents, invoice)]


def hand_on_credit(cents: int) -> list[Entry]:
    return [Entry(A.CREDIT, A.MERGED, cents)]


def reverse(entries: Iterable[Entry]) -> list[Entry]:
    return [entry.reversed() for entry in entries]


def sides(entries: Iterable[Entry]) -> Iterator[tuple[Account, int | None, int]]:
    """Each entry as its two postings: debits positive, credits negative."""
    for entry in entries:
        for account, cents in ((entry.debit, entry.amount_cents), (entry.credit, -entry.amount_cents)):
            yield account, entry.invoice if account is A.RECEIVABLE else None, cents


def balances(entries: Iterable[Entry]) -> dict[Account, int]:
    totals: dict[Account, int] = defaultdict(int)
    for account, _, cents in sides(entries):
        totals[account] += cents
    return dict(totals)


def receivable_of(invoice: int, entries: Iterable[Entry]) -> int:
    return sum(cents for _, of, cents in sides(entries) if of == invoice)
