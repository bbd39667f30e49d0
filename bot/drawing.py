"""Drawing cards and posting lines: what the noticeboard wants, brought to Slack once, whatever interrupts it."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.card_view import card_view
from bot.cards import blocks_of, text_of
from domain.errors import DoorFault
from domain.ports import Ports, SlackChannel, SlackDoor, SlackPost
from domain.practice import Practice
from models.by_hand import change_row, row_of, rows_of
from models.claims import claim, renew
from models.noticeboard import Card, Post

BATCH = 20
LEASE = timedelta(minutes=2)
BACKOFF = tuple(timedelta(seconds=s) for s in (2, 10, 60, 300, 1800))
CLOCKS_APART = timedelta(minutes=5)
BROKE = "It could not be drawn; the log says why."
LOST = ("message_not_found", "edit_window_closed", "cant_update_message")
"""The card's message is gone or out of reach: a new one takes its place."""

log = structlog.get_logger()


@dataclass(slots=True)
class Channels:
    """Channels by name. Nothing is ever shown in one that outsiders or the whole company can read."""

    slack: SlackDoor
    _known: dict[str, SlackChannel] = field(default_factory=dict)
    _until: float = 0.0

    async def id_of(self, name: str) -> str:
        if time.monotonic() > self._until or name not in self._known:
            self._known = {
                key: channel for channel in await self.slack.channels() for key in (channel.name, channel.id)
            }
            self._until = time.monotonic() + 60
        channel = self._known.get(name)
        if channel is None or not channel.is_member:
            raise DoorFault(
                "slack", "not_in_channel", f"The app is not in #{name}. Invite it there.", passing=True, retry_after=300
            )
        if channel.is_shared or not channel.is_private:
            raise DoorFault(
                "slack",
                "channel_not_private",
                f"#{name} is public or shared; patients' balances need a private one.",
                passing=True,
                retry_after=300,
            )
        return channel.id


async def draw_cards(*, practice: Practice, ports: Ports, channels: Channels) -> int:
    now = ports.clock.now()
    ids = await claim(
        Card, due="wanted > shown AND due_at <= $1", args=[now], at=ports.clock.pulse(), lease=LEASE, limit=BATCH
    )
    for card in await rows_of(Card, id__in=ids) if ids else ():
        await _in_turn(card, partial(_draw, card, practice=practice, ports=ports, channels=channels), ports)
    return len(ids)


async def _draw(card: Card, *, practice: Practice, ports: Ports, channels: Channels) -> None:
    view = await card_view(card.invoice_set_id, practice=practice, ports=ports)
    text, blocks, slack = text_of(view), blocks_of(view), _door(ports)
    channel = card.channel_id or await channels.id_of(card.channel)
    if card.ts is not None:
        try:
            await slack.update(channel=channel, ts=card.ts, text=text, blocks=blocks)
        except DoorFault as fault:
            if fault.code not in LOST:
                raise
            card.ts, card.first_attempt_at = None, None
    if card.ts is None:
        post = SlackPost(channel=channel, text=text, blocks=blocks, ref=card.ref)
        card.ts = await _posted_once(card, post, ports)
    shown = {"ts": card.ts, "channel_id": channel, "shown": card.wanted, "attempts": 0}
    await change_row(card, {**shown, "error": None, "claimed_until": None})


async def post_lines(*, ports: Ports, channels: Channels) -> int:
    """Lines go out in the order of what happened; those of a card that is not there yet wait for it."""
    ids = await claim(
        Post,
        due="status = 'queued' AND due_at <= $1"
        " AND (card_id IS NULL OR card_id IN (SELECT c.id FROM card c WHERE c.ts IS NOT NULL))",
        args=[ports.clock.now()],
        at=ports.clock.pulse(),
        lease=LEASE,
        limit=BATCH,
    )
    for line in await rows_of(Post, id__in=ids) if ids else ():
        await _in_turn(line, partial(_say, line, ports, channels), ports)
    return len(ids)


async def _say(line: Post, ports: Ports, channels: Channels) -> None:
    card = await row_of(Card, id=line.card_id) if line.card_id else None
    post = SlackPost(
        channel=card.channel_id if card and card.channel_id else await channels.id_of(line.channel),
        text=line.text,
        blocks=line.blocks,
        ref=line.ref,
        thread_ts=card.ts if card else None,
    )
    ts = await _posted_once(line, post, ports)
    await change_row(line, {"status": "posted", "ts": ts, "error": None, "claimed_until": None})


async def _in_turn(row: Card | Post, work: Callable[[], Awaitable[None]], ports: Ports) -> None:
    """One of a batch, while it is still ours. What goes wrong with it stops none of the others."""
    if not await renew(type(row), row.id, row.claimed_until, at=ports.clock.pulse(), lease=LEASE):
        return
    try:
        await work()
    except DoorFault as fault:
        await _later(row, fault, ports.clock.now())
    except Exception:
        log.exception("slack.broke", table=type(row).__name__, row=row.id)
        await _later(row, DoorFault("slack", "broke", BROKE, passing=True), ports.clock.now())


async def _posted_once(row: Card | Post, post: SlackPost, ports: Ports) -> str:
    """Post, unless an attempt whose answer was lost has done so already."""
    slack, now = _door(ports), ports.clock.now()
    if row.first_attempt_at is not None:
        earlier = await slack.find(post, since=row.first_attempt_at - CLOCKS_APART)
        if earlier is not None:
            return earlier
    else:
        await change_row(row, {"first_attempt_at": now})
    return await slack.post(post)


async def _later(row: Card | Post, fault: DoorFault, now: datetime) -> None:
    """Passing faults are tried again soon, final ones rarely: somebody may mend the channel meanwhile."""
    wait = timedelta(seconds=fault.retry_after) if fault.retry_after else BACKOFF[min(row.attempts, len(BACKOFF) - 1)]
    log.warning("slack.not_shown", table=type(row).__name__, row=row.id, code=fault.code, passing=fault.passing)
    await (
        type(row)
        .filter(id=row.id)
        .update(
            attempts=row.attempts + 1,
            error=fault.sentence[:300],
            claimed_until=None,
            due_at=now + (wait if fault.passing else BACKOFF[-1]),
        )
    )


def _door(ports: Ports) -> SlackDoor:
    if ports.slack is None:
        raise DoorFault("slack", "off", "Slack is not set up.", passing=True, retry_after=3600)
    return ports.slack
