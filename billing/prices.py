"""What things cost, on which price list, on which day."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.access import Actor, require
from domain.errors import Refusal, invalid
from domain.money import MOST_CENTS
from domain.practice import Practice
from models.by_hand import add_row, change_row, row_of, rows_of
from models.care import Price
from models.change import Facts, change
from models.people import Patient

LISTS_TOLD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRecord:
    """What a code costs from a day on; on the practice's own list unless another is named."""

    code: str
    description: str
    unit_price_cents: int
    valid_from: date
    price_list: str | None = None
    kind: str = "procedure"
    taxes: tuple[str, ...] = ()


async def keep_price(record: PriceRecord, *, practice: Practice, actor: Actor, now: datetime) -> tuple[Price, bool]:
    """Keep a price from a day on; says also whether it is new. The same day again corrects it."""
    check_wares(record.code, record.description, record.unit_price_cents, record.taxes, practice)
    require_everywhere(actor, practice, "Setting prices")
    price_list = record.price_list or practice.price_list
    async with change(now) as told:
        says: Facts = {
            "description": record.description,
            "unit_price_cents": record.unit_price_cents,
            "kind": record.kind,
            "taxes": record.taxes,
        }
        place: Facts = {"price_list": price_list, "code": record.code, "valid_from": record.valid_from}
        known = await row_of(Price, **place)
        before = {name: getattr(known, name) for name in says} if known else {}
        if known and before == says:
            return known, False
        if known:
            await change_row(known.update_from_dict(says), says)
        price = known or await add_row(Price, **place, **says)
        told.tell(
            "price.set",
            f"price:{price.id}",
            actor=actor,
            location="",
            before=before,
            after={"price_list": price_list, "code": record.code, "valid_from": str(record.valid_from), **says},
        )
        return price, known is None


async def prices_for(patient: Patient, codes: Collection[str], on: date, *, practice: Practice) -> dict[str, Price]:
    """The price of each code that day, in one look."""
    lists = lists_of(patient.price_list, practice)
    rows = await rows_of(Price, price_list__in=lists, code__in=set(codes), valid_from__lte=on)
    return {code: price_among([row for row in rows if row.code == code], lists, code, on) for code in codes}


async def refuse_unknown_list(name: str, practice: Practice) -> None:
    """A list is there once a price names it, or app.yaml. One that isn't would bill at the practice's own, unseen."""
    if name == practice.price_list or await Price.filter(price_list=name).exists():
        return
    known = await Price.all().distinct().order_by("price_list").limit(LISTS_TOLD).values_list("price_list", flat=True)
    lists = ", ".join(dict.fromkeys((practice.price_list, *map(str, known))))
    raise invalid(
        f"There is no price list “{name}”. There are: {lists}. A list begins with its first price.", "price_list"
    )


def lists_of(own: str | None, practice: Practice) -> tuple[str, ...]:
    """The lists that count for a patient, the first before the others: their own, then the practice's."""
    return tuple(dict.fromkeys(name for name in (own, practice.price_list) if name))


def price_among(prices: Iterable[Price], lists: Sequence[str], code: str, on: date) -> Price:
    """The one of a code's prices that counts that day. None is an error someone sees, never a zero."""
    valid = [price for price in prices if price.price_list in lists and price.valid_from <= on]
    if not valid:
        raise invalid(
            f"“{code[:60]}” has no price on {' or '.join(lists)} for {on:%B} {on.day}, {on.year}."
            " Add it to the price list, then send this again.",
            "items",
        )
    return min(valid, key=lambda price: (lists.index(price.price_list), on - price.valid_from))


def check_wares(code: str, name: str, unit_price_cents: int, taxes: tuple[str, ...], practice: Practice) -> None:
    """What prices and products have in common."""
    if not 0 < len(code.strip()) <= 60:
        raise invalid("A code has 1 to 60 characters.", "code")
    if not 0 < len(name.strip()) <= 200:
        raise invalid("A description has 1 to 200 characters.", "description")
    if not 0 <= unit_price_cents <= MOST_CENTS:
        raise invalid("A price cannot be negative, nor more than a bill can carry.", "unit_price_cents")
    for tax in taxes:
        if tax not in practice.taxes:
            raise invalid(f"There is no tax “{tax[:40]}” in app.yaml.", "taxes")


def require_everywhere(actor: Actor, practice: Practice, doing: str) -> None:
    """What counts at every location is done by those who may do it at every one."""
    try:
        for location in practice.locations:
            require(actor, "manager", location, doing)
    except Refusal:
        raise Refusal("forbidden", f"{doing} needs the role manager at every location.", status=403) from None
