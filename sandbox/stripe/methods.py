"""What people pay with: Stripe's published test cards, and a bank account."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.stripe.objects import Json

GOOD_CARD = "4242424242424242"
DECLINED_CARD = "4000000000000002"


@dataclass(frozen=True, slots=True)
class Decline:
    code: str
    message: str
    decline_code: str | None = None


DECLINES: Mapping[str, Decline] = {
    DECLINED_CARD: Decline("card_declined", "Your card was declined.", "generic_decline"),
    "4000000000009995": Decline("card_declined", "Your card has insufficient funds.", "insufficient_funds"),
    "4000000000009987": Decline("card_declined", "Your card was declined.", "lost_card"),
    "4000000000000069": Decline("expired_card", "Your card has expired."),
    "4000000000000127": Decline("incorrect_cvc", "Your card's security code is incorrect."),
    "4000000000000119": Decline("processing_error", "An error occurred while processing your card. Try again later."),
}
WRONG_NUMBER = Decline("incorrect_number", "Your card number is incorrect.")
BRANDS = {"4": "visa", "5": "mastercard", "2": "mastercard", "3": "amex", "6": "discover"}


def verdict(number: str) -> Decline | None:
    """Why this card will not pay; None when it will."""
    return DECLINES.get(number) if luhn(number) else WRONG_NUMBER


def luhn(number: str) -> bool:
    if not number.isdigit() or not 13 <= len(number) <= 19:
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0


def card_details(number: str) -> Json:
    brand = BRANDS.get(number[:1], "unknown")
    return {
        "type": "card",
        "card": {"brand": brand, "country": "US", "exp_month": 12, "exp_year": 2034, "funding": "credit",
                 "last4": number[-4:], "network": brand},
    }  # fmt: skip


def bank_details() -> Json:
    return {
        "type": "us_bank_account",
        "us_bank_account": {"account_holder_type": "individual", "account_type": "checking",
                            "bank_name": "STRIPE TEST BANK", "last4": "6789", "routing_number": "110000000"},
    }  # fmt: skip
