"""Statements' arithmetic: what falls due when, how old it is, and whose it was."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.statement import aged, last_day_due, parted

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@given(DAYS, st.integers(1, 28))
def test_statements_cover_up_to_the_day_before_they_last_fell_due(today: date, day_of_month: int) -> None:
    fell_due = last_day_due(today, day_of_month) + timedelta(days=1)
    assert fell_due.day == day_of_month
    assert fell_due <= today < fell_due + timedelta(days=32)
    between = [fell_due + timedelta(days=n) for n in range(1, (today - fell_due).days + 1)]
    assert all(day.day != day_of_month for day in between)


@pytest.mark.parametrize(
    ("today", "day", "last"),
    [
        (date(2026, 3, 1), 1, date(2026, 2, 28)),
        (date(2026, 3, 14), 15, date(2026, 2, 14)),
        (date(2026, 1, 1), 28, date(2025, 12, 27)),
    ],
)
def test_the_last_day(today: date, day: int, last: date) -> None:
    assert last_day_due(today, day) == last


@given(
    st.integers(-100_000, 100_000),
    st.lists(st.tuples(st.integers(1, 4), st.integers(-500, 10_000)), min_size=1),
)
def test_every_cent_of_an_invoice_is_somebodys(total: int, lines: list[tuple[int, int]]) -> None:
    parts = parted(total, lines)
    assert sum(parts.values()) == total
    assert set(parts) == {patient for patient, _ in lines}


def test_what_is_owed_stands_by_its_age() -> None:
    day = date(2026, 6, 30)
    owed = [(day - timedelta(days=age), cents) for age, cents in {0: 1, 31: 20, 61: 300, 91: 4_000}.items()]
    assert aged(owed, day) == (1, 20, 300, 4_000)
