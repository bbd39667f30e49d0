"""Writing in the ledger, and the copies of it that invoices and guarantors carry."""

from collections.abc import Sequence
from datetime import date, datetime

from tortoise.expressions import F

from domain.ledger import Account, Entry, sides
from models.invoices import Invoice
from models.money import LedgerEntry
from models.people import Patient


async def book(
    act: str,
    entries: Sequence[Entry],
    *,
    guarantor: int,
    location: str,
    on: date,
    now: datetime,
    payment: int | None = None,
) -> None:
    """Append entries to the ledger and move the guarantor's credit with them."""
    await LedgerEntry.bulk_create(
        LedgerEntry(
            act=act,
            booked_on=on,
            at=now,
            debit=entry.debit.value,
            credit=entry.credit.value,
            amount_cents=entry.amount_cents,
            guarantor_id=guarantor,
            invoice_id=entry.invoice,
            payment_id=payment,
            location=location,
        )
        for entry in entries
    )
    credit = -sum(cents for account, _, cents in sides(entries) if account is Account.CREDIT)
    if credit:
        await Patient.filter(id=guarantor).update(credit_cents=F("credit_cents") + credit)


async def move_balance(invoice: Invoice, *, total: int = 0, paid: int = 0, forgiven: int = 0) -> None:
    """Move an invoice's copies of the ledger, all at once, and never on the strength of what was read before."""
    await Invoice.filter(id=invoice.id).update(
        total_cents=F("total_cents") + total,
        paid_cents=F("paid_cents") + paid,
        forgiven_cents=F("forgiven_cents") + forgiven,
        balance_cents=F("balance_cents") + (total - paid - forgiven),
    )
    await invoice.refresh_from_db(fields=["total_cents", "paid_cents", "forgiven_cents", "balance_cents"])


async def held(invoice_id: int) -> Invoice:
    """An invoice under lock, so that what is decided on its balance still holds when it is written."""
    return await Invoice.select_for_update().get(id=invoice_id)


async def held_in_order(**which: object) -> list[Invoice]:
    """Several invoices under lock, always taken in the same order, so that two verbs never wait for each other."""
    return await Invoice.filter(**which).order_by("id").select_for_update()
