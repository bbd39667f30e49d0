"""How stock moves: every movement is a row, and the product's own figure a copy of their sum."""

from collections.abc import Mapping
from dataclasses import dataclass

from tortoise.functions import Sum

from domain.access import Actor
from domain.errors import Refusal
from domain.practice import Practice
from domain.stock import shown
from models.by_hand import add_row, keep_row
from models.change import Change
from models.invoices import Invoice
from models.stock import Product, StockMovement


@dataclass(frozen=True, slots=True)
class Cause:
    why: str
    reason: str = ""
    invoice: int | None = None
    location: str = ""


async def held_products(**which: object) -> list[Product]:
    """Products under lock, always in the same order."""
    return await Product.filter(**which).order_by("id").select_for_update()


async def move(product: Product, thousandths: int, cause: Cause, *, told: Change, actor: Actor) -> None:
    """Book one movement of a product that is under lock."""
    before = product.stock_thousandths
    await add_row(
        StockMovement,
        product_id=product.id,
        why=cause.why,
        thousandths=thousandths,
        invoice_id=cause.invoice,
        reason=cause.reason,
        at=told.now,
    )
    product.stock_thousandths += thousandths
    await keep_row(product, "stock_thousandths")
    told.tell(
        f"stock.{cause.why}",
        f"product:{product.id}",
        actor=actor,
        location=cause.location,
        before={"stock": shown(before)},
        after={"stock": shown(product.stock_thousandths), "code": product.code}
        | ({"invoice": cause.invoice} if cause.invoice else {})
        | ({"reason": cause.reason} if cause.reason else {}),
    )


async def sell(invoice: Invoice, taken: Mapping[str, int], *, practice: Practice, told: Change, actor: Actor) -> None:
    """What a bill takes from the shelf when it is sent; where there is too little, as the practice wants it."""
    for product in await held_products(code__in=list(taken), tracked=True) if taken else ():
        left = product.stock_thousandths - taken[product.code]
        if left < 0 and practice.stock_below_zero == "refuse":
            raise Refusal(
                "out_of_stock",
                f"There is {shown(product.stock_thousandths)} of {product.name} in stock, and this bill takes"
                f" {shown(taken[product.code])}. Receive or count it first, or take the line off.",
                field="lines",
            )
        cause = Cause("sold", invoice=invoice.id, location=invoice.location)
        await move(product, -taken[product.code], cause, told=told, actor=actor)
        if left < 0:
            told.tell(
                "stock.below_zero",
                f"product:{product.id}",
                actor=actor,
                location=invoice.location,
                after={"code": product.code, "name": product.name, "stock": shown(left)},
            )


async def put_back(invoice: Invoice, *, told: Change, actor: Actor) -> None:
    """What a bill has taken comes back when it is void, whatever its products are called by now."""
    moved = StockMovement.filter(invoice_id=invoice.id).annotate(sum=Sum("thousandths")).group_by("product_id")
    if sums := {row["product_id"]: int(row["sum"]) for row in await moved.values("product_id", "sum")}:
        for product in await held_products(id__in=list(sums)):
            cause = Cause("returned", invoice=invoice.id, location=invoice.location)
            await move(product, -sums[product.id], cause, told=told, actor=actor)
