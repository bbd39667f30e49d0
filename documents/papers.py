"""The invoice and the receipt as paper: what stands on each, and the HTML a PDF printer makes of it."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Literal

from documents.render import render_pdf_html


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who sends the paper: the practice, and the clinic where it was earned."""

    practice: str
    location: str
    phone: str
    address: tuple[str, ...] = ()
    page_size: Literal["letter", "a4"] = "letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperAdjustment:
    """A discount, surcharge, tax, late fee or write-off: signed, as it changes the total."""

    label: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    patient: str
    description: str
    amount_cents: int
    served_on: date | None = None
    quantity: int | Decimal = 1
    unit_cents: int | None = None
    adjustments: tuple[PaperAdjustment, ...] = ()
    """What was taken off or put on this line alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPayment:
    paid_on: date
    method: str
    amount_cents: int
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePaper:
    letterhead: Letterhead
    number: str
    locale: str
    currency: str
    bill_to: tuple[str, ...]
    issued_on: date
    due_on: date
    lines: tuple[PaperLine, ...]
    total_cents: int
    balance_cents: int
    adjustments: tuple[PaperAdjustment, ...] = ()
    contained: tuple[PaperAdjustment, ...] = ()
    """Taxes that the total holds already."""
    payments: tuple[PaperPayment, ...] = ()
    pay_link: str = ""
    pay_instructions: str = ""
    notes: str = ""

    @property
    def subtotal_cents(self) -> int:
        on_lines = (each.amount_cents for line in self.lines for each in line.adjustments)
        return sum(line.amount_cents for line in self.lines) + sum(on_lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidTowards:
    invoice_number: str
    amount_cents: int
    balance_cents: int
    """What remains on that invoice after this payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPaper:
    letterhead: Letterhead
    number: str
    locale: str
    currency: str
    received_from: tuple[str, ...]
    paid_on: date
    method: str
    amount_cents: int
    towards: tuple[PaidTowards, ...]
    remaining_cents: int
    """What this guarantor still owes over all invoices."""
    credit_cents: int = 0
    """The part of this payment kept as credit on account."""
    reference: str = ""
    pay_link: str = ""


@dataclass(frozen=True, slots=True)
class PatientGroup:
    patient: str
    days: tuple[tuple[date | None, tuple[PaperLine, ...]], ...]


def invoice_html(paper: InvoicePaper) -> str:
    values = {**_shown(paper), "groups": tuple(by_patient_and_day(paper.lines)), "many_pages": _runs_over(paper)}
    return render_pdf_html("invoice", paper.locale, values)


def receipt_html(paper: ReceiptPaper) -> str:
    return render_pdf_html("receipt", paper.locale, {**_shown(paper), "many_pages": len(paper.towards) > 16})


def by_patient_and_day(lines: tuple[PaperLine, ...]) -> Iterator[PatientGroup]:
    """Lines under their patient, in the order patients first appear, and under the day they were seen."""
    order = list(dict.fromkeys(line.patient for line in lines))
    undated = date.max
    in_order = sorted(lines, key=lambda line: (order.index(line.patient), line.served_on or undated))
    for patient, theirs in groupby(in_order, key=lambda line: line.patient):
        days = groupby(theirs, key=lambda line: line.served_on)
        yield PatientGroup(patient, tuple((day, tuple(those)) for day, those in days))


def _runs_over(paper: InvoicePaper) -> bool:
    """Whether to number pages: counting them costs the printer a second layout, so a short bill goes without."""
    rows = sum(1 + len(line.description) // 48 + len(line.adjustments) for line in paper.lines)
    rows += 2 * len({line.patient for line in paper.lines})
    rows += len(paper.adjustments) + len(paper.contained) + len(paper.payments)
    rows += (len(paper.notes) + len(paper.pay_instructions)) // 80
    return rows > 18


def _shown(paper: InvoicePaper | ReceiptPaper) -> dict[str, object]:
    names = [field.name for field in fields(paper) if field.name != "locale"]
    return {"paper": paper, **{name: getattr(paper, name) for name in names}}
