"""Messages on their way out: taken up once, and read with all that is looked at once more before they leave."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.gates import Verdict
from domain.invoice import OPEN
from domain.invoice_set import SENDING
from domain.practice import Channel
from models.database import dialect, execute, returning
from outreach.instalments import still_due
from outreach.situation import suppressed, zones_of


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that is due, without the weight of a model."""

    id: int
    ref: str
    occasion: str | None
    guarantor_id: int
    location: str
    invoice_set_id: int | None
    purpose: str
    step: int | None
    channel: Channel
    address: str
    sender: str
    subject: str
    body: str
    html: str
    paper: str | None
    maybe_sent: bool
    """An earlier attempt ended without an answer: look before sending."""
    attempts: int
    """With the one that is about to be made."""
    home: str | None
    """The payer's timezone."""
    phone: str | None
    """The payer's, whatever number this goes to."""
    shut: bool
    """The address is suppressed."""
    owing: bool
    going_on: bool
    """The sequence that this is a step of."""


async def take_due(channels: Sequence[Channel], *, now: datetime, at: datetime, limit: int) -> list[Outgoing]:
    """The first that are due and that nobody else has in hand; held until the transaction ends."""
    locked = "FOR UPDATE SKIP LOCKED" if dialect() == "postgres" else ""
    sql = f"""
        WITH due AS (
            SELECT * FROM message WHERE status IN ('queued', 'sending') AND channel IN ({_listed(channels)})
                AND due_at <= $1 AND (claimed_until IS NULL OR claimed_until < $2)
            ORDER BY due_at LIMIT $3 {locked}
        )
        SELECT m.id, m.ref, m.occasion, m.guarantor_id, m.location, m.invoice_set_id, m.purpose, m.step, m.channel,
            m.address, m.sender, m.subject, m.body, m.html, m.paper, m.status = 'sending' AS maybe_sent,
            m.attempts + 1 AS attempts, p.timezone AS home, p.phone,
            EXISTS (SELECT 1 FROM suppression s
                WHERE s.channel = m.channel AND s.address = m.address AND s.lifted_at IS NULL) AS shut,
            EXISTS (SELECT 1 FROM invoice i
                WHERE i.invoice_set_id = m.invoice_set_id AND i.status IN ({_listed(OPEN)}) AND i.balance_cents > 0
            ) AS owing,
            EXISTS (SELECT 1 FROM invoice_set s
                WHERE s.id = m.invoice_set_id AND s.status IN ({_listed(SENDING)})
                AND (s.held_until IS NULL OR s.held_until <= $1)) AS going_on
        FROM due m LEFT JOIN patient p ON p.id = m.guarantor_id ORDER BY m.due_at, m.id
    """  # noqa: S608  # the machines' own words
    return [Outgoing(**row) for row in await returning(sql, [now, at, limit])]


async def mark_sending(ids: Sequence[int], *, now: datetime, until: datetime) -> None:
    """From here on they may have left, whatever becomes of this process; until then they are in this one's hands."""
    if not ids:
        return
    places = ", ".join(f"${place}" for place in range(3, len(ids) + 3))
    sending = f"""
        UPDATE message SET status = 'sending', attempts = attempts + 1, claimed_until = $1,
            first_attempt_at = COALESCE(first_attempt_at, $2)
        WHERE id IN ({places})
    """  # noqa: S608  # placeholders
    await execute(sending, [until, now, *ids])


async def why_not(message: Outgoing) -> str | None:
    """Why it may not leave any more. There is hardly ever a reason."""
    if message.shut and message.purpose != "keyword":
        return await suppressed(message.channel, message.address)
    if message.purpose == "reminder" and message.invoice_set_id is not None:
        if not message.owing:
            return "Nothing is owed any more."
        if not message.going_on:
            return "The sequence has been stopped since."
    if message.purpose == "instalment" and not await still_due(message.occasion or ""):
        return "This part has been paid since, or the plan is another now."
    return None


def not_before(message: Outgoing, hours: Callable[[tuple[ZoneInfo, ...]], Verdict]) -> datetime | None:
    """A text asking for money that a fault or an outage has held up until night waits for the morning."""
    if message.purpose not in ("reminder", "instalment") or message.channel != "sms":
        return None
    here = hours(zones_of(message.home, message.phone))
    return None if here.open else here.opens_at


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
