"""Which column of the ageing report a balance stands in."""

from datetime import date, timedelta

import pytest

from domain.ageing import BUCKETS, bucket

SENT = date(2026, 1, 31)


@pytest.mark.parametrize(
    ("days", "column"),
    [(0, "0–30"), (30, "0–30"), (31, "31–60"), (60, "31–60"), (61, "61–90"), (90, "61–90"), (91, "90+"), (9999, "90+")],
)
def test_age_is_counted_in_days_from_the_day_it_was_sent(days: int, column: str) -> None:
    assert BUCKETS[bucket(SENT, SENT + timedelta(days=days))] == column


def test_what_is_sent_tomorrow_is_not_older_than_what_is_sent_today() -> None:
    assert bucket(SENT, SENT - timedelta(days=1)) == 0
