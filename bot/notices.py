"""What a location's channel is told of an event that belongs to no card: only what a person must see."""

from collections.abc import Mapping
from typing import Any

from bot.card_view import who
from domain.money import plain
from domain.practice import Practice
from domain.replies import WISH_SENTENCES
from models.people import Patient
from models.record import Event

Facts = Mapping[str, Any]
UNTOLD = {
    "invoice.payer_not_told": "the bill {number} has reached them neither by mail nor by text.",
    "plan.payer_not_told": "an instalment is due, and they could not be told of it.",
}
TELL = "Tell whoever runs Duesday"


async def notice_of(event: Event, practice: Practice) -> str | None:
    facts = event.after
    if event.kind == "reply.received":
        wants = WISH_SENTENCES.get(facts.get("wish", "other"), "wrote")
        return f"{await _payer(event, practice)}, who has no open balance here, {wants}."
    if event.kind in UNTOLD:
        what = UNTOLD[event.kind].format(number=facts.get("number"))
        return f"{await _payer(event, practice)}: {what} {facts['reason']} Call, or send it by post."
    if event.kind.startswith("payment.") and (said := _of_payment(event.kind, facts, practice.currency)):
        return f"{await _payer(event, practice)}: {said}"
    return _of_the_house(event)


async def _payer(event: Event, practice: Practice) -> str:
    return who(await Patient.get(id=event.guarantor_id or 0), practice.slack.privacy)


def _of_payment(kind: str, facts: Facts, currency: str) -> str | None:
    cents = plain(facts.get("amount_cents", 0), currency)
    match kind:
        case "payment.disputed":
            answer = f"Answer dispute {facts['dispute']} at the card processor."
            taken = plain(facts["taken_cents"], currency)
            return f"the bank has taken {taken} back for now. {facts['reason']}{_beyond(facts, currency)} {answer}"
        case "payment.won_back":
            return f"dispute {facts['dispute']} is won, and {cents} is back."
        case "payment.lost_to_a_dispute" | "payment.lost_in_part_to_a_dispute":
            lost = f"dispute {facts['dispute']} is lost. What {cents} had paid is owed again."
            return lost + _beyond(facts, currency)
        case "payment.refund_failed":
            return f"{cents} could not be refunded: {facts['reason']} Ask again, or give it back by another way."
        case "payment.refund_unanswered":
            look = "Look there whether it has gone back, and ask again if not."
            return f"{cents} was to be refunded by the card processor. {facts['reason']} {look}"
        case "payment.got_a_refund_back":
            return f"a refund of {cents} came back. Give it back by another way, or leave it with what they owe."
        case "payment.refunded_elsewhere":
            return f"{cents} was refunded at the card processor itself. It is booked by the practice's choice."
    return None


def _beyond(facts: Facts, currency: str) -> str:
    """Of what a bank takes, what is not the patient's affair."""
    beyond = facts["taken_cents"] - facts["amount_cents"]
    return f" {plain(beyond, currency)} more had been given back or taken before." if beyond else ""


def _of_the_house(event: Event) -> str | None:
    facts = event.after
    match event.kind:
        case "processor.needs_person":
            what = str(facts["what"]).replace("_", " ")
            return f"Done at the card processor itself: {what}. Look at {facts['processor_id']} there and book it."
        case "claim.needs_person":
            return str(facts["sentence"])
        case "stock.below_zero":
            return f"{facts['name']} was sold below zero: {facts['stock']} in stock. Receive or count it."
        case "audit.found":
            checks = ", ".join(f"{name} ({count})" for name, count in facts["checks"].items())
            return f"The night's audit found the books off: {checks}. {TELL}; `duesday audit --full` lists the rows."
        case "inbox.given_up":
            source, reason = facts["source"], facts["reason"]
            return f"A message from {source} could not be worked on: {reason} {TELL} ({event.subject})."
        case "reader.passed_over":
            return f"Something could not be followed up. {TELL} (event {facts['seq']}); the log says why."
    return None
