"""Readers that stumble: what cannot be digested is passed over, and nothing else is."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from domain.access import CLOCK
from models.change import change
from models.readers import read_on
from models.record import Event

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def test_two_who_stumble_over_the_same_event_at_once_pass_over_that_one_only(open_database: str):
    async with change(NOON) as told:
        for kind in ("bad", "good", "better", "best"):
            told.tell(kind, "patient:1", actor=CLOCK, location="downtown")
    seen: list[str] = []

    async def read(events: Sequence[Event]) -> None:
        if any(event.kind == "bad" for event in events):
            raise ValueError("it cannot be digested")
        seen.extend(event.kind for event in events)

    now = NOON
    for _ in range(12):  # it waits longer after each failure
        while any(await asyncio.gather(read_on("one", read, now=now), read_on("one", read, now=now))):
            continue
        now += timedelta(hours=1)
    assert seen == ["good", "better", "best", "reader.passed_over"]
