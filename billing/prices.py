"""What things cost, on which price list, on which day."""

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
    lists = [name for name in (patient.price_list, practice.price_list) if name]
    found = await Price.filter(price_list__in=lists, code=code, valid_from__lte=on).order_by("-valid_from")
    for name in lists:
        for price in found:
            if price.price_list == name:
                return price
    raise invalid(
        f"“{code}” has no price on {' or '.join(dict.fromkeys(lists))} for {on:%B} {on.day}, {on.year}."
        " Add the price, then send the session again.",
        "items",
    )
