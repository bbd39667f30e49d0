"""What the practice sells, what of it is on the shelf, and what its procedures cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from billing.prices import PriceRecord, keep_price
from billing.products import ProductRecord, count_stock, keep_product, receive_stock
from domain.errors import not_found
from domain.money import MOST_CENTS
from handlers.api.body import Body, NoQuery, Query
from handlers.api.charges import quantity
from handlers.api.fields import AnyQuantity, Day, Quantity, Reason, Short, Told, Words
from handlers.api.operation import Call, Created
from handlers.api.paging import Listed, Page, page_of
from models.care import Price
from models.stock import Product

Cost = Annotated[int, Field(ge=0, le=MOST_CENTS, examples=[4_500])]
Name = Annotated[str, Words(200), Field(examples=["Knee brace"])]
Taxes = Annotated[tuple[Short, ...], Field(max_length=10, description="Names of taxes in app.yaml.")]


class ProductBody(Body):
    name: Name
    unit_price_cents: Cost
    taxes: Taxes = ()
    tracked: Annotated[bool, Field(description="Whether its stock is counted.")] = True


class PriceBody(Body):
    description: Name
    unit_price_cents: Cost
    valid_from: Day
    price_list: Annotated[Short | None, Field(description="The practice's own, if left out.")] = None
    kind: Annotated[str, Words(20)] = "procedure"
    taxes: Taxes = ()


class ReceivedBody(Body):
    quantity: Quantity
    reason: Annotated[str, Words(500, least=0)] = ""


class CountedBody(Body):
    quantity: AnyQuantity
    reason: Reason


class WhichPrices(Page):
    code: Short | None = None
    price_list: Short | None = None


class WhichPrice(Query):
    price_list: Annotated[Short | None, Field(description="The practice's own, if left out.")] = None
    on: Annotated[Day | None, Field(description="Today, if left out.")] = None


@dataclass(frozen=True, slots=True)
class ProductAnswer:
    code: str
    name: str
    unit_price_cents: Told
    taxes: list[str]
    tracked: bool
    stock: int | float


@dataclass(frozen=True, slots=True)
class PriceAnswer:
    """What a procedure or material costs on a price list from a day on."""

    price_list: str
    code: str
    kind: str
    description: str
    unit_price_cents: Told
    valid_from: date
    taxes: list[str]


async def keep(call: Call[ProductBody]) -> ProductAnswer | Created[ProductAnswer]:
    """Keep a product, the whole of it each time; its stock is not touched."""
    record = ProductRecord(code=call.code, **call.asked.model_dump())
    product, is_new = await keep_product(record, practice=call.practice, actor=call.actor, now=call.now)
    return Created(_told(product)) if is_new else _told(product)


async def list_them(call: Call[Page]) -> Listed[ProductAnswer]:
    """List products."""
    return await page_of(Product.all(), call.asked, _shown)


async def show(call: Call[NoQuery]) -> ProductAnswer:
    """Show a product."""
    product = await Product.get_or_none(code=call.code)
    if product is None:
        raise not_found("product", call.code)
    return _told(product)


async def receive(call: Call[ReceivedBody]) -> ProductAnswer:
    """Book what of a product has come in."""
    asked, came = call.asked, int(call.asked.quantity * 1000)
    return _told(
        await receive_stock(
            call.code, came, reason=asked.reason, practice=call.practice, actor=call.actor, now=call.now
        )
    )


async def count(call: Call[CountedBody]) -> ProductAnswer:
    """Book what of a product is on the shelf, whatever the books say."""
    asked, found = call.asked, int(call.asked.quantity * 1000)
    return _told(
        await count_stock(call.code, found, reason=asked.reason, practice=call.practice, actor=call.actor, now=call.now)
    )


async def price(call: Call[PriceBody]) -> PriceAnswer | Created[PriceAnswer]:
    """Keep what a procedure or material costs from a day on."""
    record = PriceRecord(code=call.code, **call.asked.model_dump())
    kept, is_new = await keep_price(record, practice=call.practice, actor=call.actor, now=call.now)
    (told,) = await _prices([kept])
    return Created(told) if is_new else told


async def list_prices(call: Call[WhichPrices]) -> Listed[PriceAnswer]:
    """List prices."""
    rows, which = Price.all(), call.asked
    for name in ("code", "price_list"):
        if (given := getattr(which, name)) is not None:
            rows = rows.filter(**{name: given})
    return await page_of(rows, which, _prices)


async def show_price(call: Call[WhichPrice]) -> PriceAnswer:
    """Show what a procedure or material costs on a day, on one price list."""
    asked = call.asked
    on = asked.on or call.now.astimezone(ZoneInfo(call.practice.timezone)).date()
    begun = Price.filter(price_list=asked.price_list or call.practice.price_list, code=call.code, valid_from__lte=on)
    price = await begun.order_by("-valid_from").first()
    if price is None:
        raise not_found("price", call.code)
    (told,) = await _prices([price])
    return told


def _told(product: Product) -> ProductAnswer:
    return ProductAnswer(
        code=product.code,
        name=product.name,
        unit_price_cents=product.unit_price_cents,
        taxes=list(product.taxes),
        tracked=product.tracked,
        stock=quantity(product.stock_thousandths),
    )


async def _shown(products: Sequence[Product]) -> list[ProductAnswer]:
    return [_told(product) for product in products]


async def _prices(prices: Sequence[Price]) -> list[PriceAnswer]:
    names = PriceAnswer.__dataclass_fields__.keys() - {"taxes"}
    return [PriceAnswer(taxes=list(price.taxes), **{name: getattr(price, name) for name in names}) for price in prices]
