"""Where the console answers: its page, pictures of the world, the stream of changes, contacts, and mails."""

import asyncio
import contextlib
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.console.deeds import Deeds, json_response
from sandbox.console.looking import Looking
from sandbox.console.picture import Pictures, people
from sandbox.console.stage import Stage
from sandbox.mail import Mail

ASSETS = Path(__file__).parent / "assets"
LOOK_EVERY, AT_MOST_EVERY, STILL_HERE_EVERY = 0.3, 0.12, 15.0
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: http: https:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data: http: https:; "
    "style-src 'unsafe-inline'"
)
SAFE_INLINE = {"application/pdf", "image/png", "image/jpeg", "image/gif", "text/plain", "text/calendar"}


def mount(app: web.Application, stage: Stage) -> None:
    """Serves the console at / of the sandbox's application."""
    console = web.Application(middlewares=[_from_this_page_only])
    pages = Pages(stage)
    console.router.add_get("/state", pages.state)
    console.router.add_get("/contacts", pages.contacts)
    console.router.add_get("/stream", pages.stream)
    console.router.add_get("/mail/{place}", pages.mail)
    console.router.add_get("/mail/{place}/{number}/{name}", pages.attachment)
    console.router.add_static("/assets", ASSETS)
    for name, do in pages.deeds.routes().items():
        console.router.add_post(name, do)
    app.router.add_get("/", pages.index)
    app.add_subapp("/console", console)


class Pages:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._pictures = Pictures(stage)
        self.deeds = Deeds(stage, self._pictures.book)

    async def index(self, request: web.Request) -> web.FileResponse:
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return web.FileResponse(ASSETS / "index.html", headers=headers)

    async def state(self, request: web.Request) -> web.Response:
        return json_response(self._pictures.of(_looking(self._stage, request)))

    async def contacts(self, request: web.Request) -> web.Response:
        return json_response(self._pictures.find(request.query.get("typed", "")))

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Says "look" whenever something is different; the page then asks for what it shows. Else it is silent."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        changed = asyncio.Event()

        def tell(_what: str) -> None:
            changed.set()

        self._stage.slack.watchers.add(tell)
        try:
            await self._follow(request, response, changed)
        except ConnectionResetError:
            return response
        finally:
            self._stage.slack.watchers.discard(tell)
        return response

    async def _follow(self, request: web.Request, response: web.StreamResponse, changed: asyncio.Event) -> None:
        elapsed = asyncio.get_running_loop().time
        seen, spoke = self._outline(), elapsed()
        await response.write(b"retry: 1000\ndata: look\n\n")
        while request.transport and not request.transport.is_closing():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), LOOK_EVERY)
            now = self._outline()
            if changed.is_set() or now != seen:
                changed.clear()
                seen, spoke = now, elapsed()
                await response.write(b"data: look\n\n")
                await asyncio.sleep(AT_MOST_EVERY)  # what changes together is looked at together
            elif elapsed() - spoke > STILL_HERE_EVERY:
                spoke = elapsed()
                await response.write(b": still here\n\n")

    def _outline(self) -> tuple[int, ...]:
        """What tells two moments apart outside Slack, which calls out itself. Counts only: it is asked all the time."""
        stage = self._stage
        ahead = round((stage.clock.now() - stage.clock.pulse()).total_seconds())
        carried = stage.courier.deliveries
        passed = len(stage.phones.texts), len(stage.mailbox.deliveries), len(stage.cards.books.entries), self.deeds.done
        given = id(stage.contacts), id(stage.tour), id(stage.notice)
        return *passed, *given, id(carried[-1]) if carried else 0, ahead // 2

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
        place, deliveries = request.match_info["place"], self._stage.mailbox.deliveries
        if not place.isdecimal() or int(place) >= len(deliveries):
            raise web.HTTPNotFound(text="There is no such mail.")
        return deliveries[int(place)]


def _looking(stage: Stage, request: web.Request) -> Looking:
    """Who nobody in particular is, is the first one there."""
    asked, there = request.query, people(stage)
    user = asked.get("user", "")
    scene = asked.get("scene", "")
    return Looking(
        user=user if user in there else next(iter(there), ""),
        channel=asked.get("channel", ""),
        pages=max(1, _number(asked.get("pages", ""))),
        thread=asked.get("thread", ""),
        contact=asked.get("contact", ""),
        all_texts=asked.get("texts") == "all",
        mail=asked.get("mail", ""),
        heard=_number(asked.get("heard", "")),
        faults=asked.get("faults") == "1",
        scene=_number(scene) if scene else None,
    )


def _number(typed: str) -> int:
    return int(typed) if typed.isdecimal() else 0


@web.middleware
async def _from_this_page_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page elsewhere that posts here gets nothing: browsers say where a request comes from."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise web.HTTPForbidden(text="The console answers to its own page only.")
    if request.method == "POST" and request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="The console takes JSON.")
    return await handler(request)
