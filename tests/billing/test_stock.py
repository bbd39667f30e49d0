"""Stock: falls when a bill is sent, rises when it is void, and is always the sum of how it moved."""

import asyncio
from functools import partial

import pytest
from tortoise.exceptions import IntegrityError

from billing.added_lines import NewLine
from billing.audit import audit
from billing.drafts import delete_draft, draft_invoice
from billing.invoices import void_invoice
from billing.products import ProductRecord, count_stock, keep_product, receive_stock
from domain.errors import Refusal
from models.database import execute
from models.invoices import Invoice
from models.record import Event
from models.stock import Product, StockMovement
from tests.billing.clinic import DANA, MIA, Clinic, everything, the_practice


@pytest.fixture
async def shop(clinic: Clinic) -> Clinic:
    for code, tracked in (("brace", True), ("gauze", True), ("advice", False)):
        record = ProductRecord(code=code, name=code.title(), unit_price_cents=4_000, tracked=tracked)
        await keep_product(record, practice=clinic.practice, actor=MIA, now=clinic.now)
    for code in ("brace", "gauze"):
        await receive_stock(code, 5_000, practice=clinic.practice, actor=MIA, now=clinic.now)
    return clinic


async def sells(clinic: Clinic, thousandths: int, code: str = "brace") -> Invoice:
    payer = await clinic.patient()
    return await draft_invoice(
        guarantor=payer.id, charges=(), lines=[NewLine(product=code, quantity_thousandths=thousandths)],
        practice=clinic.practice, actor=DANA, now=clinic.now,
    )  # fmt: skip


async def voids(clinic: Clinic, invoice: Invoice) -> None:
    await void_invoice(invoice, reason="Wrong", actor=DANA, now=clinic.now, on=clinic.today)


async def stock() -> dict[str, int]:
    return {product.code: product.stock_thousandths for product in await Product.filter(tracked=True)}


async def test_what_is_sold_leaves_the_shelf_when_the_bill_is_sent_and_comes_back_when_it_is_void(shop: Clinic) -> None:
    draft = await sells(shop, 2_500)
    assert (await stock())["brace"] == 5_000
    sent = await shop.sends(draft)
    assert (await stock())["brace"] == 2_500
    record = ProductRecord(code="brace", name="Brace", unit_price_cents=1, tracked=False)
    await keep_product(record, practice=shop.practice, actor=MIA, now=shop.now)
    await voids(shop, sent)
    assert (await Product.get(code="brace")).stock_thousandths == 5_000
    moves = await StockMovement.filter(product__code="brace").order_by("id").values_list("why", "thousandths")
    assert [tuple(each) for each in moves] == [("received", 5_000), ("sold", -2_500), ("returned", 2_500)]
    assert await audit(full=True) == []


async def test_materials_of_a_session_come_off_the_shelf_and_procedures_of_the_same_name_do_not(shop: Clinic) -> None:
    from_list = await shop.sees(await shop.patient(), "gauze", "gauze")  # a procedure, as the price list says
    await shop.sends(from_list)
    assert (await stock())["gauze"] == 5_000
    await execute("UPDATE price SET kind = 'material' WHERE code = 'gauze'")
    await shop.sends(await shop.sees(await shop.patient(), "gauze", "gauze", "exam"))
    assert (await stock())["gauze"] == 3_000


async def test_a_draft_that_is_deleted_moves_nothing(shop: Clinic) -> None:
    await delete_draft(await sells(shop, 2_500), actor=DANA, now=shop.now)
    assert (await stock())["brace"] == 5_000


async def test_too_little_on_the_shelf_keeps_the_bill_a_draft(shop: Clinic) -> None:
    draft, before = await sells(shop, 5_001), await everything()
    with pytest.raises(Refusal, match=r"There is 5 of Brace in stock, and this bill takes 5\.001") as refused:
        await shop.sends(draft)
    assert (refused.value.code, refused.value.field) == ("out_of_stock", "lines")
    assert await everything() == before
    await shop.sends(await sells(shop, 5_000))
    assert (await stock())["brace"] == 0


async def test_where_the_practice_only_warns_somebody_sees_it(shop: Clinic) -> None:
    shop.practice = the_practice(stock_below_zero="warn")
    await shop.sends(await sells(shop, 6_000))
    assert (await stock())["brace"] == -1_000
    [warning] = await Event.filter(kind="stock.below_zero")
    assert (warning.location, warning.after) == ("downtown", {"code": "brace", "name": "Brace", "stock": "-1"})
    assert await audit(full=True) == []


async def test_what_is_not_counted_is_sold_without_end(shop: Clinic) -> None:
    await shop.sends(await sells(shop, 10**6, "advice"))
    assert (await Product.get(code="advice")).stock_thousandths == 0


async def test_two_bills_at_once_do_not_sell_the_same_piece(shop: Clinic) -> None:
    drafts = [await sells(shop, 2_000) for _ in range(4)]
    answers = await asyncio.gather(*map(shop.sends, drafts), return_exceptions=True)
    refused = [each for each in answers if isinstance(each, Refusal)]
    assert [each.code for each in refused] == ["out_of_stock"] * 2
    assert (await stock())["brace"] == 1_000
    assert sorted([each.number for each in answers if isinstance(each, Invoice)]) == ["INV-1001", "INV-1002"]


async def test_a_count_says_what_is_there_and_why_it_differs(shop: Clinic) -> None:
    known = {"practice": shop.practice, "actor": MIA, "now": shop.now}
    await count_stock("brace", 3_500, reason="Inventory", **known)
    await count_stock("brace", 3_500, reason="Once more", **known)
    last = await StockMovement.all().order_by("-id").first()
    assert last
    assert (last.why, last.thousandths, last.reason) == ("counted", -1_500, "Inventory")
    assert (await stock())["brace"] == 3_500


async def test_slips_with_stock_are_refused(shop: Clinic) -> None:
    known = {"practice": shop.practice, "actor": MIA, "now": shop.now}
    slips = [
        (partial(receive_stock, "brace", 0, **known), "quantity"),
        (partial(receive_stock, "brace", -1, **known), "quantity"),
        (partial(receive_stock, "nothing", 1, **known), None),
        (partial(receive_stock, "advice", 1, **known), "code"),
        (partial(receive_stock, "brace", 1, reason="x" * 501, **known), "reason"),
        (partial(count_stock, "brace", -1, reason="x", **known), "quantity"),
        (partial(count_stock, "brace", 1, reason=" ", **known), "reason"),
        (partial(receive_stock, "brace", 1, **(known | {"actor": DANA})), None),
    ]
    before = await everything()
    for attempt, field in slips:
        with pytest.raises(Refusal) as refused:
            await attempt()
        assert refused.value.field == field
    assert await everything() == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "x" * 61}, "code"),
        ({"name": " "}, "description"),
        ({"unit_price_cents": -1}, "unit_price_cents"),
        ({"unit_price_cents": 10**13}, "unit_price_cents"),
        ({"taxes": ("moon",)}, "taxes"),
    ],
)
async def test_a_product_is_kept_whole_or_not_at_all(shop: Clinic, wrong: dict[str, object], field: str) -> None:
    record = ProductRecord(**({"code": "x", "name": "X", "unit_price_cents": 1} | wrong))  # type: ignore[arg-type]
    with pytest.raises(Refusal) as refused:
        await keep_product(record, practice=shop.practice, actor=MIA, now=shop.now)
    assert refused.value.field == field


async def test_the_same_product_twice_is_one_and_its_change_is_told(shop: Clinic) -> None:
    record = ProductRecord(code="brace", name="Brace", unit_price_cents=4_500)
    told = [await keep_product(record, practice=shop.practice, actor=MIA, now=shop.now) for _ in range(2)]
    assert [new for _, new in told] == [False, False]
    [event] = await Event.filter(kind="product.changed")
    assert (event.before["unit_price_cents"], event.after["unit_price_cents"]) == (4_000, 4_500)


async def test_a_movement_is_never_changed_or_removed(shop: Clinic) -> None:
    for sql in ("UPDATE stock_movement SET thousandths = 1", "DELETE FROM stock_movement"):
        with pytest.raises(IntegrityError):
            await execute(sql)
    await execute("UPDATE product SET stock_thousandths = 7 WHERE code = 'brace'")
    assert [finding.check for finding in await audit()] == ["stock"]
