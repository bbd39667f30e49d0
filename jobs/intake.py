"""Working off the inbox: each item by its source, marked in the transaction of its work, put back when it fails."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from urllib.parse import parse_qsl
from uuid import uuid4

import structlog

from billing.checkouts import follow_card_event
from domain.access import CLOCK
from domain.errors import DoorFault, Refusal
from domain.ports import MailEvents, Ports, SmsDoor
from domain.practice import Practice
from models.change import change, following
from models.inbox import due_items, mark_handled, put_back
from models.record import InboxItem
from outreach.replies import receive
from outreach.results import follow_delivery

Handle = Callable[[InboxItem], Awaitable[None]]

log = structlog.get_logger()


async def work_off(handlers: Mapping[str, Handle], *, ports: Ports, from_slack: bool) -> int:
    """The next items; how many there were."""
    items = await due_items(now=ports.clock.now(), pulse=ports.clock.pulse(), from_slack=from_slack)
    if from_slack:
        await asyncio.gather(*(_work(item, handlers, ports) for item in items))
        return len(items)
    for item in items:
        await _work(item, handlers, ports)
    return len(items)


async def _work(item: InboxItem, handlers: Mapping[str, Handle], ports: Ports) -> None:
    try:
        with following(uuid4().hex):
            await handlers[item.source](item)
    except (Refusal, DoorFault) as trouble:
        log.warning("inbox.not_now", source=item.source, item=item.id, code=trouble.code)
        await _again_later(item, trouble.sentence, ports.clock.now())
    except Exception:
        log.exception("inbox.failed", source=item.source, item=item.id)
        await _again_later(item, "It could not be worked on; the log says why.", ports.clock.now())


async def _again_later(item: InboxItem, why: str, now: datetime) -> None:
    """Put back; what has been put back often enough is a person's to look at."""
    async with change(now) as told:
        if not await put_back(item, now=now, error=why):
            facts = {"source": item.source, "reason": why}
            told.tell("inbox.given_up", f"inbox:{item.id}", actor=CLOCK, location="", after=facts)


def vendor_handlers(*, practice: Practice, ports: Ports) -> dict[str, Handle]:
    """What the phone network's, the mail provider's and the card processor's webhooks lead to."""

    async def inbound(item: InboxItem) -> None:
        text = _sms(ports).parse_inbound(_form(item))
        await _marked(item, lambda: receive(text, practice=practice, ports=ports), ports.clock.now())

    async def status(item: InboxItem) -> None:
        delivery = _sms(ports).parse_status(_form(item), ref=json.loads(item.headers or "{}").get("ref") or None)
        await _marked(item, lambda: follow_delivery(delivery, practice=practice, ports=ports), ports.clock.now())

    async def cards(item: InboxItem) -> None:
        event = ports.cards.parse(item.body) if ports.cards else None
        now = ports.clock.now()

        async def follow() -> None:
            if event is not None:
                await follow_card_event(event, processor="stripe", practice=practice, now=now)

        await _marked(item, follow, now)

    async def mails(item: InboxItem) -> None:
        delivery = _mail_events(ports).parse(item.body)

        async def follow() -> None:
            if delivery is not None:
                await follow_delivery(delivery, practice=practice, ports=ports)

        await _marked(item, follow, ports.clock.now())

    return {"twilio.inbound": inbound, "twilio.status": status, "sendgrid": mails, "stripe": cards}


async def _marked(item: InboxItem, work: Callable[[], Awaitable[object]], now: datetime) -> None:
    """The work and its mark in one transaction: done once, whatever is killed in between."""
    async with change(now):
        if await mark_handled(item, now=now):
            await work()


def _form(item: InboxItem) -> dict[str, str]:
    return dict(parse_qsl(item.body.decode(), keep_blank_values=True))


def _sms(ports: Ports) -> SmsDoor:
    """What came in while the door was open waits until it is open again."""
    if ports.sms is None:
        raise DoorFault("sms", "off", "Texting is not set up any more.", passing=True)
    return ports.sms


def _mail_events(ports: Ports) -> MailEvents:
    if ports.mail_events is None:
        raise DoorFault("mail", "off", "Hearing of mails' results is not set up any more.", passing=True)
    return ports.mail_events
