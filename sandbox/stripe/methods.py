"""What people pay with: Stripe's published test cards and bank accounts, and why some of them don't pay."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.stripe.objects import Json

GOOD_CARD = "4242424242424242"
DECLINED_CARD = "4000000000000002"
GOOD_ACCOUNT = "000123456789"
ROUTING = "110000000"


@dataclass(frozen=True, slots=True)
class Decline:
    """Why nothing was paid. A bank's return also has its ACH code, and may say that the account is of no use at all."""

    code: str
    message: str
    decline_code: str | None = None
    network_code: str | None = None
    blocked: str | None = None


DECLINED = Decline("card_declined", "Your card was declined.", "generic_decline")
INSUFFICIENT = Decline("card_declined", "Your card has insufficient funds.", "insufficient_funds")
ASKS_THE_PAYER = Decline(
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
    "authentication_required",
)
LATER_DECLINED_CARD = "4000000000000341"

DECLINES: Mapping[str, Decline] = {
    DECLINED_CARD: DECLINED,
    "4000000000009995": INSUFFICIENT,
    "4000000000009987": Decline("card_declined", "Your card was declined.", "lost_card"),
    "4000000000000069": Decline("expired_card", "Your card has expired."),
    "4000000000000127": Decline("incorrect_cvc", "Your card's security code is incorrect."),
    "4000000000000119": Decline("processing_error", "An error occurred while processing your card. Try again later."),
    LATER_DECLINED_CARD: DECLINED,
}
OFF_SESSION: Mapping[str, Decline] = {"4000002760003184": ASKS_THE_PAYER}
WRONG_NUMBER = Decline("incorrect_number", "Your card number is incorrect.")
BRANDS = {"4": "visa", "5": "mastercard", "2": "mastercard", "3": "amex", "6": "discover"}

RETURNS: Mapping[str, Decline] = {
    "000222222227": Decline("insufficient_funds", "The account has insufficient funds.", network_code="R01"),
    "000111111113": Decline(
        "account_closed", "The account is closed.", network_code="R02", blocked="bank_account_closed"
    ),
    "000111111116": Decline(
        "no_account", "There is no such account.", network_code="R03", blocked="bank_account_invalid_details"
    ),
    "000333333335": Decline(
        "debit_not_authorized", "The debit was not authorized.", network_code="R10", blocked="debit_not_authorized"
    ),
}
BROKE = RETURNS["000222222227"]
DISPUTED_ACCOUNT = "000555555559"

# Stripe's names for methods that are made when they are first used.
READY_MADE: Mapping[str, str] = {
    "pm_card_visa": GOOD_CARD,
    "pm_card_mastercard": "5555555555554444",
    "pm_card_chargeDeclined": DECLINED_CARD,
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeCustomerFail": LATER_DECLINED_CARD,
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_usBankAccount_success": GOOD_ACCOUNT,
    "pm_usBankAccount_insufficientFunds": "000222222227",
    "pm_usBankAccount_accountClosed": "000111111113",
    "pm_usBankAccount_noAccount": "000111111116",
    "pm_usBankAccount_debitNotAuthorized": "000333333335",
}


def verdict(number: str, *, off_session: bool = False) -> Decline | None:
    """Why this card will not pay; None when it will. 3-D Secure is passed at once where the payer is there."""
    if not luhn(number):
        return WRONG_NUMBER
    return DECLINES.get(number) or (OFF_SESSION.get(number) if off_session else None)


def setting_up(number: str) -> Decline | None:
    """Why this card cannot be kept on file: one of them can and only fails when it is charged."""
    return None if number == LATER_DECLINED_CARD else verdict(number)


def luhn(number: str) -> bool:
    if not number.isdigit() or not 13 <= len(number) <= 19:
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0


def is_account(number: str) -> bool:
    return number.startswith("000")


def card(number: str) -> Json:
    """As a payment method shows it."""
    brand = BRANDS.get(number[:1], "unknown")
    return {
        "brand": brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "display_brand": brand,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": fingerprint(number),
        "funding": "credit",
        "generated_from": None,
        "last4": number[-4:],
        "networks": {"available": [brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def account(number: str) -> Json:
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "financial_connections_account": None,
        "fingerprint": fingerprint(number),
        "last4": number[-4:],
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": ROUTING,
        "status_details": None,
    }


def as_charged(method: Json) -> Json:
    """As a charge shows what it was paid with."""
    kind = method["type"]
    shown = method[kind]
    if kind == "card":
        names: tuple[str, ...] = (
            "brand",
            "checks",
            "country",
            "exp_month",
            "exp_year",
            "fingerprint",
            "funding",
            "last4",
            "wallet",
        )
        more = {"installments": None, "mandate": None, "network": shown["brand"], "three_d_secure": None}
    else:
        names = ("account_holder_type", "account_type", "bank_name", "fingerprint", "last4", "routing_number")
        more = {"mandate": None, "payment_reference": None}
    return {"type": kind, kind: {name: shown[name] for name in names} | more}


def fingerprint(number: str) -> str:
    """The same for the same number, whoever has it."""
    return hashlib.sha256(number.encode()).hexdigest()[:16]
