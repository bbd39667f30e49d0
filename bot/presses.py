"""Presses on a card's buttons and menu: a move at once, a form that asks first, or a private answer."""

from dataclasses import dataclass

import structlog

from billing.write_offs import outstanding_cents
from bot.cards import MOVE, REPLY, WHY
from bot.desk import Desk, set_by_id
from bot.explain import explained
from bot.modals import Hidden, move_view, reply_view
from domain.access import Actor
from domain.errors import DoorFault, Refusal, forbidden
from domain.invoice_set import INVOICE_SET
from domain.ports import Json
from models.chasing import InvoiceSet
from models.inbox import mark_handled
from models.record import InboxItem
from outreach.replies import may_reply

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Press:
    """What was pressed, on which set, and which state of it the person saw; and where they are."""

    kind: str
    move: str
    set_id: int
    version: int
    channel: str
    user: str
    trigger: str

    @classmethod
    def read(cls, payload: Json) -> "Press":
        action = payload["actions"][0]
        from_menu = action["type"] == "overflow"
        words = action["selected_option"]["value"] if from_menu else f"{action['action_id']}:{action['value']}"
        kind, move, set_id, version = words.split(":")
        channel, user, trigger = payload["channel"]["id"], payload["user"]["id"], payload["trigger_id"]
        return cls(kind, move, int(set_id), int(version), channel, user, trigger)


async def pressed(desk: Desk, item: InboxItem, payload: Json) -> None:
    press, actor = Press.read(payload), await desk.actor(payload)
    try:
        await _do(desk, item, press, actor)
    except Refusal as refusal:
        await desk.refused(refusal, item, set_id=press.set_id, channel=press.channel, user=press.user)


async def _do(desk: Desk, item: InboxItem, press: Press, actor: Actor) -> None:
    invoice_set = await set_by_id(press.set_id)
    if press.kind == WHY:
        await _explain(desk, item, press, actor, invoice_set)
    elif press.kind == REPLY:
        if not desk.practice.slack.replies_in_slack:
            raise Refusal("replies_off", "Replying from Slack is switched off (app.yaml: slack.replies_in_slack).")
        may_reply(actor, invoice_set.location)
        hidden = Hidden(set_id=press.set_id, version=invoice_set.version, channel=press.channel)
        await _open(desk, item, press, reply_view(hidden))
    elif press.kind == MOVE and INVOICE_SET.move(press.move).asks:
        await _open(desk, item, press, await _form(desk, press, actor, invoice_set))
    else:
        await desk.once(item, lambda: desk.move(press.set_id, press.move, {}, press.version, actor))


async def _explain(desk: Desk, item: InboxItem, press: Press, actor: Actor, invoice_set: InvoiceSet) -> None:
    if actor.role_at(invoice_set.location) is None:
        raise forbidden("You have no role at this location. Ask an admin of the practice.")
    await mark_handled(item, now=desk.ports.clock.now())
    text = await explained(invoice_set, practice=desk.practice, ports=desk.ports)
    await desk.whisper(press.channel, press.user, text)


async def _form(desk: Desk, press: Press, actor: Actor, invoice_set: InvoiceSet) -> Json:
    move = INVOICE_SET.move(press.move)
    status, before = invoice_set.status, invoice_set.status_before
    INVOICE_SET.fire(move.name, status=status, before=before, actor=actor, location=invoice_set.location)
    return move_view(
        move,
        Hidden(set_id=press.set_id, version=invoice_set.version, move=move.name, channel=press.channel),
        practice=desk.practice,
        outstanding_cents=await outstanding_cents(press.set_id),
        rule_set=invoice_set.rule_set,
    )


async def _open(desk: Desk, item: InboxItem, press: Press, view: Json) -> None:
    """Slack gives three seconds; a form that could not be opened is asked for again by pressing again."""
    if not await mark_handled(item, now=desk.ports.clock.now()):
        return
    try:
        await desk.slack.open_view(trigger_id=press.trigger, view=view)
    except DoorFault as fault:
        log.warning("slack.view_not_opened", code=fault.code)
        await desk.whisper(press.channel, press.user, "The form did not open. Press again.")
