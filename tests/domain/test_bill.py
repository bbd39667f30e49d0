"""What a bill comes to, held against a plain restatement of the rule in fractions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bill import Adjustment, Bill, BillLine, reckon
from domain.errors import Refusal
from domain.terms import Tax

TAXES = {
    "state": Tax(title="State tax", basis_points=625),
    "city": Tax(title="City tax", basis_points=150),
    "vat": Tax(title="VAT", basis_points=2_000, included=True),
    "levy": Tax(title="Levy", basis_points=100, included=True),
}


def off(**size: int) -> Adjustment:
    return Adjustment(kind="discount", **size)


def on(**size: int) -> Adjustment:
    return Adjustment(kind="surcharge", **size)


def tax_of(bill: Bill) -> dict[str, tuple[int, int]]:
    return {each.name: (each.base_cents, each.amount_cents) for each in bill.taxes}


def test_a_bill_without_more_is_the_sum_of_its_lines() -> None:
    assert reckon([BillLine(12_500), BillLine(450)], [], {}) == Bill(((), ()), (), (), 12_950)


def test_percents_of_a_line_are_each_of_the_line_and_those_of_the_bill_of_what_is_left() -> None:
    bill = reckon(
        [BillLine(10_000, (), (off(basis_points=1_000), on(basis_points=500))), BillLine(2_000)],
        [off(basis_points=1_000), off(cents=150)],
        {},
    )
    assert bill.on_lines == ((-1_000, 500), ())
    assert bill.on_whole == (-1_150, -150)
    assert bill.total_cents == 10_200


def test_half_a_cent_goes_to_the_even_side() -> None:
    assert [reckon([BillLine(c)], [off(basis_points=5_000)], {}).on_whole[0] for c in (1, 3, 5)] == [0, -2, -2]


def test_a_tax_is_added_to_what_is_left_of_its_lines_after_every_discount() -> None:
    lines = [BillLine(10_000, ("state", "city")), BillLine(10_000)]
    bill = reckon(lines, [off(basis_points=1_000)], TAXES)
    assert tax_of(bill) == {"state": (9_000, 562), "city": (9_000, 135)}
    assert bill.total_cents == 18_000 + 562 + 135


def test_a_contained_tax_changes_no_total_and_carries_no_other_tax() -> None:
    bill = reckon([BillLine(12_100, ("vat", "levy", "state"))], [], TAXES)
    assert tax_of(bill) == {"vat": (10_000, 2_000), "levy": (10_000, 100), "state": (10_000, 625)}
    assert bill.total_cents == 12_725


def test_a_rate_is_rounded_once_for_the_bill_and_not_once_a_line() -> None:
    lines = [BillLine(108, ("state",))] * 10
    assert tax_of(reckon(lines, [], TAXES)) == {"state": (1_080, 68)}  # a line's 6.75 would have made 70


def test_what_was_taken_off_the_bill_is_spread_by_largest_remainder_before_it_is_taxed() -> None:
    taxes = {name: Tax(title=name, basis_points=10_000) for name in "abc"}
    bill = reckon([BillLine(100, (name,)) for name in "abc"], [off(cents=100)], taxes)
    assert tax_of(bill) == {"a": (66, 66), "b": (67, 67), "c": (67, 67)}


def test_what_is_put_on_a_bill_of_nothing_is_not_taxed() -> None:
    assert reckon([BillLine(0, ("state",))], [on(cents=500)], TAXES).total_cents == 500
    assert reckon([], [on(cents=500)], TAXES).total_cents == 500


@pytest.mark.parametrize(
    ("lines", "adjustments", "field", "words"),
    [
        ([BillLine(500), BillLine(100, (), (off(cents=101),))], [], "lines", "line 2"),
        ([BillLine(100)], [off(cents=60), off(basis_points=5_000)], "adjustments", "more than the bill"),
        ([BillLine(100, ("gst",))], [], "taxes", "no tax “gst”"),
        ([BillLine(10**12), BillLine(1)], [], "lines", "more than one invoice"),
        ([BillLine(10**12 + 1, (), (off(basis_points=10_000),))], [], "lines", "more than one invoice"),
    ],
)
def test_what_cannot_be_is_refused_on_its_field(
    lines: list[BillLine], adjustments: list[Adjustment], field: str, words: str
) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        reckon(lines, adjustments, TAXES)
    assert refused.value.field == field


def test_taxes_that_would_leave_less_than_nothing_are_refused() -> None:
    taxes = {name: Tax(title=name, basis_points=10_000, included=True) for name in "abcd"}
    with pytest.raises(Refusal, match="more than the bill"):
        reckon([BillLine(3, tuple(taxes))], [], taxes)


@pytest.mark.parametrize(
    "wrong",
    [off(), off(cents=1, basis_points=1), off(cents=0), off(cents=-5), on(basis_points=10_001), on(cents=10**13)],
)
def test_an_adjustment_is_an_amount_or_a_percentage_above_zero(wrong: Adjustment) -> None:
    with pytest.raises(Refusal):
        wrong.check("adjustments")


sizes: st.SearchStrategy[dict[str, int]] = st.one_of(
    st.builds(dict, cents=st.integers(1, 50_000)), st.builds(dict, basis_points=st.integers(1, 10_000))
)
adjustments = st.builds(
    lambda kind, size: Adjustment(kind=kind, **size), st.sampled_from(["discount", "surcharge"]), sizes
)
lines = st.builds(
    BillLine,
    st.integers(0, 10**6),
    st.lists(st.sampled_from(sorted(TAXES)), unique=True).map(tuple),
    st.lists(adjustments, max_size=2).map(tuple),
)


def size_of(adjustment: Adjustment, base: int) -> int:
    """Python's own rounding of a fraction is half-even."""
    exact = Fraction(adjustment.cents or 0) or Fraction(base * (adjustment.basis_points or 0), 10_000)
    return round(exact) * (-1 if adjustment.kind == "discount" else 1)


def spread_over(cents: int, nets: list[int]) -> list[int]:
    """Everyone gets the whole cents of their exact share; the cents left over go to who lost most by that."""
    if not any(nets):
        return nets
    exact = [Fraction(abs(cents) * net, sum(nets)) for net in nets]
    parts = [int(share) for share in exact]
    lost = sorted(range(len(nets)), key=lambda place: (parts[place] - exact[place], place))
    for place in lost[: abs(cents) - sum(parts)]:
        parts[place] += 1
    return [net + (part if cents > 0 else -part) for net, part in zip(nets, parts, strict=True)]


def tax_on(name: str, rows: list[BillLine], parts: list[int]) -> Fraction:
    """By its share of each gross: a price of 121 that holds 21% holds 21/121 of it."""
    return sum(
        (
            Fraction(part * TAXES[name].basis_points, 10_000 + sum(TAXES[n].basis_points for n in held))
            for row, part in zip(rows, parts, strict=True)
            if name in row.taxes
            for held in [[n for n in row.taxes if TAXES[n].included]]
        ),
        Fraction(),
    )


@given(st.lists(lines, min_size=1, max_size=6), st.lists(adjustments, max_size=3))
def test_every_bill_is_what_the_rule_says_in_fractions(rows: list[BillLine], whole: list[Adjustment]) -> None:
    nets = [row.amount_cents + sum(size_of(each, row.amount_cents) for each in row.adjustments) for row in rows]
    changes = [size_of(each, sum(nets)) for each in whole]
    if min(nets) < 0 or sum(nets) + sum(changes) < 0:
        with pytest.raises(Refusal):
            reckon(rows, whole, TAXES)
        return
    bill = reckon(rows, whole, TAXES)
    parts = spread_over(sum(changes), nets)
    exact = {name: tax_on(name, rows, parts) for row in rows for name in row.taxes}
    assert {each.name: each.amount_cents for each in bill.taxes} == {name: round(tax) for name, tax in exact.items()}
    added = sum(round(tax) for name, tax in exact.items() if not TAXES[name].included)
    assert bill.total_cents == sum(nets) + sum(changes) + added
    assert sum(parts) == sum(nets) + (sum(changes) if any(nets) else 0)
    assert all(part >= 0 for part in parts)
