"""What became of mails, from the provider that carried them: verified, each event kept by its own id, answered."""

import asyncio

from aiohttp import web

from domain.ports import MailEvents
from handlers.doors import doors
from handlers.guards import Guard, door_is_off

LONGEST_ID = 200
SIGNATURE, TIMESTAMP = (f"X-Twilio-Email-Event-Webhook-{name}" for name in ("Signature", "Timestamp"))


async def _signed(request: web.Request) -> None:
    signature, timestamp = (request.headers.get(name) for name in (SIGNATURE, TIMESTAMP))
    if not _door(request).verify(body=await request.read(), signature=signature, timestamp=timestamp):
        raise web.HTTPForbidden(text="")


def _door(request: web.Request) -> MailEvents:
    events = doors(request).ports.mail_events
    if events is None:
        raise door_is_off("Hearing of mails' results")
    return events


SIGNED = Guard("SendGrid's signature", _signed)


async def events(request: web.Request) -> web.Response:
    try:
        parts = _door(request).parts(await request.read())
    except (ValueError, LookupError, TypeError):
        raise web.HTTPBadRequest(text="This is no list of events, each with its id.\n") from None
    if not all(0 < len(external_id) <= LONGEST_ID for external_id, _ in parts):
        raise web.HTTPBadRequest(text="An event's id is no id.\n")
    await asyncio.gather(*(doors(request).keep("sendgrid", external_id, {}, event) for external_id, event in parts))
    return web.Response()
