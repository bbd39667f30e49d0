"""What the taxes on a bill come to: several rates, added to prices or contained in them, each rounded once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from domain.terms import Tax

WHOLE = 10_000
"""A hundred percent in basis points."""


@dataclass(frozen=True, slots=True)
class TaxSum:
    """One rate on a whole bill."""

    name: str
    tax: Tax
    base_cents: int
    """What it is on, without any tax."""
    amount_cents: int


def tax_sums(parts: Iterable[tuple[int, tuple[str, ...]]], taxes: Mapping[str, Tax]) -> tuple[TaxSum, ...]:
    """The sum of each tax over the parts of a bill, given with the names of those they bear.

    A part without the taxes it contains is its net; every rate is on the net, none on another tax. Nets stay exact
    until the end, where each rate is rounded half-even, once for the bill.
    """
    nets: dict[str, Fraction] = {}
    for cents, names in parts:
        contained = sum(taxes[name].basis_points for name in names if taxes[name].included)
        net = Fraction(cents * WHOLE, WHOLE + contained)
        for name in names:
            nets[name] = nets.get(name, Fraction()) + net
    return tuple(
        TaxSum(name, taxes[name], round(net), round(net * taxes[name].basis_points / WHOLE))
        for name, net in nets.items()
    )
