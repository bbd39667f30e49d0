"""A stretch of days, as people type it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.periods import Period, month_of, period_in

TODAY = date(2026, 3, 18)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("", "2026-03-01", "2026-03-18"),
        ("today", "2026-03-18", "2026-03-18"),
        ("Yesterday", "2026-03-17", "2026-03-17"),
        ("this week", "2026-03-16", "2026-03-18"),
        ("last week", "2026-03-09", "2026-03-15"),
        ("this month", "2026-03-01", "2026-03-18"),
        ("last month", "2026-02-01", "2026-02-28"),
        ("this year", "2026-01-01", "2026-03-18"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("march", "2026-03-01", "2026-03-31"),
        ("sept", "2025-09-01", "2025-09-30"),
        ("february 2024", "2024-02-01", "2024-02-29"),
        ("2026-01", "2026-01-01", "2026-01-31"),
        ("2026-01-05", "2026-01-05", "2026-01-05"),
        ("2026-01-05 2026-02-01", "2026-01-05", "2026-02-01"),
        ("2026-01-05 to 2026-02-01", "2026-01-05", "2026-02-01"),
    ],
)
def test_what_people_type_is_the_period_they_mean(typed: str, first: str, last: str) -> None:
    meant = period_in(typed.split(), TODAY)
    assert (meant.first.isoformat(), meant.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "typed", ["soon", "ma", "march march", "2026-13", "2026-02-30", "2026-02-01 2026-01-01", "1 2 3", "'"]
)
def test_what_is_no_period_is_refused_with_examples_or_the_reason(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        period_in(typed.split(), TODAY)
    assert refused.value.field == "from"


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_month_has_all_its_days(day: date) -> None:
    month = month_of(day)
    assert (month.first.day, month.first.month, month.last.month) == (1, day.month, day.month)
    assert month.first <= day <= month.last
    assert (month.last.toordinal() + 1) == month_of(date.fromordinal(month.last.toordinal() + 1)).first.toordinal()


def test_a_period_says_itself_as_people_would() -> None:
    assert str(Period(TODAY, TODAY)) == "March 18, 2026"
    assert str(Period(date(2025, 12, 31), TODAY)) == "Dec 31, 2025 to Mar 18, 2026"
