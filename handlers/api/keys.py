"""Programs and their keys: who is calling, and whether their key's scope reaches that far."""

import hashlib
from functools import cache

from aiohttp import web

from domain.access import Actor, Grant
from domain.errors import Refusal, forbidden
from handlers.doors import CALLER, Caller
from handlers.guards import Guard
from models.keys import ApiKey

SCOPES: dict[str, frozenset[str]] = {
    "intake": frozenset({"intake"}),
    "read": frozenset({"read"}),
    "write": frozenset({"intake", "read", "write"}),
    "admin": frozenset({"intake", "read", "write", "admin"}),
}
"""What each scope of a key reaches."""
LONGEST_KEY = 200


def hash_of(key: str) -> str:
    """What is kept of a key. Keys are long and random, so a plain hash keeps them."""
    return hashlib.sha256(key.encode()).hexdigest()


@cache
def may(scope: str) -> Guard:
    """The guard that lets keys through whose scope reaches this far."""

    async def check(request: web.Request) -> None:
        key = await _key_of(request)
        if scope not in SCOPES.get(key.scope, ()):
            raise forbidden(f"This key has the scope {key.scope}; this needs {scope}.")
        # The scope has been the check; the roles are people's.
        actor = Actor("program", key.name, key.name, "api", (Grant("admin"),))
        request[CALLER] = Caller(key.id, actor)

    return Guard(f"API key: {scope}", check)


async def _key_of(request: web.Request) -> ApiKey:
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    known = None
    if kind.lower() == "bearer" and 0 < len(key) <= LONGEST_KEY and key.isascii():
        known = await ApiKey.get_or_none(hash=hash_of(key), revoked_at=None)
    if known is None:
        raise Refusal("unauthorized", "Send a key that is in use: “Authorization: Bearer KEY”.", status=401)
    return known


def actor_of(request: web.Request) -> Actor:
    return request[CALLER].actor
