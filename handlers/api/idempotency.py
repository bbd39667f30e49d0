"""One answer per Idempotency-Key: given again when the request comes again, and never another one."""

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from aiohttp import web

from domain.errors import Refusal
from handlers.doors import CALLER, doors
from models.change import change
from models.database import dialect, execute
from models.keys import GivenAnswer

LONGEST = 200

# PostgreSQL would let the second of two processes wait for the first; who asks twice at once is told so instead.
TAKE = """
    INSERT INTO given_answer (api_key_id, key, request_hash, status, body, at)
    SELECT $1, $2, $3, 0, '', $4 {unless_in_hand} ON CONFLICT DO NOTHING
"""
GIVEN = "UPDATE given_answer SET status = $3, body = $4 WHERE api_key_id = $1 AND key = $2"
UNLESS_IN_HAND = "WHERE pg_try_advisory_xact_lock(hashtextextended($5, 0))"

IN_HAND = web.AppKey("in_hand", set[tuple[int, str]])


async def once(request: web.Request, work: Callable[[], Awaitable[web.Response]]) -> web.Response:
    """The change and its answer are one transaction: what is killed in between was never done, and may come again.

    A refusal changes nothing and is not kept: the same request may succeed later.
    """
    key, said, now = _key_of(request), await _hash_of(request), doors(request).ports.clock.now()
    caller = request[CALLER].key_id
    with _in_hand(request.app[IN_HAND], (caller, key)):
        async with change(now) as told:
            if not await _take(caller, key, said, now):
                return _again(await GivenAnswer.get_or_none(api_key_id=caller, key=key), said)
            response = await work()
            told.besides.append((GIVEN, [caller, key, response.status, response.text or ""]))
            return response


@contextmanager
def _in_hand(taken: set[tuple[int, str]], key: tuple[int, str]) -> Iterator[None]:
    if key in taken:
        raise _busy()
    taken.add(key)
    try:
        yield
    finally:
        taken.discard(key)


async def _take(caller: int, key: str, said: str, now: datetime) -> bool:
    if dialect() == "postgres":
        sql, lock = TAKE.format(unless_in_hand=UNLESS_IN_HAND), [f"{caller} {key}"]
    else:
        sql, lock = TAKE.format(unless_in_hand="WHERE true"), []
    return bool(await execute(sql, [caller, key, said, now, *lock]))


def _again(given: GivenAnswer | None, said: str) -> web.Response:
    if given is None:
        raise _busy()
    if given.request_hash != said:
        raise Refusal(
            "idempotency_key_reused",
            "This Idempotency-Key has been used for another request; take a new one.",
            status=422,
        )
    headers = {"Idempotency-Replayed": "true"}
    return web.Response(status=given.status, text=given.body, content_type="application/json", headers=headers)


def _busy() -> Refusal:
    return Refusal("in_hand", "A request with this Idempotency-Key is in hand; ask again in a second.")


def _key_of(request: web.Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise Refusal(
            "idempotency_key_needed",
            f"Every POST needs an Idempotency-Key of 1 to {LONGEST} plain characters; a repeated request has the same.",
            status=400,
        )
    return key


async def _hash_of(request: web.Request) -> str:
    what = f"{request.method} {request.path}\n".encode() + await request.read()
    return hashlib.sha256(what).hexdigest()
