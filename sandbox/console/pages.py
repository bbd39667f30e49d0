"""Where the console answers: its page, the picture of the world, the stream of changes, and mails."""

import asyncio
import contextlib
import json
from pathlib import Path

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.console.deeds import Deeds
from sandbox.console.picture import picture
from sandbox.console.scene import Scene
from sandbox.mail import Mail

ASSETS = Path(__file__).parent / "assets"
LOOK_EVERY = 0.3
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: http: https:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data: http: https:; "
    "style-src 'unsafe-inline'"
)
SAFE_INLINE = {"application/pdf", "image/png", "image/jpeg", "image/gif", "text/plain", "text/calendar"}


def mount(app: web.Application, world: Scene) -> None:
    """Serves the console at / of the sandbox's application."""
    console = web.Application(middlewares=[_from_this_page_only])
    pages, deeds = Pages(world), Deeds(world)
    console.router.add_get("/state", pages.state)
    console.router.add_get("/stream", pages.stream)
    console.router.add_get("/mail/{place}", pages.mail)
    console.router.add_get("/mail/{place}/{number}/{name}", pages.attachment)
    console.router.add_static("/assets", ASSETS)
    for name, do in deeds.routes().items():
        console.router.add_post(name, do)
    app.router.add_get("/", pages.index)
    app.add_subapp("/console", console)


class Pages:
    def __init__(self, world: Scene) -> None:
        self._world = world

    async def index(self, request: web.Request) -> web.FileResponse:
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return web.FileResponse(ASSETS / "index.html", headers=headers)

    async def state(self, request: web.Request) -> web.Response:
        shown = picture(self._world, request.query.get("user", ""), request.query.get("channel", ""))
        return web.Response(body=orjson.dumps(shown), content_type="application/json")

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Says "look" whenever something is different; the page then asks for what it shows."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        changed, seen = asyncio.Event(), ""
        changed.set()

        def tell(_what: str) -> None:
            changed.set()

        self._world.slack.watchers.add(tell)
        try:
            while request.transport and not request.transport.is_closing():
                now = self._outline()
                await response.write(b"data: look\n\n" if changed.is_set() or now != seen else b": still here\n\n")
                seen = now
                changed.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), LOOK_EVERY)
        except ConnectionResetError:
            return response
        finally:
            self._world.slack.watchers.discard(tell)
        return response

    def _outline(self) -> str:
        """What tells two moments apart outside Slack: phones and mailboxes don't call out when they change."""
        world = self._world
        texts = [(text.sid, text.status) for text in world.phones.texts.values()]
        phones = [(phone.number, phone.opted_out, phone.fails_with) for phone in world.phones]
        offset = round((world.clock.now() - world.clock.pulse()).total_seconds())
        return json.dumps([texts, phones, len(world.mailbox.deliveries), offset // 2])

    async def mail(self, request: web.Request) -> web.Response:
        mail = self._mail(request)
        headers = {"Content-Security-Policy": MAIL_POLICY, "X-Content-Type-Options": "nosniff"}
        page = f'<!doctype html><meta charset="utf-8"><base target="_blank">{mail.html}'
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def attachment(self, request: web.Request) -> web.Response:
        attachments, number = self._mail(request).attachments, request.match_info["number"]
        if not number.isdecimal() or int(number) >= len(attachments):
            raise web.HTTPNotFound(text="This mail has no such attachment.")
        found = attachments[int(number)]
        shown = found.content_type in SAFE_INLINE
        headers = {"Content-Disposition": "inline" if shown else "attachment", "X-Content-Type-Options": "nosniff"}
        kind = found.content_type if shown else "application/octet-stream"
        return web.Response(body=found.data, content_type=kind, headers=headers)

    def _mail(self, request: web.Request) -> Mail:
        place, deliveries = request.match_info["place"], self._world.mailbox.deliveries
        if not place.isdecimal() or int(place) >= len(deliveries):
            raise web.HTTPNotFound(text="There is no such mail.")
        return deliveries[int(place)]


@web.middleware
async def _from_this_page_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page elsewhere that posts here gets nothing: browsers say where a request comes from."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise web.HTTPForbidden(text="The console answers to its own page only.")
    if request.method == "POST" and request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="The console takes JSON.")
    return await handler(request)
