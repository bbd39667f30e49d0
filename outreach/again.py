"""What a passing fault has kept from arriving: the same words once more, later, through every gate, not for ever."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from billing.checkouts import owed_cents
from domain.gates import Situation, opening
from domain.ports import Ports
from domain.practice import Channel, Practice
from models.by_hand import rows_of
from models.chasing import InvoiceSet, Message
from models.people import Patient
from outreach.situation import situation_of, situation_of_payer
from outreach.writing import write_again

LATER: dict[str, tuple[timedelta, ...]] = {
    "unreachable": (timedelta(hours=1), timedelta(hours=4), timedelta(days=1)),
    "unknown": (timedelta(hours=1),),
}
"""By passing fault: how long after each failure. What nobody knows is tried once more and is then a person's."""
REPEATED = ("reminder", "invoice", "instalment", "receipt", "reply")
"""A confirmed STOP isn't: an hour later that would be one more text to somebody who wants none."""


def tries_of(message: Message) -> tuple[str, int]:
    """What it is for, and how often it had been tried before."""
    first, _, tried = (message.occasion or message.ref).partition(" again ")
    return first, int(tried or 0)


async def goes_again(
    message: Message, fault: str, invoice_set: InvoiceSet | None, *, practice: Practice, ports: Ports, now: datetime
) -> datetime | None:
    """When it is tried again, if it is. A reminder without its set is of a sequence that doesn't run any more."""
    first, tried = tries_of(message)
    waits = LATER.get(fault, ())
    if tried >= len(waits) or message.purpose not in REPEATED or (message.purpose == "reminder") != bool(invoice_set):
        return None
    if invoice_set and await overtaken(message, invoice_set):
        return None
    at = await _situation(message, invoice_set, practice=practice, ports=ports, now=now)
    due_at = opening(at, practice.contact, now + waits[tried])
    if due_at and at.address:
        await write_again(message, f"{first} again {tried + 1}", address=at.address, due_at=due_at, now=now)
    return due_at


async def overtaken(message: Message, invoice_set: InvoiceSet) -> bool:
    """Whether a later step has been taken since: to repeat an earlier one is of no use then."""
    since = Message.filter(
        invoice_set_id=invoice_set.id,
        purpose="reminder",
        step__gt=message.step or 0,
        created_at__gte=invoice_set.enrolled_at,
    )
    return await since.exclude(status__in=("dropped", "failed")).exists()


async def _situation(
    message: Message, invoice_set: InvoiceSet | None, *, practice: Practice, ports: Ports, now: datetime
) -> Situation:
    channel = cast(Channel, message.channel)
    if invoice_set is not None:
        return await situation_of(invoice_set, channel, practice=practice, ports=ports, now=now)
    [payer] = await rows_of(Patient, id=message.guarantor_id)
    if message.purpose in ("invoice", "instalment"):
        owed = await owed_cents(payer.id)
        return await situation_of_payer(payer, channel, owed_cents=owed, practice=practice, ports=ports, now=now)
    at = await situation_of_payer(payer, channel, owed_cents=1, practice=practice, ports=ports, now=now)
    return replace(at, recent=())
