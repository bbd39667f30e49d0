"""What must be so in the end, by the stand-ins' own count; and what the day came to, to be held against another day."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from billing.audit import audit
from models.chasing import InvoiceSet, Message
from models.database import moment, read
from models.invoices import Invoice, InvoiceAdjustment
from models.money import Payment, Refund
from models.noticeboard import Card, Post
from models.papers import Document
from models.record import InboxItem
from sandbox import World
from sandbox.slack import Message as Shown
from tests.crash.leases import HELD
from tests.stories.reading import words_of
from tests.stories.staff import CHANNELS

Picture = Mapping[str, Any]


async def broken_laws(world: World) -> list[str]:
    """Each in a sentence; none, when everything has happened once."""
    found = [*_shown_twice(world), *_sent_twice(world)]
    found += [law async for law in _left_undone(world.clock.pulse())]
    found += [law async for law in _unlike_outside(world)]
    found += [law async for law in _unhandled(world)]
    found += [f"The audit says: {finding.sentence}" for finding in await audit(full=True)]
    return found


def _shown_twice(world: World) -> Iterator[str]:
    """By the ref each post carries, and cards by the invoice they speak of as well."""
    refs = Counter(_ref(message) for message in everything_shown(world))
    yield from (f"Slack shows {ref} {times} times." for ref, times in refs.items() if times > 1)
    posted = Counter(_ref_of_call(call.fields) for call in world.slack.desk.called("chat.postMessage"))
    yield from (f"{ref} was posted {times} times." for ref, times in posted.items() if times > 1)


def _sent_twice(world: World) -> Iterator[str]:
    texts = Counter((text.to, text.body) for text in world.phones.sent)
    yield from (f"{to} was texted {times} times: {body}" for (to, body), times in texts.items() if times > 1)
    # A mail may be handed over twice; its Message-ID makes it one in every mail store, and so it is counted.
    mails = Counter((inbox.address, mail.subject) for inbox in world.mailbox for mail in inbox.messages)
    yield from (f"{to} has {times} mails {subject!r}." for (to, subject), times in mails.items() if times > 1)
    checkouts = Counter(session["client_reference_id"] for session in world.cards.sessions)
    yield from (f"Checkout {ref} was opened {times} times." for ref, times in checkouts.items() if times > 1)


async def _left_undone(pulse: datetime) -> AsyncIterator[str]:
    for row in await read(HELD):
        if row["held"] != "refund" and moment(row["claimed_until"]) > pulse:  # one that is done keeps its lease
            yield f"{row['held']} {row['id']} is still claimed."
    for row in await Message.filter(status__in=("queued", "sending")):
        yield f"Message {row.id} ({row.occasion}) is {row.status}."
    for item in await InboxItem.exclude(error=None).exclude(source="slack"):  # a refused press is an answer
        yield f"Inbox item {item.id} from {item.source} met trouble: {item.error}"


async def _unlike_outside(world: World) -> AsyncIterator[str]:
    """What the house believes it did is what the stand-ins saw, row by row."""
    shown = {_ref(message): message for message in everything_shown(world)}
    for row in [*await Card.all(), *await Post.all()]:
        if row.ref not in shown or shown[row.ref].ts != row.ts:
            yield f"{type(row).__name__} {row.id} believes it is at {row.ts}."
    sent = {text.sid: text for text in world.phones.sent}
    of_that_day = Message.filter(channel="sms", direction="out").exclude(purpose="invoice")  # bills went before it
    ours = {row.provider_id: row async for row in of_that_day}
    if sent.keys() != ours.keys() - {None}:
        yield f"Texts sent and texts booked differ: {sent.keys() ^ ours.keys()}"
    for sid, text in sent.items():
        wanted = "delivered" if text.status == "delivered" else "failed"
        if sid in ours and ours[sid].status != wanted:
            yield f"Text {ours[sid].id} was {text.status} and is booked as {ours[sid].status}."
    charges = {charge["payment_intent"]: charge["amount"] for charge in world.cards.charges}
    payments = {row.processor_id: row.amount_cents for row in await Payment.all()}
    if charges != payments:
        yield f"Stripe has {charges}, the books {payments}."
    given_back = {refund["id"]: refund["amount"] for refund in world.cards.refunds}
    refunds = {row.processor_id: row.amount_cents for row in await Refund.filter(status="done")}
    if given_back != refunds:
        yield f"Stripe gave {given_back} back, the books {refunds}."


async def _unhandled(world: World) -> AsyncIterator[str]:
    """Whatever was acknowledged was kept, and whatever was kept was handled."""
    kept = {(item.source, item.external_id): item async for item in InboxItem.all()}
    for source, external_id in _acknowledged(world):
        if (item := kept.get((source, external_id))) is None:
            yield f"{source} {external_id} was acknowledged and is not there."
        elif item.handled_at is None:
            yield f"{source} {external_id} was acknowledged and not handled."


def _acknowledged(world: World) -> Iterator[tuple[str, str]]:
    for delivery in world.courier.deliveries:
        if not delivery.answer.accepted:
            continue
        if delivery.letter.source == "stripe":
            yield "stripe", json.loads(delivery.letter.body)["id"]
        elif delivery.letter.source == "twilio":
            form = dict(parse_qsl(delivery.letter.body.decode()))
            sid, status = form["MessageSid"], form.get("MessageStatus")
            yield ("twilio.status", f"{sid}:{status}") if status else ("twilio.inbound", sid)
    for sent in world.slack.requests_sent:
        if sent.ok and sent.kind == "block_actions":
            yield "slack", f"action:{sent.payload['trigger_id']}"


# -- the picture -------------------------------------------------------------------------------------------------------


async def picture(world: World) -> Picture:
    """Everything people see and the books say, without what differs between any two days: ids, tokens, moments."""
    return {
        "cards": sorted(_plain(words_of(card)) for card in cards_of(world)),
        "threads": sorted(sorted(_lines_of(card)) for card in cards_of(world)),
        "texts": sorted((text.to, _plain(text.body)) for text in world.phones.sent),
        "mails": sorted((box.address, m.subject, len(m.attachments)) for box in world.mailbox for m in box.messages),
        "invoices": sorted([(i.number, i.status, i.total_cents, i.balance_cents) async for i in Invoice.all()]),
        "fees": sorted([a.amount_cents async for a in InvoiceAdjustment.all()]),
        "sets": sorted([(s.guarantor_id, s.status, s.step, s.written_off_cents) async for s in InvoiceSet.all()]),
        "messages": sorted([(m.address, m.purpose, m.status) async for m in Message.exclude(status="draft")]),
        "payments": [p.amount_cents async for p in Payment.all()],
        "papers": sorted([d.paper.split(":")[0] async for d in Document.all()]),
    }


def everything_shown(world: World) -> list[Shown]:
    return [message for channel in CHANNELS for message in world.slack.channel(channel).by_ts.values()]


def cards_of(world: World) -> list[Shown]:
    return [message for channel in CHANNELS for message in world.slack.channel(channel).messages]


def _lines_of(card: Shown) -> Iterator[str]:
    """But for "sent", which a delivery report that was quicker leaves unsaid."""
    return (_plain(line.text) for line in card.replies if " by text sent" not in line.text)


def _ref(message: Shown) -> str:
    return str((message.metadata or {}).get("event_payload", {}).get("ref"))


def _ref_of_call(fields: Mapping[str, Any]) -> str:
    said = fields["metadata"]
    return str((json.loads(said) if isinstance(said, str) else said)["event_payload"]["ref"])


def _plain(words: str) -> str:
    """Moments are held to the day: a minute more or less is the trial's, not the house's."""
    for pattern, plain in ((r"http://127\.0\.0\.1:\d+/p/\S+", "LINK"), (r"<!date\^\d+[^|]*\|([\d-]+)[^>]*>", r"\1")):
        words = re.sub(pattern, plain, words)
    return words


def difference(one: Picture, other: Picture) -> Iterable[str]:
    return (f"{what}: {one[what]}\n   but {other[what]}" for what in one if one[what] != other[what])
