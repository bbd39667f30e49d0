"""Sessions that the practice's own system sends by webhook: verified, kept, answered; completed from the inbox.

Signed as Standard Webhooks are (standardwebhooks.com), with a secret of the house's own making.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode

from aiohttp import web

from billing.sessions import complete_session
from domain.access import Actor, Grant
from domain.ports import Ports
from domain.practice import Practice
from handlers.api.body import parsed
from handlers.api.fields import ExternalId
from handlers.api.sessions import SessionBody
from handlers.doors import doors
from handlers.guards import Guard
from models.change import change
from models.inbox import mark_handled
from models.record import InboxItem

SOURCE = "intake.sessions"
SENDER = Actor("program", "session-webhook", "Session webhook", "webhook", (Grant("admin"),))
WINDOW_SECONDS = 300
LONGEST_ID = 200


class ToldSession(SessionBody):
    """The same as a PUT's body, with the id that stands in its address there."""

    external_id: ExternalId


def secret_from(secret_key: bytes) -> str:
    """What the sender signs with, in the form such senders ask for."""
    return "whsec_" + b64encode(hmac.new(secret_key, b"webhook: sessions", hashlib.sha256).digest()).decode()


def sign(secret: str, ident: str, stamp: str, body: bytes) -> str:
    key = b64decode(secret.removeprefix("whsec_"))
    said = f"{ident}.{stamp}.".encode() + body
    return "v1," + b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()


async def _signed(request: web.Request) -> None:
    """One of the signatures is ours, and it is fresh. Whoever cannot sign is told nothing."""
    ident, stamp = (request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp"))
    ports, body = doors(request).ports, await request.read()
    if not (_is_fresh(stamp, ports.clock.pulse().timestamp()) and 0 < len(ident) <= LONGEST_ID and ident.isprintable()):
        raise web.HTTPUnauthorized(text="")
    wanted = sign(secret_from(ports.secret_key), ident, stamp, body).encode()
    given = request.headers.get("webhook-signature", "").encode("utf-8", "surrogateescape").split(b" ")
    if not any(hmac.compare_digest(wanted, each) for each in given):
        raise web.HTTPUnauthorized(text="")


def _is_fresh(stamp: str, now: float) -> bool:
    return stamp.isascii() and stamp.isdigit() and abs(now - int(stamp[:15])) <= WINDOW_SECONDS


SIGNED = Guard("the session webhook's signature", _signed)


async def sessions(request: web.Request) -> web.Response:
    await doors(request).keep(SOURCE, request.headers["webhook-id"], {}, await request.read())
    return web.Response(status=202)


async def work(practice: Practice, ports: Ports, item: InboxItem) -> None:
    """What is wrong with it may be mended meanwhile (a patient, a price): a refusal puts it back for later."""
    said, now = parsed(item.body, ToldSession), ports.clock.now()
    async with change(now):
        if await mark_handled(item, now=now):
            await complete_session(said.record(said.external_id), practice=practice, actor=SENDER, now=now)
