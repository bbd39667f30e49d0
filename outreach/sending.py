"""Sending what waits: claimed once, looked at once more, sent once, recorded. A batch is two transactions."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from billing.write_offs import outstanding_cents
from domain.errors import DoorFault
from domain.invoice_set import SENDING
from domain.ports import Attachment, Mail, Ports, Sent, Text
from domain.practice import Channel, Practice
from models.change import Change, change
from models.chasing import InvoiceSet, Message
from models.claims import claim
from outreach.hours import hours_of
from outreach.papers import paper_for
from outreach.results import message_failed, message_left, tell_message
from outreach.situation import suppressed

log = structlog.get_logger()

WAITING = ("queued", "sending")
BROKE = "It could not be written or sent; the log says why."
BATCH = 50
AT_ONCE = 10
LEASE = timedelta(minutes=2)
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360))
CLOCKS_APART = timedelta(minutes=5)
"""How far a provider's clock may be from ours when an earlier attempt is looked for."""


@dataclass(slots=True)
class Attempt:
    message: Message
    maybe_sent: bool
    """An earlier attempt ended without an answer: look before sending."""
    why_not: str | None
    """Why it may no longer leave; all that is left to do is to see whether it has."""
    sent: Sent | None = None
    fault: DoorFault | None = None


async def send_due(*, practice: Practice, ports: Ports) -> int:
    """Send the next batch of what is due; how many there were."""
    now = ports.clock.now()
    doors = [channel for channel, door in (("sms", ports.sms), ("email", ports.mail)) if door is not None]
    ids = await claim(
        Message,
        due="status IN ('queued', 'sending') AND due_at <= $1 AND channel IN ('sms', 'email')",
        args=[now],
        at=ports.clock.pulse(),
        lease=LEASE,
        limit=BATCH,
        order_by="due_at, id",
    )
    attempts = await _begin(ids, doors, practice, now)
    gate = asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(_attempt(attempt, gate, practice=practice, ports=ports) for attempt in attempts))
    if attempts:
        await _finish(attempts, practice=practice, ports=ports)
    return len(ids)


async def _begin(ids: Sequence[int], doors: Sequence[str], practice: Practice, now: datetime) -> list[Attempt]:
    """Whatever has been paid, paused, stopped or opted out of since it was queued does not leave."""
    if not ids:
        return []
    async with change(now) as told:
        waiting = Message.filter(id__in=ids, channel__in=doors, status__in=WAITING)
        messages = await waiting.order_by("id").select_for_update()
        attempts = []
        for message in messages:
            attempt = Attempt(message, message.status == "sending", await _why_not(message, now))
            if attempt.why_not and not attempt.maybe_sent:
                await _drop(attempt, told)
                continue
            if await _put_off(message, practice, now):
                continue
            message.status, message.attempts = "sending", message.attempts + 1
            message.first_attempt_at = message.first_attempt_at or now
            attempts.append(attempt)
        if attempts:
            leaving = [attempt.message for attempt in attempts]
            await Message.bulk_update(leaving, ["status", "attempts", "first_attempt_at"])
        return attempts


async def _why_not(message: Message, now: datetime) -> str | None:
    channel: Channel = "sms" if message.channel == "sms" else "email"
    if message.purpose != "keyword" and (why := await suppressed(channel, message.address)):
        return why
    if message.purpose != "reminder" or message.invoice_set_id is None:
        return None
    if not await outstanding_cents(message.invoice_set_id):
        return "Nothing is owed any more."
    invoice_set = await InvoiceSet.get(id=message.invoice_set_id)
    held = invoice_set.held_until is not None and now < invoice_set.held_until
    return "The sequence has been stopped since." if held or invoice_set.status not in SENDING else None


async def _put_off(message: Message, practice: Practice, now: datetime) -> bool:
    """A reminder that a fault or an outage has held up until night waits for the morning."""
    if message.purpose != "reminder" or message.channel != "sms":
        return False
    hours = await hours_of(message, practice=practice, now=now)
    if hours.open or hours.opens_at is None:
        return False
    await Message.filter(id=message.id).update(due_at=hours.opens_at, claimed_until=None)
    return True


async def _drop(attempt: Attempt, told: Change) -> None:
    message = attempt.message
    dropped = {"status": "dropped", "error": attempt.why_not, "settled_at": told.now}
    if await Message.filter(id=message.id, status__in=WAITING).update(**dropped):
        tell_message("message.dropped", message, told, reason=attempt.why_not)


async def _attempt(attempt: Attempt, gate: asyncio.Semaphore, *, practice: Practice, ports: Ports) -> None:
    async with gate:
        try:
            attempt.sent = await _send(attempt, practice=practice, ports=ports)
        except DoorFault as fault:
            attempt.fault = fault
        except Exception:
            # One that breaks must not take the others of its batch with it: those have left and would leave again.
            log.exception("sending.broke", message=attempt.message.id)
            attempt.fault = DoorFault("outreach", "broke", BROKE, passing=True, unknown=True)


async def _send(attempt: Attempt, *, practice: Practice, ports: Ports) -> Sent | None:
    message = attempt.message
    if message.channel == "sms" and ports.sms is not None:
        text = Text(to=message.address, body=message.body, sender=message.sender, ref=message.ref)
        if attempt.maybe_sent and message.first_attempt_at is not None:
            earlier = await ports.sms.find(text, since=message.first_attempt_at - CLOCKS_APART)
            if earlier is not None:
                return earlier
        return None if attempt.why_not else await ports.sms.send(text)
    if ports.mail is None or attempt.why_not:
        return None
    # Nobody can ask a mailbox; the same Message-ID makes a second copy the same mail.
    return await ports.mail.send(await _mail(message, practice=practice, ports=ports))


async def _mail(message: Message, *, practice: Practice, ports: Ports) -> Mail:
    attachments: tuple[Attachment, ...] = ()
    if message.paper:
        paper = await paper_for(message.paper, practice=practice, ports=ports)
        attachments = (Attachment(paper.filename, "application/pdf", paper.content),)
    return Mail(
        to=message.address,
        sender=message.sender,
        sender_name=practice.locations[message.location].name,
        subject=message.subject,
        text=message.body,
        html=message.html,
        ref=message.ref,
        attachments=attachments,
        unsubscribe_url=_unsubscribe(message),
        thread_ref=None,
    )


def _unsubscribe(message: Message) -> str | None:
    """Reminders may be unsubscribed from; what a patient has just bought or asked for needs no such line."""
    if message.purpose != "reminder":
        return None
    links = (word for word in message.body.split() if word.endswith("/unsubscribe"))
    return next(links, None)


async def _finish(attempts: Sequence[Attempt], *, practice: Practice, ports: Ports) -> None:
    async with change(ports.clock.now()) as told:
        for attempt in attempts:
            if attempt.sent is not None:
                await _left(attempt.message, attempt.sent, told)
            elif attempt.fault is not None:
                await _did_not(attempt, attempt.fault, told, practice=practice, ports=ports)
            else:
                await _drop(attempt, told)


async def _left(message: Message, sent: Sent, told: Change) -> None:
    await Message.filter(id=message.id).update(
        provider_id=sent.provider_id, segments=sent.segments, cost_micros=sent.cost_micros
    )
    await message_left(message, told)


async def _did_not(attempt: Attempt, fault: DoorFault, told: Change, *, practice: Practice, ports: Ports) -> None:
    message = attempt.message
    if fault.passing and message.attempts <= len(BACKOFF):
        wait = timedelta(seconds=fault.retry_after) if fault.retry_after else BACKOFF[message.attempts - 1]
        status = "sending" if fault.unknown or attempt.maybe_sent else "queued"
        await Message.filter(id=message.id, status="sending").update(
            status=status, due_at=told.now + wait, error=fault.sentence, claimed_until=None
        )
        return
    await message_failed(message, fault.code, fault.sentence, told, practice=practice, ports=ports)
