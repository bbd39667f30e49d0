"""Stripe's REST API as the official client calls it, with its error words."""

import hashlib
import operator
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import encode_basic_auth, web
from aiohttp.typedefs import Handler, Middleware

from sandbox.faults import Kind, route_name
from sandbox.stripe import objects, returns
from sandbox.stripe.books import expanded
from sandbox.stripe.forms import Refused, integer, nested
from sandbox.stripe.objects import Json
from sandbox.stripe.processor import CardProcessor
from sandbox.stripe.replies import ASKED, Replies

Act = Callable[[web.Request, Json], Json]
COMPARED = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
KINDS = {
    "checkout/sessions": "checkout.session",
    "payment_intents": "payment_intent",
    "charges": "charge",
    "refunds": "refund",
    "disputes": "dispute",
    "events": "event",
}


def application(cards: CardProcessor) -> web.Application:
    desk = cards.desk.middleware(route_name, _fault(cards.replies))
    app = web.Application(middlewares=[_remember_the_question, desk, _in_stripes_words(cards)])
    for path, kind in KINDS.items():
        name = path.replace("/", ".")
        app.router.add_get(f"/{path}", _answering(cards, _list(cards, kind)), name=f"{name}.list")
        app.router.add_get(f"/{path}/{{id}}", _answering(cards, _fetch(cards, kind)), name=f"{name}.retrieve")
    for path, name, act in _acts(cards):
        app.router.add_post(path, _answering(cards, act), name=name)
    app.router.add_get(
        "/checkout/sessions/{id}/line_items", _answering(cards, _items(cards)), name="checkout.sessions.line_items.list"
    )
    return app


def _acts(cards: CardProcessor) -> list[tuple[str, str, Act]]:
    return [
        ("/checkout/sessions", "checkout.sessions.create", lambda request, fields: cards.open_session(fields)),
        (
            "/checkout/sessions/{id}/expire",
            "checkout.sessions.expire",
            lambda request, fields: cards.expire(request.match_info["id"]),
        ),
        ("/refunds", "refunds.create", lambda request, fields: returns.refund(cards.books, fields)),
    ]


@web.middleware
async def _remember_the_question(request: web.Request, handler: Handler) -> web.StreamResponse:
    question = f"{request.method} {request.path}\n".encode() + await request.read()
    request[ASKED] = hashlib.sha256(question).hexdigest()
    return await handler(request)


def _fault(replies: Replies) -> Callable[[web.Request, Kind], web.Response]:
    def refuse(request: web.Request, kind: Kind) -> web.Response:
        if kind == "ratelimited":
            words = "Request rate limit exceeded. You can learn more about rate limits at https://stripe.com/docs/rate-limits."
            return _refusal(Refused(words, code="rate_limit", status=429))
        answer = _refusal(Refused("An unknown error occurred", status=500, kind="api_error"))
        replies.keep(request, answer)
        return answer

    return refuse


def _refusal(refused: Refused) -> web.Response:
    return web.json_response(refused.wire(), status=refused.status)


def _in_stripes_words(cards: CardProcessor) -> Middleware:
    """Errors as Stripe writes them, and the headers of every answer."""

    @web.middleware
    async def meet(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            _admit(request, cards.api_key)
            answer = await handler(request)
        except Refused as refused:
            answer = _refusal(refused)
        except web.HTTPNotFound:
            answer = _refusal(
                Refused(
                    f"Unrecognized request URL ({request.method}: {request.path.removeprefix('/stripe')}).", status=404
                )
            )
        answer.headers["Request-Id"] = objects.new_id("req")
        answer.headers["Stripe-Version"] = request.headers.get("Stripe-Version", objects.API_VERSION)
        if key := request.headers.get("Idempotency-Key"):
            answer.headers["Idempotency-Key"] = key
        return answer

    return meet


def _admit(request: web.Request, api_key: str) -> None:
    given = request.headers.get("Authorization")
    if given is None:
        raise Refused("You did not provide an API key.", status=401)
    if given not in (f"Bearer {api_key}", encode_basic_auth(api_key, "")):
        shown = given.partition(" ")[2]
        raise Refused(f"Invalid API Key provided: {shown[:8]}****{shown[-4:]}", status=401)


def _answering(cards: CardProcessor, act: Act) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        cards.expire_the_old()
        if (reply := cards.replies.find(request)) is not None:
            replayed = {"Idempotent-Replayed": "true"}
            return web.Response(body=reply.body, status=reply.status, content_type="application/json", headers=replayed)
        form = await request.post()
        fields = nested([*request.query.items(), *((name, str(value)) for name, value in form.items())])
        made = web.json_response(expanded(act(request, fields), _paths(fields), cards.books))
        cards.replies.keep(request, made)
        return made

    return answer


def _paths(fields: Mapping[str, Any]) -> list[str]:
    paths = fields.get("expand", [])
    return list(paths.values()) if isinstance(paths, dict) else list(paths)


def _fetch(cards: CardProcessor, kind: str) -> Act:
    return lambda request, fields: cards.books.find(kind, request.match_info["id"])


def _items(cards: CardProcessor) -> Act:
    def items(request: web.Request, fields: Json) -> Json:
        session = cards.session(request.match_info["id"])
        return objects.listing(cards.asides[session["id"]]["items"], url=_url(request), has_more=False)

    return items


def _list(cards: CardProcessor, kind: str) -> Act:
    def list_(request: web.Request, fields: Json) -> Json:
        """Newest first, a page at a time, as `limit` and `starting_after` say."""
        found = [entry for entry in reversed(cards.books.all(kind)) if _matches(entry, fields)]
        places = {entry["id"]: place for place, entry in enumerate(found)}
        start = places.get(fields.get("starting_after", ""), -1) + 1
        limit = integer(fields.get("limit", 10), "limit")
        if not 1 <= limit <= 100:
            raise Refused("Invalid limit: must be between 1 and 100", code="parameter_invalid_integer", param="limit")
        return objects.listing(found[start : start + limit], url=_url(request), has_more=start + limit < len(found))

    return list_


def _url(request: web.Request) -> str:
    return request.path.removeprefix("/stripe")


def _matches(entry: Json, fields: Json) -> bool:
    wanted = [(name, fields[name]) for name in ("payment_intent", "charge", "status", "type") if name in fields]
    if any(entry.get(name) != value for name, value in wanted):
        return False
    if "types" in fields and entry["type"] not in fields["types"]:
        return False
    created = fields.get("created", {})
    if not isinstance(created, dict):
        created = {"gte": created, "lte": created}
    return all(COMPARED[name](entry["created"], integer(value, "created")) for name, value in created.items())
