"""What SendGrid tells of mails it carried: whether it is SendGrid that speaks, and what each event means to us.

Source: twilio.com/docs/sendgrid/for-developers/tracking-events/event; read 2026-11-21.
"""

from base64 import b64decode
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from domain.ports import Clock, Delivery, Json
from gateways.smtp_codes import meaning

TOLERANCE = 300

BAD_ADDRESSES = ("Bounced Address", "Invalid")
COMPLAINT = "The patient has reported our mail as spam. Use a text or a letter."
UNSUBSCRIBED = "The patient has unsubscribed from our mail. Use a text or a letter."
DROPPED = "The mail provider did not try to deliver the mail. Its suppression list says why."

Failure = tuple[str, str]
"""Our word for it, and a sentence."""


class SendGridEvents:
    """`public_key` as SendGrid's settings show it, under Signed Event Webhook."""

    def __init__(self, public_key: str, *, clock: Clock) -> None:
        key = load_der_public_key(b64decode(public_key))
        if not isinstance(key, EllipticCurvePublicKey):
            raise ValueError("SENDGRID_WEBHOOK_KEY is a public key of another kind than SendGrid's")
        self._key = key
        self._clock = clock

    def verify(self, *, body: bytes, signature: str | None, timestamp: str | None) -> bool:
        """Fresh, and signed by whoever has the key. SendGrid signs anew whenever it tries again."""
        try:
            said = int(timestamp or "")
            self._key.verify(b64decode(signature or "", validate=True), f"{timestamp}".encode() + body, ECDSA(SHA256()))
        except (InvalidSignature, ValueError):
            return False
        return abs(self._clock.pulse().timestamp() - said) <= TOLERANCE

    def parts(self, body: bytes) -> Sequence[tuple[str, bytes]]:
        """The events of one batch, each with its own id."""
        batch = orjson.loads(body)
        if not isinstance(batch, list):
            raise TypeError("a batch is a list of events")
        return [(str(event["sg_event_id"]), orjson.dumps(event)) for event in batch]

    def parse(self, body: bytes) -> Delivery | None:
        event = orjson.loads(body)
        mail = str(event.get("smtp-id") or "").strip()
        kind = str(event.get("event"))
        if not mail or kind not in {"delivered", *FAILURES}:
            return None
        ref = mail.strip("<>").rpartition("@")[0] or None
        if kind == "delivered":
            return Delivery(provider_id=mail, ref=ref, status="delivered")
        fault, sentence = FAILURES[kind](event)
        evidence = event.get("reason") if kind == "dropped" else event.get("status")
        return Delivery(mail, ref, "failed", error_code=str(evidence or kind)[:40], sentence=sentence, fault=fault)


def _bounced(event: Json) -> Failure:
    """SendGrid's own words repeat the address, so they don't travel further."""
    return meaning(550, str(event.get("status") or "") or None)


def _dropped(event: Json) -> Failure:
    reason = str(event.get("reason") or "")
    if reason == "Spam Reporting Address":
        return "opted_out", COMPLAINT
    if reason == "Unsubscribed Address":
        return "opted_out", UNSUBSCRIBED
    return meaning(550, "5.1.1") if reason in BAD_ADDRESSES else ("refused", DROPPED)


def _left(sentence: str) -> Callable[[Any], Failure]:
    return lambda event: ("opted_out", sentence)


FAILURES: dict[str, Callable[[Json], Failure]] = {
    "bounce": _bounced,
    "dropped": _dropped,
    "spamreport": _left(COMPLAINT),
    "unsubscribe": _left(UNSUBSCRIBED),
}
