"""One answer per Idempotency-Key: given again when the request comes again, and never another one."""

import hashlib
from collections.abc import Awaitable, Callable

from aiohttp import web

from domain.errors import Refusal
from handlers.doors import CALLER, doors
from handlers.guards import Handler
from models.change import change
from models.database import execute
from models.keys import GivenAnswer

LONGEST = 200


def once(handler: Callable[[web.Request], Awaitable[web.Response]]) -> Handler:
    """The change and its answer are one transaction: whoever comes second with a key waits for it, and is given it.

    A refusal changes nothing and is not kept: the same request may succeed later.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        key, said, now = _key_of(request), await _hash_of(request), doors(request).ports.clock.now()
        caller = request[CALLER].key_id
        async with change(now):
            taken = await execute(
                "INSERT INTO given_answer (api_key_id, key, request_hash, status, body, at)"
                " VALUES ($1, $2, $3, 0, '', $4) ON CONFLICT DO NOTHING",
                [caller, key, said, now],
            )
            if not taken:
                return _again(await GivenAnswer.get(api_key_id=caller, key=key), said)
            response = await handler(request)
            answered = {"status": response.status, "body": response.text or ""}
            await GivenAnswer.filter(api_key_id=caller, key=key).update(**answered)
            return response

    return answer


def _again(given: GivenAnswer, said: str) -> web.Response:
    if given.request_hash != said:
        raise Refusal(
            "idempotency_key_reused",
            "This Idempotency-Key has been used for another request; take a new one.",
            status=422,
        )
    headers = {"Idempotency-Replayed": "true"}
    return web.Response(status=given.status, text=given.body, content_type="application/json", headers=headers)


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
