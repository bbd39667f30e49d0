"""Instalments: what a plan may be, and how far it has come."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.instalments import Part, check, monthly, standing
from domain.terms import PlanRules

TODAY = date(2026, 1, 31)
RULES = PlanRules(parts=12, smallest_cents=2_500, last_after_days=365)
amounts = st.integers(1, 10**7)


@given(amounts, st.integers(1, 24), st.integers(0, 10**6), st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_monthly_parts_add_up_and_differ_by_a_cent_at_most(balance: int, parts: int, deposit: int, first: date) -> None:
    deposit = min(deposit, balance - 1)
    plan = monthly(balance, parts=parts, first_on=first, deposit_cents=deposit, today=first - timedelta(days=1))
    assert sum(part.amount_cents for part in plan) == balance
    rest = plan[1:] if deposit else plan
    fair = Fraction(balance - deposit, parts)
    assert all(abs(part.amount_cents - fair) < 1 for part in rest)
    assert [part.amount_cents for part in rest] == sorted((part.amount_cents for part in rest), reverse=True)
    months = [part.due_on.year * 12 + part.due_on.month for part in rest]
    assert months == list(range(months[0], months[0] + parts))


def test_a_month_without_that_day_takes_its_last_and_the_next_takes_the_day_again() -> None:
    days = [part.due_on for part in monthly(40_000, parts=4, first_on=date(2026, 1, 31), today=TODAY)]
    assert days == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ([(0, 5_000), (30, 4_999)], "The parts come to $99.99; $100.00 is owed."),
        ([(0, 9_000), (30, 1_000)], "No part is less than $25.00."),
        ([(-1, 5_000), (30, 5_000)], "Parts fall due from today on, one after the other."),
        ([(30, 5_000), (30, 5_000)], "Parts fall due from today on, one after the other."),
        ([(40, 5_000), (30, 5_000)], "Parts fall due from today on, one after the other."),
        ([(0, 5_000), (366, 5_000)], "The last part falls due within 365 days."),
        ([], "The parts come to $0.00; $100.00 is owed."),
    ],
)
def test_what_is_no_plan_of_the_practice_s_is_refused_in_a_sentence(parts: list[tuple[int, int]], says: str) -> None:
    given_parts = [Part(TODAY + timedelta(days=days), cents) for days, cents in parts]
    with pytest.raises(Refusal) as refused:
        check(given_parts, 10_000, rules=RULES, today=TODAY, currency="USD")
    assert (refused.value.sentence, refused.value.field) == (says, "parts")


def test_more_parts_than_the_practice_makes_are_refused_the_deposit_aside() -> None:
    later = [Part(TODAY + timedelta(days=number), 2_500) for number in range(1, 14)]
    deposit = [Part(TODAY, 2_500), *later[:12]]
    check(deposit, 32_500, rules=RULES, today=TODAY, currency="USD")
    with pytest.raises(Refusal, match="at most 12 parts"):
        check(later, 32_500, rules=RULES, today=TODAY, currency="USD")


def test_a_balance_below_the_smallest_part_may_be_one_part() -> None:
    check([Part(TODAY, 900)], 900, rules=RULES, today=TODAY, currency="USD")


@pytest.mark.parametrize("deposit", [-1, 10_000, 10_001])
def test_a_deposit_is_less_than_the_balance(deposit: int) -> None:
    with pytest.raises(Refusal):
        monthly(10_000, parts=2, first_on=TODAY, deposit_cents=deposit, today=TODAY)


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=8), st.integers(-5_000, 100_000), st.integers(-10, 100))
def test_money_covers_the_parts_in_their_order_cent_by_cent(cents: list[int], paid: int, days: int) -> None:
    parts = [Part(TODAY + timedelta(days=10 * place), amount) for place, amount in enumerate(cents)]
    today = TODAY + timedelta(days=days)
    owner = [part for part in parts for _ in range(part.amount_cents)]  # each cent, by the part it belongs to
    missing = owner[max(paid, 0) :]
    stands = standing(parts, paid, today)
    assert stands.open_cents == tuple(missing.count(part) for part in parts)
    assert stands.due_cents == sum(part.due_on <= today for part in missing)
    assert stands.late == any(part.due_on < today for part in missing)
    assert stands.next == (missing[0] if missing else None)
