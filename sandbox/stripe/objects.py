"""Stripe's objects as JSON: every field the API promises, null or empty where this stand-in has nothing to say."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
API_VERSION = "2026-10-28.endive"
EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
    "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
    "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation", "duplicate_charge_explanation",
    "duplicate_charge_id", "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address", "shipping_carrier",
    "shipping_date", "shipping_documentation", "shipping_tracking_number", "uncategorized_file", "uncategorized_text",
)  # fmt: skip


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def line_item(*, amount: int, currency: str, name: str, quantity: int, created: int) -> Json:
    product = new_id("prod")
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount * quantity,
        "amount_tax": 0,
        "amount_total": amount * quantity,
        "currency": currency,
        "description": name,
        "metadata": {},
        "price": {
            "id": new_id("price"),
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "created": created,
            "currency": currency,
            "livemode": False,
            "metadata": {},
            "product": product,
            "type": "one_time",
            "unit_amount": amount,
            "unit_amount_decimal": str(amount),
        },
        "quantity": quantity,
    }


def session(
    *, id: str, url: str, fields: Mapping[str, Any], items: Sequence[Json], created: int, expires_at: int
) -> Json:
    paid = fields["mode"] == "payment"
    total = sum(item["amount_total"] for item in items) if paid else None
    return {
        "id": id,
        "object": "checkout.session",
        "after_expiration": None,
        "allow_promotion_codes": None,
        **dict.fromkeys(("amount_subtotal", "amount_total"), total),
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": fields.get("billing_address_collection"),
        "cancel_url": fields.get("cancel_url"),
        "client_reference_id": fields.get("client_reference_id"),
        "client_secret": None,
        "consent": None,
        "created": created,
        "currency": items[0]["currency"] if items else None,
        "custom_fields": [],
        "custom_text": {"after_submit": None, "shipping_address": None, "submit": None,
                        "terms_of_service_acceptance": None},
        "customer": fields.get("customer"),
        "customer_creation": fields.get("customer_creation", "if_required") if paid else None,
        "customer_details": None,
        "customer_email": fields.get("customer_email"),
        "discounts": [],
        "expires_at": expires_at,
        "invoice": None,
        "livemode": False,
        "locale": fields.get("locale"),
        "metadata": dict(fields.get("metadata") or {}),
        "mode": fields["mode"],
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required" if paid else "always",
        "payment_method_types": list(fields.get("payment_method_types") or ["card", "us_bank_account"]),
        "payment_status": "unpaid" if paid else "no_payment_required",
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "setup_intent": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": fields.get("submit_type"),
        "subscription": None,
        "success_url": fields.get("success_url"),
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0} if paid else None,
        "ui_mode": "hosted_page",
        "url": url,
    }  # fmt: skip


def payment_intent(
    *, amount: int, currency: str, types: Sequence[str], fields: Mapping[str, Any], created: int
) -> Json:
    name = new_id("pi")
    return {
        "id": name,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": fields.get("capture_method", "automatic_async"),
        "client_secret": f"{name}_secret_{secrets.token_hex(12)}",
        "confirmation_method": "automatic",
        "created": created,
        "currency": currency,
        "customer": fields.get("customer"),
        "description": fields.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": dict(fields.get("metadata") or {}),
        "next_action": None,
        "payment_method": None,
        "payment_method_types": list(types),
        "processing": None,
        "receipt_email": fields.get("receipt_email"),
        "setup_future_usage": fields.get("setup_future_usage"),
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": fields.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_group": None,
    }


def charge(*, intent: Json, method: Json, details: Json, email: str | None, created: int) -> Json:
    billing = method["billing_details"]
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": {**billing, "email": email or billing["email"]},
        "captured": False,
        "created": created,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": details,
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "shipping": None,
        "source": None,
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "pending",
        "transfer_group": None,
    }


def refund(
    *, charge: Json, amount: int, reason: str | None, metadata: Mapping[str, str], status: str, created: int
) -> Json:
    return {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "destination_details": None,
        "metadata": dict(metadata),
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }


def dispute(*, charge: Json, reason: str, created: int) -> Json:
    paid_with = charge["payment_method_details"]
    card = paid_with.get("card")
    return {
        "id": new_id("du"),
        "object": "dispute",
        "amount": charge["amount"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {"due_by": created + 7 * 86400, "enhanced_eligibility": {}, "has_evidence": False,
                             "past_due": False, "submission_count": 0, "submission_method": "not_submitted"},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "type": "card",
            "card": {"brand": card["brand"], "case_type": "chargeback", "network": card["network"],
                     "network_reason_code": None},
        } if card else None,
        "reason": reason,
        "status": "needs_response",
    }  # fmt: skip


def setup_intent(*, types: Sequence[str], fields: Mapping[str, Any], created: int) -> Json:
    name = new_id("seti")
    return {
        "id": name,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": f"{name}_secret_{secrets.token_hex(12)}",
        "created": created,
        "customer": fields.get("customer"),
        "description": fields.get("description"),
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": dict(fields.get("metadata") or {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": None,
        "payment_method_types": list(types),
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": fields.get("usage", "off_session"),
    }


def event(*, kind: str, about: Json, created: int) -> Json:
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": {"object": about},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }


def listing(found: Sequence[Json], *, url: str, has_more: bool) -> Json:
    return {"object": "list", "data": list(found), "has_more": has_more, "url": url}
