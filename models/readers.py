"""Readers of the events: each keeps its own place and does its work in the transaction that moves it on.

A reader only writes rows (what must be sent, drawn, printed); whoever does those rows talks to the outside. So a
reader's work happens exactly once, and the outside's at least once.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from models.change import change
from models.record import Event, ReaderPlace

BATCH = 100

Read = Callable[[Sequence[Event]], Awaitable[None]]


async def read_on(name: str, read: Read, *, now: datetime) -> int:
    """Let a reader read the next events; how many there were. On PostgreSQL a place taken by another is let be."""
    await _ensure(name)
    if not await _behind(name):
        return 0
    async with change(now):
        place = await ReaderPlace.filter(name=name).select_for_update(skip_locked=True).first()
        if place is None:
            return 0
        events = await Event.filter(seq__gt=place.seq).order_by("seq").limit(BATCH)
        if events:
            await read(events)
            place.seq = events[-1].seq
            await place.save(update_fields=["seq"])
        return len(events)


async def _behind(name: str) -> bool:
    place = await ReaderPlace.get(name=name)
    return await Event.filter(seq__gt=place.seq).exists()


async def _ensure(name: str) -> None:
    if not await ReaderPlace.filter(name=name).exists():
        await ReaderPlace.bulk_create([ReaderPlace(name=name)], ignore_conflicts=True)
