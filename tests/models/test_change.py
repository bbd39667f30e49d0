"""Changes and their events: all or nothing, chained without a gap, in the order of the commits."""

import asyncio
from collections.abc import Awaitable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone

import pytest

from billing.audit import Finding, audit
from domain.access import CLOCK, Actor
from models import database
from models.change import ROWS_AT_ONCE, Change, change, correlation, following, on_commit
from models.people import Patient
from models.record import ChainHead, Event

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DANA = Actor("person", "U0BILLER1", "Dana Biller", "slack")


def tell(told: Change, kind: str, **more: object) -> None:
    told.tell(kind, "patient:1", actor=DANA, location="downtown", **more)  # type: ignore[arg-type]


async def patient(name: str) -> Patient:
    return await Patient.create(external_id=name, first_name=name, last_name="x", location="downtown", created_at=NOON)


async def fails(inner: Awaitable[None] | None = None) -> None:
    async with change(NOON) as told:
        await patient("maria")
        tell(told, "patient.added")
        if inner is not None:
            await inner
        raise ZeroDivisionError


async def kinds() -> list[str]:
    return [event.kind for event in await Event.all().order_by("seq")]


async def test_an_event_says_who_did_what_from_where_and_when(open_database: str) -> None:
    with following("cause-1"):
        async with change(NOON.astimezone(timezone(timedelta(hours=-5)))) as told:
            tell(
                told,
                "patient.renamed",
                guarantor=1,
                before={"name": "José"},
                after={"name": "Łucja 😀", "n": [1, None]},
            )
    event = await Event.get()
    assert (event.seq, event.at, event.via, event.actor, event.actor_name) == (
        1, NOON, "slack", "person:U0BILLER1", "Dana Biller",
    )  # fmt: skip
    assert (event.correlation, event.before, event.after) == (
        "cause-1", {"name": "José"}, {"name": "Łucja 😀", "n": [1, None]},
    )  # fmt: skip
    assert await audit(full=True) == []


async def test_eight_writers_at_once_make_one_chain_without_a_gap(open_database: str) -> None:
    async def writer(number: int) -> None:
        for turn in range(6):
            async with change(NOON) as told:
                await patient(f"{number}-{turn}")
                tell(told, f"one.{number}")
                tell(told, f"two.{number}")

    await asyncio.gather(*(writer(number) for number in range(8)))
    events = await Event.all().order_by("seq")
    assert [event.seq for event in events] == list(range(1, 97))
    assert await audit(full=True) == []
    pairs = zip(events[::2], events[1::2], strict=True)
    assert all(a.kind.split(".")[1] == b.kind.split(".")[1] and a.correlation == b.correlation for a, b in pairs)


async def test_an_event_s_number_is_the_order_of_the_commits(open_database: str) -> None:
    """Who begins first and commits last comes last: a reader that has read the other's event misses nothing."""
    if database.dialect() == "sqlite":  # there, nobody else begins before the first has committed
        return
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with change(NOON) as told:
            tell(told, "slow")
            begun.set()
            await go_on.wait()

    task = asyncio.create_task(slow())
    await begun.wait()
    async with asyncio.timeout(5), change(NOON) as told:
        tell(told, "quick")
    go_on.set()
    await task
    assert await kinds() == ["quick", "slow"]


async def test_what_fails_leaves_neither_rows_nor_events_nor_a_bell(open_database: str) -> None:
    rung: list[int] = []
    on_commit.append(lambda: rung.append(1))
    try:
        with pytest.raises(ZeroDivisionError):
            await fails()
        assert (await Patient.all().count(), await kinds(), (await ChainHead.get(id=1)).seq, rung) == (0, [], 0, [])
        async with change(NOON) as told:
            tell(told, "patient.added")
        assert (await kinds(), rung) == (["patient.added"], [1])
    finally:
        on_commit.pop()


async def test_a_verb_inside_a_verb_is_a_part_of_it(open_database: str) -> None:
    async def verb(name: str) -> None:
        async with change(NOON + timedelta(days=1)) as told:
            await patient(name)
            tell(told, name)

    async with change(NOON) as told:
        await verb("inner")
        tell(told, "outer")
        assert await kinds() == []
    events = await Event.all().order_by("seq")
    assert [(event.kind, event.at) for event in events] == [("inner", NOON), ("outer", NOON)]
    assert len({event.correlation for event in events}) == 1
    with pytest.raises(ZeroDivisionError):
        await fails(verb("lost"))
    assert (await kinds(), await Patient.all().count()) == (["inner", "outer"], 1)


@pytest.mark.parametrize("events", [0, 1, 21, ROWS_AT_ONCE + 1])
async def test_what_is_written_besides_is_written_once_however_much_is_told(open_database: str, events: int) -> None:
    maria = await patient("maria")
    async with change(NOON) as told:
        told.besides.append(("UPDATE patient SET credit_cents = credit_cents + $2 WHERE id = $1", [maria.id, 5]))
        for _ in range(events):
            tell(told, "patient.added")
    await maria.refresh_from_db()
    assert (maria.credit_cents, len(await kinds())) == (5, events)


async def test_a_change_after_one_that_failed_is_a_change_of_its_own(open_database: str) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await fails()
    async with change(NOON) as told:
        tell(told, "kept")
    assert (await kinds(), correlation.get()) == (["kept"], "")


async def test_more_events_than_one_statement_holds_are_one_chain(open_database: str) -> None:
    async with change(NOON) as told:
        for number in range(1_203):
            told.tell(f"many.{number}", "patient:1", actor=CLOCK, location="")
    assert await kinds() == [f"many.{number}" for number in range(1_203)]
    assert await audit(full=True) == []


async def test_the_chain_is_whole_while_others_write_too(open_database: str) -> None:
    """The night's audit runs beside the service: what is written between its glances is nothing that went wrong."""
    over = asyncio.Event()

    async def write() -> None:
        while not over.is_set():
            async with change(NOON) as told:
                tell(told, "one")

    async def look() -> list[list[Finding]]:
        try:
            return [await audit(full=True) for _ in range(20)]
        finally:
            over.set()

    assert (await asyncio.gather(look(), write(), write(), write()))[0] == [[]] * 20


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE event SET actor_name = 'Someone Else' WHERE seq = 2",
        "DELETE FROM event WHERE seq = 2",
        "DELETE FROM event WHERE seq = 3",
        "UPDATE event SET hash = previous_hash WHERE seq = 3",
    ],
)
async def test_the_chain_cannot_be_rewritten(open_database: str, forgery: str) -> None:
    """Not by SQL, and where somebody has unscrewed the lock, the audit sees it."""
    for kind in ("one", "two", "three"):
        async with change(NOON) as told:
            tell(told, kind)
    with pytest.raises(Exception, match="never changed or removed"):  # each driver has its own error
        await database.execute(forgery)
    assert await audit(full=True) == []
    await unlock()
    await database.execute(forgery)
    assert [finding.check for finding in await audit(full=True)] == ["chain"]


@pytest.mark.parametrize("forgery", ["seq = seq - 1", "seq = seq + 1", "hash = upper(hash)"])
async def test_a_head_that_does_not_fit_is_found(open_database: str, forgery: str) -> None:
    for kind in ("one", "two"):
        async with change(NOON) as told:
            tell(told, kind)
    await database.execute(f"UPDATE chain_head SET {forgery} WHERE id = 1")
    [found] = await audit(full=True)
    assert (found.check, "head" in found.sentence) == ("chain", True)


async def unlock() -> None:
    """As somebody with the keys to the database could."""
    if database.dialect() == "postgres":
        await database.script("ALTER TABLE event DISABLE TRIGGER ALL;")
        return
    found = await database.read("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'")
    for row in found:
        await database.execute(f"DROP TRIGGER {row['name']}")


async def test_a_long_tale_is_told_whole_and_in_order_or_not_at_all(open_database: str) -> None:
    for fails in (True, False):
        with pytest.raises(ZeroDivisionError) if fails else nullcontext():
            async with change(NOON) as told:
                for number in range(2 * ROWS_AT_ONCE + 1):
                    tell(told, f"kind.{number}", after={"said": "Łucja 😀"})
                if fails:
                    raise ZeroDivisionError
        assert len(await kinds()) == (0 if fails else 2 * ROWS_AT_ONCE + 1)
    assert await kinds() == [f"kind.{number}" for number in range(2 * ROWS_AT_ONCE + 1)]
    assert await audit(full=True) == []
