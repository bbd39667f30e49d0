"""Lookup v2: what Twilio tells of a number, in the shape it publishes; of its packages only the line type is filled."""

from typing import Any

from sandbox.twilio.codes import NOT_IN_SERVICE
from sandbox.twilio.phone import Phone

PACKAGES = (
    "caller_name", "sim_swap", "call_forwarding", "line_status", "line_type_intelligence", "identity_match",
    "reassigned_number", "sms_pumping_risk", "phone_number_quality_score", "pre_fill",
)  # fmt: skip
LINE = ("error_code", "mobile_country_code", "mobile_network_code", "carrier_name", "type")
SHORTEST, LONGEST, AMERICAN = 8, 16, 12


def told_of(phone: Phone, fields: str) -> dict[str, Any]:
    wrong = _wrong(phone)
    american = phone.number.startswith("+1")
    asked = not wrong and "line_type_intelligence" in fields.split(",")
    return {
        "calling_country_code": "1" if american else None,
        "country_code": "US" if american else None,
        "phone_number": phone.number,
        "national_format": _national(phone.number) if american and not wrong else None,
        "valid": not wrong,
        "validation_errors": wrong,
        "url": f"https://lookups.twilio.com/v2/PhoneNumbers/{phone.number}",
        **dict.fromkeys(PACKAGES),
        "line_type_intelligence": _line_type(phone) if asked else None,
    }


def _wrong(phone: Phone) -> list[str]:
    if not phone.number.lstrip("+").isdigit():
        return ["NOT_A_NUMBER"]
    if len(phone.number) < SHORTEST or (phone.number.startswith("+1") and len(phone.number) < AMERICAN):
        return ["TOO_SHORT"]
    if len(phone.number) > LONGEST or (phone.number.startswith("+1") and len(phone.number) > AMERICAN):
        return ["TOO_LONG"]
    return ["INVALID_BUT_POSSIBLE"] if phone.refused_with == 21211 else []


def _national(number: str) -> str:
    return f"({number[2:5]}) {number[5:8]}-{number[8:]}"


def _line_type(phone: Phone) -> dict[str, Any]:
    if phone.fails_with == 30005:
        return dict.fromkeys(LINE) | {"error_code": NOT_IN_SERVICE}
    mobile = phone.line_type == "mobile"
    return {
        "error_code": None,
        "mobile_country_code": "310" if mobile else None,
        "mobile_network_code": "410" if mobile else None,
        "carrier_name": "Sandbox Wireless" if mobile else "Sandbox Bell",
        "type": phone.line_type,
    }
