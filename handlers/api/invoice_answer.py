"""An invoice and a payment as programs are told of them, however many at once with one query for each thing on them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, TypeVar

from pydantic import Field

from domain.invoice import INVOICE
from domain.payment import PAYMENT
from handlers.api.charges import quantity
from handlers.api.fields import Told, a_status_of
from models.by_hand import rows_of
from models.invoices import Invoice, InvoiceAdjustment, InvoiceLine, InvoiceTax
from models.money import Payment, PaymentShare
from models.people import Patient


@dataclass(frozen=True, slots=True)
class LineAnswer:
    position: int
    description: str
    quantity: int | float
    unit_price_cents: Told
    amount_cents: Told
    charge: int | None
    patient: str | None
    date: date | None


@dataclass(frozen=True, slots=True)
class AdjustmentAnswer:
    """What changes the total besides lines and taxes; `line` is the position of the line it is on."""

    kind: str
    line: int | None
    period: Annotated[int | None, Field(description="Which of the invoice's late fees it is.")]
    description: str
    amount_cents: Told
    at: datetime


@dataclass(frozen=True, slots=True)
class TaxAnswer:
    """A tax over the whole bill; one that prices contain does not raise the total."""

    name: str
    title: str
    basis_points: int
    included: bool
    amount_cents: Told


@dataclass(frozen=True, slots=True)
class ShareAnswer:
    """The part of a payment that was applied to the invoice."""

    id: int
    amount_cents: Told
    method: str
    date: date
    reference: str


@dataclass(frozen=True, slots=True)
class TimesAnswer:
    created_at: datetime
    sent_at: datetime | None
    overdue_at: datetime | None
    paid_at: datetime | None
    voided_at: datetime | None
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvoiceAnswer:
    """A bill; a draft has no number yet."""

    id: int
    number: str | None
    status: Annotated[str, a_status_of(INVOICE)]
    guarantor: str
    currency: str
    total_cents: Told
    paid_cents: Told
    balance_cents: Told
    due_date: date | None
    notes: str
    lines: list[LineAnswer]
    adjustments: list[AdjustmentAnswer]
    taxes: list[TaxAnswer]
    payments: list[ShareAnswer]
    times: TimesAnswer


@dataclass(frozen=True, slots=True)
class AppliedAnswer:
    invoice: int
    amount_cents: Told


@dataclass(frozen=True, slots=True)
class PaymentAnswer:
    """Money that came in, and the invoices it stands on; what stands on none is the guarantor's credit."""

    id: int
    guarantor: str
    status: Annotated[str, a_status_of(PAYMENT)]
    amount_cents: Told
    unapplied_cents: Told
    returned_cents: Told
    currency: str
    method: str
    date: date
    reference: str
    notes: str
    group: str
    applied: list[AppliedAnswer]


COPIED = PaymentAnswer.__dataclass_fields__.keys() - {"guarantor", "date", "applied"}


async def shown(invoices: Sequence[Invoice]) -> list[InvoiceAnswer]:
    ids = [invoice.id for invoice in invoices]
    lines = await InvoiceLine.filter(invoice_id__in=ids).order_by("position")
    adjustments = _by_invoice(await InvoiceAdjustment.filter(invoice_id__in=ids).order_by("id"))
    taxes = _by_invoice(await InvoiceTax.filter(invoice_id__in=ids).order_by("id"))
    shares = _by_invoice(await PaymentShare.filter(invoice_id__in=ids).order_by("id").prefetch_related("payment"))
    people = await external_ids(
        {i.guarantor_id for i in invoices} | {line.patient_id for line in lines if line.patient_id}
    )
    by_invoice = _by_invoice(lines)
    return [
        InvoiceAnswer(
            id=invoice.id,
            number=invoice.number,
            status=invoice.status,
            guarantor=people[invoice.guarantor_id],
            currency=invoice.currency,
            total_cents=invoice.total_cents,
            paid_cents=invoice.paid_cents,
            balance_cents=invoice.balance_cents,
            due_date=invoice.due_date,
            notes=invoice.notes,
            lines=[_line(line, people) for line in by_invoice[invoice.id]],
            adjustments=[_adjustment(row) for row in adjustments[invoice.id]],
            taxes=[_tax(row) for row in taxes[invoice.id]],
            payments=[_share(share) for share in shares[invoice.id]],
            times=_times(invoice),
        )
        for invoice in invoices
    ]


async def shown_payment(payment: Payment) -> PaymentAnswer:
    if payment.applied is not None:
        return _shown(
            payment, payment.guarantor.external_id, [AppliedAnswer(*each) for each in payment.applied.items()]
        )
    (told,) = await shown_payments([payment])
    return told


async def shown_payments(payments: Sequence[Payment]) -> list[PaymentAnswer]:
    people = await external_ids({payment.guarantor_id for payment in payments})
    shares: defaultdict[int, list[AppliedAnswer]] = defaultdict(list)
    for share in await rows_of(PaymentShare, payment_id__in=[payment.id for payment in payments]):
        shares[share.payment_id].append(AppliedAnswer(share.invoice_id, share.amount_cents))
    return [_shown(payment, people[payment.guarantor_id], shares[payment.id]) for payment in payments]


def _shown(payment: Payment, guarantor: str, applied: list[AppliedAnswer]) -> PaymentAnswer:
    return PaymentAnswer(
        guarantor=guarantor,
        date=payment.received_on,
        applied=applied,
        **{name: getattr(payment, name) for name in COPIED},
    )


async def external_ids(ids: set[int]) -> dict[int, str]:
    return {patient.id: patient.external_id for patient in await rows_of(Patient, id__in=ids)}


OnInvoice = TypeVar("OnInvoice", InvoiceLine, InvoiceAdjustment, InvoiceTax, PaymentShare)


def _by_invoice(rows: Iterable[OnInvoice]) -> defaultdict[int, list[OnInvoice]]:
    found: defaultdict[int, list[OnInvoice]] = defaultdict(list)
    for row in rows:
        found[row.invoice_id].append(row)
    return found


def _line(line: InvoiceLine, people: dict[int, str]) -> LineAnswer:
    return LineAnswer(
        position=line.position,
        description=line.description,
        quantity=quantity(line.quantity_thousandths),
        unit_price_cents=line.unit_price_cents,
        amount_cents=line.amount_cents,
        charge=line.charge_id,
        patient=people.get(line.patient_id or 0),
        date=line.served_on,
    )


def _adjustment(row: InvoiceAdjustment) -> AdjustmentAnswer:
    return AdjustmentAnswer(**{name: getattr(row, name) for name in AdjustmentAnswer.__dataclass_fields__})


def _tax(row: InvoiceTax) -> TaxAnswer:
    return TaxAnswer(**{name: getattr(row, name) for name in TaxAnswer.__dataclass_fields__})


def _share(share: PaymentShare) -> ShareAnswer:
    payment = share.payment
    return ShareAnswer(
        id=payment.id,
        amount_cents=share.amount_cents,
        method=payment.method,
        date=payment.received_on,
        reference=payment.reference,
    )


def _times(invoice: Invoice) -> TimesAnswer:
    return TimesAnswer(**{name: getattr(invoice, name) for name in TimesAnswer.__dataclass_fields__})
