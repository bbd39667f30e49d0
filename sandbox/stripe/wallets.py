"""Customers and what they keep on file to pay with: attached, shown, detached."""

from collections.abc import Mapping
from typing import Any

from sandbox.stripe import methods
from sandbox.stripe.books import Books
from sandbox.stripe.forms import Refused, known, metadata, required
from sandbox.stripe.objects import Json, new_id

TOLD = ("address", "description", "email", "name", "phone", "preferred_locales", "shipping")
CUSTOMER = frozenset({*TOLD, "expand", "invoice_settings", "metadata", "payment_method"})
METHOD = frozenset({"allow_redisplay", "billing_details", "card", "expand", "metadata", "type", "us_bank_account"})
NOBODY = {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}
KINDS = ("card", "us_bank_account")


def new_customer(books: Books, fields: Mapping[str, Any]) -> Json:
    known(fields, CUSTOMER)
    made = books.add(
        {
            "id": new_id("cus"),
            "object": "customer",
            "balance": 0,
            "created": books.now(),
            "currency": None,
            "default_source": None,
            "delinquent": False,
            "discount": None,
            "invoice_prefix": new_id("")[1:9].upper(),
            "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None,
                                 "rendering_options": None},
            "livemode": False,
            "metadata": metadata(fields),
            "next_invoice_sequence": 1,
            "tax_exempt": "none",
            "test_clock": None,
            **dict.fromkeys(TOLD),
            **_told(fields),
        }
    )  # fmt: skip
    if method := fields.get("payment_method"):
        attach(books, method, made["id"])
    _prefer(books, made, fields)
    books.tell(("customer.created", made))
    return made


def change_customer(books: Books, id: str, fields: Mapping[str, Any]) -> Json:
    known(fields, CUSTOMER - {"payment_method"})
    customer = living(books, id)
    customer |= _told(fields)
    customer["metadata"] = metadata({"metadata": {**customer["metadata"], **fields.get("metadata", {})}})
    _prefer(books, customer, fields)
    books.tell(("customer.updated", customer))
    return customer


def delete_customer(books: Books, id: str) -> Json:
    customer = living(books, id)
    for method in of_customer(books, id):
        method["customer"] = None
    gone = {"id": id, "object": "customer", "deleted": True}
    books.tell(("customer.deleted", customer))
    customer.clear()
    customer.update(gone)
    return gone


def living(books: Books, id: str, *, param: str = "customer") -> Json:
    customer = books.find("customer", id, param=param)
    if customer.get("deleted"):
        raise Refused(f"No such customer: '{id}'", code="resource_missing", param=param, status=404)
    return customer


def of_customer(books: Books, id: str) -> list[Json]:
    return [method for method in books.all("payment_method") if method["customer"] == id]


def new_method(
    books: Books, number: str, *, email: str | None = None, billing: Mapping[str, Any] | None = None
) -> Json:
    kind = "us_bank_account" if methods.is_account(number) else "card"
    made = books.add(
        {
            "id": new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": {**NOBODY, "email": email, **(billing or {})},
            kind: methods.account(number) if kind == "us_bank_account" else methods.card(number),
            "created": books.now(),
            "customer": None,
            "livemode": False,
            "metadata": {},
            "type": kind,
        }
    )
    books.numbers[made["id"]] = number
    return made


def ask_for_method(books: Books, fields: Mapping[str, Any]) -> Json:
    """A program that may see numbers makes one from them."""
    known(fields, METHOD)
    kind = required(fields, "type")
    if kind not in KINDS:
        raise Refused(f"This sandbox knows {' and '.join(KINDS)} only", param="type")
    given = required(fields, kind)
    number = required(given, "number" if kind == "card" else "account_number", within=kind)
    if kind == "card" and not methods.luhn(str(number)):
        wrong = methods.WRONG_NUMBER
        raise Refused(wrong.message, code=wrong.code, param="number", status=402, kind="card_error")
    if kind == "us_bank_account" and not methods.is_account(str(number)):
        raise Refused("Accounts of this sandbox begin with 000.", param="us_bank_account[account_number]")
    made = new_method(books, str(number), billing=fields.get("billing_details"))
    made["metadata"] = metadata(fields)
    return made


def method(books: Books, id: str, *, param: str = "payment_method") -> Json:
    """By its id, or by one of the names Stripe has for those that are made when they are asked for."""
    if number := methods.READY_MADE.get(id):
        return new_method(books, number)
    return books.find("payment_method", id, param=param)


def ask_to_attach(books: Books, id: str, fields: Mapping[str, Any]) -> Json:
    known(fields, {"customer", "expand"})
    return attach(books, id, required(fields, "customer"))


def attach(books: Books, id: str, customer: str) -> Json:
    living(books, customer)
    found = method(books, id)
    if found["customer"] not in (None, customer):
        raise Refused("The payment method you provided has already been attached to a customer.", param="customer")
    if decline := _unkeepable(books, found):
        raise card_error(decline)
    if found["customer"] is None:
        found["customer"] = customer
        books.tell(("payment_method.attached", found))
    return found


def detach(books: Books, id: str) -> Json:
    found = books.find("payment_method", id)
    if found["customer"] is None:
        raise Refused("The payment method you provided is not attached to a customer so detachment is impossible.")
    for customer in books.all("customer"):
        settings = customer.get("invoice_settings") or {}
        if settings.get("default_payment_method") == id:
            settings["default_payment_method"] = None
    found["customer"] = None
    books.tell(("payment_method.detached", found))
    return found


def card_error(why: methods.Decline, **about: Any) -> Refused:
    return Refused(why.message, code=why.code, status=402, kind="card_error", decline_code=why.decline_code, **about)


def _unkeepable(books: Books, method: Json) -> methods.Decline | None:
    return methods.setting_up(books.numbers[method["id"]]) if method["type"] == "card" else None


def _told(fields: Mapping[str, Any]) -> Json:
    return {name: fields[name] or None for name in TOLD if name in fields}


def _prefer(books: Books, customer: Json, fields: Mapping[str, Any]) -> None:
    settings = fields.get("invoice_settings") or {}
    known(settings, {"default_payment_method"}, within="invoice_settings")
    if (wanted := settings.get("default_payment_method")) is not None:
        if wanted and books.find("payment_method", wanted)["customer"] != customer["id"]:
            raise Refused(
                f"The customer does not have a payment method with the ID {wanted}.", param="invoice_settings"
            )
        customer["invoice_settings"]["default_payment_method"] = wanted or None
