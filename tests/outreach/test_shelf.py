"""What was sold although there is none left is told where staff look."""

from dataclasses import replace
from functools import partial

from billing.added_lines import NewLine
from billing.drafts import draft_invoice
from billing.products import ProductRecord, keep_product
from bot.noticeboard import NAME, notice
from models.noticeboard import Post
from models.readers import read_on
from tests.billing.clinic import DANA, MIA
from tests.outreach.desk import Desk


async def test_a_product_sold_below_zero_is_posted_in_its_clinic_s_channel(desk: Desk) -> None:
    clinic = desk.clinic
    clinic.practice = replace(desk.practice, stock_below_zero="warn")
    known = {"practice": clinic.practice, "now": clinic.now}
    await keep_product(ProductRecord(code="brace", name="Knee brace", unit_price_cents=4_000), actor=MIA, **known)
    maria = await clinic.patient()
    lines = [NewLine(product="brace", quantity_thousandths=1_500)]
    draft = await draft_invoice(guarantor=maria.id, charges=(), lines=lines, actor=DANA, **known)
    await clinic.sends(draft)
    while await read_on(NAME, partial(notice, practice=desk.practice, ports=desk.ports), now=clinic.now):
        pass
    [post] = await Post.all()
    assert post.text == "Knee brace was sold below zero: -1.5 in stock. Receive or count it."
    assert post.channel == desk.practice.locations["downtown"].slack_channel
