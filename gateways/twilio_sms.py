"""The door to the phone network through Twilio. Whether a text may be sent is outreach's to say, not decided here."""

import base64
import logging
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Literal, cast
from urllib.parse import quote

import aiohttp
import orjson
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from yarl import URL

from domain.errors import DoorFault
from domain.ports import Delivery, DeliveryStatus, InboundText, Sent, SmsCapabilities, Text
from gateways.twilio_codes import meaning
from gateways.wire import answer_lost, must_go_to, ratelimited, told_as_faults

DOOR, VENDOR = "sms", "Twilio"
HOME = URL("https://api.twilio.com")
LOOK_BACK = 200
FORM = "application/x-www-form-urlencoded"

# At INFO it logs addresses with patients' numbers in them.
logging.getLogger("twilio").setLevel(logging.WARNING)

STATUSES: dict[str, DeliveryStatus] = {
    "accepted": "queued",
    "scheduled": "queued",
    "queued": "queued",
    "sending": "queued",
    "sent": "sent",
    "partially_delivered": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
KEYWORDS = ("stop", "start", "help")


class _Line(AsyncTwilioHttpClient):
    """The vendor's own client, held to one address and one limit of time. It never repeats a call."""

    def __init__(self, address: str, timeout: float) -> None:
        super().__init__(pool_connections=False)
        # Its own session would wait for five minutes: it takes a timeout and ignores it.
        self.session: Any = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout))
        self._address = address.rstrip("/")

    async def request(self, method: str, url: str, **call: Any) -> Response:  # type: ignore[override]
        """As the vendor's own does it, less what that costs: the form is written once, and nothing of it is logged."""
        headers = call["headers"] | {"Authorization": self._authorised(*call["auth"]), "Content-Type": FORM}
        sent = {"params": call.get("params"), "data": _form(call.get("data")), "headers": headers}
        target = self._target(url)
        with told_as_faults(DOOR, VENDOR):
            async with self.session.request(method, target, allow_redirects=False, **sent) as answer:
                text = (await answer.read()).decode()
        if answer.status == 429:
            raise ratelimited(DOOR, VENDOR, answer.headers.get("Retry-After"))
        if answer.status >= 500:
            raise answer_lost(DOOR, VENDOR)
        return Response(answer.status, text, answer.headers)

    @lru_cache(maxsize=16)  # noqa: B019  # one line a process; all texts go to one address
    def _target(self, url: str) -> URL:
        return URL(self._address + must_go_to(url, HOME, door=DOOR).raw_path_qs, encoded=True)

    @cache  # noqa: B019  # one account, one line: there is one entry
    def _authorised(self, name: str, secret: str) -> str:
        """The credentials in a header: aiohttp is giving up the form in which Twilio passes them."""
        return f"Basic {base64.b64encode(f'{name}:{secret}'.encode()).decode()}"


class TwilioSms:
    """Made inside the running loop; `close()` when done. `Text.sender` is a number or a Messaging Service (MG…)."""

    capabilities = SmsCapabilities(can_look_up_past_sends=True, segments_known_at_send=False, answers_keywords=True)

    def __init__(
        self, account_sid: str, auth_token: str, *, public_url: str, api_url: str = str(HOME), timeout: float = 10
    ) -> None:
        self._line = _Line(api_url, timeout)
        # Left empty, the vendor's client would look for a region in the process's environment.
        environment = {"TWILIO_REGION": ""}
        self._client: Any = Client(account_sid, auth_token, http_client=self._line, environment=environment)  # type: ignore[no-untyped-call]
        self._validator: Any = RequestValidator(auth_token)  # type: ignore[no-untyped-call]
        self._public_url = public_url.rstrip("/")
        self._messages = str(HOME / "2010-04-01" / "Accounts" / account_sid / "Messages.json")

    async def close(self) -> None:
        await self._line.close()  # type: ignore[no-untyped-call]

    async def send(self, text: Text) -> Sent:
        """By the vendor's client, but past its resource: that reads three dates which nobody asks for."""
        sender = "MessagingServiceSid" if text.sender.startswith("MG") else "From"
        callback = f"{self._public_url}/twilio/status?ref={quote(text.ref, safe='')}"
        form = {"To": text.to, "Body": text.body, "StatusCallback": callback, sender: text.sender}
        try:
            answer = await self._client.request_async("POST", self._messages, data=form)
            if not 200 <= answer.status_code < 300:
                raise self._client.api.v2010.exception("POST", self._messages, answer, "The text was not taken")
            message = orjson.loads(answer.text)
            return _sent(message["sid"], message["num_segments"], message["price"])
        except TwilioRestException as refused:
            # Twilio's own words repeat the patient's number, so they don't travel further.
            raise _meaning(refused) from None
        except (LookupError, TypeError, ValueError, ArithmeticError) as garbled:
            raise answer_lost(DOOR, VENDOR) from garbled

    async def find(self, text: Text, *, since: datetime, known: Collection[str] = ()) -> Sent | None:
        """Looks through the newest texts to the number. Not by date of sending: one still queued at Twilio has none."""
        try:
            messages = await self._client.messages.list_async(to=text.to, limit=LOOK_BACK)
        except TwilioRestException as refused:
            raise _meaning(refused) from None
        # Whole seconds, as Twilio keeps them. A trial account puts a line of its own in front of every text.
        since = since.replace(microsecond=0)
        recent = (each for each in messages if each.date_created >= since and each.sid not in known)
        same = (each for each in recent if each.body.endswith(text.body))
        found = next(same, None)
        return _sent(found.sid, found.num_segments, found.price) if found else None

    def verify(self, *, path: str, form: Mapping[str, str], signature: str | None) -> bool:
        try:
            return bool(self._validator.validate(self._public_url + path, form, signature))
        except Exception:  # noqa: BLE001 -- whatever a stranger sends that the vendor's code stumbles on isn't the vendor's
            return False

    def parse_status(self, form: Mapping[str, str], *, ref: str | None) -> Delivery:
        code = form.get("ErrorCode") or None
        what = meaning(code) if code else None
        return Delivery(
            provider_id=form["MessageSid"],
            ref=ref,
            # A status invented tomorrow counts as the first one: it never sets back what is known.
            status=STATUSES.get(form.get("MessageStatus", ""), "queued"),
            error_code=code,
            sentence=str(what) if what else None,
            fault=what.fault if what else None,
        )

    def parse_inbound(self, form: Mapping[str, str]) -> InboundText:
        handled = cast(Literal["stop", "start", "help"], form.get("OptOutType", "").lower())
        return InboundText(
            provider_id=form["MessageSid"],
            sender=form["From"],
            to=form["To"],
            body=form.get("Body", ""),
            handled_by_provider=handled if handled in KEYWORDS else None,
        )


def _form(data: Any) -> bytes | None:
    """urllib would take five times as long, a byte at a time."""
    return URL.build(query=data).raw_query_string.encode() if data else None


def _meaning(refused: TwilioRestException) -> DoorFault:
    what = meaning(refused.code)
    return DoorFault(DOOR, what.fault, f"{what} (Twilio {refused.code or refused.status})", passing=what.passing)


def _sent(sid: str, segments: str | None, price: str | None) -> Sent:
    cost = round(abs(Decimal(price)) * 1_000_000) if price else None
    return Sent(provider_id=sid, segments=int(segments or 0) or None, cost_micros=cost)
