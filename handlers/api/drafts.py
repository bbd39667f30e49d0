"""Drafts: made of unbilled charges and of lines by hand, changed until they are right, deleted."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from billing.added_lines import NewLine
from billing.drafts import DraftChange, LineChange, change_draft, delete_draft, draft_invoice
from billing.patients import patient_by
from domain.bill import Adjustment
from domain.money import MOST_CENTS
from handlers.api.body import Body, NoQuery
from handlers.api.fields import Cents, Day, ExternalId, Id, Quantity, Short, Words
from handlers.api.invoice_answer import InvoiceAnswer
from handlers.api.invoices import invoice_in, told
from handlers.api.operation import Call, Created

Charges = Literal["all"] | Annotated[tuple[Id, ...], Field(max_length=1000)]
Price = Annotated[int, Field(ge=0, le=MOST_CENTS, examples=[4_500])]
Position = Annotated[int, Field(ge=1, le=1_000_000, examples=[1])]
Notes = Annotated[str, Words(2000, least=0)]
Taxes = Annotated[tuple[Short, ...], Field(max_length=10, description="Names of taxes in app.yaml.")]


class PartBody(Body):
    """An amount, or a percentage in hundredths: 1000 are 10 %."""

    amount_cents: Cents | None = None
    basis_points: Annotated[int, Field(gt=0, le=10_000, examples=[1_000])] | None = None
    description: Annotated[str, Words(200, least=0)] = ""

    def as_told(self, kind: Literal["discount", "surcharge"]) -> Adjustment:
        return Adjustment(
            kind=kind, cents=self.amount_cents, basis_points=self.basis_points, description=self.description
        )


class AdjustmentBody(PartBody):
    kind: Literal["discount", "surcharge"]


class _Figures(Body):
    """What is taken off a line or put on it, and its tax."""

    tax: Annotated[Short | Taxes | None, Field(description="One or several; its own, if left out.")] = None
    discount: PartBody | None = None
    surcharge: PartBody | None = None

    @property
    def adjustments(self) -> tuple[Adjustment, ...]:
        off, on = self.discount, self.surcharge
        return (*((off.as_told("discount"),) if off else ()), *((on.as_told("surcharge"),) if on else ()))

    @property
    def taxes(self) -> tuple[str, ...] | None:
        return (self.tax,) if isinstance(self.tax, str) else self.tax


class LineBody(_Figures):
    """Either a product, or a procedure at its list's price, or a description with a price."""

    description: Annotated[str, Words(200, least=0)] = ""
    quantity: Quantity = Decimal(1)
    unit_price_cents: Price | None = None
    product: Short | None = None
    procedure: Short | None = None
    patient: ExternalId | None = None
    date: Day | None = None

    async def line(self, field: str) -> NewLine:
        return NewLine(
            quantity_thousandths=int(self.quantity * 1000),
            product=self.product,
            procedure=self.procedure,
            description=self.description,
            unit_price_cents=self.unit_price_cents,
            patient=(await patient_by(self.patient, field)).id if self.patient else None,
            served_on=self.date,
            taxes=self.taxes,
            adjustments=self.adjustments,
        )


Lines = Annotated[tuple[LineBody, ...], Field(max_length=1000)]
Adjustments = Annotated[tuple[AdjustmentBody, ...], Field(max_length=20)]


class DraftBody(Body):
    guarantor: ExternalId
    charges: Charges = "all"
    lines: Lines = ()
    adjustments: Adjustments = ()
    taxes: Taxes = ()
    due_date: Day | None = None
    notes: Notes = ""


class LineChangeBody(_Figures):
    """What becomes of one line; what is not said stays, and a discount or surcharge that is null goes."""

    position: Position
    unit_price_cents: Price | None = None
    reason: Annotated[str, Words(500, least=0), Field(description="Why the rate is another than the list's.")] = ""

    def change(self) -> LineChange:
        said = tuple(kind for kind in ("discount", "surcharge") if kind in self.model_fields_set)
        return LineChange(
            unit_price_cents=self.unit_price_cents,
            reason=self.reason,
            taxes=self.taxes,
            adjustments=self.adjustments if said else None,
            instead_of=said,
        )


class ChangeBody(Body):
    """What becomes of a draft; what is not said stays."""

    charges: Annotated[Charges, Field(description="Those to put on it.")] = ()
    add: Lines = ()
    remove: Annotated[tuple[Position, ...], Field(max_length=1000, description="The positions of lines.")] = ()
    lines: Annotated[tuple[LineChangeBody, ...], Field(max_length=1000)] = ()
    adjustments: Adjustments | None = None
    taxes: Taxes | None = None
    due_date: Day | Literal["terms"] | None = None
    notes: Notes | None = None

    @model_validator(mode="after")
    def _each_line_once(self) -> Self:
        if len({line.position for line in self.lines}) < len(self.lines):
            raise ValueError("names a line twice")
        return self

    async def change(self) -> DraftChange:
        return DraftChange(
            charges=self.charges,
            add=tuple([await line.line("add") for line in self.add]),
            remove=self.remove,
            lines={line.position: line.change() for line in self.lines},
            taxes=self.taxes,
            adjustments=None if self.adjustments is None else _told(self.adjustments),
            due_date=self.due_date,
            notes=self.notes,
        )


def _told(adjustments: tuple[AdjustmentBody, ...]) -> tuple[Adjustment, ...]:
    return tuple(each.as_told(each.kind) for each in adjustments)


async def draft(call: Call[DraftBody]) -> Created[InvoiceAnswer]:
    """Draft an invoice of unbilled charges, and of lines by hand."""
    asked, payer = call.asked, await patient_by(call.asked.guarantor, "guarantor")
    invoice = await draft_invoice(
        guarantor=payer.id,
        charges=asked.charges,
        lines=[await line.line("lines") for line in asked.lines],
        adjustments=_told(asked.adjustments),
        taxes=asked.taxes,
        due_date=asked.due_date,
        notes=asked.notes,
        practice=call.practice,
        actor=call.actor,
        now=call.now,
    )
    return Created(await told(invoice.id))


async def change(call: Call[ChangeBody]) -> InvoiceAnswer:
    """Change a draft."""
    invoice = await invoice_in(call)
    await change_draft(invoice, await call.asked.change(), practice=call.practice, actor=call.actor, now=call.now)
    return await told(invoice.id)


async def delete(call: Call[NoQuery]) -> None:
    """Delete a draft; its charges return to the unbilled queue."""
    await delete_draft(await invoice_in(call), actor=call.actor, now=call.now)
