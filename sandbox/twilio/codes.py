"""Twilio's error codes in Twilio's words: refusals of a request, and reasons why a text never arrived."""

from collections.abc import Mapping
from typing import Any

REFUSALS: Mapping[int, tuple[int, str]] = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource {} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    21211: (400, "Invalid 'To' Phone Number: {}"),
    21212: (400, "Invalid 'From' Phone Number: {}"),
    21266: (400, "'To' and 'From' number cannot be the same: {}"),
    21408: (400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {}"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21609: (400, "The 'StatusCallback' URL {} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (429, "This 'From' number {} has exceeded the maximum number of queued messages"),
    21612: (400, "Message cannot be sent with the current combination of 'To' ({}) and/or 'From' parameters"),
    21614: (400, "'To' number is not a valid mobile number: {}"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21659: (400, "'From' {} is not a Twilio phone number or Short Code country mismatch"),
    21701: (404, "The Messaging Service {} does not exist"),
}

UNDELIVERED: Mapping[int, str] = {
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30034: "Message from an Unregistered Number",
    30035: "Message from an Unregistered Number",
}

NOT_IN_SERVICE = 60600
"""What Lookup says of a number that nobody has."""

# Twilio publishes these for its own test credentials.
MAGIC_TO: Mapping[str, int] = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MAGIC_FROM: Mapping[str, int] = {"+15005550001": 21212, "+15005550007": 21659, "+15005550008": 21611}


def reason_of(number: str) -> int | None:
    """Ours: a number in any area code ending 555-013N fails with 3000N (555-0136 is a landline)."""
    code = 30000 + int(number[-1]) if number[:2] == "+1" and number[-7:-1] == "555013" else 0
    return code if code in UNDELIVERED else None


class Refused(Exception):
    """A request Twilio turns down."""

    def __init__(self, code: int, word: str = "") -> None:
        self.code = code
        self.status, message = REFUSALS[code]
        self.message = message.format(word)
        super().__init__(f"{code} {self.message}")

    def wire(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
