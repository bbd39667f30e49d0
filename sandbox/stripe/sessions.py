"""Checkout Sessions: what a request may ask for, and how paying changes session, intent and charge."""

from collections.abc import Mapping
from typing import Any

from sandbox.stripe import objects
from sandbox.stripe.forms import Refused, integer, known, metadata, required
from sandbox.stripe.methods import Decline
from sandbox.stripe.objects import Json

LEAST_CENTS = 50
HALF_HOUR, DAY = 1800, 86400

UNDERSTOOD = frozenset(
    {
        "billing_address_collection",
        "cancel_url",
        "client_reference_id",
        "customer_creation",
        "customer_email",
        "expand",
        "expires_at",
        "line_items",
        "locale",
        "metadata",
        "mode",
        "payment_intent_data",
        "payment_method_types",
        "submit_type",
        "success_url",
        "ui_mode",
    }
)
ITEM = frozenset({"price_data", "quantity"})
PRICE = frozenset({"currency", "product_data", "unit_amount", "tax_behavior"})
INTENT = frozenset(
    {"description", "metadata", "receipt_email", "setup_future_usage", "statement_descriptor_suffix", "capture_method"}
)


def opened(fields: Mapping[str, Any], *, now: int, pages: str) -> tuple[Json, Json]:
    """A new session, and what it keeps aside: its line items and what its payment intent will carry."""
    known(fields, UNDERSTOOD)
    if required(fields, "mode") != "payment":
        raise Refused("This sandbox knows mode=payment only", param="mode")
    required(fields, "success_url")
    items = [_item(item, f"line_items[{place}]", now) for place, item in enumerate(required(fields, "line_items"))]
    if sum(item["amount_total"] for item in items) < LEAST_CENTS:
        raise Refused(
            "The Checkout Session's total amount must convert to at least 50 cents.",
            code="amount_too_small",
            param="line_items",
        )
    intent = dict(fields.get("payment_intent_data") or {})
    known(intent, INTENT, within="payment_intent_data")
    intent["metadata"] = metadata(intent)
    name = objects.new_id("cs_test")
    return objects.session(
        id=name,
        url=f"{pages}/{name}",
        fields={**fields, "metadata": metadata(fields)},
        items=items,
        created=now,
        expires_at=_expiry(fields, now),
    ), {"items": items, "intent": intent}


def _item(item: Mapping[str, Any], within: str, now: int) -> Json:
    known(item, ITEM, within=within)
    price = required(item, "price_data", within=within)
    known(price, PRICE, within=f"{within}[price_data]")
    product = required(price, "product_data", within=f"{within}[price_data]")
    amount = integer(required(price, "unit_amount", within=f"{within}[price_data]"), "unit_amount")
    if amount < 0:
        raise Refused("Invalid non-negative integer", code="parameter_invalid_integer", param="unit_amount")
    return objects.line_item(
        amount=amount,
        currency=str(required(price, "currency", within=f"{within}[price_data]")).lower(),
        name=required(product, "name", within=f"{within}[price_data][product_data]"),
        quantity=integer(item.get("quantity", 1), "quantity"),
        created=now,
    )


def _expiry(fields: Mapping[str, Any], now: int) -> int:
    expires_at = integer(fields.get("expires_at", now + DAY), "expires_at")
    if expires_at < now + HALF_HOUR:
        raise Refused(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", param="expires_at"
        )
    if expires_at > now + DAY:
        raise Refused(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", param="expires_at"
        )
    return expires_at


def completed(session: Json, intent: Json, email: str | None) -> None:
    address = email or session["customer_email"]
    session |= {
        "status": "complete",
        "url": None,
        "customer_details": {"address": None, "email": address, "name": None, "phone": None, "tax_exempt": "none",
                             "tax_ids": []},
    }  # fmt: skip
    intent["last_payment_error"] = None


def captured(session: Json, intent: Json, charge: Json) -> None:
    charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": charge["amount"]}
    charge["balance_transaction"] = objects.new_id("txn")
    intent |= {"status": "succeeded", "amount_received": charge["amount"]}
    session["payment_status"] = "paid"


def failed(intent: Json, charge: Json, why: Decline) -> None:
    charge |= {"status": "failed", "paid": False, "failure_code": why.code, "failure_message": why.message}
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "last_payment_error": {
            "charge": charge["id"],
            "code": why.code,
            "decline_code": why.decline_code,
            "message": why.message,
            "type": "card_error" if charge["payment_method_details"]["type"] == "card" else "invalid_request_error",
        },
    }
