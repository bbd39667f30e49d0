"""When an invoice is late, and what the practice's policy charges for it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.late_fees import fee_cents, fee_due_on, is_overdue
from domain.terms import LateFee

DUE = date(2026, 2, 28)
NEXT_DAY = date(2026, 3, 1)


def test_an_invoice_is_late_from_the_day_after_its_due_date() -> None:
    assert [is_overdue(DUE, day) for day in (DUE - timedelta(days=1), DUE, NEXT_DAY)] == [False, False, True]


@pytest.mark.parametrize(("after", "first_day"), [(0, NEXT_DAY), (1, NEXT_DAY), (2, date(2026, 3, 2))])
def test_no_fee_falls_due_on_the_due_date_itself(after: int, first_day: date) -> None:
    assert fee_due_on(DUE, LateFee(after_days=after, flat_cents=1)) == first_day


@pytest.mark.parametrize(
    ("policy", "balance", "fee"),
    [
        (LateFee(flat_cents=1_500), 100, 1_500),
        (LateFee(flat_cents=1_500, cap_cents=1_000), 100, 1_000),
        (LateFee(basis_points=150), 10_000, 150),
        (LateFee(basis_points=150), 100, 2),
        (LateFee(basis_points=150), 33, 0),
        (LateFee(basis_points=50), 100, 0),
        (LateFee(basis_points=50), 300, 2),
        (LateFee(basis_points=10_000, cap_cents=5_000), 5_001, 5_000),
    ],
)
def test_the_fee_is_flat_or_a_part_of_the_balance_and_capped(policy: LateFee, balance: int, fee: int) -> None:
    assert fee_cents(balance, policy) == fee


@given(st.integers(0, 10**9), st.integers(1, 10_000), st.integers(1, 10**6))
def test_a_percentage_is_never_above_the_balance_or_the_cap(balance: int, points: int, cap: int) -> None:
    assert 0 <= fee_cents(balance, LateFee(basis_points=points, cap_cents=cap)) <= min(balance, cap)
