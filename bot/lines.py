"""What a card's thread says of an event: one line for people, nothing for what is only of use to machines."""

from collections.abc import Mapping
from typing import Any

from bot.blocks import escaped, moment
from domain.invoice_set import INVOICE_SET
from domain.money import plain
from domain.replies import WISH_SENTENCES
from models.record import Event

Facts = Mapping[str, Any]
_CHANNELS = {"sms": "text", "email": "mail"}
_PURPOSES = {
    "reminder": "Reminder",
    "reply": "Reply",
    "receipt": "Receipt",
    "invoice": "Invoice",
    "keyword": "Answer",
    "instalment": "Instalment reminder",
}


def line_of(event: Event, currency: str) -> str | None:
    """The line, or None where the thread need not speak of it."""
    said = _said(event.kind, event.after, currency)
    if said is None:
        return None
    by = f" by {escaped(event.actor_name)}" if event.actor.startswith("person:") else ""
    return f"{said}{by} · {moment(event.at)}"


def _said(kind: str, facts: Facts, currency: str) -> str | None:
    noun, _, what = kind.partition(".")
    if noun == "set":
        return _of_set(what, facts, currency)
    if noun == "message":
        return _of_message(what, facts)
    if noun == "invoice":
        return _of_invoice(what, facts, currency)
    match kind:
        case "plan.payer_not_told":
            return f"An instalment is due and the payer could not be told: {escaped(str(facts['reason']))}"
        case "patient.opted_out":
            return "The patient has opted out of texts; nothing more is texted"
        case "reply.sent":
            return "Replied to the patient"
        case "reply.received" if facts.get("wish") != "keyword":
            return f"The patient {WISH_SENTENCES[facts['wish']]}; the sequence waits"
    return None


def _of_invoice(what: str, facts: Facts, currency: str) -> str | None:
    match what:
        case "payer_not_told":
            return f"The bill {escaped(facts['number'])} has not reached the payer: {escaped(facts['reason'])}"
        case "late_fee_charged":
            return f"Late fee of {plain(facts['amount_cents'], currency)} charged"
        case "late_fee_waived":
            return f"Late fee of {plain(facts['amount_cents'], currency)} waived: {escaped(str(facts['reason']))}"
        case "paid_on" | "payment_taken_off" | "credited":
            return _of_balance(what, facts, currency)
    return None


def _of_balance(what: str, facts: Facts, currency: str) -> str:
    moved, left = (plain(facts[name], currency) for name in ("amount_cents", "balance_cents"))
    number = escaped(facts["number"])
    if what == "paid_on":
        return f"{moved} was paid on {number}; {left} is left"
    if what == "credited":
        return f"Credit note of {moved} on {number}: the insurer leaves less to the patient; {left} is left"
    stays = "stays" if facts["disposition"] == "settled" else "is"
    return f"{moved} of a payment was taken back; {left} {stays} open on {number}"


def _of_set(what: str, facts: Facts, currency: str) -> str | None:
    if what == "enrolled":
        return f"{escaped(facts['number'] or 'An invoice')} is overdue and was taken into the sequence"
    if what == "agency_to_be_told":
        left = plain(facts["balance_cents"], currency)
        return f"Tell the collection agency: {escaped(facts['number'])} stands at {left} now"
    if what == "hold_released" and facts.get("reason"):
        return f"The sequence goes on: {escaped(str(facts['reason']))}"
    past = {move.event: move.past for move in INVOICE_SET.moves}
    if what not in past:
        return None
    sentence = past[what].capitalize()
    if "amount_cents" in facts:
        sentence += f" ({plain(facts['amount_cents'], currency)})"
    return sentence + (f": {escaped(str(facts['reason']))}" if facts.get("reason") else "")


def _of_message(what: str, facts: Facts) -> str | None:
    name = f"{_PURPOSES.get(facts['purpose'], 'Message')} by {_CHANNELS.get(facts['channel'], facts['channel'])}"
    match what:
        case "sent" if facts["purpose"] != "reply":
            return f"{name} sent"
        case "delivered":
            return f"{name} delivered"
        case "failed":
            return f"{name} failed: {escaped(str(facts.get('reason', '')))}"
    return None
