"""The HTTP side apps talk to: /api/{method}, uploads, response_url, file downloads and Socket Mode's handshake. What
each method does lives with its subject (chat.py, views.py, lookups.py, files.py).
"""

from collections.abc import Callable
from typing import TypeAlias

import orjson
from aiohttp import web

from sandbox.faults import Desk, Kind
from sandbox.slack import chat, files, lookups, views
from sandbox.slack.access import check_scope, check_token
from sandbox.slack.args import Args
from sandbox.slack.records import ApiCall, Refused
from sandbox.slack.respond import respond
from sandbox.slack.rules import Json
from sandbox.slack.sockets import Sockets
from sandbox.slack.state import Workspace, media_type

Method: TypeAlias = Callable[[Workspace, Args], Json]
METHODS: dict[str, Method] = {**chat.METHODS, **views.METHODS, **lookups.METHODS, **files.METHODS}
BURST = 3
"""Messages a channel takes at once before it is one a second. Slack says only that short bursts pass."""


class WebApi:
    def __init__(self, slack: Workspace, desk: Desk, sockets: Sockets, *, bot_token: str, app_token: str) -> None:
        self.calls: list[ApiCall] = []
        self.rate_limits = False
        self._slack, self._desk, self._sockets = slack, desk, sockets
        self._bot_token, self._app_token = bot_token, app_token
        self._methods = METHODS | {"apps.connections.open": self._open_connection}
        self._free_at: dict[str, float] = {}

    def application(self) -> web.Application:
        app = web.Application(
            middlewares=[self._desk.middleware(_operation, _refuse)], client_max_size=64 * 1024 * 1024
        )
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_post("/upload/{file}", self._upload, name="files.upload")
        app.router.add_post("/response/{key}", self._respond, name="response_url")
        app.router.add_get("/files/{file}/{name}", self._download, name="files.download")
        app.router.add_get("/link/", self._sockets.link, name="socket_mode")
        app.on_shutdown.append(self._sockets.close)
        return app

    def reset(self) -> None:
        self.calls.clear()
        self._free_at.clear()
        self.rate_limits = False

    async def _call(self, request: web.Request) -> web.Response:
        self._learn_address(request)
        method, given = request.match_info["method"], await _given(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(given.pop("token", ""))
        args = {key: value for key, value in given.items() if key != "token"}
        status, headers = 200, {"X-Slack-Req-Id": self._slack.mint("req-"), "Cache-Control": "no-store"}
        try:
            answer: Json = {"ok": True} | self._do(method, args, token)
        except Refused as no:
            answer, status = no.answer(), no.status
            headers |= {"Retry-After": str(no.retry_after)} if no.retry_after else {}
        self.calls.append(ApiCall(method, args, answer, self._slack.clock.now()))
        return _json(answer, status, headers)

    def _do(self, method: str, args: Json, token: str) -> Json:
        check_token(method, token, bot=self._bot_token, app=self._app_token)
        if (do := self._methods.get(method)) is None:
            raise Refused("unknown_method")
        check_scope(self._slack, method, Args(args))
        if self.rate_limits and method == "chat.postMessage":
            self._one_a_second(str(args.get("channel")))
        return do(self._slack, Args(args))

    def _open_connection(self, slack: Workspace, args: Args) -> Json:
        return {"url": f"ws{slack.url.removeprefix('http')}/link/?{self._sockets.ticket()}"}

    def _one_a_second(self, channel: str) -> None:
        now = self._slack.clock.now().timestamp()
        free_at = max(now, self._free_at.get(channel, now))
        if free_at > now + BURST - 1:
            raise Refused("ratelimited", status=429, retry_after=1)
        self._free_at[channel] = free_at + 1

    async def _upload(self, request: web.Request) -> web.Response:
        file = self._slack.kept.files.get(request.match_info["file"])
        if file is None or file.complete:
            raise web.HTTPNotFound
        if request.content_type.startswith("multipart/"):
            part = next((each for each in (await request.post()).values() if isinstance(each, web.FileField)), None)
            file.content = part.file.read() if part else b""
        else:
            file.content = await request.read()
        return web.Response(text=f"OK - {len(file.content)}")

    async def _download(self, request: web.Request) -> web.Response:
        file = self._slack.kept.files.get(request.match_info["file"])
        if file is None or file.name != request.match_info["name"]:
            raise web.HTTPNotFound
        kind = media_type(file.name)
        safe = (kind.startswith("image/") and kind != "image/svg+xml") or kind == "application/pdf"
        headers = {"Content-Disposition": "inline" if safe else "attachment", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=file.content, content_type=kind, headers=headers)

    async def _respond(self, request: web.Request) -> web.Response:
        grant = self._slack.kept.response_urls.get(request.match_info["key"])
        if grant is None:
            raise web.HTTPNotFound(text="invalid_url")
        given = await _given(request)
        body = orjson.loads(given["payload"]) if "payload" in given else given
        try:
            respond(self._slack, grant, body)
        except Refused as no:
            return web.Response(status=no.status if no.status != 200 else 400, text=no.error)
        return web.Response(text="ok")

    def _learn_address(self, request: web.Request) -> None:
        if not self._slack.url:
            self._slack.url = str(request.url.origin()) + request.path.rpartition("/api/")[0]


async def _given(request: web.Request) -> Json:
    """Query and body as one; the desk has read the body already, so it is taken from the request's memory."""
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        parsed = orjson.loads(body) if body else {}
        return given | (parsed if isinstance(parsed, dict) else {})
    return given | {key: value for key, value in (await request.post()).items() if isinstance(value, str)}


def _operation(request: web.Request) -> str:
    return request.match_info.get("method") or request.match_info.route.name or request.path


def _refuse(request: web.Request, kind: Kind) -> web.StreamResponse:
    if kind == "ratelimited":
        return _json({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "1"})
    return _json({"ok": False, "error": "internal_error"}, 500, {})


def _json(body: Json, status: int, headers: dict[str, str]) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, headers=headers, content_type="application/json")
