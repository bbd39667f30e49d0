"""How an attempt to pay changes intent and charge: at once by card, days later from a bank."""

from collections.abc import Callable
from typing import Any

from sandbox.stripe import methods, objects
from sandbox.stripe.books import Books
from sandbox.stripe.methods import Decline
from sandbox.stripe.objects import Json

Told = list[tuple[str, Json]]
Verdict = Callable[[str, bool], Decline | None]
"""Whether a card with this number pays, with its owner there or (True) without."""


def attempt(
    books: Books, intent: Json, method: Json, *, verdict: Verdict, email: str | None = None, off_session: bool = False
) -> tuple[Decline | None, Told]:
    """One more charge on the intent; why it failed at once, and the events of it."""
    charge = books.add(
        objects.charge(
            intent=intent, method=method, details=methods.as_charged(method), email=email, created=books.now()
        )
    )
    intent |= {"latest_charge": charge["id"], "payment_method": method["id"], "last_payment_error": None}
    if method["type"] == "us_bank_account":
        intent["status"] = "processing"
        return None, [("charge.pending", charge), ("payment_intent.processing", intent)]
    if decline := verdict(books.numbers[method["id"]], off_session):
        return decline, failed(intent, charge, method, decline)
    if intent["capture_method"] == "manual":
        charge |= {"status": "succeeded", "paid": True, "outcome": dict(AUTHORIZED)}
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        return None, [("charge.succeeded", charge), ("payment_intent.amount_capturable_updated", intent)]
    return None, captured(intent, charge, intent["amount"])


def captured(intent: Json, charge: Json, amount: int) -> Told:
    was_authorized = intent["status"] == "requires_capture"
    charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": amount}
    charge["outcome"], charge["balance_transaction"] = dict(AUTHORIZED), objects.new_id("txn")
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    return [("charge.captured" if was_authorized else "charge.succeeded", charge), ("payment_intent.succeeded", intent)]


def failed(intent: Json, charge: Json, method: Json, why: Decline) -> Told:
    by_card = method["type"] == "card"
    charge |= {"status": "failed", "paid": False, "failure_code": why.code, "failure_message": why.message}
    charge["outcome"] = {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": why.network_code,
        "network_status": "declined_by_network",
        "reason": why.decline_code or why.code,
        "seller_message": f"The bank returned the decline code `{why.decline_code or why.code}`.",
        "type": "issuer_declined",
    }
    if why.blocked:
        status = {"blocked": {"network_code": why.network_code, "reason": why.blocked}}
        method["us_bank_account"]["status_details"] = status
    error = {"charge": charge["id"], "code": why.code, "message": why.message, "payment_method": dict(method)}
    more = {"decline_code": why.decline_code, "network_decline_code": why.network_code}
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "last_payment_error": {
            **error,
            **{name: value for name, value in more.items() if value},
            "type": "card_error" if by_card else "invalid_request_error",
        },
    }
    return [("charge.failed", charge), ("payment_intent.payment_failed", intent)]


AUTHORIZED: dict[str, Any] = {
    "advice_code": None,
    "network_advice_code": None,
    "network_decline_code": None,
    "network_status": "approved_by_network",
    "reason": None,
    "risk_level": "normal",
    "seller_message": "Payment complete.",
    "type": "authorized",
}
