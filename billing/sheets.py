"""A draft as it is worked on: lines, what is taken off or put on, taxes; read, reckoned, and written back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from domain.bill import Adjustment, Bill, BillLine, reckon
from domain.errors import invalid
from domain.money import MOST_CENTS, extended
from domain.practice import Practice
from domain.tax import TaxSum
from models.by_hand import add_rows, rows_of
from models.care import Charge
from models.invoices import Invoice, InvoiceAdjustment, InvoiceLine, InvoiceTax

MOST_LINES = 1_000


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

    def line(self, position: int) -> InvoiceLine:
        for line in self.lines:
            if line.position == position:
                return line
        raise invalid(f"There is no line {position} on this draft.", "lines")

    def put_on(self, charges: Sequence[Charge]) -> None:
        first = self.next_position
        self.lines += [line_of(charge, position) for position, charge in enumerate(charges, first)]

    def reckon(self, practice: Practice) -> Bill:
        """By the rates of today's app.yaml: what a bill is taxed is settled when it is sent."""
        self._check()
        rows = [
            BillLine(
                line.amount_cents,
                tuple(dict.fromkeys((*line.taxes, *self.taxes))),
                self.on_lines.get(line.position, ()),
            )
            for line in self.lines
        ]
        return reckon(rows, self.on_whole, practice.taxes)

    def _check(self) -> None:
        if len(self.lines) > MOST_LINES:
            raise invalid(f"One invoice holds at most {MOST_LINES} lines.", "lines")
        for each in self.on_whole:
            each.check("adjustments")
        for theirs in self.on_lines.values():
            for each in theirs:
                each.check("lines")


async def sheet_of(invoice: Invoice) -> Sheet:
    lines = sorted(await rows_of(InvoiceLine, invoice_id=invoice.id), key=attrgetter("position"))
    by_line: dict[int | None, list[Adjustment]] = defaultdict(list)
    for row in await rows_of(InvoiceAdjustment, invoice_id=invoice.id):
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
    await add_rows(_adjustment_rows(invoice, sheet, bill, now))
    await write_taxes(invoice, bill.taxes, anew=anew)


async def write_taxes(invoice: Invoice, taxes: Sequence[TaxSum], *, anew: bool) -> None:
    if anew:
        await InvoiceTax.filter(invoice_id=invoice.id).delete()
    await add_rows(
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


def set_rate(line: InvoiceLine, cents: int, reason: str) -> None:
    """Another rate than the list's, with its reason; the list's own again needs none."""
    if not 0 <= cents <= MOST_CENTS:
        raise invalid("A rate cannot be negative, nor more than a bill can carry; take off a discount.", "lines")
    listed = line.unit_price_cents if line.list_price_cents is None else line.list_price_cents
    other = line.kind != "manual" and cents != listed
    if other and not reason.strip():
        raise invalid("Another rate than the list's needs a reason.", "reason")
    if len(reason) > 500:
        raise invalid("A reason can be at most 500 characters long.", "reason")
    line.list_price_cents, line.rate_reason = (listed, reason.strip()) if other else (None, "")
    line.unit_price_cents, line.amount_cents = cents, extended(cents, line.quantity_thousandths)
