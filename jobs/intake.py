"""Working off the inbox: each item by its source, marked in the transaction of its work, put back when it fails."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from urllib.parse import parse_qsl

import structlog

from billing.checkouts import follow_card_event
from domain.errors import DoorFault, Refusal
from domain.ports import Ports
from domain.practice import Practice
from models.change import change
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
        await handlers[item.source](item)
    except Refusal as refusal:
        log.warning("inbox.refused", source=item.source, item=item.id, code=refusal.code)
        await put_back(item, now=ports.clock.now(), error=refusal.sentence)
    except DoorFault as fault:
        await put_back(item, now=ports.clock.now(), error=fault.sentence)
    except Exception:
        log.exception("inbox.failed", source=item.source, item=item.id)
        await put_back(item, now=ports.clock.now(), error="It could not be worked on; the log says why.")


def vendor_handlers(*, practice: Practice, ports: Ports) -> dict[str, Handle]:
    """What the phone network's and the card processor's webhooks lead to."""

    async def inbound(item: InboxItem) -> None:
        if ports.sms is not None:
            text = ports.sms.parse_inbound(_form(item))
            await _marked(item, lambda: receive(text, practice=practice, ports=ports), ports.clock.now())

    async def status(item: InboxItem) -> None:
        if ports.sms is not None:
            delivery = ports.sms.parse_status(_form(item), ref=json.loads(item.headers or "{}").get("ref") or None)
            await _marked(item, lambda: follow_delivery(delivery, practice=practice, ports=ports), ports.clock.now())

    async def cards(item: InboxItem) -> None:
        event = ports.cards.parse(item.body) if ports.cards else None
        now = ports.clock.now()

        async def follow() -> None:
            if event is not None:
                await follow_card_event(event, processor="stripe", practice=practice, now=now)

        await _marked(item, follow, now)

    return {"twilio.inbound": inbound, "twilio.status": status, "stripe": cards}


async def _marked(item: InboxItem, work: Callable[[], Awaitable[object]], now: datetime) -> None:
    """The work and its mark in one transaction: done once, whatever is killed in between."""
    async with change(now):
        if await mark_handled(item, now=now):
            await work()


def _form(item: InboxItem) -> dict[str, str]:
    return dict(parse_qsl(item.body.decode(), keep_blank_values=True))
