"""Readers of the events: each keeps its own place and does its work in the transaction that moves it on.

A reader only writes rows (what must be sent, drawn, printed); whoever does those rows talks to the outside. So a
reader's work happens exactly once, and the outside's at least once. An event that a reader cannot digest is tried a
few times by itself, then passed over with an event that says so: one bad fact must not stop all that come after it.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog
from tortoise.expressions import F

from domain.access import CLOCK
from models import database
from models.by_hand import rows_by
from models.change import change
from models.record import ChainHead, Event, ReaderPlace

BATCH = 100
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 30, 120, 600, 1800))
"""How long a reader waits after each failure of the same event: time for somebody to mend what broke."""

BEHIND = """
    SELECT p.tries, p.due_at FROM chain_head h LEFT JOIN reader_place p ON p.name = $1
     WHERE h.seq > COALESCE(p.seq, 0)
"""
"""Asked by hand: nearly always there is nothing new, and it is asked all the time."""
BEGIN = "INSERT INTO reader_place (name, seq, tries) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING"
PLACE = "SELECT seq FROM reader_place WHERE name = $1"
NEXT = "SELECT * FROM event WHERE seq > $1 ORDER BY seq LIMIT $2"
MOVE = "UPDATE reader_place SET seq = $2, tries = 0, due_at = NULL WHERE name = $1"

Read = Callable[[Sequence[Event]], Awaitable[None]]

log = structlog.get_logger()


async def read_on(name: str, read: Read, *, now: datetime) -> int:
    """Let a reader read the next events; how many there were. On PostgreSQL a place taken by another is let be."""
    behind = await database.read(BEHIND, [name])
    if not behind:
        return 0
    [[tries, due_at]] = behind
    if tries is None:
        await _begin(name)
        tries = 0
    if due_at is not None and now < database.moment(due_at):
        return 0
    try:
        return await _read(name, read, 1 if tries else BATCH, now)
    except Exception:
        log.exception("reader.failed", reader=name, tries=tries + 1)
    if tries >= len(BACKOFF):
        return await _pass_over(name, now)
    await ReaderPlace.filter(name=name).update(tries=F("tries") + 1, due_at=now + BACKOFF[tries])
    return 0


async def _read(name: str, read: Read, most: int, now: datetime) -> int:
    async with change(now):
        lock = " FOR UPDATE SKIP LOCKED" if database.dialect() == "postgres" else ""
        for place in await database.read(PLACE + lock, [name]):
            events = await rows_by(Event, NEXT, [place["seq"], most])
            if events:
                await read(events)
                await database.execute(MOVE, [name, events[-1].seq])
            return len(events)
        return 0


async def _begin(name: str) -> None:
    await database.execute(BEGIN, [name])


async def _pass_over(name: str, now: datetime) -> int:
    async with change(now) as told:
        place = await ReaderPlace.select_for_update().get(name=name)
        event = await Event.filter(seq__gt=place.seq).order_by("seq").first()
        if event is None or place.tries < len(BACKOFF):  # another replica, which stumbled over it as well, was first
            return 0
        log.error("reader.passed_over", reader=name, seq=event.seq, kind=event.kind)
        told.tell("reader.passed_over", event.subject, actor=CLOCK, location=event.location, after={"seq": event.seq})
        await ReaderPlace.filter(name=name).update(seq=event.seq, tries=0, due_at=None)
        return 1


async def begin_here(*names: str, now: datetime) -> None:
    """For readers that are to begin with what comes next: what is told already does not concern them."""
    async with change(now):
        head = await ChainHead.get(id=1)
        for name in names:
            await _begin(name)
            await database.execute(MOVE, [name, head.seq])
