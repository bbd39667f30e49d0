"""The cash register, a day at each location: opened, paid into and out of, counted, closed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field

from billing.cash_register import close_day, drawer_of, move_cash, open_day
from domain.cash_day import CASH_DAY, MOST_PIECES
from domain.errors import not_found
from domain.money import MOST_CENTS
from handlers.api.body import Body, NoQuery, Query
from handlers.api.fields import Cents, Day, Place, Reason, Told, Words, a_status_of
from handlers.api.finding import refuse_unknown
from handlers.api.operation import Call, Created
from handlers.api.paging import Listed, Page, page_of
from models.cash import CashDay


class OpenBody(Body):
    location: Place
    float_cents: Annotated[int, Field(ge=0, le=MOST_CENTS, examples=[20_000])]


class CashBody(Body):
    amount_cents: Cents
    reason: Reason


class PiecesBody(Body):
    value_cents: Cents
    pieces: Annotated[int, Field(ge=0, le=MOST_PIECES, examples=[3])]


class CloseBody(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"counted": [{"value_cents": 2_000, "pieces": 10}], "note": "Counted twice"}]}
    )

    counted: Annotated[tuple[PiecesBody, ...], Field(max_length=100, description="How many of each coin and note.")]
    note: Annotated[str, Words(500, least=0), Field(description="Needed when there is a difference.")] = ""


class WhichDays(Page):
    location: Place | None = None
    day: Day | None = None


@dataclass(frozen=True, slots=True)
class CashDayAnswer:
    """A drawer's day: what should lie in it, and, once it is closed, what did."""

    id: int
    location: str
    day: date
    status: Annotated[str, a_status_of(CASH_DAY)]
    float_cents: Told
    payments_cents: Told
    refunds_cents: Told
    paid_in_cents: Told
    paid_out_cents: Told
    expected_cents: Told
    counted_cents: Told | None
    note: str


async def begin(call: Call[OpenBody]) -> Created[CashDayAnswer]:
    """Open today's drawer at a location with the change that lies in it."""
    asked = call.asked
    day = await open_day(
        asked.location, float_cents=asked.float_cents, practice=call.practice, actor=call.actor, now=call.now
    )
    return Created(await _told(day.id, call))


async def show(call: Call[NoQuery]) -> CashDayAnswer:
    """Show a drawer's day."""
    return await _told(call.id("cash day"), call)


async def list_them(call: Call[WhichDays]) -> Listed[CashDayAnswer]:
    """List the drawers' days."""

    async def shown(days: Sequence[CashDay]) -> list[CashDayAnswer]:
        return [await _shown(day, call) for day in days]

    rows, which = CashDay.all(), call.asked
    refuse_unknown((which.location,) if which.location else (), call.practice.locations)
    for name in ("location", "day"):
        if (given := getattr(which, name)) is not None:
            rows = rows.filter(**{name: given})
    return await page_of(rows, which, shown)


async def pay_in(call: Call[CashBody]) -> CashDayAnswer:
    """Put cash into the drawer for something that is no payment."""
    return await _moved(call, out=False)


async def pay_out(call: Call[CashBody]) -> CashDayAnswer:
    """Take cash out of the drawer for something that is no refund."""
    return await _moved(call, out=True)


async def close(call: Call[CloseBody]) -> CashDayAnswer:
    """Count the drawer and close its day for good."""
    number, pieces = call.id("cash day"), Counter[int]()
    for each in call.asked.counted:
        pieces[each.value_cents] += each.pieces
    await close_day(
        number, counted=pieces, note=call.asked.note, practice=call.practice, actor=call.actor, now=call.now
    )
    return await _told(number, call)


async def _moved(call: Call[CashBody], *, out: bool) -> CashDayAnswer:
    asked, number = call.asked, call.id("cash day")
    await move_cash(
        number,
        amount=asked.amount_cents,
        reason=asked.reason,
        out=out,
        practice=call.practice,
        actor=call.actor,
        now=call.now,
    )
    return await _told(number, call)


async def _told(number: int, call: Call[Body | Query]) -> CashDayAnswer:
    day = await CashDay.get_or_none(id=number)
    if day is None:
        raise not_found("cash day", number)
    return await _shown(day, call)


async def _shown(day: CashDay, call: Call[Body | Query]) -> CashDayAnswer:
    drawer = await drawer_of(day, practice=call.practice)
    return CashDayAnswer(
        id=day.id,
        location=day.location,
        day=day.day,
        status=day.status,
        float_cents=drawer.float_cents,
        payments_cents=drawer.payments_cents,
        refunds_cents=drawer.refunds_cents,
        paid_in_cents=drawer.paid_in_cents,
        paid_out_cents=drawer.paid_out_cents,
        expected_cents=drawer.expected_cents,
        counted_cents=day.counted_cents if day.status == "closed" else None,
        note=day.note,
    )
