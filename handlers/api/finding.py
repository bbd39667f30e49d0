"""The filters of lists, alike for invoices and invoice sets (S10)."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Annotated, TypeVar

from pydantic import BaseModel, Field
from tortoise.models import Model

from domain.errors import invalid
from domain.money import MOST_CENTS
from handlers.api.fields import ExternalId, Moment, Number, Place, Short, Words
from handlers.api.paging import Listed, Page, cursor_at, place_in
from models.finding import Found, Wanted

Figure = Annotated[Number, Field(ge=0, le=MOST_CENTS, examples=[5_000])]


class FilterFields(BaseModel):
    status: tuple[str, ...] = ()
    q: Annotated[
        str, Words(100), Field(description="Beginnings of names, a patient's id or phone, an invoice's number or id.")
    ] = ""
    location: tuple[Place, ...] = ()
    guarantor: ExternalId | None = None
    amount_from: Figure | None = None
    amount_to: Figure | None = None
    created_from: Moment | None = None
    created_before: Moment | None = None
    next_send_from: Moment | None = None
    next_send_before: Moment | None = None
    rule_set: Short | None = None
    stage: Annotated[str, Words(40)] | None = None

    def wanted(self) -> Wanted:
        return Wanted(**{name: getattr(self, name) for name in Wanted.__dataclass_fields__})


class Filters(FilterFields, Page):
    """The filters as they stand in an address."""


def refuse_unknown(named: Iterable[str], locations: Iterable[str]) -> None:
    """A slip in a location's name is told, where an empty list would read as “nothing there”."""
    if unknown := set(named) - set(locations):
        raise invalid(f"There is no location “{min(unknown)}” in app.yaml.", "location")


Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")
Find = Callable[..., Awaitable[Found]]


async def list_found(
    rows: type[Row],
    find: Find,
    filters: Filters,
    shown: Callable[[Sequence[Row]], Awaitable[list[Item]]],
    *,
    locations: Iterable[str],
) -> Listed[Item]:
    refuse_unknown(filters.location, locations)
    after = place_in(filters.cursor) if filters.cursor is not None else None
    found = await find(filters.wanted(), limit=filters.limit, after=after)
    by_id = {int(row.pk): row for row in await rows.filter(pk__in=found.ids)}
    here = [by_id[number] for number in found.ids if number in by_id]
    return Listed(await shown(here), cursor_at(found.next) if found.next else None)
