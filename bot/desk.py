"""The desk: where what came in from Slack is worked on, after it was acknowledged: who is it, may they, do, answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from bot import blocks as b
from bot.noticeboard import want_redrawn
from bot.people import Roster
from domain.access import Actor
from domain.errors import DoorFault, Refusal, not_found
from domain.ports import Json, Ports, SlackDoor
from domain.practice import Practice
from models.change import change
from models.chasing import InvoiceSet
from models.inbox import mark_handled
from models.record import Event, InboxItem
from outreach.moves import make_move

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Desk:
    """What everything that is worked on here needs."""

    practice: Practice
    ports: Ports
    slack: SlackDoor
    roster: Roster

    async def actor(self, payload: Json, *, at_once: bool = False) -> Actor:
        user: dict[str, Any] = payload["user"]
        return await self.roster.actor(user["id"], user.get("name", ""), at_once=at_once)

    async def once(self, item: InboxItem, work: Callable[[], Awaitable[object]]) -> None:
        """The work and the item's mark in one transaction: done once, whatever comes twice or dies in between."""
        now = self.ports.clock.now()
        async with change(now):
            if await mark_handled(item, now=now):
                await work()

    async def move(self, set_id: int, move: str, given: dict[str, Any], version: int, actor: Actor) -> None:
        await make_move(
            set_id, move, given, actor=actor, practice=self.practice, ports=self.ports, seen_version=version
        )

    async def refused(self, refusal: Refusal, item: InboxItem, *, set_id: int, channel: str, user: str) -> None:
        """Nothing was changed. The card is drawn anew, so that it offers what is possible now; the person is told."""
        log.info("slack.refused", code=refusal.code, set=set_id)
        async with change(self.ports.clock.now()):
            await mark_handled(item, now=self.ports.clock.now(), error=refusal.code)
            await want_redrawn(set_id, self.ports)
        await self.whisper(channel, user, refusal.sentence + await _who_was_first(refusal, set_id))

    async def whisper(self, channel: str, user: str, text: str) -> None:
        """Best effort: the card tells the truth anyway."""
        try:
            await self.slack.whisper(channel=channel, user=user, text=text)
        except DoorFault as fault:
            log.warning("slack.not_whispered", code=fault.code)


async def set_by_id(set_id: int) -> InvoiceSet:
    found = await InvoiceSet.get_or_none(id=set_id)
    if found is None:
        raise not_found("invoice set", set_id)
    return found


async def _who_was_first(refusal: Refusal, set_id: int) -> str:
    if refusal.code != "stale":
        return ""
    last = await Event.filter(invoice_set_id=set_id, actor__startswith="person:").order_by("-seq").first()
    return f" {b.escaped(last.actor_name)} was first, {b.moment(last.at)}." if last else ""
