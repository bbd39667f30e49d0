"""Stripe's REST API as the official client calls it, with its error words."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import encode_basic_auth, web
from aiohttp.typedefs import Handler, Middleware

from sandbox.faults import Kind, route_name
from sandbox.stripe import intents, objects, paging, returns, setups, wallets
from sandbox.stripe.books import Books, expanded
from sandbox.stripe.forms import Refused, nested
from sandbox.stripe.objects import Json
from sandbox.stripe.payments import Verdict
from sandbox.stripe.processor import CardProcessor
from sandbox.stripe.replies import ASKED, Replies

Act = Callable[[web.Request, Json], Json]
KINDS = {
    "checkout/sessions": "checkout.session",
    "payment_intents": "payment_intent",
    "charges": "charge",
    "refunds": "refund",
    "disputes": "dispute",
    "events": "event",
    "customers": "customer",
    "payment_methods": "payment_method",
    "setup_intents": "setup_intent",
}
METHOD = "payment_method"


def application(cards: CardProcessor) -> web.Application:
    desk = cards.desk.middleware(route_name, _fault(cards.replies))
    app = web.Application(middlewares=[_remember_the_question, desk, _in_stripes_words(cards)])
    for path, kind in KINDS.items():
        name = path.replace("/", ".")
        app.router.add_get(f"/{path}", _answering(cards, _list(cards, kind)), name=f"{name}.list")
        app.router.add_get(f"/{path}/{{id}}", _answering(cards, _fetch(cards, kind)), name=f"{name}.retrieve")
    for path, name, act in _acts(cards):
        app.router.add_post(path, _answering(cards, act), name=name)
    for path, name, act in _readings(cards):
        app.router.add_get(path, _answering(cards, act), name=name)
    app.router.add_delete("/customers/{id}", _answering(cards, _delete_customer(cards)), name="customers.delete")
    return app


def _acts(cards: CardProcessor) -> list[tuple[str, str, Act]]:
    books = cards.books

    def on(act: Callable[[Books, str, Json], Json]) -> Act:
        return lambda request, fields: act(books, request.match_info["id"], fields)

    def judged(act: Callable[[Books, str, Json, Verdict], Json]) -> Act:
        return lambda request, fields: act(books, request.match_info["id"], fields, cards.verdict)

    def new(act: Callable[[Books, Json], Json]) -> Act:
        return lambda request, fields: act(books, fields)

    session, intent, setup = "/checkout/sessions", "/payment_intents", "/setup_intents"
    return [
        (session, "checkout.sessions.create", lambda request, fields: cards.open_session(fields)),
        (f"{session}/{{id}}/expire", "checkout.sessions.expire", lambda request, _: cards.expire(_id(request))),
        (intent, "payment_intents.create", lambda request, fields: intents.create(books, fields, cards.verdict)),
        (f"{intent}/{{id}}", "payment_intents.update", on(intents.change)),
        (f"{intent}/{{id}}/confirm", "payment_intents.confirm", judged(intents.confirm)),
        (f"{intent}/{{id}}/capture", "payment_intents.capture", on(intents.capture)),
        (f"{intent}/{{id}}/cancel", "payment_intents.cancel", on(intents.cancel)),
        (setup, "setup_intents.create", new(setups.create)),
        (f"{setup}/{{id}}/confirm", "setup_intents.confirm", on(setups.confirm)),
        (f"{setup}/{{id}}/cancel", "setup_intents.cancel", on(setups.cancel)),
        ("/customers", "customers.create", new(wallets.new_customer)),
        ("/customers/{id}", "customers.update", on(wallets.change_customer)),
        ("/payment_methods", "payment_methods.create", new(wallets.ask_for_method)),
        ("/payment_methods/{id}/attach", "payment_methods.attach", on(wallets.ask_to_attach)),
        (
            "/payment_methods/{id}/detach",
            "payment_methods.detach",
            lambda request, _: wallets.detach(books, _id(request)),
        ),
        ("/refunds", "refunds.create", new(returns.refund)),
        ("/disputes/{id}", "disputes.update", on(returns.answer_dispute)),
        ("/disputes/{id}/close", "disputes.close", lambda request, _: returns.accept_dispute(books, _id(request))),
    ]


def _readings(cards: CardProcessor) -> list[tuple[str, str, Act]]:
    """What is read besides one object or all of a kind."""
    customers = "/customers/{id}/payment_methods"
    return [
        ("/checkout/sessions/{id}/line_items", "checkout.sessions.line_items.list", _items(cards)),
        (customers, "customers.payment_methods.list", _methods_of(cards)),
        (f"{customers}/{{method}}", "customers.payment_methods.retrieve", _method_of(cards)),
    ]


def _id(request: web.Request) -> str:
    return request.match_info["id"]


def _delete_customer(cards: CardProcessor) -> Act:
    return lambda request, fields: wallets.delete_customer(cards.books, _id(request))


def _methods_of(cards: CardProcessor) -> Act:
    def list_(request: web.Request, fields: Json) -> Json:
        wallets.living(cards.books, _id(request))
        return paging.page(wallets.of_customer(cards.books, _id(request)), fields, url=_url(request), of=METHOD)

    return list_


def _method_of(cards: CardProcessor) -> Act:
    def fetch(request: web.Request, fields: Json) -> Json:
        method = cards.books.find("payment_method", request.match_info["method"])
        if method["customer"] != _id(request):
            raise Refused("The customer does not have this payment method.", code="resource_missing", status=404)
        return method

    return fetch


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
            _speak(request)
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


def _speak(request: web.Request) -> None:
    """Shapes differ from version to version, and this is the only one known here."""
    wanted = request.headers.get("Stripe-Version", objects.API_VERSION)
    if wanted != objects.API_VERSION:
        raise Refused(f"Invalid Stripe API version: {wanted}. This sandbox speaks {objects.API_VERSION}.")


def _answering(cards: CardProcessor, act: Act) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        cards.catch_up()
        if (reply := cards.replies.find(request)) is not None:
            replayed = {"Idempotent-Replayed": "true"}
            return web.Response(body=reply.body, status=reply.status, content_type="application/json", headers=replayed)
        form = await request.post()
        fields = nested([*request.query.items(), *((name, str(value)) for name, value in form.items())])
        try:
            made = web.json_response(expanded(act(request, fields), _paths(fields), cards.books))
        except Refused as refused:
            if refused.status != 402:  # what was refused before anything was tried may be asked again
                raise
            made = _refusal(refused)
        cards.replies.keep(request, made)
        return made

    return answer


def _paths(fields: Mapping[str, Any]) -> list[str]:
    paths = fields.get("expand", [])
    return list(paths.values()) if isinstance(paths, dict) else list(paths)


def _fetch(cards: CardProcessor, kind: str) -> Act:
    return lambda request, fields: cards.books.find(kind, _id(request))


def _items(cards: CardProcessor) -> Act:
    def items(request: web.Request, fields: Json) -> Json:
        session = cards.session(_id(request))
        return objects.listing(cards.books.asides[session["id"]]["items"], url=_url(request), has_more=False)

    return items


def _list(cards: CardProcessor, kind: str) -> Act:
    return lambda request, fields: paging.page(cards.books.all(kind), fields, url=_url(request), of=kind)


def _url(request: web.Request) -> str:
    return request.path.removeprefix("/stripe")
