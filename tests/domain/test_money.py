"""Money as clerks type it, as percentages round it, and as splits share it out: no cent is lost, none invented."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.money import MOST_CENTS, extended, parse, percent, plain, rounded, split
from domain.practice import CURRENCIES

cents = st.integers(-MOST_CENTS, MOST_CENTS)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any)


@given(cents, weights)
def test_a_split_adds_up_and_no_part_is_a_cent_away_from_its_share(amount: int, by: list[int]) -> None:
    parts = split(amount, by)
    assert sum(parts) == amount
    for part, weight in zip(parts, by, strict=True):
        assert abs(part - Fraction(amount * weight, sum(by))) < 1
        assert weight or not part


@given(cents, weights)
def test_the_leftover_cents_go_to_the_largest_remainders(amount: int, by: list[int]) -> None:
    exact = [Fraction(abs(amount) * weight, sum(by)) for weight in by]
    more = [share - int(share) for share, part in zip(exact, split(amount, by), strict=True) if abs(part) > int(share)]
    less = [share - int(share) for share, part in zip(exact, split(amount, by), strict=True) if abs(part) == int(share)]
    assert min(more, default=1) >= max(less, default=0)


def test_of_equal_remainders_the_first_is_served_first() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(-100, [1, 1, 1]) == [-34, -33, -33]


@pytest.mark.parametrize("by", [[], [0], [0, 0], [1, -1], [-1], [2, -1]])
def test_a_split_by_nothing_is_a_mistake_of_ours(by: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(100, by)


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_a_quotient_is_rounded_half_to_even_as_decimal_does_it(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    assert rounded(numerator, denominator) == round(exact)
    assert abs(exact - rounded(numerator, denominator)) <= Fraction(1, 2)


@pytest.mark.parametrize(("halves", "expected"), [(1, 0), (3, 2), (5, 2), (7, 4), (-1, 0), (-3, -2), (-5, -2)])
def test_halves_go_to_the_even_neighbour(halves: int, expected: int) -> None:
    assert rounded(halves, 2) == expected


@given(cents, st.integers(1, 10_000))
def test_percentages_and_quantities_round_once_at_the_end(amount: int, figure: int) -> None:
    whole = Decimal(1)
    assert percent(amount, figure) == (Decimal(amount) * figure / 10_000).quantize(whole, ROUND_HALF_EVEN)
    assert extended(amount, figure) == (Decimal(amount) * figure / 1_000).quantize(whole, ROUND_HALF_EVEN)


@pytest.mark.parametrize(
    ("typed", "currency", "expected"),
    [
        ("15", "USD", 1_500),
        ("15.5", "USD", 1_550),
        (" $ 15 ", "USD", 1_500),
        ("$1,240.50", "USD", 124_050),
        ("USD 40", "USD", 4_000),
        ("40 EUR", "EUR", 4_000),
        ("€40", "EUR", 4_000),
        ("-$5.00", "USD", -500),
        ("40.000", "USD", 4_000),
        ("0", "USD", 0),
        ("1,240", "JPY", 1_240),
        ("1.234", "KWD", 1_234),
        ("12,345,678.9", "BHD", 12_345_678_900),
        ("10,000,000,000", "USD", MOST_CENTS),
    ],
)
def test_what_clerks_type_is_understood(typed: str, currency: str, expected: int) -> None:
    assert parse(typed, currency) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "$", ".", "-", ",", "forty", "12,50", "1,24", "1,2345", ",100", "1,,000", "100,", "1.2.3", "1.000,50",
        "1_000", "1e3", "1E999999", "1e-999999", "NaN", "sNaN", "Infinity", "-inf", "0x10", "٤٠", "４０", "--5", "5-",
        "$$5", "5$5", "5 EUR", ".5", "40.", "1 240.50", "$-5", "9" * 16, "1 24",
        "40 USD USD", "½", "$5 and more", "5\n6", "\x00",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Refusal, match=r"is not an amount\. Write it like") as refused:
        parse(typed, "USD")
    assert (refused.value.status, refused.value.field) == (422, "amount")


@pytest.mark.parametrize(
    ("typed", "currency", "digits"), [("1.005", "USD", 2), ("1.5", "JPY", 0), ("1.0005", "KWD", 3)]
)
def test_more_decimals_than_the_currency_has_are_never_rounded_away(typed: str, currency: str, digits: int) -> None:
    with pytest.raises(Refusal, match=f"{currency} has {digits} decimals"):
        parse(typed, currency)


@pytest.mark.parametrize("typed", ["10,000,000,000.01", "999999999999999", "-99999999999"])
def test_a_slip_of_the_keyboard_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="more than one invoice can carry"):
        parse(typed, "USD")


@given(cents, st.sampled_from(CURRENCIES))
@example(-5, "USD")
@example(-5, "EUR")
def test_what_we_write_we_can_read(amount: int, currency: str) -> None:
    assert parse(plain(amount, currency), currency) == amount


@given(st.text(alphabet="0123456789.,$€£- eEUSDn_\u00a0", max_size=20), st.sampled_from(CURRENCIES))
def test_whatever_is_typed_the_answer_is_an_amount_or_a_refusal(typed: str, currency: str) -> None:
    try:
        amount = parse(typed, currency)
    except Refusal:
        return
    assert abs(amount) <= MOST_CENTS
    assert any(figure in typed for figure in "0123456789")


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        (124_050, "USD", "$1,240.50"),
        (-5, "USD", "-$0.05"),
        (1_240, "JPY", "1,240 JPY"),
        (1_234, "KWD", "1.234 KWD"),
        (0, "EUR", "0.00 EUR"),
    ],
)
def test_amounts_are_written_plainly(amount: int, currency: str, expected: str) -> None:
    assert plain(amount, currency) == expected
