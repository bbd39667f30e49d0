"""What Stripe's events mean to the books: pure, from JSON to `CardEvent`. Signatures were checked before.

Refunds are told by their own objects, never by a charge's running total; what a room does with an event that came twice
or late is the room's.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

from domain.ports import CardEvent, CardEventKind, Json

Told = CardEvent | None


def meaning(event: Json) -> Told:
    """None for an event that changes nothing in the books."""
    reader = READERS.get(event["type"])
    return reader(event["data"]["object"], datetime.fromtimestamp(event["created"], UTC)) if reader else None


def _completed(session: Json, at: datetime) -> Told:
    """Completed is not paid: a bank payment only starts here."""
    match session.get("payment_status"):
        case "paid":
            return _checkout("paid", session, at)
        case "unpaid":
            return _checkout("processing", session, at, method="ach")
    return None


def _late(kind: CardEventKind, sentence: str | None = None) -> Callable[[Json, datetime], Told]:
    return lambda session, at: _checkout(kind, session, at, method="ach", sentence=sentence)


def _expired(session: Json, at: datetime) -> Told:
    return _checkout("expired", session, at)


def _checkout(
    kind: CardEventKind,
    session: Json,
    at: datetime,
    *,
    method: Literal["card", "ach"] = "card",
    sentence: str | None = None,
) -> CardEvent:
    return CardEvent(
        kind=kind,
        # An expired page never had a payment: then it is known by its own id.
        processor_id=_id(session.get("payment_intent")) or session["id"],
        ref=session.get("client_reference_id") or _ref(session),
        amount_cents=session["amount_total"],
        currency=session["currency"].upper(),
        occurred_at=at,
        method=method,
        sentence=sentence,
    )


def _charge_refunded(charge: Json, at: datetime) -> Told:
    """Current versions of Stripe's API leave the refunds out here; then `refund.created` and `refund.updated` tell."""
    refunds = (charge.get("refunds") or {}).get("data") or []
    newest = max(refunds, key=lambda refund: refund["created"], default=None)
    return newest and _refund({"payment_intent": charge.get("payment_intent"), **newest}, at)


def _refund(refund: Json, at: datetime) -> Told:
    """Money moves when a refund succeeds, and comes back when it fails; in between nothing has happened."""
    kinds: dict[str, CardEventKind] = {"succeeded": "refunded", "failed": "refund_failed", "canceled": "refund_failed"}
    kind = kinds.get(refund.get("status") or "")
    if kind is None:
        return None
    return CardEvent(
        kind=kind,
        processor_id=_id(refund.get("payment_intent")) or _id(refund.get("charge")),
        ref=_ref(refund),
        amount_cents=refund["amount"],
        currency=refund["currency"].upper(),
        occurred_at=at,
        sentence=_words("The refund did not reach the patient", refund.get("failure_reason"))
        if kind != "refunded"
        else None,
        return_id=refund["id"],
    )


def _dispute(kinds: dict[str, CardEventKind], otherwise: CardEventKind | None) -> Callable[[Json, datetime], Told]:
    def read(dispute: Json, at: datetime) -> Told:
        status = str(dispute.get("status"))
        kind = kinds.get(status, otherwise)
        # A bank's inquiry takes no money.
        if kind is None or status.startswith("warning_"):
            return None
        return CardEvent(
            kind=kind,
            processor_id=_id(dispute.get("payment_intent")) or _id(dispute.get("charge")),
            ref=_ref(dispute),
            amount_cents=dispute["amount"],
            currency=dispute["currency"].upper(),
            occurred_at=at,
            method="ach" if (dispute.get("payment_method_details") or {}).get("type") == "us_bank_account" else "card",
            sentence=_words("The payment was disputed with the bank", dispute.get("reason")),
            return_id=dispute["id"],
        )

    return read


def _words(sentence: str, reason: str | None) -> str:
    return f"{sentence}: {reason.replace('_', ' ')}." if reason else f"{sentence}."


def _id(reference: Any) -> str:
    """Stripe writes an id, or the whole object where it was asked to."""
    return str(reference["id"] if isinstance(reference, dict) else reference or "")


def _ref(thing: Json) -> str | None:
    return (thing.get("metadata") or {}).get("ref")


READERS: dict[str, Callable[[Json, datetime], Told]] = {
    "checkout.session.completed": _completed,
    "checkout.session.async_payment_succeeded": _late("paid"),
    "checkout.session.async_payment_failed": _late("failed", "The bank did not make the payment."),
    "checkout.session.expired": _expired,
    "charge.refunded": _charge_refunded,
    "charge.refund.updated": _refund,
    "refund.created": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund,
    "charge.dispute.created": _dispute({}, "dispute_opened"),
    "charge.dispute.closed": _dispute({"won": "dispute_won", "lost": "dispute_lost"}, None),
}
