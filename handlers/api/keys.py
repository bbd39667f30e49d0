"""Programs and their keys: who is calling, and whether their key's scope reaches that far."""

import hashlib
from functools import cache
from math import ceil

from aiohttp import web

from domain.access import Actor, Grant
from domain.errors import Refusal, forbidden
from handlers.doors import CALLER, Caller, doors
from handlers.guards import Guard
from handlers.limits import Buckets
from models.by_hand import row_of
from models.keys import ApiKey

SCOPES: dict[str, frozenset[str]] = {
    "intake": frozenset({"intake"}),
    "read": frozenset({"read"}),
    "write": frozenset({"intake", "read", "write"}),
    "admin": frozenset({"intake", "read", "write", "admin"}),
}
"""What each scope of a key reaches."""
LONGEST_KEY = 200
BY_KEY = web.AppKey("by_key", Buckets)


def hash_of(key: str) -> str:
    """What is kept of a key. Keys are long and random, so a plain hash keeps them."""
    return hashlib.sha256(key.encode()).hexdigest()


@cache
def may(scope: str) -> Guard:
    """The guard that lets keys through whose scope reaches this far."""

    async def check(request: web.Request) -> None:
        key = await _key_of(request)
        _not_too_often(request, key)
        if scope not in SCOPES.get(key.scope, ()):
            raise forbidden(f"This key has the scope {key.scope}; this needs {scope}.")
        # The scope has been the check; the roles are people's.
        actor = Actor("program", key.name, key.name, "api", (Grant("admin"),))
        request[CALLER] = Caller(key.id, actor)

    return Guard(f"API key: {scope}", check)


def _not_too_often(request: web.Request, key: ApiKey) -> None:
    if seconds := request.app[BY_KEY].take(str(key.id), doors(request).ports.clock.pulse()):
        raise web.HTTPTooManyRequests(headers={"Retry-After": str(ceil(seconds))})


async def _key_of(request: web.Request) -> ApiKey:
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    known = None
    if kind.lower() == "bearer" and 0 < len(key) <= LONGEST_KEY and key.isascii():
        known = await row_of(ApiKey, hash=hash_of(key), revoked_at=None)
    if known is None:
        raise Refusal("unauthorized", "Send a key that is in use: “Authorization: Bearer KEY”.", status=401)
    return known


def actor_of(request: web.Request) -> Actor:
    return request[CALLER].actor
