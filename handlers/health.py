"""Whether the process lives, and whether it should be sent requests."""

import orjson
import structlog
from aiohttp import web

from handlers.doors import doors

log = structlog.get_logger(__name__)


async def alive(request: web.Request) -> web.Response:
    return web.Response(text="alive\n")


async def ready(request: web.Request) -> web.Response:
    """What was found, and 503 until all of it is good. That it cannot even be found out is no crash of ours."""
    try:
        found = await doors(request).health()
    except Exception as error:  # noqa: BLE001 -- whatever keeps us from looking is the answer
        log.warning("readiness could not be found out", error=type(error).__name__)
        found = {"ready": False}
    status = 200 if found.get("ready") is True else 503
    body = orjson.dumps({"version": doors(request).version, **found}, default=str)
    return web.Response(status=status, body=body, content_type="application/json")
