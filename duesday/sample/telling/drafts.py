"""Drafts, and what staff make of them before they are sent."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from billing.added_lines import NewLine
from billing.drafts import DraftChange, LineChange, change_draft, delete_draft
from domain.bill import Adjustment
from duesday.sample.deeds import Deed
from duesday.sample.people import DANA
from duesday.sample.telling.stage import Stage, Tell, newest, payer_of
from duesday.sample.wares import PRODUCTS
from models.invoices import Invoice

HARDSHIP = Adjustment(kind="discount", basis_points=1000, description="Hardship discount")
TEN_OFF = Adjustment(kind="discount", cents=1_000)
OUT_OF_HOURS = Adjustment(kind="surcharge", cents=2_500, description="Visit outside of office hours")
CHANGES = {
    "discount": DraftChange(adjustments=(HARDSHIP,)),
    "line discount": DraftChange(lines={1: LineChange(adjustments=(TEN_OFF,))}),
    "surcharge": DraftChange(adjustments=(OUT_OF_HOURS,)),
    "procedure": DraftChange(add=(NewLine(procedure="blood"),)),
    "by hand": DraftChange(add=(NewLine(description="Copy of the file", unit_price_cents=1_500),)),
    "rate": DraftChange(lines={1: LineChange(unit_price_cents=3_800, reason="Agreed on the phone")}),
}
LATER = timedelta(days=45)


async def has_a_draft_changed(stage: Stage, deed: Deed, now: datetime) -> None:
    draft = await _draft(deed)
    for change in deed.said:
        wanted = _wanted(change, stage, draft, now)
        draft = await change_draft(draft, wanted, practice=stage.practice, actor=DANA, now=now)


def _wanted(change: str, stage: Stage, draft: Invoice, now: datetime) -> DraftChange:
    match change:
        case "product":
            return DraftChange(add=(NewLine(product=PRODUCTS[draft.id % len(PRODUCTS)].code),))
        case "tax":
            return DraftChange(taxes=tuple(stage.practice.taxes)[:1])
        case "due date":
            return DraftChange(due_date=stage.day(draft.location, now) + LATER, notes="Is paid by the school.")
    return CHANGES[change]


async def has_a_draft_deleted(stage: Stage, deed: Deed, now: datetime) -> None:
    await delete_draft(await _draft(deed), reason=deed.said[0], actor=DANA, now=now)


async def _draft(deed: Deed) -> Invoice:
    payer = await payer_of(deed)
    return await newest(Invoice.filter(guarantor_id=payer.id, status="draft"))


DEEDS: Mapping[str, Tell] = {
    "has a draft changed": has_a_draft_changed,
    "has a draft deleted": has_a_draft_deleted,
}
