"""Sending what waits: claimed once, looked at once more, sent once, recorded. A batch is two transactions."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, count, islice

import structlog
from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from domain.errors import DoorFault
from domain.invoice import OPEN
from domain.invoice_set import SENDING
from domain.ports import Ports, Sent
from domain.practice import Channel, Practice
from models.change import Change, change
from models.chasing import InvoiceSet, Message
from models.claims import claim, renew
from models.database import execute, returning, transaction
from models.invoices import Invoice
from models.people import Patient, Suppression
from outreach.carrying import carry
from outreach.hours import hours_of
from outreach.results import message_failed, tell_message
from outreach.situation import suppressed, zones_of

log = structlog.get_logger()

WAITING = ("queued", "sending")
BROKE = "It could not be written or sent; the log says why."
BATCH = 50
AT_ONCE = 10
LEASE = timedelta(minutes=2)
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360))

_READ = (
    "id", "ref", "occasion", "guarantor_id", "location", "invoice_set_id", "purpose", "step", "channel", "address",
    "sender", "subject", "body", "html", "paper", "status", "attempts", "first_attempt_at", "created_at",
    "claimed_until",
)  # fmt: skip
"""What is needed to send. Half of reading a message whole is reading the times in it."""
_TYPED = "(CAST(NULL AS BIGINT), CAST(NULL AS VARCHAR), CAST(NULL AS INT), CAST(NULL AS BIGINT))"
"""No message, but it tells PostgreSQL of what types those after it are."""


@dataclass(slots=True)
class Attempt:
    message: Message
    maybe_sent: bool
    """An earlier attempt ended without an answer: look before sending."""
    why_not: str | None
    """Why it may no longer leave; all that is left to do is to see whether it has."""
    sent: Sent | None = None
    fault: DoorFault | None = None
    ours: bool = True
    """Until its lease has run out over those before it, and another replica may have taken it up."""


async def send_due(*, practice: Practice, ports: Ports) -> int:
    """Send the next batch of what is due; how many there were."""
    now = ports.clock.now()
    doors = [channel for channel, door in (("sms", ports.sms), ("email", ports.mail)) if door is not None]
    open_doors = ", ".join(f"'{channel}'" for channel in doors) or "NULL"
    ids = await claim(
        Message,
        due=f"status IN ('queued', 'sending') AND due_at <= $1 AND channel IN ({open_doors})",
        args=[now],
        at=ports.clock.pulse(),
        lease=LEASE,
        limit=BATCH,
        order_by="due_at, id",
    )
    attempts = await _begin(ids, practice, now)
    gate = asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(_attempt(attempt, gate, practice=practice, ports=ports) for attempt in attempts))
    if attempts:
        await _finish(attempts, practice=practice, ports=ports)
    return len(ids)


async def _begin(ids: Sequence[int], practice: Practice, now: datetime) -> list[Attempt]:
    """Whatever has been paid, paused, stopped or opted out of since it was queued does not leave."""
    if not ids:
        return []
    async with change(now) as told:
        waiting = Message.filter(id__in=ids, status__in=WAITING)
        messages = await waiting.order_by("id").select_for_update().only(*_READ)
        reasons, later = await _why_not(messages, now), await _not_yet(messages, practice, now)
        attempts = []
        for message in messages:
            attempt = Attempt(message, message.status == "sending", reasons.get(message.id))
            if attempt.why_not and not attempt.maybe_sent:
                await _drop(attempt, told)
            elif opens_at := later.get(message.id):
                await Message.filter(id=message.id).update(due_at=opens_at, claimed_until=None)
            else:
                message.status, message.attempts = "sending", message.attempts + 1
                message.first_attempt_at = message.first_attempt_at or now
                attempts.append(attempt)
        await _tried([attempt.message.id for attempt in attempts], now)
        return attempts


async def _why_not(messages: Sequence[Message], now: datetime) -> dict[int, str]:
    """By message. There is hardly ever a reason, so it is asked once for all of them whether there are any."""
    addresses, numbers = {each.address for each in messages}, {each.invoice_set_id for each in messages} - {None}
    found = await Suppression.filter(address__in=addresses, lifted_at=None).values_list("address", flat=True)
    shut = set(map(str, found))
    owed = Invoice.filter(invoice_set_id__in=numbers, status__in=OPEN, balance_cents__gt=0)
    owing = set(await owed.values_list("invoice_set_id", flat=True))
    going_on = InvoiceSet.filter(Q(held_until=None) | Q(held_until__lte=now), id__in=numbers, status__in=SENDING)
    sending = set(await going_on.values_list("id", flat=True))
    reasons = {}
    for message in messages:
        channel: Channel = "sms" if message.channel == "sms" else "email"
        about_a_set = message.purpose == "reminder" and message.invoice_set_id is not None
        asked = message.purpose != "keyword" and message.address in shut
        if asked and (why := await suppressed(channel, message.address)):
            reasons[message.id] = why
        elif about_a_set and message.invoice_set_id not in owing:
            reasons[message.id] = "Nothing is owed any more."
        elif about_a_set and message.invoice_set_id not in sending:
            reasons[message.id] = "The sequence has been stopped since."
    return reasons


async def _not_yet(messages: Sequence[Message], practice: Practice, now: datetime) -> dict[int, datetime]:
    """By message: a reminder that a fault or an outage has held up until night waits for the morning."""
    reminders = [each for each in messages if each.purpose == "reminder" and each.channel == "sms"]
    payers = Patient.filter(id__in={each.guarantor_id for each in reminders}).values_list("id", "timezone", "phone")
    zones = {payer: zones_of(home, phone) for payer, home, phone in await payers}
    one_of_each = {zones[each.guarantor_id]: each for each in reminders}
    hours = {where: await hours_of(each, practice=practice, now=now) for where, each in one_of_each.items()}
    at = {each.id: hours[zones[each.guarantor_id]] for each in reminders}
    return {number: there.opens_at for number, there in at.items() if not there.open and there.opens_at is not None}


async def _tried(ids: Sequence[int], now: datetime) -> None:
    if not ids:
        return
    tried = f"""
        UPDATE message SET status = 'sending', attempts = attempts + 1,
            first_attempt_at = COALESCE(first_attempt_at, $1)
        WHERE id IN {_places(count(2), len(ids))}
    """  # noqa: S608  # placeholders
    await execute(tried, [now, *ids])


async def _drop(attempt: Attempt, told: Change) -> None:
    message = attempt.message
    dropped = {"status": "dropped", "error": attempt.why_not, "settled_at": told.now}
    if await Message.filter(id=message.id, status__in=WAITING).update(**dropped):
        tell_message("message.dropped", message, told, reason=attempt.why_not)


async def _attempt(attempt: Attempt, gate: asyncio.Semaphore, *, practice: Practice, ports: Ports) -> None:
    async with gate:
        if not await _still_ours(attempt.message, ports):
            attempt.ours = False
            return
        try:
            attempt.sent = await carry(
                attempt.message,
                maybe_sent=attempt.maybe_sent,
                may_leave=attempt.why_not is None,
                practice=practice,
                ports=ports,
            )
        except DoorFault as fault:
            attempt.fault = fault
        except Exception:
            # One that breaks must not take the others of its batch with it: those have left and would leave again.
            log.exception("sending.broke", message=attempt.message.id)
            attempt.fault = DoorFault("outreach", "broke", BROKE, passing=True, unknown=True)


async def _still_ours(message: Message, ports: Ports) -> bool:
    """Asked again only when the batch has become slow: each message is sent by one replica, however long it takes."""
    at, until = ports.clock.pulse(), message.claimed_until
    if until is None or until - at > LEASE / 2:
        return True
    return await renew(Message, message.id, until, at=at, lease=LEASE)


async def _finish(attempts: Sequence[Attempt], *, practice: Practice, ports: Ports) -> None:
    ours = [attempt for attempt in attempts if attempt.ours]
    async with change(ports.clock.now()) as told:
        moved = await _booked({attempt.message.id: attempt.sent for attempt in ours if attempt.sent}, told.now)
        for attempt in ours:
            if attempt.message.id in moved:
                tell_message("message.sent", attempt.message, told)
            elif attempt.fault is not None:
                await _did_not(attempt, attempt.fault, told, practice=practice, ports=ports)
            elif attempt.sent is None:
                await _drop(attempt, told)


async def _booked(sent: Mapping[int, Sent], now: datetime) -> set[int]:
    """All at once; one by one when two lost answers to the same words were found as one text: one looks again."""
    try:
        async with transaction():
            return await _left(sent, now)
    except IntegrityError:
        log.warning("sending.found_twice", messages=len(sent))
    moved: set[int] = set()
    for number, by in sent.items():
        try:
            async with transaction():
                moved |= await _left({number: by}, now)
        except IntegrityError:
            log.warning("sending.looks_again", message=number)
    return moved


async def _left(sent: Mapping[int, Sent], now: datetime) -> set[int]:
    """The provider has them. Those that this moved on; for the others a later result was quicker."""
    if not sent:
        return set()
    places = count(1)
    rows = ", ".join(_places(places, 4) for _ in sent)
    at_the_provider = f"""
        WITH told (id, provider_id, segments, cost_micros) AS (VALUES {_TYPED}, {rows})
        UPDATE message SET provider_id = told.provider_id, segments = told.segments, cost_micros = told.cost_micros
        FROM told WHERE message.id = told.id
    """  # noqa: S608  # placeholders
    values = [(number, by.provider_id, by.segments, by.cost_micros) for number, by in sent.items()]
    await execute(at_the_provider, list(chain.from_iterable(values)))
    moved = f"""
        UPDATE message SET status = 'sent', sent_at = $1, claimed_until = NULL
        WHERE id IN {_places(count(2), len(sent))} AND status IN ('queued', 'sending') RETURNING id
    """  # noqa: S608  # placeholders
    return {row["id"] for row in await returning(moved, [now, *sent])}


def _places(numbers: Iterable[int], columns: int) -> str:
    return f"({', '.join(f'${number}' for number in islice(numbers, columns))})"


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
