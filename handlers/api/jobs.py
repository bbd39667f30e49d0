"""Work on many at once: begun by one request, done in the background, each with its result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, create_model, model_validator

from billing.bulk_jobs import progress
from billing.bulk_send import send_many
from domain.errors import Refusal, not_found
from domain.invoice_set import INVOICE_SET
from handlers.api.body import Body
from handlers.api.fields import Day, Id, OneOf, Place, a_status_of
from handlers.api.finding import FilterFields
from handlers.api.operation import Call, Created
from handlers.api.paging import Page, page_of
from handlers.api.sets import answers_to, field_of, fields_of, in_our_words
from models.bulk import BulkItem, BulkJob
from models.finding import find_sets
from outreach.bulk_moves import BULK_MOVES, MOST, move_many

ITEM_STATUSES = ("waiting", "done", "refused")


class SetFilterBody(FilterFields, Body):
    status: tuple[Annotated[str, a_status_of(INVOICE_SET)], ...] = ()


class _MovesBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"move": "pause", "ids": [1, 2, 3]}]})

    move: Annotated[str, OneOf(tuple(move.name for move in BULK_MOVES))]
    ids: Annotated[tuple[Id, ...] | None, Field(min_length=1, max_length=MOST)] = None
    filter: Annotated[SetFilterBody | None, Field(description="Instead of `ids`: all that are found by it.")] = None

    @model_validator(mode="after")
    def _ids_or_filter(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("needs either ids or filter")
        return self


ASKS = {field_of(ask): ask for move in BULK_MOVES for ask in move.asks}
MovesBody = create_model("MovesBody", __base__=_MovesBody, **fields_of(ASKS.values(), needed=False))
"""What the moves ask stands beside; the table says which of it is needed, and refuses what is not asked."""


class SendBody(Body):
    move: Literal["send"]
    first: Annotated[Day, Field(alias="from", description="The first day on which the drafts were made.")]
    last: Annotated[Day, Field(alias="to")]
    location: Place | None = None


class WhichItems(Page):
    status: Annotated[str, OneOf(ITEM_STATUSES)] | None = None


@dataclass(frozen=True, slots=True)
class JobItemAnswer:
    """One invoice or set of the job; `said` tells what came of it, or why it was refused."""

    id: int
    status: Annotated[str, OneOf(ITEM_STATUSES)]
    said: str


@dataclass(frozen=True, slots=True)
class JobAnswer:
    """Work on many at once. Its items are listed by the page."""

    id: int
    move: str
    created_at: datetime
    done_at: datetime | None
    waiting: int
    done: int
    refused: int
    items: list[JobItemAnswer]
    next: str | None


async def move_sets(call: Call[MovesBody]) -> Created[JobAnswer]:
    """Make one move with many invoice sets, in the background."""
    asked = call.asked
    given = answers_to(ASKS.values(), asked, call.practice.currency)
    sets = asked.ids or await _found(asked.filter or SetFilterBody())
    try:
        job = await move_many(asked.move, sets, given, actor=call.actor, practice=call.practice, now=call.now)
    except Refusal as refusal:
        raise in_our_words(refusal, ASKS.values()) from None
    return Created(await _shown(job, WhichItems()))


async def send_drafts(call: Call[SendBody]) -> Created[JobAnswer]:
    """Send every draft that was made on some days, in the background."""
    asked = call.asked
    job = await send_many(
        first=asked.first, last=asked.last, location=asked.location, practice=call.practice, actor=call.actor,
        now=call.now,
    )  # fmt: skip
    return Created(await _shown(job, WhichItems()))


async def show(call: Call[WhichItems]) -> JobAnswer:
    """Show how far a job is, and what came of its items."""
    number = call.id("job")
    job = await BulkJob.get_or_none(id=number)
    if job is None:
        raise not_found("job", number)
    return await _shown(job, call.asked)


async def _found(filters: SetFilterBody) -> list[int]:
    """One more than there may be, so that too many are told so."""
    return (await find_sets(filters.wanted(), limit=MOST + 1)).ids


async def _shown(job: BulkJob, which: WhichItems) -> JobAnswer:
    rows = BulkItem.filter(job_id=job.id)
    page = await page_of(rows.filter(status=which.status) if which.status else rows, which, _items)
    so_far = await progress(job.id)
    return JobAnswer(
        id=job.id,
        move=job.kind,
        created_at=job.created_at,
        done_at=job.done_at,
        waiting=so_far.waiting,
        done=so_far.done,
        refused=so_far.refused,
        items=page.items,
        next=page.next,
    )


async def _items(rows: Sequence[BulkItem]) -> list[JobItemAnswer]:
    return [JobItemAnswer(id=row.row_id, status=row.status, said=row.said) for row in rows]
