"""Work on many rows at once, in the background: kept as a job, done row by row, each with its result.

A row's work and its result are one transaction, so whoever takes the job up after a crash repeats nothing.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from tortoise.functions import Count

from domain.access import Actor, Grant
from domain.errors import Refusal
from models.bulk import BulkItem, BulkJob
from models.change import Change, Facts, change
from models.claims import claim

LEASE = timedelta(minutes=2)
AT_ONCE = 50

Deed = Callable[[int, Facts, Actor, datetime], Awaitable[str]]
"""What is done with one row, as it was asked for and by whom; it says what came of it in a word or two."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Progress:
    waiting: int
    done: int
    refused: int

    @property
    def total(self) -> int:
        return self.waiting + self.done + self.refused


async def begin(kind: str, rows: Sequence[int], *, asked: Facts, actor: Actor, told: Change) -> BulkJob:
    """Keep what is to be done; it begins when this is committed."""
    job = await BulkJob.create(kind=kind, asked=asked, asker=asdict(actor), created_at=told.now)
    await BulkItem.bulk_create(BulkItem(job_id=job.id, row_id=row) for row in dict.fromkeys(rows))
    told.tell("bulk.begun", f"bulk:{job.id}", actor=actor, location="", after={"kind": kind, "rows": len(rows)})
    return job


async def progress(job_id: int) -> Progress:
    counted = await BulkItem.filter(job_id=job_id).annotate(n=Count("id")).group_by("status").values("status", "n")
    by_status = {row["status"]: int(row["n"]) for row in counted}
    return Progress(*(by_status.get(status, 0) for status in ("waiting", "done", "refused")))


async def work_through(deeds: Mapping[str, Deed], *, now: datetime, pulse: datetime) -> int:
    """Do the next rows of the oldest job that nobody else is at; how many. Call it outside of transactions."""
    taken = await claim(BulkJob, due="done_at IS NULL", at=pulse, lease=LEASE, limit=1)
    for job in await BulkJob.filter(id__in=taken) if taken else ():
        items = await BulkItem.filter(job_id=job.id, status="waiting").order_by("id").limit(AT_ONCE)
        for item in items:
            await _do(item, job, deeds[job.kind], now)
        if len(items) < AT_ONCE:
            await _finish(job, now)
        await BulkJob.filter(id=job.id).update(claimed_until=None)
        return len(items)
    return 0


async def _do(item: BulkItem, job: BulkJob, deed: Deed, now: datetime) -> None:
    try:
        async with change(now):
            if await _mark(item, "done"):
                said = await deed(item.row_id, job.asked, asker_of(job), now)
                await BulkItem.filter(id=item.id).update(said=said[:500])
    except Refusal as refusal:
        await _mark(item, "refused", refusal.sentence)
    except Exception:
        log.exception("bulk.row_failed", job=job.id, row=item.row_id)
        await _mark(item, "refused", "Something went wrong here; the log says what.")


async def _mark(item: BulkItem, status: str, said: str = "") -> bool:
    """False when somebody else has done it, whose lease on the job had not ended after all."""
    return bool(await BulkItem.filter(id=item.id, status="waiting").update(status=status, said=said[:500]))


async def _finish(job: BulkJob, now: datetime) -> None:
    async with change(now) as told:
        if await BulkJob.filter(id=job.id, done_at=None).update(done_at=now):
            came_to = await progress(job.id)
            after = {"kind": job.kind, "done": came_to.done, "refused": came_to.refused}
            told.tell("bulk.done", f"bulk:{job.id}", actor=asker_of(job), location="", after=after)


def asker_of(job: BulkJob) -> Actor:
    """Who asked, with the roles they had then."""
    said: dict[str, Any] = dict(job.asker)
    grants = tuple(Grant(each["role"], tuple(each["locations"])) for each in said.pop("grants"))
    return Actor(**said, grants=grants)
