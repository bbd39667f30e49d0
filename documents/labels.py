"""The names of figures beside the lines: discounts, surcharges, fees and taxes, in the patient's language."""

from documents.phrases import phrases
from documents.words import percent

KINDS = {
    "discount": "Discount",
    "surcharge": "Surcharge",
    "late_fee": "Late fee",
    "late_fee_waived": "Late fee waived",
}


def adjustment_label(kind: str, description: str, basis_points: int | None, locale: str) -> str:
    """`Senior discount 10%`; fees are called alike everywhere, so they have their name in each language."""
    named = phrases(locale).gettext(KINDS[kind])
    words = named if kind.startswith("late_fee") else description or named
    return words if basis_points is None else f"{words} {percent(basis_points, locale)}"


def tax_label(title: str, basis_points: int, locale: str) -> str:
    return f"{title} {percent(basis_points, locale)}"
