"""Files that programs send as they are: known by their content type, opened before anything is held in the books."""

from abc import ABC, abstractmethod
from typing import ClassVar, Self, TypeVar

from aiohttp import web

from domain.errors import Refusal
from handlers.api.body import NoQuery, read_query
from handlers.doors import Doors, doors


class Upload(ABC):
    """What is in a file of some kind."""

    content_types: ClassVar[tuple[str, ...]]
    example: ClassVar[str]

    @classmethod
    @abstractmethod
    async def opened(cls, content: bytes, here: Doors) -> Self: ...


File = TypeVar("File", bound=Upload)


async def read_upload(request: web.Request, kind: type[File]) -> File:
    read_query(request, NoQuery)
    if request.content_type not in kind.content_types:
        named = " or ".join(kind.content_types)
        raise Refusal("not_this_kind", f"Send the file as it is, with Content-Type: {named}.", status=415)
    return await kind.opened(await request.read(), doors(request))
