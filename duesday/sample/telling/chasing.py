"""Following up: who is chased, what staff decide about them, plans, and what patients write."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from billing.plans import make_plan
from billing.write_offs import outstanding_cents
from domain.instalments import monthly
from domain.money import plain
from duesday.sample.deeds import Deed
from duesday.sample.people import MARCUS
from duesday.sample.telling.stage import Stage, Tell, newest, owed_by, payer_of
from models.chasing import InvoiceSet
from models.invoices import Invoice
from outreach.enrol import enrol
from outreach.moves import make_move

REASONS = {
    "write_off": "Moved away; letters come back.",
    "write_off_part": "Agreed on half of it.",
    "collections": "No answer to any letter or call.",
}
MONTH = timedelta(days=30)


async def is_chased(stage: Stage, deed: Deed, now: datetime) -> None:
    payer = await payer_of(deed)
    for invoice in await Invoice.filter(guarantor_id=payer.id, status="overdue").order_by("id"):
        await enrol(invoice.id, practice=stage.practice, now=now)


async def is_dealt_with(stage: Stage, deed: Deed, now: datetime) -> None:
    """By a move, as from a card."""
    payer, [move] = await payer_of(deed), deed.said
    chased = await newest(InvoiceSet.filter(guarantor_id=payer.id))
    answers = {"reason": REASONS[move]} if move in REASONS else {}
    if move == "write_off_part":
        answers["amount"] = plain(await outstanding_cents(chased.id) // 2, stage.practice.currency)
    await make_move(chased.id, move, answers, actor=MARCUS, practice=stage.practice, ports=stage.house.ports)


async def goes_on_a_plan(stage: Stage, deed: Deed, now: datetime) -> None:
    """A quarter at once, the rest month by month, in no more and no smaller parts than the practice makes."""
    payer, rules = await payer_of(deed), stage.practice.plans
    today = stage.day(payer.location, now)
    balance = await owed_by(payer)
    deposit = max(balance // 4, rules.smallest_cents)
    parts = max(1, min(int(deed.said[0]), rules.parts, (balance - deposit) // max(rules.smallest_cents, 1)))
    laid_out = monthly(balance, parts=parts, first_on=today + MONTH, deposit_cents=deposit, today=today)
    await make_plan(payer.id, laid_out, practice=stage.practice, actor=MARCUS, now=now)


async def texts(stage: Stage, deed: Deed, now: datetime) -> None:
    payer = await payer_of(deed)
    await stage.world.phones[payer.phone or ""].reply(*deed.said)


DEEDS: Mapping[str, Tell] = {
    "is chased": is_chased,
    "is dealt with": is_dealt_with,
    "goes on a plan": goes_on_a_plan,
    "texts": texts,
}
