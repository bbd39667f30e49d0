"""Readers of the events: each reads every event once, whoever races or stops half-way, and stumbles over one only."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from domain.access import CLOCK
from models.change import change
from models.people import Patient
from models.readers import BATCH, Read, read_on
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


async def events(*kinds: str) -> None:
    async with change(NOON) as told:
        for kind in kinds:
            told.tell(kind, "patient:1", actor=CLOCK, location="downtown")


async def notes() -> list[str]:
    return [patient.external_id for patient in await Patient.all().order_by("id")]


async def note(found: Sequence[Event]) -> None:
    """What a reader does: rows, in the transaction that moves it on."""
    for event in found:
        await Patient.create(
            external_id=event.kind, first_name="x", last_name="x", location="downtown", created_at=NOON
        )


async def to_the_end(name: str) -> int:
    total = 0
    while read := await read_on(name, note, now=NOON):
        total += read
    return total


async def test_a_reader_reads_each_event_once_and_in_order(open_database: str):
    assert await to_the_end("one") == 0
    first, then = [f"a{number}" for number in range(BATCH + 3)], ["b1", "b2"]
    await events(*first)
    assert await to_the_end("one") == len(first)
    await events(*then)
    assert (await to_the_end("one"), await to_the_end("one")) == (2, 0)
    assert await notes() == first + then


async def test_readers_keep_places_of_their_own(open_database: str):
    seen: dict[str, list[str]] = {"one": [], "two": []}
    await events("a", "b")

    def reader(name: str) -> Read:
        async def read(found: Sequence[Event]) -> None:
            seen[name] += [event.kind for event in found]

        return read

    await read_on("one", reader("one"), now=NOON)
    await events("c")
    for name in seen:
        await read_on(name, reader(name), now=NOON)
    assert seen == {"one": ["a", "b", "c"], "two": ["a", "b", "c"]}


async def test_replicas_of_one_reader_that_race_read_each_event_once(open_database: str):
    kinds = [f"e{number}" for number in range(60)]

    async def write() -> None:
        for kind in kinds:
            await events(kind)

    async def replica(writing: asyncio.Task[None]) -> None:
        while not writing.done():
            await read_on("one", note, now=NOON)

    writing = asyncio.create_task(write())
    await asyncio.gather(*(replica(writing) for _ in range(4)))
    await to_the_end("one")
    assert await notes() == kinds


async def test_what_a_reader_did_before_it_was_cut_off_is_taken_back_and_done_again(open_database: str):
    await events("a", "b", "c")

    async def cut_off(found: Sequence[Event]) -> None:
        await note(found)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await read_on("one", cut_off, now=NOON)
    assert await notes() == []
    assert await to_the_end("one") == 3
    assert await notes() == ["a", "b", "c"]


async def test_a_reader_reads_what_it_tells_itself(open_database: str):
    await events("a")

    async def tells(found: Sequence[Event]) -> None:
        await note(found)
        if found[0].kind == "a":
            await events("b")

    while await read_on("one", tells, now=NOON):
        continue
    assert await notes() == ["a", "b"]
