"""What a bill comes to: quantities at prices, what is taken off or put on, and taxes.

The rule, in its order:

1. A line is its price times its quantity, rounded half-even (`domain.money.extended`).
2. A line's discounts and surcharges are amounts, or percents of the line, each rounded half-even. They cannot bring it
   below zero.
3. The whole bill's are amounts, or percents of what the lines come to by then. They cannot bring it below zero.
4. What those of the bill come to together is spread over the lines in proportion, leftover cents by largest remainder.
   That changes no sum; it says how much of each line is taxed.
5. Each tax is rounded half-even once, at the end, over the bill (`domain.tax`).

The total is the sum of lines, adjustments, and those taxes that prices don't contain: every figure of it is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from domain.errors import invalid
from domain.money import MOST_CENTS, percent, split
from domain.tax import WHOLE, TaxSum, tax_sums
from domain.terms import Tax


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """Taken off or put on: an amount, or a percentage in basis points."""

    kind: Literal["discount", "surcharge"]
    cents: int | None = None
    basis_points: int | None = None
    description: str = ""
    """In words for the patient; the kind alone says enough, too."""

    def on(self, base_cents: int) -> int:
        """How it changes a sum of so much."""
        size = self.cents if self.cents is not None else percent(base_cents, self.basis_points or 0)
        return -size if self.kind == "discount" else size

    def check(self, field: str) -> None:
        if (self.cents is None) == (self.basis_points is None):
            raise invalid(f"A {self.kind} is either an amount or a percentage.", field)
        if self.cents is not None and not 0 < self.cents <= MOST_CENTS:
            raise invalid(f"A {self.kind} is more than zero and less than a bill can carry.", field)
        if self.basis_points is not None and not 0 < self.basis_points <= WHOLE:
            raise invalid(f"A {self.kind} is more than 0% and at most 100%.", field)
        if len(self.description) > 200:
            raise invalid(f"A {self.kind} is described in at most 200 characters.", field)


@dataclass(frozen=True, slots=True)
class BillLine:
    amount_cents: int
    taxes: tuple[str, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True, slots=True)
class Bill:
    """Every figure of a bill, in the order of what it was made from."""

    on_lines: tuple[tuple[int, ...], ...]
    on_whole: tuple[int, ...]
    taxes: tuple[TaxSum, ...]
    total_cents: int


def reckon(lines: Sequence[BillLine], adjustments: Sequence[Adjustment], taxes: Mapping[str, Tax]) -> Bill:
    """The bill of these lines, or a refusal that says which part of it cannot be."""
    on_lines = tuple(tuple(each.on(line.amount_cents) for each in line.adjustments) for line in lines)
    nets = [line.amount_cents + sum(changes) for line, changes in zip(lines, on_lines, strict=True)]
    for place, net in enumerate(nets, 1):
        if net < 0:
            raise invalid(f"The discounts on line {place} come to more than the line.", "lines")
    on_whole = tuple(each.on(sum(nets)) for each in adjustments)
    if sum(nets) + sum(on_whole) < 0:
        raise invalid("The discounts come to more than the bill.", "adjustments")
    parts = zip(_spread(sum(on_whole), nets), (_known(line.taxes, taxes) for line in lines), strict=True)
    sums = tax_sums(parts, taxes)
    total = sum(nets) + sum(on_whole) + sum(each.amount_cents for each in sums if not each.tax.included)
    if sum(each.amount_cents for each in sums) > total:  # many contained rates, each rounded up, on a few cents
        raise invalid("The taxes come to more than the bill.", "taxes")
    if max([total, *(line.amount_cents for line in lines)]) > MOST_CENTS:
        raise invalid("That is more than one invoice can carry.", "lines")
    return Bill(on_lines, on_whole, sums, total)


def _spread(cents: int, nets: Sequence[int]) -> list[int]:
    """A bill of nothing but what was put on it has no line that could bear a tax."""
    return [net + part for net, part in zip(nets, split(cents, nets), strict=True)] if any(nets) else list(nets)


def _known(names: tuple[str, ...], taxes: Mapping[str, Tax]) -> tuple[str, ...]:
    for name in names:
        if name not in taxes:
            raise invalid(f"There is no tax “{name[:40]}” in app.yaml; it has {', '.join(taxes) or 'none'}.", "taxes")
    return names
