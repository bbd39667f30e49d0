"""Twilio's webhooks: their fields, and the signature over address and fields."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import uuid4

from sandbox.courier import Letter
from sandbox.twilio.text import API_VERSION, Text


def signature(auth_token: str, url: str, fields: Mapping[str, str]) -> str:
    material = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    return base64.b64encode(hmac.new(auth_token.encode(), material.encode(), hashlib.sha1).digest()).decode()


def letter(auth_token: str, url: str, fields: Mapping[str, str]) -> Letter:
    return Letter(
        source="twilio",
        url=url,
        body=urlencode(fields).encode(),
        sign=lambda: {"X-Twilio-Signature": signature(auth_token, url, fields)},
        headers={
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": str(uuid4()),
        },
        attempts=2,
    )


def status_fields(text: Text, status: str, *, with_error: bool = True) -> dict[str, str]:
    fields = {
        "AccountSid": text.account_sid,
        "ApiVersion": API_VERSION,
        "From": text.from_,
        "MessageSid": text.sid,
        "MessageStatus": status,
        "SmsSid": text.sid,
        "SmsStatus": status,
        "To": text.to,
    }
    if text.service_sid:
        fields["MessagingServiceSid"] = text.service_sid
    if status == "delivered" and text.sent:
        fields["RawDlrDoneDate"] = text.sent.strftime("%y%m%d%H%M")
    if text.error and with_error and status in ("failed", "undelivered"):
        fields["ErrorCode"] = str(text.error)
    return fields


def inbound_fields(text: Text, *, opt_out: str | None = None) -> dict[str, str]:
    fields = {
        "AccountSid": text.account_sid,
        "ApiVersion": API_VERSION,
        "Body": text.body,
        "From": text.from_,
        "FromCity": "",
        "FromCountry": "US",
        "FromState": "",
        "FromZip": "",
        "MessageSid": text.sid,
        "NumMedia": str(len(text.media)),
        "NumSegments": str(text.segments),
        "SmsMessageSid": text.sid,
        "SmsSid": text.sid,
        "SmsStatus": "received",
        "To": text.to,
        "ToCity": "",
        "ToCountry": "US",
        "ToState": "",
        "ToZip": "",
    }
    for place, url in enumerate(text.media):
        fields |= {f"MediaUrl{place}": url, f"MediaContentType{place}": "image/jpeg"}
    if text.service_sid:
        fields["MessagingServiceSid"] = text.service_sid
    if opt_out:
        fields["OptOutType"] = opt_out
    return fields
