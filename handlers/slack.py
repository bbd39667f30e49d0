"""What comes from Slack: checked here before anything is read, answered by Bolt behind the dispatch."""

import hashlib
import hmac

from aiohttp import web

from handlers.doors import SlackDispatch, doors
from handlers.guards import Guard, door_is_off

WINDOW_SECONDS = 300


async def _signed(request: web.Request) -> None:
    """Slack's v0 signature over the raw body. Whoever cannot sign is told nothing."""
    secret, _ = _door(request)
    stamp = request.headers.get("X-Slack-Request-Timestamp", "")
    given = request.headers.get("X-Slack-Signature", "")
    now = doors(request).ports.clock.pulse().timestamp()
    if not (stamp.isascii() and stamp.isdigit() and abs(now - int(stamp[:15])) <= WINDOW_SECONDS):
        raise web.HTTPUnauthorized(text="")
    wanted = sign(secret, stamp, await request.read())
    if not hmac.compare_digest(wanted.encode(), given.encode("utf-8", "surrogateescape")):
        raise web.HTTPUnauthorized(text="")


def _door(request: web.Request) -> tuple[str, SlackDispatch]:
    here = doors(request)
    if here.slack_dispatch is None or not here.slack_signing_secret:
        raise door_is_off("Slack")
    return here.slack_signing_secret, here.slack_dispatch


def sign(secret: str, stamp: str, body: bytes) -> str:
    return "v0=" + hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()


SIGNED = Guard("Slack's signature", _signed)


async def events(request: web.Request) -> web.Response:
    _, dispatch = _door(request)
    status, content_type, text = await dispatch(request.headers, await request.read())
    return web.Response(status=status, body=text.encode(), headers={"Content-Type": content_type or "text/plain"})
