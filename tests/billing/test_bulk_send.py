"""Sending all drafts of some days: each once, each with its result, whatever dies in between."""

import asyncio
from datetime import date, timedelta
from functools import partial

import pytest

from billing.audit import audit
from billing.bulk_jobs import progress, work_through
from billing.bulk_send import SEND, send_many, sending
from billing.drafts import delete_draft
from domain.access import Actor, Grant
from domain.errors import Refusal
from models.bulk import BulkItem, BulkJob
from models.change import Facts
from models.invoices import Invoice
from models.record import Event
from tests.billing.clinic import DANA, VERA, Clinic, everything


async def works(clinic: Clinic) -> int:
    done = 0
    while some := await work_through({SEND: sending(clinic.practice)}, now=clinic.now, pulse=clinic.now):
        done += some
    return done


async def asks(clinic: Clinic, actor: Actor = DANA, **more: object) -> BulkJob:
    days = {"first": clinic.today, "last": clinic.today}
    return await send_many(practice=clinic.practice, actor=actor, now=clinic.now, **(days | more))  # type: ignore[arg-type]


async def test_all_drafts_of_some_days_are_sent_each_with_its_result(clinic: Clinic) -> None:
    maria = await clinic.patient()
    early = await clinic.sees(maria)
    clinic.forward(days=1)
    drafts = [await clinic.sees(maria) for _ in range(3)]
    await Invoice.filter(id=drafts[1].id).update(due_date=clinic.today - timedelta(days=9))
    job = await asks(clinic)
    assert await progress(job.id) == await progress(job.id)
    assert (await progress(job.id)).waiting == 3
    assert await works(clinic) == 3
    items = await BulkItem.filter(job_id=job.id).order_by("id").values_list("row_id", "status", "said")
    assert [tuple(item) for item in items] == [
        (drafts[0].id, "done", "INV-1001"),
        (drafts[1].id, "refused", "The due date lies in the past."),
        (drafts[2].id, "done", "INV-1002"),
    ]
    assert (await Invoice.get(id=early.id)).status == "draft"
    [begun] = await Event.filter(kind="bulk.begun")
    [over] = await Event.filter(kind="bulk.done")
    assert (begun.after, over.after) == ({"kind": "send", "rows": 3}, {"kind": "send", "done": 2, "refused": 1})
    assert {event.actor_name for event in await Event.filter(kind="invoice.sent")} == {"Dana Biller"}
    assert await works(clinic) == 0


async def test_a_day_begins_where_the_clinic_is(clinic: Clinic) -> None:
    clinic.forward(hours=13.5)  # 23:30 in New York on the second, the third in Greenwich
    await clinic.sees(await clinic.patient())
    with pytest.raises(Refusal, match="no drafts of those days"):
        await asks(clinic, first=date(2026, 3, 3), last=date(2026, 3, 3))
    assert (await progress((await asks(clinic)).id)).total == 1


async def test_one_location_s_drafts_are_sent_by_those_who_may_there(clinic: Clinic) -> None:
    await clinic.sees(await clinic.patient())
    north = Actor("person", "U1", "Nora", "slack", (Grant("biller", ("northside",)),))
    before = await everything()
    for attempt in (
        partial(asks, clinic, north, location="downtown"),
        partial(asks, clinic, north),
        partial(asks, clinic, VERA),
        partial(asks, clinic, location="moon"),
        partial(asks, clinic, first=clinic.today + timedelta(days=1)),
    ):
        with pytest.raises(Refusal):
            await attempt()
    assert await everything() == before


async def test_a_draft_that_is_gone_by_then_holds_up_none_of_the_others(clinic: Clinic) -> None:
    maria = await clinic.patient()
    gone, sent, stays = [await clinic.sees(maria) for _ in range(3)]
    job = await asks(clinic)
    await delete_draft(gone, actor=DANA, now=clinic.now)
    await clinic.sends(sent)
    await works(clinic)
    said = dict(await BulkItem.filter(job_id=job.id).values_list("row_id", "said"))
    assert said[gone.id].startswith("There is no draft any more")
    assert "is sent now" in said[sent.id]
    assert said[stays.id] == "INV-1002"


async def test_who_takes_a_job_up_after_a_crash_repeats_nothing(clinic: Clinic) -> None:
    maria = await clinic.patient()
    for _ in range(4):
        await clinic.sees(maria)
    await asks(clinic)
    send, calls = sending(clinic.practice), 0

    async def dies(draft: int, asked: Facts, actor: Actor, now: object) -> str:
        nonlocal calls
        calls += 1
        said = await send(draft, asked, actor, clinic.now)
        if calls == 3:
            raise asyncio.CancelledError  # the process goes: nothing is said, nothing committed
        return said

    with pytest.raises(asyncio.CancelledError):
        await work_through({SEND: dies}, now=clinic.now, pulse=clinic.now)
    assert await Invoice.filter(status="sent").count() == 2
    assert await works(clinic) == 0  # its lease still runs
    clinic.forward(minutes=3)
    await works(clinic)
    numbers = await Invoice.all().order_by("number").values_list("number", flat=True)
    assert numbers == ["INV-1001", "INV-1002", "INV-1003", "INV-1004"]
    assert await audit(full=True) == []


async def test_a_crash_in_one_row_is_told_and_the_others_go_on(clinic: Clinic) -> None:
    maria = await clinic.patient()
    first = await clinic.sees(maria)
    await clinic.sees(maria)
    job = await asks(clinic)
    send = sending(clinic.practice)

    async def stumbles(draft: int, asked: Facts, actor: Actor, now: object) -> str:
        if draft == first.id:
            raise ZeroDivisionError
        return await send(draft, asked, actor, clinic.now)

    await work_through({SEND: stumbles}, now=clinic.now, pulse=clinic.now)
    came_to = await progress(job.id)
    assert (came_to.done, came_to.refused, came_to.waiting) == (1, 1, 0)


async def test_two_processes_at_one_job_send_each_draft_once(clinic: Clinic) -> None:
    maria = await clinic.patient()
    for _ in range(6):
        await clinic.sees(maria)
    job = await asks(clinic)
    await BulkJob.filter(id=job.id).update(claimed_until=None)
    later = clinic.now + timedelta(hours=1)  # a lease that has ended over the work
    deeds = {SEND: sending(clinic.practice)}
    await asyncio.gather(
        work_through(deeds, now=clinic.now, pulse=clinic.now), work_through(deeds, now=clinic.now, pulse=later)
    )
    assert (await progress(job.id)).done == 6
    assert await audit(full=True) == []
