"""Arithmetic on money: whole minor units, rounded half-even once, splits that lose no cent."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from domain.errors import invalid

MOST_CENTS = 10**12
"""Ten billion in major units: more than that on one invoice is a slip of the keyboard."""

_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "BHD": 3, "KWD": 3, "OMR": 3, "JOD": 3, "TND": 3}


_TYPED = re.compile(r"(?P<sign>-?)[$€£]?\s?(?P<figure>(\d{1,3}(,\d{3})+|\d{1,15})(\.\d{1,6})?)", re.ASCII)
"""Commas only where they part thousands: “15,00” may mean two things, so it means none."""


def minor_digits(currency: str) -> int:
    return _MINOR_DIGITS.get(currency, 2)


def rounded(numerator: int, denominator: int) -> int:
    """The quotient, half to even, in whole numbers from end to end."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))


def percent(cents: int, basis_points: int) -> int:
    return rounded(cents * basis_points, 10_000)


def extended(unit_price_cents: int, quantity_thousandths: int) -> int:
    """Price times quantity, for quantities of up to three decimals."""
    return rounded(unit_price_cents * quantity_thousandths, 1_000)


def split(cents: int, weights: Sequence[int]) -> list[int]:
    """Parts in proportion to the weights that add up to the whole; leftover cents go to the largest remainders."""
    total = sum(weights)
    if total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("a split needs weights that are not negative and add up to more than nothing")
    sign = -1 if cents < 0 else 1
    shares = [divmod(abs(cents) * weight, total) for weight in weights]
    parts = [whole for whole, _ in shares]
    left = abs(cents) - sum(parts)
    for place in sorted(range(len(weights)), key=lambda i: (-shares[i][1], i))[:left]:
        parts[place] += 1
    return [sign * part for part in parts]


def parse(text: str, currency: str) -> int:
    """What a clerk typed ("$1,240.50", "15") in minor units, or a refusal that says what is wrong with it."""
    bare = text.strip().removeprefix(currency).removesuffix(currency).strip()
    typed = _TYPED.fullmatch(bare)
    if typed is None:
        raise invalid(f"“{text.strip()[:40]}” is not an amount. Write it like 40 or 1,240.50.", "amount")
    amount = Decimal(typed["sign"] + typed["figure"].replace(",", ""))
    digits = minor_digits(currency)
    scaled = amount.scaleb(digits)
    if scaled != scaled.to_integral_value(ROUND_HALF_EVEN):
        raise invalid(f"{currency} has {digits} decimals; “{text.strip()[:40]}” has more.", "amount")
    if abs(scaled) > MOST_CENTS:
        raise invalid("That is more than one invoice can carry.", "amount")
    return int(scaled)


def typed(cents: int, currency: str) -> str:
    """As a clerk would type it into a field: `1240.50`."""
    whole, part = divmod(cents, 10 ** minor_digits(currency))
    return f"{whole}.{part:0{minor_digits(currency)}d}" if minor_digits(currency) else str(whole)


def plain(cents: int, currency: str) -> str:
    """For logs, staff and machines: `$1,240.50`, `1,240.50 EUR`. Patients get their own locale's form elsewhere."""
    digits = minor_digits(currency)
    whole, part = divmod(abs(cents), 10**digits)
    figure = f"{whole:,}" + (f".{part:0{digits}d}" if digits else "")
    sign = "-" if cents < 0 else ""
    return f"{sign}${figure}" if currency == "USD" else f"{sign}{figure} {currency}"
