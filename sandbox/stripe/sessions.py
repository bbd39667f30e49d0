"""Checkout Sessions: what a request may ask for, and what a session is once its payer is done."""

from collections.abc import Mapping
from typing import Any

from sandbox.stripe import objects, wallets
from sandbox.stripe.books import Books
from sandbox.stripe.forms import Refused, integer, known, metadata, required
from sandbox.stripe.objects import Json

LEAST_CENTS = 50
HALF_HOUR, DAY = 1800, 86400

UNDERSTOOD = frozenset(
    {
        "billing_address_collection",
        "cancel_url",
        "client_reference_id",
        "currency",
        "customer",
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
        "setup_intent_data",
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
MODES = {"payment": ("payment_intent_data", INTENT), "setup": ("setup_intent_data", {"description", "metadata"})}


def opened(books: Books, fields: Mapping[str, Any], *, pages: str) -> Json:
    """A new session; what its payment or setup intent will carry is kept aside."""
    known(fields, UNDERSTOOD)
    mode, now = required(fields, "mode"), books.now()
    if mode not in MODES:
        raise Refused(f"This sandbox knows mode={' and mode='.join(MODES)} only", param="mode")
    required(fields, "success_url")
    _check_customer(books, fields)
    data, understood = MODES[mode]
    intent = dict(fields.get(data) or {})
    known(intent, understood, within=data)
    intent["metadata"] = metadata(intent)
    items = _items(fields, now) if mode == "payment" else []
    name = objects.new_id("cs_test")
    made = objects.session(
        id=name,
        url=f"{pages}/{name}",
        fields={**fields, "metadata": metadata(fields)},
        items=items,
        created=now,
        expires_at=_expiry(fields, now),
    )
    books.asides[name] = {"items": items, "intent": {**intent, "customer": made["customer"]}}
    if mode == "setup":
        types = made["payment_method_types"]
        setup = books.add(objects.setup_intent(types=types, fields=books.asides[name]["intent"], created=now))
        made["setup_intent"] = setup["id"]
    return books.add(made)


def _check_customer(books: Books, fields: Mapping[str, Any]) -> None:
    customer = fields.get("customer")
    if customer and fields.get("customer_email"):
        raise Refused("You may only specify one of these parameters: customer, customer_email.", param="customer")
    if customer:
        wallets.living(books, customer)


def _items(fields: Mapping[str, Any], now: int) -> list[Json]:
    items = [_item(item, f"line_items[{place}]", now) for place, item in enumerate(required(fields, "line_items"))]
    if sum(item["amount_total"] for item in items) < LEAST_CENTS:
        raise Refused(
            "The Checkout Session's total amount must convert to at least 50 cents.",
            code="amount_too_small",
            param="line_items",
        )
    return items


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


def completed(books: Books, session: Json, method: Json, email: str | None) -> None:
    """Paid or kept on file: who did it is a customer from now on, where that was asked for."""
    keeps = bool(books.asides[session["id"]]["intent"].get("setup_future_usage"))
    if session["customer"] is None and (session["customer_creation"] == "always" or keeps):
        customer = wallets.new_customer(books, {"email": email or session["customer_email"]})
        session["customer"] = customer["id"]
    if session["customer"]:
        if keeps:
            wallets.attach(books, method["id"], session["customer"])
        email = email or books.entries[session["customer"]]["email"]
    session |= {
        "status": "complete",
        "url": None,
        "customer_details": {"address": None, "email": email or session["customer_email"], "name": None, "phone": None,
                             "tax_exempt": "none", "tax_ids": []},
    }  # fmt: skip
