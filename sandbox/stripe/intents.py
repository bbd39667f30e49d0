"""PaymentIntents as programs use them: a card on file charged without its owner there, now or to be captured later."""

from collections.abc import Mapping
from typing import Any

from sandbox.stripe import objects, payments, wallets
from sandbox.stripe.books import Books
from sandbox.stripe.forms import Refused, flag, integer, known, metadata, required
from sandbox.stripe.objects import Json
from sandbox.stripe.payments import Verdict

LEAST_CENTS = 50
KEPT = frozenset({"customer", "description", "receipt_email", "setup_future_usage", "statement_descriptor_suffix"})
CONFIRM = frozenset({"expand", "off_session", "payment_method", "receipt_email", "return_url"})
CHANGE = KEPT | {"amount", "currency", "expand", "metadata", "payment_method", "payment_method_types"}
CREATE = CHANGE | CONFIRM | {"automatic_payment_methods", "capture_method", "confirm"}
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELLED_FOR = (None, "abandoned", "duplicate", "fraudulent", "requested_by_customer")


def create(books: Books, fields: Mapping[str, Any], verdict: Verdict) -> Json:
    known(fields, CREATE)
    amount, confirm = integer(required(fields, "amount"), "amount"), flag(fields, "confirm")
    currency = str(required(fields, "currency")).lower()
    if amount < LEAST_CENTS:
        raise Refused("Amount must be at least $0.50 usd", code="amount_too_small", param="amount")
    if flag(fields, "off_session") and not confirm:
        raise Refused("off_session can only be used when confirm=true.", param="off_session")
    if customer := fields.get("customer"):
        wallets.living(books, customer)
    chosen = _method(books, fields)
    types = fields.get("payment_method_types") or ["card", "us_bank_account"]
    told = {**fields, "metadata": metadata(fields)}
    intent = objects.payment_intent(amount=amount, currency=currency, types=types, fields=told, created=books.now())
    if flag(fields, "automatic_payment_methods", "enabled"):
        intent["automatic_payment_methods"] = {"allow_redirects": "always", "enabled": True}
    if chosen:
        _choose(intent, chosen)
    books.add(intent)
    books.tell(("payment_intent.created", intent))
    return _confirmed(books, intent, fields, verdict) if confirm else intent


def change(books: Books, id: str, fields: Mapping[str, Any]) -> Json:
    known(fields, CHANGE)
    intent = _in(books, id, OPEN, "updated")
    intent |= {name: fields[name] or None for name in KEPT if name in fields}
    intent["metadata"] = metadata({"metadata": {**intent["metadata"], **fields.get("metadata", {})}})
    if "amount" in fields:
        intent["amount"] = integer(fields["amount"], "amount")
    if chosen := _method(books, fields):
        _choose(intent, chosen)
    return intent


def confirm(books: Books, id: str, fields: Mapping[str, Any], verdict: Verdict) -> Json:
    known(fields, CONFIRM)
    intent = _in(books, id, OPEN, "confirmed")
    if chosen := _method(books, fields):
        _choose(intent, chosen)
    return _confirmed(books, intent, fields, verdict)


def capture(books: Books, id: str, fields: Mapping[str, Any]) -> Json:
    known(fields, {"amount_to_capture", "expand", "metadata"})
    intent = _in(books, id, ("requires_capture",), "captured")
    most = intent["amount_capturable"]
    amount = integer(fields.get("amount_to_capture", most), "amount_to_capture")
    if not 0 < amount <= most:
        raise Refused(f"The amount to capture must be between 1 and {most}.", param="amount_to_capture")
    books.tell(*payments.captured(intent, books.entries[intent["latest_charge"]], amount))
    return intent


def cancel(books: Books, id: str, fields: Mapping[str, Any]) -> Json:
    known(fields, {"cancellation_reason", "expand"})
    intent = _in(books, id, (*OPEN, "requires_capture"), "canceled")
    if (reason := fields.get("cancellation_reason")) not in CANCELLED_FOR:
        raise Refused("Invalid cancellation_reason", param="cancellation_reason")
    intent |= {"status": "canceled", "canceled_at": books.now(), "cancellation_reason": reason, "amount_capturable": 0}
    books.tell(("payment_intent.canceled", intent))
    return intent


def _confirmed(books: Books, intent: Json, fields: Mapping[str, Any], verdict: Verdict) -> Json:
    if intent["payment_method"] is None:
        raise Refused(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    method = books.find("payment_method", intent["payment_method"], param="payment_method")
    if method["customer"] != intent["customer"] and (method["customer"] or flag(fields, "off_session")):
        raise Refused(
            f"The payment method {method['id']} does not belong to the Customer of this PaymentIntent.",
            param="payment_method",
        )
    intent["receipt_email"] = fields.get("receipt_email", intent["receipt_email"])
    decline, told = payments.attempt(books, intent, method, verdict=verdict, off_session=flag(fields, "off_session"))
    books.tell(*told)
    if decline:
        raise wallets.card_error(
            decline, charge=intent["latest_charge"], payment_intent=dict(intent), payment_method=dict(method)
        )
    if intent["setup_future_usage"] and intent["customer"]:
        wallets.attach(books, method["id"], intent["customer"])
    return intent


def _method(books: Books, fields: Mapping[str, Any]) -> Json | None:
    named = fields.get("payment_method")
    return wallets.method(books, named) if named else None


def _choose(intent: Json, method: Json) -> None:
    if method["type"] not in intent["payment_method_types"]:
        raise Refused(f"This PaymentIntent does not take a {method['type']}.", param="payment_method")
    intent |= {"payment_method": method["id"], "status": "requires_confirmation"}


def _in(books: Books, id: str, statuses: tuple[str, ...], what: str) -> Json:
    intent = books.find("payment_intent", id, param="intent")
    if intent["status"] not in statuses:
        raise Refused(
            f"This PaymentIntent could not be {what} because it has a status of {intent['status']}. "
            f"Only a PaymentIntent with one of the following statuses may be {what}: {', '.join(statuses)}.",
            code="payment_intent_unexpected_state",
            payment_intent=dict(intent),
        )
    return intent
