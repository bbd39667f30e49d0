"""What stands on invoices beside their lines, named for who pays them: on paper and on their page alike."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from documents.labels import adjustment_label, tax_label
from documents.papers import PaperAdjustment
from models.by_hand import rows_of
from models.invoices import InvoiceAdjustment, InvoiceTax


@dataclass(slots=True)
class Figures:
    on_lines: dict[int, list[PaperAdjustment]] = field(default_factory=lambda: defaultdict(list))
    """By the position of the line."""
    on_whole: list[PaperAdjustment] = field(default_factory=list)
    taxes: list[PaperAdjustment] = field(default_factory=list)
    contained: list[PaperAdjustment] = field(default_factory=list)
    """Taxes that the prices hold already."""
    fees: list[PaperAdjustment] = field(default_factory=list)

    @property
    def below_lines(self) -> list[PaperAdjustment]:
        """In the order in which they came to be."""
        return [*self.on_whole, *self.taxes, *self.fees]


async def figures_of(invoices: Sequence[int], locale: str) -> dict[int, Figures]:
    found: dict[int, Figures] = defaultdict(Figures)
    for row in await rows_of(InvoiceAdjustment, invoice_id__in=invoices):
        figures = found[row.invoice_id]
        label = adjustment_label(row.kind, row.description, row.basis_points, locale)
        beside = figures.on_whole if row.period is None else figures.fees
        among = beside if row.line is None else figures.on_lines[row.line]
        among.append(PaperAdjustment(label=label, amount_cents=row.amount_cents))
    for tax in await rows_of(InvoiceTax, invoice_id__in=invoices):
        among = found[tax.invoice_id].contained if tax.included else found[tax.invoice_id].taxes
        label = tax_label(tax.title, tax.basis_points, locale)
        among.append(PaperAdjustment(label=label, amount_cents=tax.amount_cents))
    return found
