"""When an invoice is late, and what the practice's policy charges for it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.late_fees import Fee, FeesDue, fee_cents, fee_day, fees_due, is_overdue
from domain.terms import LateFee

DUE = date(2026, 2, 28)
NEXT_DAY = date(2026, 3, 1)
MONTHLY = LateFee(after_days=10, flat_cents=1_500, every_days=30)


def day(after: int) -> date:
    return DUE + timedelta(days=after)


def always(cents: int) -> Callable[[date], int]:
    return lambda _: cents


def due(policy: LateFee, after: int, *, balance: int = 10_000, periods: int = 0, charged: int = 0) -> FeesDue:
    return fees_due(DUE, policy, day(after), periods=periods, charged_cents=charged, bare_on=always(balance))


def test_an_invoice_is_late_from_the_day_after_its_due_date() -> None:
    assert [is_overdue(DUE, when) for when in (DUE - timedelta(days=1), DUE, NEXT_DAY)] == [False, False, True]


@pytest.mark.parametrize(("after", "first_day"), [(0, NEXT_DAY), (1, NEXT_DAY), (2, date(2026, 3, 2))])
def test_no_fee_falls_due_on_the_due_date_itself(after: int, first_day: date) -> None:
    assert fee_day(DUE, LateFee(after_days=after, flat_cents=1), 1) == first_day


def test_a_fee_has_its_day_when_grace_is_over_and_comes_again_only_where_the_policy_says_so() -> None:
    graceful = LateFee(after_days=10, flat_cents=1, every_days=30, grace_days=5)
    assert [fee_day(DUE, graceful, period) for period in (1, 2, 3)] == [day(15), day(45), day(75)]
    assert [fee_day(DUE, LateFee(after_days=10, flat_cents=1), period) for period in (1, 2)] == [day(10), None]


@pytest.mark.parametrize(
    ("policy", "balance", "fee"),
    [
        (LateFee(flat_cents=1_500), 100, 1_500),
        (LateFee(basis_points=150), 10_000, 150),
        (LateFee(basis_points=150), 100, 2),
        (LateFee(basis_points=150), 33, 0),
        (LateFee(basis_points=50), 100, 0),
        (LateFee(basis_points=50), 300, 2),
        (LateFee(basis_points=50), -300, 0),
        (LateFee(flat_cents=1_500), 0, 0),
    ],
)
def test_the_fee_is_flat_or_a_part_of_the_balance(policy: LateFee, balance: int, fee: int) -> None:
    assert fee_cents(balance, policy) == fee


def test_nothing_is_due_before_its_day_and_each_period_is_due_once() -> None:
    assert due(MONTHLY, 9) == FeesDue((), 0, day(10))
    assert due(MONTHLY, 10) == FeesDue((Fee(1, day(10), 1_500),), 1, day(40))
    assert due(MONTHLY, 39, periods=1, charged=1_500) == FeesDue((), 1, day(40))
    assert due(LateFee(flat_cents=700), 400) == FeesDue((Fee(1, day(1), 700),), 1, None)


def test_what_an_outage_has_missed_is_caught_up() -> None:
    assert due(MONTHLY, 75, periods=1, charged=1_500) == FeesDue(
        (Fee(2, day(40), 1_500), Fee(3, day(70), 1_500)), 3, day(100)
    )


def test_a_percentage_is_of_the_balance_on_the_fee_s_day_with_the_fees_before_it() -> None:
    policy = LateFee(after_days=10, basis_points=1_000, every_days=10)
    caught_up = fees_due(
        DUE, policy, day(30), periods=0, charged_cents=0, bare_on=lambda on: 10_000 if on < day(25) else 4_000
    )
    assert [fee.cents for fee in caught_up.fees] == [1_000, 1_100, 610]


def test_all_fees_together_stay_under_the_cap_and_none_is_looked_for_beyond_it() -> None:
    capped = LateFee(after_days=1, flat_cents=1_500, every_days=10, cap_cents=4_000)
    assert [fee.cents for fee in due(capped, 21).fees] == [1_500, 1_500, 1_000]
    assert due(capped, 21).next_on is None
    assert due(capped, 31, periods=3, charged=4_000) == FeesDue((), 4, None)


policies = st.builds(
    LateFee,
    after_days=st.integers(0, 40),
    basis_points=st.integers(1, 10_000),
    every_days=st.integers(1, 60),
    grace_days=st.integers(0, 20),
    cap_cents=st.one_of(st.none(), st.integers(1, 20_000)),
)


@given(policies, st.lists(st.tuples(st.integers(0, 200), st.integers(0, 3_000)), max_size=4), st.integers(0, 200))
def test_whether_the_clock_runs_daily_or_comes_back_after_an_outage_makes_no_difference(
    policy: LateFee, paid: list[tuple[int, int]], back: int
) -> None:
    def bare_on(on: date) -> int:
        return 12_500 - sum(cents for after, cents in paid if day(after) < on)

    daily: list[Fee] = []
    periods, next_on = 0, fee_day(DUE, policy, 1)
    for after in range(back + 1):
        if next_on is not None and next_on <= day(after):
            charged = sum(fee.cents for fee in daily)
            step = fees_due(DUE, policy, day(after), periods=periods, charged_cents=charged, bare_on=bare_on)
            daily, periods, next_on = [*daily, *step.fees], step.periods, step.next_on
    at_once = fees_due(DUE, policy, day(back), periods=0, charged_cents=0, bare_on=bare_on)
    assert (list(at_once.fees), at_once.next_on) == (daily, next_on)
    assert len({fee.period for fee in daily}) == len(daily)
    if policy.cap_cents is not None:
        assert sum(fee.cents for fee in daily) <= policy.cap_cents
