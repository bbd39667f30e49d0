"""Twilio's REST API as the official client calls it: Messages and Lookup."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from urllib.parse import urlencode

from aiohttp import encode_basic_auth, web
from aiohttp.typedefs import Handler, Middleware

from sandbox.faults import Kind, route_name
from sandbox.twilio import lookups
from sandbox.twilio.codes import Refused
from sandbox.twilio.network import PhoneNetwork
from sandbox.twilio.text import Text

E164 = re.compile(r"\+[1-9]\d{6,14}")
SERVICE = re.compile("MG[0-9a-f]{32}")
URL = re.compile(r"https?://[^/\s]+")
LONGEST = 1600


def application(network: PhoneNetwork) -> web.Application:
    app = web.Application(middlewares=[network.desk.middleware(route_name, _fault), _in_twilios_words(network)])
    messages = f"/2010-04-01/Accounts/{network.account_sid}/Messages"
    app.router.add_post(f"{messages}.json", _create(network), name="messages.create")
    app.router.add_get(f"{messages}.json", _list(network), name="messages.list")
    app.router.add_get(f"{messages}/{{sid}}.json", _fetch(network), name="messages.fetch")
    app.router.add_get("/v2/PhoneNumbers/{number}", _look_up(network), name="lookups.fetch")
    return app


def _fault(request: web.Request, kind: Kind) -> web.Response:
    return _refusal(Refused(20429 if kind == "ratelimited" else 20500))


def _refusal(refused: Refused) -> web.Response:
    return web.json_response(refused.wire(), status=refused.status)


def _in_twilios_words(network: PhoneNetwork) -> Middleware:
    @web.middleware
    async def meet(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if not _known(request, network):
                raise Refused(20003)
            return await handler(request)
        except Refused as refused:
            return _refusal(refused)
        except web.HTTPNotFound:
            return _refusal(Refused(20404, request.path.removeprefix("/twilio")))

    return meet


def _known(request: web.Request, network: PhoneNetwork) -> bool:
    return request.headers.get("Authorization") == encode_basic_auth(network.account_sid, network.auth_token)


def _create(network: PhoneNetwork) -> Handler:
    async def create(request: web.Request) -> web.Response:
        form = await request.post()
        fields = {name: str(value) for name, value in form.items()}
        media = [str(url) for url in form.getall("MediaUrl", [])]
        _check(fields, media)
        answer = network.accept(
            to=fields["To"],
            body=fields.get("Body", ""),
            sender=fields.get("From"),
            service_sid=fields.get("MessagingServiceSid"),
            callback=fields.get("StatusCallback"),
            media=media,
        )
        return web.json_response(answer, status=201)

    return create


def _check(fields: Mapping[str, str], media: list[str]) -> None:
    to, sender, service = fields.get("To", ""), fields.get("From", ""), fields.get("MessagingServiceSid", "")
    body, callback = fields.get("Body", ""), fields.get("StatusCallback", "")
    wrong = (
        (not to, 21604, ""),
        (not (sender or service), 21603, ""),
        (not (body or media), 21602, ""),
        (not E164.fullmatch(to), 21211, to),
        (to == sender, 21266, to),
        (len(body) > LONGEST, 21617, ""),
        (service and not SERVICE.fullmatch(service), 21701, service),
        (callback and not URL.match(callback), 21609, callback),
    )
    for is_wrong, code, word in wrong:
        if is_wrong:
            raise Refused(code, word)


def _fetch(network: PhoneNetwork) -> Handler:
    async def fetch(request: web.Request) -> web.Response:
        network.catch_up()
        text = network.texts.get(request.match_info["sid"])
        if text is None:
            raise Refused(20404, request.path.removeprefix("/twilio"))
        return web.json_response(text.wire())

    return fetch


def _list(network: PhoneNetwork) -> Handler:
    async def list_(request: web.Request) -> web.Response:
        """Newest first, paged by place."""
        network.catch_up()
        found = list(_matching(reversed(network.texts.values()), request.query))
        size = max(1, min(int(request.query.get("PageSize", 50)), 1000))
        page = int(request.query.get("Page", 0))
        shown = found[page * size : (page + 1) * size]
        path = f"/2010-04-01/Accounts/{network.account_sid}/Messages.json"

        def uri(number: int) -> str:
            return f"{path}?{urlencode(dict(request.query) | {'PageSize': size, 'Page': number})}"

        return web.json_response(
            {
                "messages": [text.wire() for text in shown],
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": page * size + max(0, len(shown) - 1),
                "uri": uri(page),
                "first_page_uri": uri(0),
                "previous_page_uri": uri(page - 1) if page else None,
                "next_page_uri": uri(page + 1) if (page + 1) * size < len(found) else None,
            }
        )

    return list_


def _matching(texts: Iterable[Text], query: Mapping[str, str]) -> Iterable[Text]:
    for text in texts:
        if query.get("To", text.to) != text.to or query.get("From", text.from_) != text.from_:
            continue
        if any(name.startswith("DateSent") for name in query) and not _sent_when(text, query):
            continue
        yield text


def _sent_when(text: Text, query: Mapping[str, str]) -> bool:
    """`DateSent>` and `DateSent<` include their own moment, as Twilio's >= and <= do."""
    if text.sent is None:
        return False
    on, after, before = query.get("DateSent"), query.get("DateSent>"), query.get("DateSent<")
    return (
        (on is None or text.sent.date() == _moment(on, text.sent).date())
        and (after is None or text.sent.replace(microsecond=0) >= _moment(after, text.sent))
        and (before is None or text.sent.replace(microsecond=0) <= _moment(before, text.sent))
    )


def _moment(words: str, like: datetime) -> datetime:
    if len(words) == len("2026-01-31"):
        return datetime.combine(date.fromisoformat(words), datetime.min.time(), like.tzinfo)
    return datetime.fromisoformat(words)


def _look_up(network: PhoneNetwork) -> Handler:
    async def look_up(request: web.Request) -> web.Response:
        phone = network[request.match_info["number"]]
        return web.json_response(lookups.told_of(phone, request.query.get("Fields", "")))

    return look_up
