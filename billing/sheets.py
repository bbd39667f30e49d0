"""A draft as it is worked on: lines, what is taken off or put on, taxes; read, reckoned, and written back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.bill import Adjustment, Bill, BillLine, reckon
from domain.practice import Practice
from domain.tax import TaxSum
from models.care import Charge
from models.invoices import Invoice, InvoiceAdjustment, InvoiceLine, InvoiceTax


@dataclass(slots=True)
class Sheet:
    """Lines are known by their position: it stays theirs whatever becomes of the others."""

    lines: list[InvoiceLine] = field(default_factory=list)
    on_lines: dict[int, tuple[Adjustment, ...]] = field(default_factory=dict)
    on_whole: tuple[Adjustment, ...] = ()
    taxes: tuple[str, ...] = ()

    @property
    def next_position(self) -> int:
        return max((line.position for line in self.lines), default=0) + 1

    @property
    def taxed(self) -> bool:
        return bool(self.taxes) or any(line.taxes for line in self.lines)

    def reckon(self, practice: Practice) -> Bill:
        """By the rates of today's app.yaml: what a bill is taxed is settled when it is sent."""
        rows = [
            BillLine(
                line.amount_cents,
                tuple(dict.fromkeys((*line.taxes, *self.taxes))),
                self.on_lines.get(line.position, ()),
            )
            for line in self.lines
        ]
        return reckon(rows, self.on_whole, practice.taxes)


async def sheet_of(invoice: Invoice) -> Sheet:
    lines = await InvoiceLine.filter(invoice_id=invoice.id).order_by("position")
    by_line: dict[int | None, list[Adjustment]] = defaultdict(list)
    for row in await InvoiceAdjustment.filter(invoice_id=invoice.id).order_by("id"):
        by_line[row.line].append(_adjustment(row))
    whole = tuple(by_line.pop(None, ()))
    return Sheet(lines, {line: tuple(theirs) for line, theirs in by_line.items() if line}, whole, invoice.taxes)


def _adjustment(row: InvoiceAdjustment) -> Adjustment:
    return Adjustment(
        kind="discount" if row.kind == "discount" else "surcharge",
        cents=abs(row.amount_cents) if row.basis_points is None else None,
        basis_points=row.basis_points,
        description=row.description,
    )


async def write_figures(invoice: Invoice, sheet: Sheet, bill: Bill, *, anew: bool, now: datetime) -> None:
    """The rows of what is taken off, put on and taxed; `anew` where there may be some already."""
    if anew:
        await InvoiceAdjustment.filter(invoice_id=invoice.id).delete()
    await InvoiceAdjustment.bulk_create(list(_adjustment_rows(invoice, sheet, bill, now)))
    await write_taxes(invoice, bill.taxes, anew=anew)


async def write_taxes(invoice: Invoice, taxes: Sequence[TaxSum], *, anew: bool) -> None:
    if anew:
        await InvoiceTax.filter(invoice_id=invoice.id).delete()
    await InvoiceTax.bulk_create(
        InvoiceTax(
            invoice_id=invoice.id,
            name=each.name,
            title=each.tax.title,
            basis_points=each.tax.basis_points,
            included=each.tax.included,
            base_cents=each.base_cents,
            amount_cents=each.amount_cents,
        )
        for each in taxes
    )


def _adjustment_rows(invoice: Invoice, sheet: Sheet, bill: Bill, now: datetime) -> Iterable[InvoiceAdjustment]:
    placed = [
        (line.position, each, cents)
        for line, sums in zip(sheet.lines, bill.on_lines, strict=True)
        for each, cents in zip(sheet.on_lines.get(line.position, ()), sums, strict=True)
    ]
    placed_whole = [(None, each, cents) for each, cents in zip(sheet.on_whole, bill.on_whole, strict=True)]
    for line, each, cents in (*placed, *placed_whole):
        yield InvoiceAdjustment(
            invoice_id=invoice.id,
            line=line,
            kind=each.kind,
            description=each.description,
            basis_points=each.basis_points,
            amount_cents=cents,
            at=now,
        )


def line_of(charge: Charge, position: int) -> InvoiceLine:
    return InvoiceLine(
        position=position,
        charge_id=charge.id,
        code=charge.code,
        kind=charge.kind,
        patient_id=charge.patient_id,
        served_on=charge.served_on,
        description=charge.description,
        quantity_thousandths=charge.quantity_thousandths,
        unit_price_cents=charge.unit_price_cents,
        amount_cents=charge.amount_cents,
        taxes=charge.taxes,
    )
