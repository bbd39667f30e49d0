"""What the practice sells: products, what comes in of them, and what is counted on the shelf."""

from dataclasses import asdict, dataclass
from datetime import datetime

from billing.prices import check_wares, require_everywhere
from billing.stock import Cause, held_products, move
from domain.access import Actor
from domain.errors import invalid, not_found
from domain.practice import Practice
from models.change import change
from models.stock import Product

MOST_THOUSANDTHS = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRecord:
    code: str
    name: str
    unit_price_cents: int
    taxes: tuple[str, ...] = ()
    tracked: bool = True
    """Whether its stock is counted."""


async def keep_product(
    record: ProductRecord, *, practice: Practice, actor: Actor, now: datetime
) -> tuple[Product, bool]:
    """Keep a product under its code; says also whether it is new. Its stock is not touched."""
    check_wares(record.code, record.name, record.unit_price_cents, record.taxes, practice)
    require_everywhere(actor, practice, "Keeping products")
    says = asdict(record)
    async with change(now) as told:
        known = next(iter(await held_products(code=record.code)), None)
        before = {name: getattr(known, name) for name in says} if known else {}
        if known and before == says:
            return known, False
        if known:
            await Product.filter(id=known.id).update(**says)
        product = known.update_from_dict(says) if known else await Product.create(**says)
        what = "product.changed" if known else "product.added"
        told.tell(what, f"product:{product.id}", actor=actor, location="", before=before, after=says)
        return product, known is None


async def receive_stock(
    code: str, thousandths: int, *, reason: str = "", practice: Practice, actor: Actor, now: datetime
) -> Product:
    """So much has come in."""
    if not 0 < thousandths <= MOST_THOUSANDTHS:
        raise invalid("What comes in is more than zero; what is gone is found by counting.", "quantity")
    return await _move(code, Cause("received", _reason(reason)), practice, actor, now, by=thousandths)


async def count_stock(
    code: str, thousandths: int, *, reason: str, practice: Practice, actor: Actor, now: datetime
) -> Product:
    """So much is on the shelf, whatever the books say; why they differ is kept."""
    if not 0 <= thousandths <= MOST_THOUSANDTHS:
        raise invalid("There cannot be less than nothing on the shelf.", "quantity")
    if not reason.strip():
        raise invalid("A count needs a reason, like “Inventory in March” or “Two broken”.", "reason")
    return await _move(code, Cause("counted", _reason(reason)), practice, actor, now, to=thousandths)


async def _move(
    code: str, cause: Cause, practice: Practice, actor: Actor, now: datetime, *, by: int = 0, to: int | None = None
) -> Product:
    require_everywhere(actor, practice, "Moving stock")
    async with change(now) as told:
        found = await held_products(code=code)
        if not found:
            raise not_found("product", code)
        [product] = found
        if not product.tracked:
            raise invalid(f"The stock of {product.name} is not counted.", "code")
        moved = by if to is None else to - product.stock_thousandths
        if moved:
            await move(product, moved, cause, told=told, actor=actor)
        return product


def _reason(text: str) -> str:
    if len(text) > 500:
        raise invalid("A reason can be at most 500 characters long.", "reason")
    return text.strip()
