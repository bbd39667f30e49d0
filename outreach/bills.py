"""Bills on their way: by mail with the paper, by text with the link; and a person told where neither arrives."""

from collections.abc import Mapping
from functools import partial

from domain.access import CLOCK
from domain.gates import for_good, opening, verdicts
from domain.invoice import OPEN
from domain.ports import Ports
from domain.practice import Channel, Practice
from models.by_hand import rows_of
from models.change import change
from models.chasing import Message
from models.invoices import Invoice
from models.people import Patient
from models.record import Event
from outreach.situation import situation_of_payer
from outreach.writing import facts_for, write

CHANNELS: tuple[Channel, ...] = ("email", "sms")
UNDER_WAY = ("queued", "sending", "sent", "delivered")
ENDED = ("message.failed", "message.dropped")


async def mind_bills(event: Event, number: int, *, practice: Practice, ports: Ports) -> None:
    """What an event means for the bills that are on their way."""
    match event.kind:
        case "invoice.sent":
            await _send(number, practice=practice, ports=ports)
        case "invoice.paid" | "invoice.voided" | "invoice.closed":
            await _keep_back(number, event.guarantor_id, ports=ports)
        case "message.failed" | "message.dropped" if event.after["purpose"] == "invoice":
            await _mind_message(event, number, practice=practice, ports=ports)


async def _send(invoice_id: int, *, practice: Practice, ports: Ports) -> None:
    """By mail with the paper, and by text with the link when the patient may next be texted: as many as there are."""
    [invoice] = await rows_of(Invoice, id=invoice_id)
    [payer], now = await rows_of(Patient, id=invoice.guarantor_id), ports.clock.now()
    facts = await facts_for(
        payer,
        practice=practice,
        ports=ports,
        now=now,
        amount_cents=invoice.total_cents,
        due_on=invoice.due_date,
        invoice_number=invoice.number,
    )
    bill = partial(write, purpose="invoice", template="invoice", payer=payer, facts=facts, practice=practice, now=now)
    occasion = f"{_occasion(invoice.id)}{invoice.version}"
    by_mail = await bill(occasion, channel="email", paper=f"invoice:{invoice.id}")
    at = await situation_of_payer(payer, "sms", owed_cents=invoice.total_cents, practice=practice, ports=ports, now=now)
    opens = opening(at, practice.contact, now)
    by_text = await bill(f"{occasion} sms", channel="sms", due_at=opens) if opens else None
    if not (by_mail or by_text):
        await _tell_people(invoice, {}, practice=practice, ports=ports)


async def _keep_back(invoice_id: int, guarantor: int | None, *, ports: Ports) -> None:
    """A text that was to tell of this bill and waits for the morning has nothing to tell any more."""
    waiting = Message.filter(guarantor_id=guarantor, channel="sms", purpose="invoice", status="queued")
    await waiting.filter(occasion__startswith=_occasion(invoice_id)).update(
        status="dropped", settled_at=ports.clock.now()
    )


async def _mind_message(event: Event, message_id: int, *, practice: Practice, ports: Ports) -> None:
    """A message with a bill has come to nothing. Where it was the last one, people hear of it."""
    [ended] = await rows_of(Message, id=message_id)
    [invoice] = await rows_of(Invoice, id=int((ended.occasion or "").split()[1]))
    theirs = Message.filter(guarantor_id=ended.guarantor_id, purpose="invoice").order_by("id")
    messages = await theirs.filter(occasion__startswith=_occasion(invoice.id))
    if invoice.status not in OPEN or any(message.status in UNDER_WAY for message in messages):
        return
    subjects = [f"message:{message.id}" for message in messages]
    if not await Event.filter(subject__in=subjects, kind__in=ENDED, seq__gt=event.seq).exists():
        why = {message.channel: message.error or "" for message in messages}
        await _tell_people(invoice, why, practice=practice, ports=ports)


async def _tell_people(invoice: Invoice, why: Mapping[str, str], *, practice: Practice, ports: Ports) -> None:
    """With what each channel met, or would have."""
    [payer], now = await rows_of(Patient, id=invoice.guarantor_id), ports.clock.now()
    reasons = []
    for channel in CHANNELS:
        at = await situation_of_payer(
            payer, channel, owed_cents=invoice.total_cents, practice=practice, ports=ports, now=now
        )
        shut = for_good(verdicts(at, practice.contact, now))
        reasons.append(why.get(channel) or (shut.sentence if shut else ""))
    async with change(now) as told:
        told.tell(
            "invoice.payer_not_told",
            f"invoice:{invoice.id}",
            actor=CLOCK,
            location=invoice.location,
            guarantor=payer.id,
            invoice_set=invoice.invoice_set_id,
            after={"number": invoice.number, "reason": " ".join(filter(None, reasons))},
        )


def _occasion(invoice_id: int) -> str:
    return f"invoice {invoice_id} sent "
