"""Submitted forms: checked before Slack is answered, so that errors stand on their fields; done afterwards."""

from bot.desk import Desk, set_by_id
from bot.modals import MOVE_VIEW, PREVIEW_VIEW, REPLY_VIEW, Hidden, answers_of, preview_view
from documents.words import masked_phone
from domain.access import Actor
from domain.errors import Refusal
from domain.ports import Json
from domain.segments import segments
from models.chasing import InvoiceSet
from models.record import InboxItem
from outreach.hours import hours_verdict
from outreach.moves import check_move
from outreach.replies import confirm_reply, draft_reply


async def check(desk: Desk, payload: Json) -> Json | None:
    """Before the form is acknowledged: the fields that are wrong, or the form that comes next."""
    view = payload["view"]
    hidden, actor = Hidden.read(view["private_metadata"]), await desk.actor(payload, at_once=True)
    try:
        invoice_set = await set_by_id(hidden.set_id)
        if view["callback_id"] == MOVE_VIEW:
            await check_move(invoice_set, hidden.move, answers_of(view), actor=actor, practice=desk.practice)
        elif view["callback_id"] == REPLY_VIEW:
            return {"response_action": "update", "view": await _preview(desk, invoice_set, hidden, view, actor)}
    except Refusal as refusal:
        return _on_the_form(refusal, view)
    return None


async def submitted(desk: Desk, item: InboxItem, payload: Json) -> None:
    view = payload["view"]
    hidden, actor = Hidden.read(view["private_metadata"]), await desk.actor(payload)
    try:
        if view["callback_id"] == MOVE_VIEW:
            given = answers_of(view)
            await desk.once(item, lambda: desk.move(hidden.set_id, hidden.move, given, hidden.version, actor))
        elif view["callback_id"] == PREVIEW_VIEW:
            now = desk.ports.clock.now()
            await desk.once(item, lambda: confirm_reply(hidden.message, actor=actor, practice=desk.practice, now=now))
    except Refusal as refusal:
        user = payload["user"]["id"]
        await desk.refused(refusal, item, set_id=hidden.set_id, channel=hidden.channel, user=user)


async def _preview(desk: Desk, invoice_set: InvoiceSet, hidden: Hidden, view: Json, actor: Actor) -> Json:
    message = await draft_reply(
        invoice_set.id,
        answers_of(view).get("words") or "",
        occasion=f"reply {view['id']} {view['hash']}",
        actor=actor,
        practice=desk.practice,
        ports=desk.ports,
    )
    hours = await hours_verdict(message, practice=desk.practice, now=desk.ports.clock.now())
    told = Hidden(set_id=hidden.set_id, version=hidden.version, message=message.id, channel=hidden.channel)
    size = segments(message.body)
    return preview_view(told, body=message.body, segments=size, hours=hours, to=masked_phone(message.address))


def _on_the_form(refusal: Refusal, view: Json) -> Json:
    """Each sentence on its field; one that belongs to none stands on the first."""
    inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    wrong = {name: sentence for name, sentence in refusal.by_field().items() if name in inputs}
    if not wrong and inputs:
        wrong = {inputs[0]: refusal.sentence}
    return {"response_action": "errors", "errors": wrong}
