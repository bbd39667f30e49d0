"""A clinic's books in an open database, kept in the staff's own words; the doors are not needed here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from billing.drafts import draft_invoice
from billing.invoices import mark_overdue, send_invoice
from billing.patients import PatientRecord, keep_patient
from billing.payments import MoneyIn, record_payment
from billing.prices import PriceRecord, keep_price
from billing.sessions import Item, SessionRecord, complete_session
from domain.access import CLOCK, Actor, Grant
from domain.practice import Practice
from models.by_hand import row_of, rows_of
from models.care import Charge
from models.change import change
from models.chasing import InvoiceSet
from models.database import read
from models.invoices import Invoice
from models.money import Payment
from models.people import Patient
from outreach.enrol import enrol
from tests.support.practice import the_practice

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)
"""10:00 in New York."""

DANA = Actor("person", "U0BILLER1", "Dana Biller", "slack", (Grant("biller"),))
MIA = Actor("person", "U0MANAGER1", "Mia Manager", "slack", (Grant("manager"),))
VERA = Actor("person", "U0VIEWER1", "Vera Viewer", "slack", (Grant("viewer"),))

PRICES = {"exam": 12_500, "xray": 8_000, "gauze": 450, "odd": 333}
TABLES = (
    "patient consent suppression price care_session charge invoice invoice_line invoice_adjustment invoice_tax counter"
    " ledger_entry product stock_movement bulk_job bulk_item"
    " payment payment_share refund dispute payment_plan instalment plan_invoice cash_day cash_movement checkout_attempt"
    " invoice_set message write_off event chain_head"
    " due_statement agency_case agency_invoice claim claim_line claim_posting remittance discrepancy credit_note"
)


async def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of the books: what a refusal must leave as it was."""
    dumped = {}
    for table in TABLES.split():
        rows = await read(f"SELECT * FROM {table}")
        dumped[table] = sorted(tuple(map(str, row)) for row in rows)
    return dumped


@dataclass
class Clinic:
    practice: Practice = field(default_factory=the_practice, repr=False)
    now: datetime = MONDAY
    numbers: Any = field(default_factory=lambda: count(1))

    @property
    def today(self) -> date:
        return self.now.astimezone(self.practice.locations["downtown"].zone).date()

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)

    async def lists_prices(self) -> None:
        async with change(self.now):
            for code, cents in PRICES.items():
                price = PriceRecord(
                    price_list="standard",
                    code=code,
                    description=code,
                    unit_price_cents=cents,
                    valid_from=date(2026, 1, 1),
                )
                await keep_price(price, practice=self.practice, actor=CLOCK, now=self.now)

    async def patient(self, external_id: str = "maria", **more: Any) -> Patient:
        record = PatientRecord(
            external_id=external_id,
            first_name=external_id.title(),
            last_name="Garcia",
            **({"location": "downtown"} | more),
        )
        patient, _ = await keep_patient(record, practice=self.practice, actor=CLOCK, now=self.now)
        return patient

    def visit(self, patient: Patient, *codes: str, **changed: Any) -> SessionRecord:
        known = {
            "external_id": f"S-{next(self.numbers)}",
            "patient": patient.external_id,
            "location": "downtown",
            "provider": "Dr. Osei",
            "date": self.today,
            "items": tuple(Item(code, Decimal(1)) for code in codes or ("exam",)),
        }
        return SessionRecord(**(known | changed))

    async def sees(self, patient: Patient, *codes: str) -> Invoice:
        """A visit; its draft."""
        session, _ = await complete_session(
            self.visit(patient, *codes), practice=self.practice, actor=CLOCK, now=self.now
        )
        charge = await row_of(Charge, session_id=session.id)
        assert charge
        if charge.invoice_id:
            [invoice] = await rows_of(Invoice, id=charge.invoice_id)
            return invoice
        return await draft_invoice(guarantor=charge.guarantor_id, practice=self.practice, actor=DANA, now=self.now)

    async def bills(self, patient: Patient, *codes: str) -> Invoice:
        return await self.sends(await self.sees(patient, *codes))

    async def sends(self, draft: Invoice) -> Invoice:
        return await send_invoice(draft, practice=self.practice, actor=DANA, now=self.now)

    async def is_late_with(self, invoice: Invoice) -> Invoice:
        assert invoice.due_date
        self.now = max(self.now, datetime.combine(invoice.due_date, self.now.timetz()) + timedelta(days=1))
        return await mark_overdue(invoice.id, practice=self.practice, now=self.now)

    async def chases(self, invoice: Invoice) -> InvoiceSet:
        chased = await enrol(invoice.id, practice=self.practice, now=self.now)
        assert chased
        return chased

    async def late_set(self, patient: Patient, *visits: tuple[str, ...]) -> InvoiceSet:
        """One invoice for each visit, all of them late and chased."""
        sent = [await self.bills(patient, *codes) for codes in visits or (("exam",),)]
        return [await self.chases(await self.is_late_with(invoice)) for invoice in sent][-1]

    async def is_paid(
        self,
        patient: Patient,
        cents: int,
        *,
        actor: Actor = DANA,
        invoice_first: int | None = None,
        to: Sequence[tuple[int, int]] | None = None,
        **more: Any,
    ) -> Payment:
        known = {"guarantor": patient.id, "currency": "USD", "method": "check", "on": self.today}
        payment, _ = await record_payment(
            MoneyIn(amount_cents=cents, **(known | more)),
            practice=self.practice,
            actor=actor,
            now=self.now,
            invoice_first=invoice_first,
            to=to,
        )
        return payment


async def balances() -> dict[str, tuple[str, int]]:
    """By number: status and balance."""
    return {i.number or f"draft {i.id}": (i.status, i.balance_cents) for i in await Invoice.all().order_by("id")}
