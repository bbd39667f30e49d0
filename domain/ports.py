"""The doors of the house as the rooms see them: what may be asked of each, in the house's own words.

Gateways implement these over the vendors' clients; the rooms never learn which vendor it is. Every call may raise
`DoorFault`. Nothing here is called inside a database transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Json = dict[str, Any]
"""A JSON object as a vendor defines it (Slack's blocks, say): its shape is the vendor's, not ours."""


class Clock(Protocol):
    """The one place the time is read."""

    def now(self) -> datetime:
        """Business time, aware, in UTC: what is due is decided by it. Tests and the demo move it."""
        ...

    def pulse(self) -> datetime:
        """The machine's own time, which nothing moves: leases are held by it."""
        ...


# -- texts -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    to: str
    body: str
    sender: str
    ref: str
    """Our own message id: it rides in the callback's address, so that a lost answer can still be matched."""


@dataclass(frozen=True, slots=True)
class Sent:
    provider_id: str
    segments: int | None = None
    cost_micros: int | None = None


DeliveryStatus = Literal["queued", "sent", "delivered", "failed"]

SmsFault = Literal["bad_number", "landline", "opted_out", "unreachable", "filtered", "our_fault", "unknown"]
"""Why a text did not arrive, in our words: the `code` of a `DoorFault` at once, the `fault` of a `Delivery` later."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One result from a provider about one message of ours."""

    provider_id: str
    ref: str | None
    status: DeliveryStatus
    error_code: str | None = None
    """The provider's own code, kept as evidence."""
    sentence: str | None = None
    fault: str | None = None  # of texts an SmsFault


@dataclass(frozen=True, slots=True)
class InboundText:
    provider_id: str
    sender: str
    to: str
    body: str
    handled_by_provider: Literal["stop", "start", "help"] | None = None
    """The provider has already answered this keyword itself: we must not answer twice."""


@dataclass(frozen=True, slots=True)
class SmsCapabilities:
    can_look_up_past_sends: bool
    segments_known_at_send: bool
    answers_keywords: bool
    """The provider itself confirms STOP and START and answers HELP: we must not do it again."""


class SmsDoor(Protocol):
    capabilities: SmsCapabilities

    async def send(self, text: Text) -> Sent: ...

    async def find(self, text: Text, *, since: datetime, known: Collection[str] = ()) -> Sent | None:
        """The same text as the provider has it, if an earlier attempt went through although its answer was lost. What
        is `known` by its id is some other text of the same words."""
        ...

    def verify(self, *, path: str, form: Mapping[str, str], signature: str | None) -> bool:
        """Whether a webhook that arrived at this path (with its query) of our public address is the provider's."""
        ...

    def parse_status(self, form: Mapping[str, str], *, ref: str | None) -> Delivery: ...

    def parse_inbound(self, form: Mapping[str, str]) -> InboundText: ...


# -- mail --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    to: str
    sender: str
    sender_name: str
    subject: str
    text: str
    html: str
    ref: str
    """Our own message id; the Message-ID header derives from it, so a second attempt is the same mail."""
    attachments: Sequence[Attachment] = ()
    reply_to: str | None = None
    unsubscribe_url: str | None = None
    thread_ref: str | None = None


class MailDoor(Protocol):
    async def send(self, mail: Mail) -> Sent: ...


class MailEvents(Protocol):
    """What a mail provider tells afterwards of the mails it carried; the `parts` are its events, by their own ids."""

    def verify(self, *, body: bytes, signature: str | None, timestamp: str | None) -> bool: ...
    def parts(self, body: bytes) -> Sequence[tuple[str, bytes]]: ...
    def parse(self, body: bytes) -> Delivery | None: ...


# -- cards and bank payments -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    ref: str
    """Our own checkout id: the idempotency key derives from it, and it comes back with the payment."""
    amount_cents: int
    currency: str
    description: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    customer_email: str | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Checkout:
    processor_id: str
    url: str


CardEventKind = Literal[
    "paid", "processing", "failed", "expired", "refunded", "refund_failed",
    "dispute_opened", "dispute_won", "dispute_lost",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CardEvent:
    """What a processor's webhook means to the books; `None` kinds are not of interest and are dropped by `parse`."""

    kind: CardEventKind
    processor_id: str
    """The payment's own id (Stripe: the payment intent), the same in every event about it."""
    ref: str | None
    amount_cents: int
    currency: str
    occurred_at: datetime
    method: Literal["card", "ach"] = "card"
    sentence: str | None = None
    return_id: str | None = None
    """The refund's or the dispute's own id."""


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    processor_id: str
    done: bool
    """Otherwise it is under way, and an event will say how it ended."""


class CardDoor(Protocol):
    async def open_checkout(self, request: CheckoutRequest) -> Checkout: ...

    async def expire_checkout(self, processor_id: str) -> None: ...

    async def refund(self, *, ref: str, processor_id: str, amount_cents: int) -> RefundAnswer:
        """Give money of a payment back. The same `ref` again is the same refund."""
        ...

    def verify(self, *, body: bytes, signature: str | None) -> bool: ...

    def external_id(self, body: bytes) -> str:
        """The event's own id, by which a second delivery is known."""
        ...

    def parse(self, body: bytes) -> CardEvent | None: ...


# -- Slack -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SlackPost:
    channel: str
    text: str
    blocks: Sequence[Json]
    ref: str
    """Our own id, opaque; it rides in the message's metadata so that a lost answer can be matched."""
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True)
class SlackPerson:
    id: str
    email: str | None
    name: str
    timezone: str | None
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class SlackChannel:
    id: str
    name: str
    is_shared: bool
    is_private: bool
    is_member: bool


class SlackDoor(Protocol):
    async def post(self, post: SlackPost) -> str:
        """Post and return the message's ts. Never retried inside: the caller looks (`find`) before it repeats."""
        ...

    async def find(self, post: SlackPost, *, since: datetime) -> str | None: ...

    async def update(self, *, channel: str, ts: str, text: str, blocks: Sequence[Json]) -> None: ...

    async def whisper(
        self, *, channel: str, user: str, text: str, blocks: Sequence[Json] = (), thread_ts: str | None = None
    ) -> None:
        """A message only this person sees."""
        ...

    async def respond(
        self, *, response_url: str, text: str, blocks: Sequence[Json] = (), in_channel: bool = False
    ) -> None: ...

    async def open_view(self, *, trigger_id: str, view: Json) -> None: ...

    async def update_view(self, *, view_id: str, view: Json, hash: str | None = None) -> None: ...

    async def publish_home(self, *, user: str, view: Json) -> None: ...

    async def upload(
        self, *, channel: str, filename: str, content: bytes, title: str, alt_text: str, thread_ts: str | None = None
    ) -> None: ...

    async def person(self, user: str) -> SlackPerson: ...

    async def group_members(self, group: str) -> Sequence[str]: ...

    async def channels(self) -> Sequence[SlackChannel]: ...


# -- paper -------------------------------------------------------------------------------------------------------------


class PdfPrinter(Protocol):
    async def print(self, html: str) -> bytes:
        """One PDF of this HTML; the same HTML gives the same bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Every door there is. A door that is not set up is None."""

    clock: Clock
    pdf: PdfPrinter
    slack: SlackDoor | None = None
    sms: SmsDoor | None = None
    mail: MailDoor | None = None
    mail_events: MailEvents | None = None
    cards: CardDoor | None = None
    public_url: str = ""
    secret_key: bytes = field(default=b"", repr=False)
