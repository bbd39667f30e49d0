"""How old a balance is, and in which column of the ageing report it stands."""

from datetime import date

BUCKETS = ("0–30", "31–60", "61–90", "90+")
UPPER_DAYS = (30, 60, 90)


def bucket(issued_on: date, as_of: date) -> int:
    """The column's place: age counts from the day the invoice was sent."""
    age = (as_of - issued_on).days
    return next((place for place, upper in enumerate(UPPER_DAYS) if age <= upper), len(UPPER_DAYS))
