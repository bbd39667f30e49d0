"""Lists by the page: newest first, each page naming the next by an opaque cursor."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import Field
from tortoise.models import Model
from tortoise.queryset import QuerySet

from domain.errors import invalid
from handlers.api.body import Query
from handlers.api.problem import json_response


class Page(Query):
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None


Row = TypeVar("Row", bound=Model)


async def page_of(
    rows: QuerySet[Row], page: Page, shown: Callable[[Sequence[Row]], Awaitable[list[dict[str, object]]]]
) -> web.Response:
    """What lies behind the cursor, and the cursor of what lies behind that. New rows never shift a page."""
    if page.cursor is not None:
        rows = rows.filter(id__lt=_place(page.cursor))
    found = await rows.order_by("-id").limit(page.limit + 1)
    here = found[: page.limit]
    more = len(found) > page.limit
    return json_response({"items": await shown(here), "next": _cursor(int(here[-1].pk)) if more else None})


def _cursor(last: int) -> str:
    return urlsafe_b64encode(f"before:{last}".encode()).decode().rstrip("=")


def _place(cursor: str) -> int:
    try:
        name, _, last = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(":")
        place = int(last)
    except ValueError:
        name, place = "", 0
    if name != "before" or not 0 < place < 2**63:
        raise invalid("This cursor is none of ours; take the one from `next`.", "cursor")
    return place
