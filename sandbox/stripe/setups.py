"""SetupIntents: a card or account kept on file, without a payment."""

from collections.abc import Mapping
from typing import Any

from sandbox.stripe import methods, objects, wallets
from sandbox.stripe.books import Books
from sandbox.stripe.forms import Refused, flag, known, metadata
from sandbox.stripe.methods import Decline
from sandbox.stripe.objects import Json

CONFIRM = frozenset({"expand", "payment_method", "return_url"})
CREATE = CONFIRM | {"confirm", "customer", "description", "metadata", "payment_method_types", "usage"}
OPEN = ("requires_payment_method", "requires_confirmation")


def create(books: Books, fields: Mapping[str, Any]) -> Json:
    known(fields, CREATE)
    if customer := fields.get("customer"):
        wallets.living(books, customer)
    types = fields.get("payment_method_types") or ["card", "us_bank_account"]
    told = {**fields, "metadata": metadata(fields)}
    intent = books.add(objects.setup_intent(types=types, fields=told, created=books.now()))
    _choose(books, intent, fields)
    books.tell(("setup_intent.created", intent))
    return _confirmed(books, intent) if flag(fields, "confirm") else intent


def confirm(books: Books, id: str, fields: Mapping[str, Any]) -> Json:
    known(fields, CONFIRM)
    intent = _open(books, id, "confirmed")
    _choose(books, intent, fields)
    return _confirmed(books, intent)


def cancel(books: Books, id: str, fields: Mapping[str, Any]) -> Json:
    known(fields, {"cancellation_reason", "expand"})
    intent = _open(books, id, "canceled")
    intent |= {"status": "canceled", "cancellation_reason": fields.get("cancellation_reason")}
    books.tell(("setup_intent.canceled", intent))
    return intent


def attempt(books: Books, intent: Json, method: Json) -> Decline | None:
    """Keep a method on file; why it can't be."""
    decline = methods.setting_up(books.numbers[method["id"]]) if method["type"] == "card" else None
    if decline:
        error = {"code": decline.code, "message": decline.message, "payment_method": dict(method), "type": "card_error"}
        if decline.decline_code:
            error["decline_code"] = decline.decline_code
        intent |= {"status": "requires_payment_method", "payment_method": None, "last_setup_error": error}
        books.tell(("setup_intent.setup_failed", intent))
        return decline
    intent |= {"status": "succeeded", "payment_method": method["id"], "last_setup_error": None}
    if intent["customer"]:
        wallets.attach(books, method["id"], intent["customer"])
    books.tell(("setup_intent.succeeded", intent))
    return None


def _confirmed(books: Books, intent: Json) -> Json:
    if intent["payment_method"] is None:
        raise Refused(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
        )
    method = books.find("payment_method", intent["payment_method"])
    if decline := attempt(books, intent, method):
        raise wallets.card_error(decline, setup_intent=dict(intent), payment_method=dict(method))
    return intent


def _choose(books: Books, intent: Json, fields: Mapping[str, Any]) -> None:
    if named := fields.get("payment_method"):
        intent |= {"payment_method": wallets.method(books, named)["id"], "status": "requires_confirmation"}


def _open(books: Books, id: str, what: str) -> Json:
    intent = books.find("setup_intent", id, param="intent")
    if intent["status"] not in OPEN:
        raise Refused(
            f"This SetupIntent cannot be {what} because it has a status of {intent['status']}.",
            code="setup_intent_unexpected_state",
            setup_intent=dict(intent),
        )
    return intent
