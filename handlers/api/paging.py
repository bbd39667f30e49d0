"""Lists by the page: newest first, each page naming the next by an opaque cursor."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, TypeVar

from pydantic import Field
from tortoise.models import Model
from tortoise.queryset import QuerySet

from domain.errors import invalid
from handlers.api.body import Query
from handlers.api.fields import MOST_ID, Number
from models.finding import Place

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)


class Page(Query):
    limit: Annotated[Number, Field(ge=1, le=200)] = 50
    cursor: Annotated[str | None, Field(description="From `next` of the page before.")] = None


@dataclass(frozen=True, slots=True)
class Listed(Generic[Item]):
    """A page of a list; `next` is the cursor of the next one."""

    items: list[Item]
    next: str | None


async def page_of(
    rows: QuerySet[Row], page: Page, shown: Callable[[Sequence[Row]], Awaitable[list[Item]]]
) -> Listed[Item]:
    """What lies behind the cursor, and the cursor of what lies behind that. New rows never shift a page."""
    if page.cursor is not None:
        rows = rows.filter(id__lt=place_in(page.cursor)[1])
    found = await rows.order_by("-id").limit(page.limit + 1)
    here = found[: page.limit]
    more = len(found) > page.limit
    return Listed(await shown(here), cursor_at((None, int(here[-1].pk))) if more else None)


def cursor_at(place: Place) -> str:
    at, last = place
    return urlsafe_b64encode(f"{at.isoformat() if at else ''}|{last}".encode()).decode().rstrip("=")


def place_in(cursor: str) -> Place:
    try:
        at, _, last = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
        place = datetime.fromisoformat(at) if at else None, int(last)
        if place[1] <= 0 or place[1] > MOST_ID or (place[0] and place[0].tzinfo is None):
            raise ValueError(cursor)
    except ValueError:
        raise invalid("This cursor is none of ours; take the one from `next`.", "cursor") from None
    return place
