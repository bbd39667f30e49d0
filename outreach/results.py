"""What providers say became of a message, in any order, twice or late; and what a final failure means for its set."""

from datetime import datetime

from domain.access import CLOCK
from domain.invoice_set import INVOICE_SET, SENDING
from domain.ports import Delivery, Ports
from domain.practice import Practice
from models.change import Change, change
from models.chasing import InvoiceSet, Message
from models.firing import fire
from models.people import Patient
from outreach.consent import suppress
from outreach.facts import facts_of_set
from outreach.plan import plan_of
from outreach.situation import address_of, suppressed
from outreach.writing import write

_UNSETTLED = ("queued", "sending", "sent")


def tell_message(kind: str, message: Message, told: Change, **facts: object) -> None:
    told.tell(
        kind,
        f"message:{message.id}",
        actor=CLOCK,
        location=message.location,
        guarantor=message.guarantor_id,
        invoice_set=message.invoice_set_id,
        after={"channel": message.channel, "purpose": message.purpose, "step": message.step, **facts},
    )


async def follow_delivery(delivery: Delivery, *, practice: Practice, ports: Ports) -> bool:
    """Book one delivery result; False when it is about no message of ours. Nothing ever moves backwards."""
    now = ports.clock.now()
    async with change(now) as told:
        message = await _about(delivery)
        if message is None:
            return False
        if message.provider_id is None:
            await Message.filter(id=message.id).update(provider_id=delivery.provider_id)
        if delivery.status == "delivered":
            await _delivered(message, told)
        elif delivery.status == "failed":
            sentence = delivery.sentence or "The provider could not deliver it and gave no reason."
            await message_failed(
                message,
                delivery.fault or "unknown",
                sentence,
                told,
                practice=practice,
                ports=ports,
                evidence=delivery.error_code,
            )
        elif delivery.status == "sent":
            await message_left(message, told)
        return True


async def message_left(message: Message, told: Change) -> None:
    """The provider has it; unless a later result was quicker."""
    waiting = Message.filter(id=message.id, status__in=("queued", "sending"))
    if await waiting.update(status="sent", sent_at=told.now, claimed_until=None):
        tell_message("message.sent", message, told)


async def _about(delivery: Delivery) -> Message | None:
    found = await Message.get_or_none(provider_id=delivery.provider_id)
    if found is None and delivery.ref:
        found = await Message.get_or_none(ref=delivery.ref)
    return found


async def _delivered(message: Message, told: Change) -> None:
    settled = {"status": "delivered", "settled_at": told.now, "claimed_until": None}
    if await Message.filter(id=message.id, status__in=_UNSETTLED).update(**settled):
        if message.sent_at is None:
            await Message.filter(id=message.id).update(sent_at=told.now)
        tell_message("message.delivered", message, told)


async def message_failed(
    message: Message,
    code: str,
    sentence: str,
    told: Change,
    *,
    practice: Practice,
    ports: Ports | None = None,
    evidence: str | None = None,
) -> None:
    """It will not arrive. A reminder's set tries the other channel where its rule set says so, or fails."""
    failed = {
        "status": "failed",
        "error_code": code,
        "error": sentence[:300],
        "settled_at": told.now,
        "claimed_until": None,
    }
    if not await Message.filter(id=message.id, status__in=_UNSETTLED).update(**failed):
        return
    tell_message("message.failed", message, told, code=code, evidence=evidence, reason=sentence)
    if code == "opted_out":
        await suppress(
            "sms", message.address, "stop", actor=CLOCK, now=told.now, wording=sentence, source="the carrier"
        )
    if message.purpose != "reminder" or message.invoice_set_id is None:
        return
    invoice_set = await InvoiceSet.select_for_update().get(id=message.invoice_set_id)
    if invoice_set.status not in SENDING or message.created_at < invoice_set.enrolled_at:  # of a sequence it had before
        return
    if (
        ports
        and plan_of(invoice_set).fall_back
        and await _fell_back(message, practice=practice, ports=ports, now=told.now)
    ):
        return
    await fire(
        invoice_set,
        "fail",
        machine=INVOICE_SET,
        actor=CLOCK,
        told=told,
        facts={"reason": sentence, "code": code},
        trouble=sentence[:300],
        step=max(message.step or 0, invoice_set.step - 1),  # Send now tries again what went last
        fix=None,
        next_send_at=None,
    )


async def _fell_back(message: Message, *, practice: Practice, ports: Ports, now: datetime) -> bool:
    """The same step once more through mail, if there is an address and it has not gone there already."""
    payer = await Patient.get(id=message.guarantor_id)
    address = address_of(payer, "email")
    if message.channel == "email" or ports.mail is None or address is None or await suppressed("email", address):
        return False
    invoice_set = await InvoiceSet.get(id=message.invoice_set_id or 0)
    step = plan_of(invoice_set).steps[message.step or 0]
    if "email" in step.send:
        return False
    facts = await facts_of_set(invoice_set.id, payer, practice=practice, ports=ports, now=now)
    wrote = await write(
        f"{message.occasion} instead",
        purpose="reminder",
        channel="email",
        template=step.template,
        payer=payer,
        facts=facts,
        practice=practice,
        now=now,
        invoice_set=message.invoice_set_id,
        step=message.step,
    )
    return wrote is not None
