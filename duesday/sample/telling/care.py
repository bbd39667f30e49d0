"""Visits and bills: what the sample's patients are asked for. How drafts are changed before is in `drafts`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from billing.bulk import Refused
from billing.bulk_sessions import complete_sessions
from billing.drafts import draft_invoice
from billing.invoices import send_invoice, void_invoice
from billing.sessions import Item, SessionRecord
from domain.access import CLOCK
from duesday.sample.deeds import Deed
from duesday.sample.people import DANA
from duesday.sample.telling.stage import Stage, Tell, newest, payer_of
from models.by_hand import rows_of
from models.care import Charge
from models.invoices import Invoice
from models.people import Patient

DOCTORS = (
    ("Dr. Osei", "Dr. Marchetti", "Nurse Lindgren"),
    ("Dr. Rasmussen", "Dr. Achterberg"),
    ("Dr. Yamamoto", "Dr. Castellanos"),
)
"""At each clinic."""


async def visits(stage: Stage, deed: Deed, now: datetime) -> None:
    await complete_visits(stage, [deed], now)


async def complete_visits(stage: Stage, deeds: Sequence[Deed], now: datetime) -> None:
    """Those of one moment together."""
    if not deeds:
        return
    seen = {each.external_id: each for each in await rows_of(Patient, external_id__in={deed.who for deed in deeds})}
    records = [_record(stage, deed, seen[deed.who], now) for deed in deeds]
    for outcome in await complete_sessions(records, practice=stage.practice, actor=CLOCK, now=now):
        if isinstance(outcome, Refused):
            raise outcome.refusal


def _record(stage: Stage, deed: Deed, patient: Patient, now: datetime) -> SessionRecord:
    theirs = DOCTORS[[*stage.practice.locations].index(patient.location) % len(DOCTORS)]
    return SessionRecord(
        external_id=f"{deed.who}-{deed.days_ago}",
        patient=deed.who,
        location=patient.location,
        provider=theirs[patient.id % len(theirs)],
        date=stage.day(patient.location, now),
        items=tuple(_item(said) for said in deed.said),
    )


def _item(said: str) -> Item:
    code, _, quantity = said.partition("*")
    return Item(code, Decimal(quantity or 1))


async def is_billed(stage: Stage, deed: Deed, now: datetime) -> None:
    """What is drafted for them, and what waits in the queue."""
    payer = await payer_of(deed)
    if await rows_of(Charge, guarantor_id=payer.id, invoice_id=None):
        await draft_invoice(guarantor=payer.id, practice=stage.practice, actor=DANA, now=now)
    for draft in await rows_of(Invoice, guarantor_id=payer.id, status="draft"):
        await send_invoice(draft, practice=stage.practice, actor=DANA, now=now)


async def has_a_bill_voided(stage: Stage, deed: Deed, now: datetime) -> None:
    payer = await payer_of(deed)
    invoice = await newest(Invoice.filter(guarantor_id=payer.id, status="sent"))
    on = stage.day(invoice.location, now)
    await void_invoice(invoice, reason=deed.said[0], actor=DANA, now=now, on=on)


DEEDS: Mapping[str, Tell] = {"visits": visits, "is billed": is_billed, "has a bill voided": has_a_bill_voided}
