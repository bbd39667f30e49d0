"""Working on what came in from Slack, after it was acknowledged: who is it, may they, do it, answer."""

from dataclasses import dataclass
from typing import Any

import structlog

from billing.write_offs import outstanding_cents
from bot import blocks as b
from bot.cards import MOVE, REPLY, WHY
from bot.commands import Typed, answer
from bot.explain import explained
from bot.modals import MOVE_VIEW, PREVIEW_VIEW, REPLY_VIEW, Hidden, answers_of, move_view, preview_view, reply_view
from bot.noticeboard import want_redrawn
from bot.people import Roster
from documents.words import masked_phone
from domain.access import Actor
from domain.errors import DoorFault, Refusal, not_found
from domain.invoice_set import INVOICE_SET
from domain.ports import Json, Ports, SlackDoor
from domain.practice import Practice
from domain.segments import segments
from models.change import change
from models.chasing import InvoiceSet
from models.inbox import mark_handled
from models.record import Event, InboxItem
from outreach.hours import hours_verdict
from outreach.moves import check_move, make_move
from outreach.replies import confirm_reply, draft_reply

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Press:
    """A button or menu entry on a card, as it came back."""

    kind: str
    move: str
    set_id: int
    version: int

    @classmethod
    def read(cls, action: Json) -> "Press":
        words = (
            action["selected_option"]["value"]
            if action["type"] == "overflow"
            else f"{action['action_id']}:{action['value']}"
        )
        kind, move, set_id, version = words.split(":")
        return cls(kind, move, int(set_id), int(version))


@dataclass(frozen=True, slots=True)
class Desk:
    """Where Slack's requests are worked on."""

    practice: Practice
    ports: Ports
    slack: SlackDoor
    roster: Roster

    async def work(self, item: InboxItem, kind: str, payload: Json) -> None:
        """Do what one request asks; its change and its mark are one transaction, answers follow."""
        if kind == "action":
            await self._press(item, payload)
        elif kind == "submission":
            await self._submitted(item, payload)
        elif kind == "command":
            await self._command(item, payload)
        else:
            await mark_handled(item, now=self.ports.clock.now())

    # -- buttons -------------------------------------------------------------------------------------------------------

    async def _press(self, item: InboxItem, payload: Json) -> None:
        press = Press.read(payload["actions"][0])
        actor = await self._actor(payload)
        channel, user = payload["channel"]["id"], payload["user"]["id"]
        try:
            await self._pressed(press, item, payload, actor)
        except Refusal as refusal:
            await self._refused(press.set_id, refusal, item)
            await self._whisper(channel, user, await self._told(refusal, press.set_id))

    async def _pressed(self, press: Press, item: InboxItem, payload: Json, actor: Actor) -> None:
        invoice_set = await self._set(press.set_id)
        if press.kind == WHY:
            await mark_handled(item, now=self.ports.clock.now())
            if actor.role_at(invoice_set.location) is None:
                raise Refusal("forbidden", "You have no role at this location.", status=403)
            text = await explained(invoice_set, practice=self.practice, ports=self.ports)
            await self._whisper(payload["channel"]["id"], payload["user"]["id"], text)
        elif press.kind == REPLY:
            await self._open_reply(press, invoice_set, item, payload, actor)
        elif press.kind == MOVE and INVOICE_SET.move(press.move).asks:
            await self._open_move(press, invoice_set, item, payload, actor)
        else:
            async with change(self.ports.clock.now()):
                if await mark_handled(item, now=self.ports.clock.now()):
                    await self._move(press.set_id, press.move, {}, press.version, actor)

    async def _open_move(
        self, press: Press, invoice_set: InvoiceSet, item: InboxItem, payload: Json, actor: Actor
    ) -> None:
        move = INVOICE_SET.move(press.move)
        INVOICE_SET.fire(
            move.name,
            status=invoice_set.status,
            before=invoice_set.status_before,
            actor=actor,
            location=invoice_set.location,
        )
        hidden = Hidden(
            set_id=press.set_id, version=invoice_set.version, move=move.name, channel=payload["channel"]["id"]
        )
        view = move_view(
            move,
            hidden,
            practice=self.practice,
            outstanding_cents=await outstanding_cents(press.set_id),
            rule_set=invoice_set.rule_set,
        )
        await self._open(item, payload, view)

    async def _open_reply(
        self, press: Press, invoice_set: InvoiceSet, item: InboxItem, payload: Json, actor: Actor
    ) -> None:
        if not self.practice.slack.replies_in_slack:
            raise Refusal("replies_off", "Replying from Slack is switched off (app.yaml: slack.replies_in_slack).")
        if not actor.may("biller", invoice_set.location):
            raise Refusal("forbidden", "Replying to a patient needs the role biller at this location.", status=403)
        hidden = Hidden(set_id=press.set_id, version=invoice_set.version, channel=payload["channel"]["id"])
        await self._open(item, payload, reply_view(hidden))

    async def _open(self, item: InboxItem, payload: Json, view: Json) -> None:
        """Slack gives three seconds; a form that could not be opened is asked for again by pressing again."""
        if not await mark_handled(item, now=self.ports.clock.now()):
            return
        try:
            await self.slack.open_view(trigger_id=payload["trigger_id"], view=view)
        except DoorFault as fault:
            log.warning("slack.view_not_opened", code=fault.code)
            await self._whisper(payload["channel"]["id"], payload["user"]["id"], "The form did not open. Press again.")

    # -- forms ---------------------------------------------------------------------------------------------------------

    async def check(self, payload: Json) -> Json | None:
        """Before a submitted form is acknowledged: the fields that are wrong, or the form that comes next."""
        view = payload["view"]
        hidden = Hidden.read(view["private_metadata"])
        actor = await self._actor(payload, at_once=True)
        try:
            invoice_set = await self._set(hidden.set_id)
            if view["callback_id"] == MOVE_VIEW:
                await check_move(invoice_set, hidden.move, answers_of(view), actor=actor, practice=self.practice)
            elif view["callback_id"] == REPLY_VIEW:
                return {"response_action": "update", "view": await self._preview(invoice_set, hidden, view, actor)}
        except Refusal as refusal:
            return _on_the_form(refusal, view)
        return None

    async def _preview(self, invoice_set: InvoiceSet, hidden: Hidden, view: Json, actor: Actor) -> Json:
        words = answers_of(view).get("words") or ""
        message = await draft_reply(
            invoice_set.id,
            words,
            occasion=f"reply {view['id']} {view['hash']}",
            actor=actor,
            practice=self.practice,
            ports=self.ports,
        )
        hours = await hours_verdict(message, practice=self.practice, now=self.ports.clock.now())
        told = Hidden(set_id=hidden.set_id, version=hidden.version, message=message.id, channel=hidden.channel)
        return preview_view(
            told, body=message.body, segments=segments(message.body), hours=hours, to=masked_phone(message.address)
        )

    async def _submitted(self, item: InboxItem, payload: Json) -> None:
        view = payload["view"]
        hidden, actor, now = Hidden.read(view["private_metadata"]), await self._actor(payload), self.ports.clock.now()
        try:
            async with change(now):
                if not await mark_handled(item, now=now):
                    return
                if view["callback_id"] == MOVE_VIEW:
                    await self._move(hidden.set_id, hidden.move, answers_of(view), hidden.version, actor)
                elif view["callback_id"] == PREVIEW_VIEW:
                    await confirm_reply(hidden.message, actor=actor, now=now)
        except Refusal as refusal:
            await self._refused(hidden.set_id, refusal, item)
            if hidden.channel:
                await self._whisper(hidden.channel, payload["user"]["id"], await self._told(refusal, hidden.set_id))

    # -- commands ------------------------------------------------------------------------------------------------------

    async def _command(self, item: InboxItem, payload: Json) -> None:
        actor = await self.roster.actor(payload["user_id"], payload.get("user_name", ""))
        typed = Typed(actor, payload.get("text", "").split(), self.practice, self.ports)
        found = await answer(typed)
        await self.slack.respond(response_url=payload["response_url"], text=found.text, blocks=found.blocks)
        await mark_handled(item, now=self.ports.clock.now())

    # -- what all of them need -----------------------------------------------------------------------------------------

    async def _actor(self, payload: Json, *, at_once: bool = False) -> Actor:
        user: dict[str, Any] = payload["user"]
        return await self.roster.actor(user["id"], user.get("name", ""), at_once=at_once)

    async def _set(self, set_id: int) -> InvoiceSet:
        found = await InvoiceSet.get_or_none(id=set_id)
        if found is None:
            raise not_found("invoice set", set_id)
        return found

    async def _move(self, set_id: int, move: str, given: dict[str, Any], version: int, actor: Actor) -> None:
        await make_move(
            set_id, move, given, actor=actor, practice=self.practice, ports=self.ports, seen_version=version
        )

    async def _refused(self, set_id: int, refusal: Refusal, item: InboxItem) -> None:
        """Nothing was changed; the card is drawn anew, so that it offers what is possible now."""
        log.info("slack.refused", code=refusal.code, set=set_id)
        async with change(self.ports.clock.now()):
            await mark_handled(item, now=self.ports.clock.now(), error=refusal.code)
            await want_redrawn(set_id, self.ports)

    async def _told(self, refusal: Refusal, set_id: int) -> str:
        if refusal.code != "stale":
            return refusal.sentence
        last = await Event.filter(invoice_set_id=set_id, actor__startswith="person:").order_by("-seq").first()
        first = f" {b.escaped(last.actor_name)} was first, {b.moment(last.at)}." if last else ""
        return f"{refusal.sentence}{first}"

    async def _whisper(self, channel: str, user: str, text: str) -> None:
        """Best effort: the card tells the truth anyway."""
        try:
            await self.slack.whisper(channel=channel, user=user, text=text)
        except DoorFault as fault:
            log.warning("slack.not_whispered", code=fault.code)


def _on_the_form(refusal: Refusal, view: Json) -> Json:
    """Each sentence on its field; one that belongs to none stands on the first."""
    inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    wrong = {name: sentence for name, sentence in refusal.by_field().items() if name in inputs}
    if wrong or not inputs:
        return {"response_action": "errors", "errors": wrong}
    return {"response_action": "errors", "errors": {inputs[0]: refusal.sentence}}
