"""The noticeboard: reads the events, decides which cards must be drawn anew and what their threads say."""

from collections.abc import Sequence
from uuid import uuid4

from tortoise.expressions import F

from bot import blocks as b
from bot.cards import REPLY
from bot.lines import line_of
from bot.notices import notice_of
from domain.ports import Json, Ports
from domain.practice import Practice
from models.by_hand import row_of, rows_of
from models.chasing import InvoiceSet, Message
from models.noticeboard import Card, Post
from models.record import Event

NAME = "noticeboard"


async def notice(events: Sequence[Event], *, practice: Practice, ports: Ports) -> None:
    """Called in the reader's transaction; what it writes is drawn and posted afterwards."""
    for event in events:
        if event.invoice_set_id is not None:
            await _on_card(event, event.invoice_set_id, practice, ports)
        elif text := await notice_of(event, practice):
            await _in_channel(event, text, practice, ports)


async def want_redrawn(set_id: int, ports: Ports) -> None:
    """The card no longer shows what is true, or someone pressed on an old one."""
    await Card.filter(invoice_set_id=set_id).update(wanted=F("wanted") + 1, due_at=ports.clock.now())


async def _on_card(event: Event, set_id: int, practice: Practice, ports: Ports) -> None:
    card = await row_of(Card, invoice_set_id=set_id)
    if card is None:
        [invoice_set] = await rows_of(InvoiceSet, id=set_id)
        channel = practice.locations[invoice_set.location].slack_channel
        card = await Card.create(ref=uuid4().hex, invoice_set_id=set_id, channel=channel, due_at=ports.clock.now())
    await want_redrawn(set_id, ports)
    line = line_of(event, practice.currency)
    if line is None:
        return
    blocks = [b.section(line)]
    if event.kind in ("reply.received", "reply.sent") and practice.slack.replies_in_slack:
        blocks += await _words(event, set_id)
    await _post(event, card.channel, line, blocks, ports, card_id=card.id)


async def _words(event: Event, set_id: int) -> list[Json]:
    """What the patient wrote, with the way to answer it; or what staff answered."""
    message = await Message.get_or_none(id=event.after.get("message"))
    if message is None or event.after.get("keyword"):
        return []
    quoted = [b.section(b.quoted(message.body))]
    if message.direction == "out":
        return quoted
    invoice_set = await InvoiceSet.get(id=set_id)
    answer = b.button("Reply to patient", f"{REPLY}:", f"{set_id}:{invoice_set.version}", style="primary")
    return [*quoted, b.actions(f"reply:{message.id}", [answer])]


async def _in_channel(event: Event, text: str, practice: Practice, ports: Ports) -> None:
    """Something a person must see that belongs to no card: in its location's channel, or the practice's first."""
    place = practice.locations.get(event.location) or next(iter(practice.locations.values()))
    await _post(event, place.slack_channel, text, [b.section(b.escaped(text))], ports)


async def _post(
    event: Event, channel: str, text: str, blocks: list[Json], ports: Ports, *, card_id: int | None = None
) -> None:
    await Post.create(
        ref=uuid4().hex,
        occasion=f"event {event.seq}",
        card_id=card_id,
        channel=channel,
        text=text,
        blocks=blocks,
        due_at=ports.clock.now(),
    )
