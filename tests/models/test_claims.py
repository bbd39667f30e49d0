"""Each row and each slot goes to one taker, however many ask at once, from however many processes."""

import asyncio
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

from models import database
from models.claims import claim, renew, slot
from tests.models.toys import TABLES, Parcel
from tests.support.nursery import Elsewhere

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEASE = timedelta(minutes=2)
SECOND = timedelta(seconds=1)


async def take(at: datetime = NOON, limit: int = 10, order_by: str = "due_at, id") -> list[int]:
    return await claim(Parcel, due="due_at <= $1", args=[NOON], at=at, lease=LEASE, limit=limit, order_by=order_by)


async def parcels(*due_at: datetime) -> list[int]:
    await Parcel.bulk_create([Parcel(due_at=at) for at in due_at])
    return await Parcel.all().order_by("id").values_list("id", flat=True)


async def test_the_first_rows_that_are_due_are_taken_and_no_others(toys: str):
    late, later, latest, not_yet = await parcels(NOON - 3 * SECOND, NOON - SECOND, NOON, NOON + SECOND)
    assert sorted(await take(limit=2)) == [late, later]
    assert await take() == [latest]
    assert await take() == []
    assert (await Parcel.get(id=late)).claimed_until == NOON + LEASE
    assert (await Parcel.get(id=not_yet)).claimed_until is None


async def test_a_row_comes_up_again_when_the_lease_of_its_taker_has_ended(toys: str):
    [parcel] = await parcels(NOON)
    assert await take() == [parcel]
    assert await take(at=NOON + LEASE) == []
    assert await take(at=NOON + LEASE + SECOND) == [parcel]


async def test_a_lease_begins_anew_only_for_who_still_has_the_row(toys: str):
    [parcel] = await parcels(NOON)
    await take()
    mine = await Parcel.get(id=parcel)
    assert await renew(Parcel, parcel, mine.claimed_until, at=NOON + SECOND, lease=LEASE)
    assert await take(at=NOON + LEASE + SECOND) == []
    assert await take(at=NOON + LEASE + 2 * SECOND) == [parcel]
    assert not await renew(Parcel, parcel, mine.claimed_until, at=NOON + LEASE, lease=LEASE)


async def test_an_or_in_what_is_due_does_not_reach_rows_that_are_taken(toys: str):
    await parcels(NOON)
    due = "due_at <= $1 OR due_at > $1"
    await claim(Parcel, due=due, args=[NOON], at=NOON, lease=LEASE, limit=9)
    assert await claim(Parcel, due=due, args=[NOON], at=NOON, lease=LEASE, limit=9) == []


async def eight_take(line: Connection, url: str) -> None:
    async def takes() -> None:
        while ids := await take(limit=7):
            line.send(ids)

    await database.connect(url, tables=TABLES)
    await asyncio.gather(*(takes() for _ in range(8)))
    await database.close()


async def test_two_processes_with_many_takers_take_each_row_once(toys: str):
    made = await parcels(*[NOON] * 600)
    started = [Elsewhere(eight_take, toys) for _ in range(2)]
    taken = [number for process in started for ids in process.says_to_the_end() for number in ids]
    assert [process.ended() for process in started] == [0, 0]
    assert sorted(taken) == made


async def test_rows_that_another_is_changing_are_passed_over_on_postgres(toys: str):
    held, free = await parcels(NOON, NOON)
    if database.dialect() == "sqlite":  # there, one transaction at a time is all there is
        async with database.transaction():
            assert sorted(await take()) == [held, free]
        return

    async def elsewhere() -> list[int]:
        async with asyncio.timeout(5), database.transaction():
            return await take()

    async with database.transaction():
        await Parcel.filter(id=held).update(claims=1)
        assert await asyncio.create_task(elsewhere()) == [free]


async def test_one_of_many_takes_a_slot(toys: str):
    assert sorted(await asyncio.gather(*(slot("tick", "12:00", at=NOON) for _ in range(20)))) == [False] * 19 + [True]
    assert await slot("tick", "12:01", at=NOON)
    assert await slot("digest", "12:00", at=NOON)
    assert not await slot("digest", "12:00", at=NOON + SECOND)
