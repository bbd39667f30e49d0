"""Writing in the ledger, and the copies of it that invoices and guarantors carry."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from tortoise.expressions import F

from domain.errors import not_found
from domain.ledger import Account, Entry
from models.invoices import Invoice
from models.money import LedgerEntry
from models.people import Patient


@dataclass(slots=True)
class Journal:
    """What a verb books for one guarantor: gathered as it works, written together at its end.

    Entries are booked on the day they are written down, where the clinic stands: a past day's figures never change.
    """

    guarantor: int
    now: datetime
    rows: list[LedgerEntry] = field(default_factory=list)
    credit_cents: int = 0

    def book(self, act: str, entries: Iterable[Entry], *, location: str, on: date, payment: int | None = None) -> None:
        for entry in entries:
            self.rows.append(
                LedgerEntry(
                    act=act,
                    booked_on=on,
                    at=self.now,
                    debit=entry.debit.value,
                    credit=entry.credit.value,
                    amount_cents=entry.amount_cents,
                    guarantor_id=self.guarantor,
                    invoice_id=entry.invoice,
                    payment_id=payment,
                    location=location,
                )
            )
            self.credit_cents += (entry.credit is Account.CREDIT) * entry.amount_cents
            self.credit_cents -= (entry.debit is Account.CREDIT) * entry.amount_cents

    async def write(self) -> None:
        await LedgerEntry.bulk_create(self.rows)
        if self.credit_cents:
            await Patient.filter(id=self.guarantor).update(credit_cents=F("credit_cents") + self.credit_cents)


async def book(act: str, entries: Iterable[Entry], *, guarantor: int, location: str, on: date, now: datetime) -> None:
    """Book one act by itself."""
    journal = Journal(guarantor, now)
    journal.book(act, entries, location=location, on=on)
    await journal.write()


async def move_balance(invoice: Invoice, *, total: int = 0, paid: int = 0, forgiven: int = 0) -> None:
    """Move an invoice's copies of the ledger, all at once, and never on the strength of what was read before."""
    await Invoice.filter(id=invoice.id).update(
        total_cents=F("total_cents") + total,
        paid_cents=F("paid_cents") + paid,
        forgiven_cents=F("forgiven_cents") + forgiven,
        balance_cents=F("balance_cents") + (total - paid - forgiven),
    )
    await invoice.refresh_from_db(fields=["total_cents", "paid_cents", "forgiven_cents", "balance_cents"])


async def held_payer(guarantor: int) -> Patient | None:
    """A guarantor under lock: whoever moves their money takes this first, so that no two ever wait for each other.

    Locks are taken without the key: rows that only point at the held one are then written without waiting for it.
    """
    return await Patient.select_for_update(no_key=True).get_or_none(id=guarantor)


async def held(invoice_id: int) -> Invoice:
    """An invoice under lock, so that what is decided on its balance still holds when it is written."""
    invoice = await Invoice.select_for_update(no_key=True).get_or_none(id=invoice_id)
    if invoice is None:
        raise not_found("invoice", invoice_id)
    return invoice


async def held_in_order(**which: object) -> list[Invoice]:
    """Several invoices under lock, always taken in the same order, so that two verbs never wait for each other."""
    return await Invoice.filter(**which).order_by("id").select_for_update(no_key=True)
