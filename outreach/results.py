"""What providers say became of a message, in any order, twice or late; and what a final failure means for its set."""

from datetime import datetime
from typing import cast

from domain.access import CLOCK
from domain.gates import opening
from domain.invoice_set import INVOICE_SET, SENDING
from domain.ports import Delivery, Ports
from domain.practice import Channel, Practice
from models.by_hand import change_row, row_of, rows_of
from models.change import Change, change
from models.chasing import InvoiceSet, Message
from models.firing import fire
from models.people import Patient
from outreach.again import LATER, goes_again, overtaken, tries_of
from outreach.consent import suppress
from outreach.facts import facts_of_set
from outreach.outgoing import Outgoing
from outreach.plan import other_than, plan_of
from outreach.situation import situation_of
from outreach.steps import foresee, gone_by
from outreach.writing import write

_UNSETTLED = ("queued", "sending", "sent")
CARRIERS: dict[Channel, str] = {"sms": "the carrier", "email": "the mail provider"}


def tell_message(kind: str, message: Message | Outgoing, told: Change, **facts: object) -> None:
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
            await change_row(message, {"provider_id": delivery.provider_id})
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
                may_go_again=True,
            )
        elif delivery.status == "sent":
            await message_left(message, told)
        return True


async def message_left(message: Message, told: Change) -> None:
    """The provider has it; unless a later result was quicker."""
    left = {"status": "sent", "sent_at": told.now, "claimed_until": None}
    if await change_row(message, left, status__in=("queued", "sending")):
        tell_message("message.sent", message, told)


async def _about(delivery: Delivery) -> Message | None:
    found = await row_of(Message, provider_id=delivery.provider_id)
    if found is None and delivery.ref:
        found = await row_of(Message, ref=delivery.ref)
    return found


async def _delivered(message: Message, told: Change) -> None:
    settled = {"status": "delivered", "settled_at": told.now, "claimed_until": None}
    if await change_row(message, settled, status__in=_UNSETTLED):
        if message.sent_at is None:
            await change_row(message, {"sent_at": told.now})
        tell_message("message.delivered", message, told)


async def message_failed(
    message: Message,
    code: str,
    sentence: str,
    told: Change,
    *,
    practice: Practice,
    ports: Ports,
    evidence: str | None = None,
    may_go_again: bool = False,
) -> None:
    """It has not arrived. What was on its way may go again; if it doesn't, its set tries the other channel or fails."""
    failed = {
        "status": "failed",
        "error_code": code,
        "error": sentence[:300],
        "settled_at": told.now,
        "claimed_until": None,
    }
    if not await change_row(message, failed, status__in=_UNSETTLED):
        await _heed(message, code, sentence, told)
        return
    invoice_set, again = await _running_set_of(message), None
    if may_go_again:
        again = await goes_again(message, code, invoice_set, practice=practice, ports=ports, now=told.now)
    reason = f"{sentence} It is tried again later." if again else sentence
    tell_message("message.failed", message, told, code=code, evidence=evidence, reason=reason)
    await _heed(message, code, sentence, told)
    if invoice_set and not again:
        await _fell_short(message, code, sentence, invoice_set, told, practice=practice, ports=ports)


async def _heed(message: Message, code: str, sentence: str, told: Change) -> None:
    """Who wants nothing more is obeyed, even if this one has arrived: a complaint comes after the mail."""
    if code == "opted_out":
        channel = cast(Channel, message.channel)
        await suppress(
            channel, message.address, "stop", actor=CLOCK, now=told.now, wording=sentence, source=CARRIERS[channel]
        )


async def _running_set_of(message: Message) -> InvoiceSet | None:
    """The set whose sequence this reminder is a step of, unless that has ended or made way for another."""
    if message.purpose != "reminder" or message.invoice_set_id is None:
        return None
    invoice_set = await InvoiceSet.select_for_update().get(id=message.invoice_set_id)
    of_an_earlier_one = message.created_at < invoice_set.enrolled_at
    return None if of_an_earlier_one or invoice_set.status not in SENDING else invoice_set


async def _fell_short(
    message: Message,
    code: str,
    sentence: str,
    invoice_set: InvoiceSet,
    told: Change,
    *,
    practice: Practice,
    ports: Ports,
) -> None:
    """The step by its other channel, where the rule set says so; else the set fails. What has gone by another channel
    has reached the patient all the same; a passing fault is forgiven, too, when a later step has gone since."""
    if code in LATER and await overtaken(message, invoice_set):
        return
    if await gone_by(invoice_set, message.step or 0):
        await foresee(invoice_set, told, practice=practice, ports=ports)
        return
    if await _fell_back(message, invoice_set, practice=practice, ports=ports, now=told.now):
        return
    tried = tries_of(message)[1]
    trouble = f"{sentence} It was tried {tried + 1} times." if tried else sentence
    await fire(
        invoice_set,
        "fail",
        machine=INVOICE_SET,
        actor=CLOCK,
        told=told,
        facts={"reason": trouble, "code": code},
        trouble=trouble[:300],
        step=max(message.step or 0, invoice_set.step - 1),  # Send now tries again what went last
        fix=None,
        next_send_at=None,
    )


async def _fell_back(
    message: Message, invoice_set: InvoiceSet, *, practice: Practice, ports: Ports, now: datetime
) -> bool:
    """The same step once more by the other channel, if it is open and the step doesn't go there by itself."""
    plan, other = plan_of(invoice_set), other_than(message.channel)
    step = plan.steps[message.step or 0]
    if not plan.fall_back or other in step.send:
        return False
    at = await situation_of(invoice_set, other, practice=practice, ports=ports, now=now)
    opens = opening(at, practice.contact, now)
    if opens is None:
        return False
    [payer] = await rows_of(Patient, id=message.guarantor_id)
    wrote = await write(
        f"{tries_of(message)[0]} instead",
        purpose="reminder",
        channel=other,
        template=step.template,
        payer=payer,
        facts=await facts_of_set(invoice_set.id, payer, practice=practice, ports=ports, now=now),
        practice=practice,
        now=now,
        due_at=opens,
        invoice_set=invoice_set.id,
        step=message.step,
    )
    return wrote is not None
