"""The offices of the sample: prices, products, stock, and the cash register."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial

from billing.cash_register import close_day, drawer_of, move_cash, open_day
from billing.prices import PriceRecord, keep_price
from billing.products import ProductRecord, count_stock, keep_product, receive_stock
from domain.access import CLOCK
from domain.cash_day import DENOMINATIONS
from duesday.sample.deeds import Deed
from duesday.sample.people import DANA, MARCUS
from duesday.sample.telling.stage import Stage, Tell
from duesday.sample.wares import MATERIALS, PRICES, PRODUCTS, REDUCED, STAFF_LIST, TAXED, Ware
from models.cash import CashDay
from models.stock import Product

RAISED = timedelta(days=200)
"""After the first day: from then on some prices are higher."""


async def open_shop(stage: Stage, now: datetime) -> None:
    first = now.date() - timedelta(days=1)
    for ware in PRICES:
        await _price(stage, ware, ware.before_cents or ware.cents, first, now)
        if ware.before_cents:
            await _price(stage, ware, ware.cents, first + RAISED, now)
    for ware in REDUCED:
        await _price(stage, ware, ware.cents, first, now, price_list=STAFF_LIST)
    for ware in (*PRODUCTS, *(ware for ware in PRICES if ware.code in MATERIALS)):
        taxes = tuple(stage.practice.taxes)[:1] if ware.code in TAXED else ()
        record = ProductRecord(code=ware.code, name=ware.name, unit_price_cents=ware.cents, taxes=taxes)
        await keep_product(record, practice=stage.practice, actor=CLOCK, now=now)


async def _price(
    stage: Stage, ware: Ware, cents: int, valid_from: date, now: datetime, price_list: str | None = None
) -> None:
    record = PriceRecord(
        code=ware.code,
        description=ware.name,
        unit_price_cents=cents,
        kind=ware.kind,
        valid_from=valid_from,
        price_list=price_list,
    )
    await keep_price(record, practice=stage.practice, actor=CLOCK, now=now)


async def comes_in(stage: Stage, deed: Deed, now: datetime) -> None:
    code, many = deed.said
    await receive_stock(code, int(many) * 1000, practice=stage.practice, actor=MARCUS, now=now)


async def is_counted(stage: Stage, deed: Deed, now: datetime) -> None:
    code, missing, reason = deed.said
    left = (await Product.get(code=code)).stock_thousandths - int(missing) * 1000
    await count_stock(code, left, reason=reason, practice=stage.practice, actor=MARCUS, now=now)


async def opens_the_register(stage: Stage, deed: Deed, now: datetime) -> None:
    [cents] = deed.said
    place = stage.place(deed.who)
    await open_day(place, float_cents=int(cents), practice=stage.practice, actor=DANA, now=now)


async def moves_cash(stage: Stage, deed: Deed, now: datetime, *, out: bool) -> None:
    cents, what_for = deed.said
    day = await _day(stage, deed)
    await move_cash(day.id, amount=int(cents), reason=what_for, practice=stage.practice, actor=DANA, now=now, out=out)


async def closes_the_register(stage: Stage, deed: Deed, now: datetime) -> None:
    """Counted in as few pieces as there can be; off by so much."""
    day, off = await _day(stage, deed), int(deed.said[0])
    left = (await drawer_of(day, practice=stage.practice)).expected_cents + off
    counted: dict[int, int] = {}
    for value in DENOMINATIONS.get(stage.practice.currency, (1,)):
        counted[value], left = divmod(left, value)
    note = "" if not off else "Too much change was given." if off < 0 else "Found in the drawer; nobody missed it."
    await close_day(day.id, counted=counted, note=note, practice=stage.practice, actor=DANA, now=now)


async def _day(stage: Stage, deed: Deed) -> CashDay:
    return await CashDay.get(location=stage.place(deed.who), status="open")


DEEDS: Mapping[str, Tell] = {
    "comes in": comes_in,
    "is counted": is_counted,
    "opens the register": opens_the_register,
    "takes out of the drawer": partial(moves_cash, out=True),
    "puts into the drawer": partial(moves_cash, out=False),
    "closes the register": closes_the_register,
}
