"""Sending what waits: claimed once, looked at once more, sent once, recorded. A batch is two transactions."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import chain, count, islice

import structlog
from tortoise.exceptions import IntegrityError

from domain.errors import DoorFault
from domain.ports import Ports, Sent
from domain.practice import Channel, Practice
from models.by_hand import change_rows, rows_of
from models.change import Change, change
from models.chasing import Message
from models.claims import renew
from models.database import returning, transaction
from outreach.carrying import carry
from outreach.hours import hours_in
from outreach.outgoing import Outgoing, mark_sending, not_before, take_due, why_not
from outreach.results import message_failed, tell_message

log = structlog.get_logger()

WAITING = ("queued", "sending")
BROKE = DoorFault("outreach", "broke", "It could not be written or sent; the log says why.", passing=True, unknown=True)
BATCH = 50
AT_ONCE = 4
ABREAST = 3
"""Batches in hand at a time, each in a lane of its own: while one asks the database, the other's messages leave."""
LEASE = timedelta(minutes=2)
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360))

_TYPED = "(CAST(NULL AS BIGINT), CAST(NULL AS VARCHAR), CAST(NULL AS INT), CAST(NULL AS BIGINT))"
"""No message, but it tells PostgreSQL of what types those after it are."""


@dataclass(slots=True)
class Attempt:
    message: Outgoing
    until: datetime
    """When its lease ends."""
    why_not: str | None
    """Why it may no longer leave; all that is left to do is to see whether it has."""
    sent: Sent | None = None
    fault: DoorFault | None = None
    ours: bool = True
    """Until its lease has run out over those before it, and another replica may have taken it up."""


async def send_due(*, practice: Practice, ports: Ports) -> int:
    """Send the next batch of what is due; how many there were. Two of these at once take different batches."""
    now, until = ports.clock.now(), ports.clock.pulse() + LEASE
    doors: dict[Channel, object] = {"sms": ports.sms, "email": ports.mail}
    open_doors = [channel for channel, door in doors.items() if door is not None]
    async with transaction():
        due = await take_due(open_doors, now=now, at=until - LEASE, limit=BATCH)
        attempts = await _begin(due, until, practice=practice, now=now)
    waiting = iter(attempts)
    await asyncio.gather(*(_attempt_each(waiting, practice=practice, ports=ports) for _ in range(AT_ONCE)))
    if attempts:
        await _finish(attempts, practice=practice, ports=ports)
    return len(due)


async def _begin(due: Sequence[Outgoing], until: datetime, *, practice: Practice, now: datetime) -> list[Attempt]:
    """Whatever has been paid, paused, stopped or opted out of since it was queued does not leave."""
    hours = cache(partial(hours_in, practice=practice, now=now))
    attempts = []
    for message in due:
        attempt = Attempt(message, until, await why_not(message))
        try:
            opens_at = not_before(message, hours) if attempt.why_not is None else None
        except Exception:
            log.exception("sending.broke", message=message.id)
            opens_at, attempt.fault = None, BROKE
        if opens_at is None:
            attempts.append(attempt)
        else:
            await change_rows(Message, {"due_at": opens_at, "claimed_until": None}, id=message.id)
    await mark_sending([attempt.message.id for attempt in attempts], now=now, until=until)
    return attempts


async def _attempt_each(waiting: Iterator[Attempt], *, practice: Practice, ports: Ports) -> None:
    for attempt in waiting:
        await _attempt(attempt, practice=practice, ports=ports)


async def _attempt(attempt: Attempt, *, practice: Practice, ports: Ports) -> None:
    attempt.ours = await _still_ours(attempt, ports)
    if attempt.fault is not None or not attempt.ours:
        return
    may_leave = attempt.why_not is None
    try:
        attempt.sent = await carry(attempt.message, may_leave=may_leave, practice=practice, ports=ports)
    except DoorFault as fault:
        attempt.fault = fault
    except Exception:
        # One that breaks must not take the others of its batch with it: those have left and would leave again.
        log.exception("sending.broke", message=attempt.message.id)
        attempt.fault = BROKE


async def _still_ours(attempt: Attempt, ports: Ports) -> bool:
    """Asked again only when the batch has become slow: each message is sent by one replica, however long it takes."""
    at = ports.clock.pulse()
    if attempt.until - at > LEASE / 2:
        return True
    return await renew(Message, attempt.message.id, attempt.until, at=at, lease=LEASE)


async def _finish(attempts: Sequence[Attempt], *, practice: Practice, ports: Ports) -> None:
    """All at once; one by one when two lost answers to the same words were found as one text: one looks again."""
    ours = [attempt for attempt in attempts if attempt.ours]
    try:
        await _record(ours, practice=practice, ports=ports)
    except IntegrityError:
        log.warning("sending.found_twice", messages=len(ours))
        for attempt in ours:
            try:
                await _record([attempt], practice=practice, ports=ports)
            except IntegrityError:
                log.warning("sending.looks_again", message=attempt.message.id)


async def _record(attempts: Sequence[Attempt], *, practice: Practice, ports: Ports) -> None:
    async with change(ports.clock.now()) as told:
        moved = await _left({attempt.message.id: attempt.sent for attempt in attempts if attempt.sent}, told.now)
        for attempt in attempts:
            if attempt.message.id in moved:
                tell_message("message.sent", attempt.message, told)
            elif attempt.fault is not None:
                await _did_not(attempt, attempt.fault, told, practice=practice, ports=ports)
            elif attempt.sent is None:
                await _drop(attempt, told)


async def _left(sent: Mapping[int, Sent], now: datetime) -> set[int]:
    """The provider has them. Those that this moved on; for the others a later result was quicker."""
    if not sent:
        return set()
    places = count(2)
    rows = ", ".join(_places(places, 4) for _ in sent)
    moving = f"""
        WITH told (id, provider_id, segments, cost_micros) AS (VALUES {_TYPED}, {rows})
        UPDATE message SET status = 'sent', sent_at = $1, claimed_until = NULL,
            provider_id = told.provider_id, segments = told.segments, cost_micros = told.cost_micros
        FROM told WHERE message.id = told.id AND message.status IN ('queued', 'sending') RETURNING message.id
    """  # noqa: S608  # placeholders
    values = [(number, by.provider_id, by.segments, by.cost_micros) for number, by in sent.items()]
    moved = {row["id"] for row in await returning(moving, [now, *chain.from_iterable(values)])}
    for number in sent.keys() - moved:
        by = sent[number]
        at_the_provider = {"provider_id": by.provider_id, "segments": by.segments, "cost_micros": by.cost_micros}
        await change_rows(Message, at_the_provider, id=number)
    return moved


def _places(numbers: Iterator[int], columns: int) -> str:
    return f"({', '.join(f'${number}' for number in islice(numbers, columns))})"


async def _drop(attempt: Attempt, told: Change) -> None:
    message = attempt.message
    dropped = {"status": "dropped", "error": attempt.why_not, "settled_at": told.now}
    if await change_rows(Message, dropped, id=message.id, status__in=WAITING):
        tell_message("message.dropped", message, told, reason=attempt.why_not)


async def _did_not(attempt: Attempt, fault: DoorFault, told: Change, *, practice: Practice, ports: Ports) -> None:
    tried = attempt.message.attempts
    if fault.passing and tried <= len(BACKOFF):
        wait = timedelta(seconds=fault.retry_after) if fault.retry_after else BACKOFF[tried - 1]
        status = "sending" if fault.unknown or attempt.message.maybe_sent else "queued"
        again = {"status": status, "due_at": told.now + wait, "error": fault.sentence, "claimed_until": None}
        await change_rows(Message, again, id=attempt.message.id, status="sending")
        return
    [message] = await rows_of(Message, id=attempt.message.id)
    await message_failed(message, fault.code, fault.sentence, told, practice=practice, ports=ports)
