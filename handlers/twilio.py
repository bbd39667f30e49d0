"""What comes from the phone network: verified, freed of card numbers, kept, answered. It is read from the inbox."""

from urllib.parse import parse_qsl, urlencode

from aiohttp import web
from multidict import MultiDict

from domain.redaction import redact_card_numbers
from handlers.doors import doors
from handlers.guards import Guard, door_is_off

MOST_FIELDS = 300
LONGEST_ID = 100
NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

FORM = web.RequestKey("form", MultiDict[str])


async def _signed(request: web.Request) -> None:
    """Any trouble with what was sent is the same as a wrong signature."""
    sms = doors(request).ports.sms
    if sms is None:
        raise door_is_off("Texting")
    try:
        body = (await request.read()).decode()
        form = MultiDict(parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
    except ValueError:
        raise web.HTTPForbidden(text="") from None
    signature = request.headers.get("X-Twilio-Signature")
    if not signature or not sms.verify(path=request.raw_path, form=form, signature=signature):
        raise web.HTTPForbidden(text="")
    request[FORM] = form


SIGNED = Guard("Twilio's signature", _signed)


async def inbound(request: web.Request) -> web.Response:
    """The empty answer: what the patient hears next leaves by our own outbox."""
    sid = _told(request, "MessageSid")
    await doors(request).keep("twilio.inbound", sid, {}, _redacted(request[FORM]))
    return web.Response(body=NO_ANSWER.encode(), content_type="text/xml", charset="utf-8")


async def status(request: web.Request) -> web.Response:
    """`ref` in the address is our own message id: it resolves a send whose answer was lost."""
    external_id = f"{_told(request, 'MessageSid')}:{_told(request, 'MessageStatus')}"
    await doors(request).keep(
        "twilio.status", external_id, {"ref": request.query.get("ref", "")}, _redacted(request[FORM])
    )
    return web.Response(status=204)


def _told(request: web.Request, name: str) -> str:
    value = request[FORM].get(name, "")
    if not 0 < len(value) <= LONGEST_ID:
        raise web.HTTPBadRequest(text=f"There is no {name} in it.\n")
    return value


def _redacted(form: MultiDict[str]) -> bytes:
    """The form as it came but for card numbers. Numbers and ids of the phone network's own stay what they are."""
    return urlencode(
        [(name, value if _is_theirs(name) else redact_card_numbers(value)) for name, value in form.items()]
    ).encode()


def _is_theirs(name: str) -> bool:
    return name in ("From", "To", "WaId") or name.endswith("Sid") or name.startswith("MediaUrl")
