"""What comes from the card processor: verified, kept, answered. What it means is read afterwards, from the inbox."""

from aiohttp import web

from domain.ports import CardDoor
from handlers.doors import doors
from handlers.guards import Guard, door_is_off

LONGEST_ID = 200


async def _signed(request: web.Request) -> None:
    if not _door(request).verify(body=await request.read(), signature=request.headers.get("Stripe-Signature")):
        raise web.HTTPForbidden(text="")


def _door(request: web.Request) -> CardDoor:
    cards = doors(request).ports.cards
    if cards is None:
        raise door_is_off("Card payment")
    return cards


SIGNED = Guard("Stripe's signature", _signed)


async def webhook(request: web.Request) -> web.Response:
    body = await request.read()
    try:
        external_id = _door(request).external_id(body)
    except (ValueError, LookupError, TypeError):
        raise web.HTTPBadRequest(text="This is no event: it has no id.\n") from None
    if not 0 < len(external_id) <= LONGEST_ID:
        raise web.HTTPBadRequest(text="This is no event: its id is no id.\n")
    await doors(request).keep("stripe", external_id, {}, body)
    return web.Response()
