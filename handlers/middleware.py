"""Around every request: its correlation id, its one error edge, its measure, and the headers every answer carries."""

from time import perf_counter
from traceback import walk_tb
from uuid import uuid4

import structlog
from aiohttp import web

from domain.errors import DoorFault, Refusal
from handlers.api.problem import problem
from handlers.guards import Handler
from handlers.measures import MEASURES
from handlers.patient.frame import kind_page, sorry_page
from models.change import correlation

log = structlog.get_logger(__name__)

LARGEST_BODY = 1024 * 1024

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # The addresses of patients' pages hold their key.
    "Referrer-Policy": "no-referrer",
    # No form-action: browsers hold it against the redirect to the card processor, whose address is not ours to know.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Server": "Duesday",
}
SENTENCES = {
    404: "There is nothing at this address.",
    405: "That cannot be done at this address.",
    413: "That is too large: at most 1 MiB can be sent.",
    429: "These are too many requests at once; go on after as many seconds as Retry-After says.",
}


@web.middleware
async def edge(request: web.Request, handler: Handler) -> web.StreamResponse:
    started, ident = perf_counter(), uuid4().hex
    held = correlation.set(ident)
    try:
        response = await _answer(request, handler, ident)
    finally:
        correlation.reset(held)
    response.headers["X-Request-Id"] = ident
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    request.app[MEASURES].count(request, response.status, perf_counter() - started)
    return response


async def _answer(request: web.Request, handler: Handler, ident: str) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as said:
        return _in_words(request, said)
    except Refusal as refusal:
        return _refused(request, refusal)
    except Exception as error:  # noqa: BLE001 -- the one edge: what nobody foresaw is told by its id, never swallowed
        _log(request, error)
        return _crashed(request, ident)


def _refused(request: web.Request, refusal: Refusal) -> web.StreamResponse:
    if request.path.startswith("/p/"):
        return kind_page(request, refusal.status)
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else None
    return problem(refusal.status, refusal.code, refusal.sentence, refusal.by_field(), headers)


def _in_words(request: web.Request, said: web.HTTPException) -> web.StreamResponse:
    """aiohttp's own answers in ours; one that a handler has worded already stays as it is."""
    sentence = SENTENCES.get(said.status)
    worded = said.text != f"{said.status}: {said.reason}" and said.status != 413
    if sentence is None or worded:
        return web.Response(status=said.status, body=said.body, headers=_kept(said))
    if request.path.startswith("/api/"):
        code = said.reason.lower().replace(" ", "_")
        return problem(said.status, code, sentence, headers=_kept(said, but="Content-Type"))
    if request.path.startswith("/p/") and said.status == 404:
        return kind_page(request, said.status)
    return web.Response(status=said.status, text=f"{sentence}\n", headers=_kept(said, but="Content-Type"))


def _kept(said: web.HTTPException, but: str = "") -> dict[str, str]:
    """The headers that say something still (Location, Allow, Retry-After); the length is the new body's."""
    return {name: value for name, value in said.headers.items() if name not in ("Content-Length", but)}


def _crashed(request: web.Request, ident: str) -> web.StreamResponse:
    if request.path.startswith("/p/"):
        return sorry_page(request, ident)
    sentence = f"Something went wrong here. Tell whoever runs Duesday this number: {ident}"
    if request.path.startswith("/api/"):
        return problem(500, "crashed", sentence)
    return web.Response(status=500, text=f"{sentence}\n")


def _log(request: web.Request, error: Exception) -> None:
    """Where it happened and what kind it was. Never its words, which may repeat a patient's data, nor the address."""
    resource = request.match_info.route.resource
    log.error(
        "a request crashed",
        method=request.method,
        route=resource.canonical if resource else None,
        error=type(error).__name__,
        code=error.code if isinstance(error, DoorFault) else None,
        cause=type(error.__cause__).__name__ if error.__cause__ else None,
        where=[f"{frame.f_code.co_filename}:{line}" for frame, line in walk_tb(error.__traceback__)][-8:],
        correlation=correlation.get(),
    )
