"""One text message as Twilio keeps it, and as it goes over the wire."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Self

from sandbox.twilio.codes import UNDELIVERED
from sandbox.twilio.segments import segments

API_VERSION = "2010-04-01"
PRICE_PER_SEGMENT = 0.0079
TIMES = ("created", "sent", "settles_at")


@dataclass(slots=True)
class Text:
    sid: str
    account_sid: str
    to: str
    from_: str
    body: str
    created: datetime
    direction: str = "outbound-api"
    status: str = "queued"
    service_sid: str | None = None
    callback: str | None = None
    media: list[str] = field(default_factory=list)
    error: int | None = None
    sent: datetime | None = None
    settles_at: datetime | None = None
    """When a slow carrier will be done with it."""

    @property
    def segments(self) -> int:
        return segments(self.body)

    @property
    def uri(self) -> str:
        return f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{self.sid}"

    def wire(self) -> dict[str, Any]:
        # Through a Messaging Service the sender is chosen, and the segments counted, only after acceptance.
        chosen = self.status != "accepted"
        return {
            "account_sid": self.account_sid,
            "api_version": API_VERSION,
            "body": self.body,
            "date_created": format_datetime(self.created),
            "date_sent": format_datetime(self.sent) if self.sent else None,
            "date_updated": format_datetime(self.sent or self.created),
            "direction": self.direction,
            "error_code": self.error,
            "error_message": UNDELIVERED.get(self.error) if self.error else None,
            "from": self.from_ if chosen else None,
            "messaging_service_sid": self.service_sid,
            "num_media": str(len(self.media)),
            "num_segments": str(self.segments) if chosen else "0",
            "price": f"-{self.segments * PRICE_PER_SEGMENT:.5f}" if self.sent else None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{self.uri}/Media.json"},
            "to": self.to,
            "uri": f"{self.uri}.json",
        }

    def kept(self) -> dict[str, Any]:
        times = {name: moment.isoformat() for name in TIMES if (moment := getattr(self, name))}
        return asdict(self) | times

    @classmethod
    def from_kept(cls, kept: dict[str, Any]) -> Self:
        return cls(**kept | {name: datetime.fromisoformat(kept[name]) for name in TIMES if kept[name]})
