"""One thing that programs can ask for. What it takes and what it tells stand in the signature of its work, and from
there come the reading, the answering, and its page in the document."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from types import UnionType
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin

from aiohttp import web

from domain.access import Actor
from domain.ports import Ports
from domain.practice import Practice
from handlers.api.body import Body, Query, external_id_in, id_in, read_body, read_query
from handlers.api.idempotency import once
from handlers.api.keys import actor_of
from handlers.api.problem import json_response
from handlers.api.upload import Upload, read_upload
from handlers.doors import doors

Asked = TypeVar("Asked", bound=Body | Query | Upload, covariant=True)
Answer = TypeVar("Answer")
Method = Literal["GET", "PUT", "POST", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Call(Generic[Asked]):
    """A request that has been let in and read: what is asked, and by whom."""

    asked: Asked
    path: Mapping[str, str]
    actor: Actor
    practice: Practice
    ports: Ports
    now: datetime

    def id(self, what: str) -> int:
        """The number in the address; who sends something else is told that there is no such thing."""
        return id_in(self.path["id"], what)

    @property
    def external_id(self) -> str:
        return external_id_in(self.path["external_id"])

    @property
    def code(self) -> str:
        return external_id_in(self.path["code"], "code", longest=60)

    def today_at(self, location: str) -> date:
        return self.now.astimezone(self.practice.locations[location].zone).date()


@dataclass(frozen=True, slots=True)
class Created(Generic[Answer]):
    """An answer about something that was not there before."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Csv:
    """The same as a file for a spreadsheet."""

    filename: str
    text: str


Work = Callable[[Call[Any]], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Operation:
    method: Method
    path: str
    """Below /api/v1."""
    scope: str
    work: Work
    does: str = ""
    """The document's line on it, where it is not the first one of the work itself."""

    @property
    def summary(self) -> str:
        return self.does or (self.work.__doc__ or "").partition("\n")[0]

    @property
    def has_body(self) -> bool:
        return self.method not in ("GET", "DELETE")

    @property
    def asks(self) -> type[Body | Query | Upload]:
        """The model of the body or its file; of the query where there is no body."""
        return get_args(self.work.__annotations__["call"])[0]  # type: ignore[no-any-return]  # Call's own argument

    @property
    def answers(self) -> dict[int, list[Any]]:
        """By status, what may be told with it."""
        said: object = self.work.__annotations__["return"]
        by_status: dict[int, list[Any]] = {}
        for kind in get_args(said) if isinstance(said, UnionType) or get_origin(said) is Union else (said,):
            created = get_origin(kind) is Created
            status = 201 if created else 204 if kind is None else 200
            by_status.setdefault(status, []).append(get_args(kind)[0] if created else kind)
        return by_status

    async def answer(self, request: web.Request) -> web.Response:
        done = partial(self._done, request, await self._asked(request))
        return await once(request, done) if self.method == "POST" else await done()

    async def _asked(self, request: web.Request) -> Body | Query | Upload:
        """Read before the books are opened: a file takes its time."""
        if issubclass(self.asks, Upload):
            return await read_upload(request, self.asks)
        if issubclass(self.asks, Query):
            return read_query(request, self.asks)
        return await read_body(request, self.asks)

    async def _done(self, request: web.Request, asked: Body | Query | Upload) -> web.Response:
        here = doors(request)
        now = here.ports.clock.now()
        return _told(
            await self.work(Call(asked, request.match_info, actor_of(request), here.practice, here.ports, now))
        )


def _told(said: object) -> web.Response:
    match said:
        case None:
            return web.Response(status=204)
        case Csv(filename, text):
            disposition = {"Content-Disposition": f'attachment; filename="{filename}"'}
            return web.Response(text=text, content_type="text/csv", headers=disposition)
        case Created(answer):
            return json_response(answer, 201)
        case _:
            return json_response(said)
