"""SendGrid's Event Webhook: what became of each mail, in batches, signed with a key of this world's own."""

import base64
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sandbox.clock import MovableClock
from sandbox.courier import Courier, Letter, Outgoing
from sandbox.mail.letter import Mail

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
TROUBLED = frozenset({"bounce", "deferred", "dropped", "spamreport"})

Event = dict[str, Any]


class EventWebhook:
    """`told` are the kinds of event ticked in SendGrid's settings: by default those a mail does not arrive by. Add
    "processed" and "delivered" to hear of every mail. Opens and clicks are not tracked."""

    def __init__(self, *, clock: MovableClock, courier: Courier) -> None:
        self.outgoing = Outgoing(courier)
        self.told = set(TROUBLED)
        self.address: str | None = None
        self._clock = clock
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public_key(self) -> str:
        """As SendGrid's settings show it: base64 of the DER form, without a PEM's first and last line."""
        key = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(key).decode()

    def tell(self, events: Sequence[Event]) -> None:
        """One batch of those that are asked for."""
        batch = [event for event in events if event["event"] in self.told]
        if self.address and batch:
            self.outgoing.send([self._letter(self.address, batch[::-1] if self.outgoing.disordered else batch)])

    def about(self, mail: Mail, recipient: str, kind: str, **more: Any) -> Event:
        return {
            "email": recipient,
            "event": kind,
            "sg_event_id": token_urlsafe(16),
            "sg_message_id": f"{sha256(mail.raw).hexdigest()[:22]}.sandbox-0",
            "smtp-id": mail.message_id,
            "timestamp": int(self._clock.now().timestamp()),
            **more,
        }

    def reset(self) -> None:
        self.outgoing.reset()
        self.told = set(TROUBLED)

    def _letter(self, address: str, batch: Sequence[Event]) -> Letter:
        body = json.dumps(batch, indent=0).encode() + b"\r\n"  # SendGrid ends it so, and signs that too
        return Letter(
            source="sendgrid",
            url=address,
            body=body,
            sign=lambda: self._signed(body),
            headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "SendGrid Event API"},
            kept=True,
        )

    def _signed(self, body: bytes) -> Mapping[str, str]:
        stamp = str(int(self._clock.pulse().timestamp()))
        proof = self._key.sign(stamp.encode() + body, ec.ECDSA(SHA256()))
        return {SIGNATURE: base64.b64encode(proof).decode(), TIMESTAMP: stamp}
