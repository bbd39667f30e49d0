"""What things cost, on which price list, on which day."""

from collections.abc import Iterable, Sequence
from datetime import date

from domain.errors import invalid
from domain.practice import Practice
from models.care import Price
from models.people import Patient


async def set_price(
    *, price_list: str, code: str, description: str, unit_price_cents: int, valid_from: date, kind: str = "procedure"
) -> Price:
    """A price from a day on; the same day again corrects it."""
    if unit_price_cents < 0:
        raise invalid("A price cannot be negative.", "unit_price_cents")
    price, _ = await Price.update_or_create(
        {"description": description, "unit_price_cents": unit_price_cents, "kind": kind},
        price_list=price_list,
        code=code,
        valid_from=valid_from,
    )
    return price


async def price_for(patient: Patient, code: str, on: date, *, practice: Practice) -> Price:
    """The price on the patient's own list, or the practice's. No price is an error someone sees, never a zero."""
    lists = lists_of(patient.price_list, practice)
    return price_among(await Price.filter(price_list__in=lists, code=code), lists, code, on)


def lists_of(own: str | None, practice: Practice) -> tuple[str, ...]:
    """The patient's own price list, then the practice's."""
    return tuple(dict.fromkeys(name for name in (own, practice.price_list) if name))


def price_among(prices: Iterable[Price], lists: Sequence[str], code: str, on: date) -> Price:
    """The latest that is good on that day, on the first list that has one."""
    good = [price for price in prices if price.price_list in lists and price.code == code and price.valid_from <= on]
    if not good:
        raise invalid(
            f"“{code}” has no price on {' or '.join(lists)} for {on:%B} {on.day}, {on.year}."
            " Add the price, then send the session again.",
            "items",
        )
    return min(good, key=lambda price: (lists.index(price.price_list), -price.valid_from.toordinal()))
