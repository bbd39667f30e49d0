"""What Twilio's error codes mean to the practice: data, each row with where that was read and when.

Twilio splits and renames codes without notice, so what is not listed here is `unknown`: it may be tried once more and
is then a person's to look at.
"""

from dataclasses import dataclass
from datetime import date

from domain.ports import SmsFault


@dataclass(frozen=True, slots=True)
class Meaning:
    fault: SmsFault
    sentence: str
    mend: str
    source: str
    read: date = date(2026, 11, 20)

    @property
    def passing(self) -> bool:
        """Whether the same text may get through later. A code nobody knows gets its second chance too."""
        return self.fault in ("unreachable", "unknown")

    def __str__(self) -> str:
        return f"{self.sentence} {self.mend}"


ERRORS = "twilio.com/docs/api/errors"
_OTHER_NUMBER = "Ask the patient for another number, or use email."
_PASSES = "If it stays so, ask the patient for another number, or use email."
_TOO_MANY = "If it stays so, send fewer texts at once."
_SETTINGS = "No text will get through until this is set right in Twilio's console."

CODES: dict[str, Meaning] = {
    "21211": Meaning("bad_number", "The number is not a valid phone number.", _OTHER_NUMBER, f"{ERRORS}/21211"),
    "21214": Meaning("bad_number", "The number cannot be reached.", _OTHER_NUMBER, f"{ERRORS}/21214"),
    "21217": Meaning("bad_number", "The number is not a valid phone number.", _OTHER_NUMBER, f"{ERRORS}/21217"),
    "21614": Meaning("landline", "The number does not take texts.", _OTHER_NUMBER, f"{ERRORS}/21614"),
    "30005": Meaning("bad_number", "The number is unknown or no longer in use.", _OTHER_NUMBER, f"{ERRORS}/30005"),
    "30006": Meaning(
        "landline", "The number is a landline or a carrier without texts.", _OTHER_NUMBER, f"{ERRORS}/30006"
    ),
    "21610": Meaning(
        "opted_out",
        "The patient has replied STOP to this number.",
        "Only the patient can undo that, by texting START. Use email or a letter.",
        f"{ERRORS}/21610",
    ),
    "30003": Meaning("unreachable", "The phone is switched off or out of reach.", _PASSES, f"{ERRORS}/30003"),
    "30008": Meaning("unreachable", "The carrier gave no reason.", _PASSES, f"{ERRORS}/30008"),
    "30009": Meaning("unreachable", "Part of the text was lost on the way.", _PASSES, f"{ERRORS}/30009"),
    "20429": Meaning("unreachable", "Twilio asks us to slow down.", _TOO_MANY, f"{ERRORS}/20429"),
    "21611": Meaning("unreachable", "The sender has too many texts waiting.", _TOO_MANY, f"{ERRORS}/21611"),
    "30001": Meaning("unreachable", "The sender has too many texts waiting.", _TOO_MANY, f"{ERRORS}/30001"),
    "30007": Meaning(
        "filtered",
        "The carrier took the text for spam.",
        "Stop sending and look at the wording and at the registration of the sender.",
        f"{ERRORS}/30007",
    ),
    "30004": Meaning(
        "filtered", "The phone or its carrier blocks our texts.", "Use email, or call the patient.", f"{ERRORS}/30004"
    ),
    "30034": Meaning(
        "our_fault",
        "Our number is not registered for business texts (10DLC).",
        f"Register the brand and the campaign. {_SETTINGS}",
        f"{ERRORS}/30034",
    ),
    "30035": Meaning(
        "our_fault",
        "The registration of our number for business texts is not finished.",
        f"Finish the campaign's registration. {_SETTINGS}",
        f"{ERRORS}/30035",
    ),
    "30032": Meaning(
        "our_fault", "Our toll-free number is not verified.", f"Have it verified. {_SETTINGS}", f"{ERRORS}/30032"
    ),
    "30002": Meaning(
        "our_fault", "The Twilio account is suspended.", f"Ask Twilio why. {_SETTINGS}", f"{ERRORS}/30002"
    ),
    "20003": Meaning(
        "our_fault",
        "Twilio does not accept the account's credentials.",
        "Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN to the account's own.",
        f"{ERRORS}/20003",
    ),
    "21408": Meaning(
        "our_fault",
        "Texts to the number's country are not switched on.",
        "Allow the country under Messaging, Geo permissions, in Twilio's console.",
        f"{ERRORS}/21408",
    ),
    "21603": Meaning("our_fault", "No sender was named.", "Name the practice's number in app.yaml.", f"{ERRORS}/21603"),
    "21606": Meaning(
        "our_fault",
        "Our number cannot send this text.",
        "Name a number of this Twilio account that can text in app.yaml.",
        f"{ERRORS}/21606",
    ),
    "21659": Meaning(
        "our_fault", "The sender is not a number of this Twilio account.", "Correct it in app.yaml.", f"{ERRORS}/21659"
    ),
    "21212": Meaning("our_fault", "The sender is not a valid number.", "Correct it in app.yaml.", f"{ERRORS}/21212"),
    "21266": Meaning("bad_number", "The number is our own.", _OTHER_NUMBER, f"{ERRORS}/21266"),
    "21604": Meaning("bad_number", "There is no number.", _OTHER_NUMBER, f"{ERRORS}/21604"),
    "21612": Meaning(
        "our_fault", "Our number cannot text this one.", "Use another of the practice's numbers.", f"{ERRORS}/21612"
    ),
    "21701": Meaning("our_fault", "There is no such Messaging Service.", "Correct it in app.yaml.", f"{ERRORS}/21701"),
    "21602": Meaning("our_fault", "The text is empty.", "Correct its template.", f"{ERRORS}/21602"),
    "21617": Meaning(
        "our_fault", "The text is longer than 1600 characters.", "Shorten its template.", f"{ERRORS}/21617"
    ),
    "21609": Meaning(
        "our_fault",
        "Twilio cannot report to the address we gave.",
        "Set PUBLIC_URL to the address the service is reached at from outside.",
        f"{ERRORS}/21609",
    ),
}

UNKNOWN = Meaning(
    "unknown", "Twilio gave a reason we do not know.", "Look the code up in Twilio's list of errors.", ERRORS
)


def meaning(code: str | int | None) -> Meaning:
    return CODES.get(str(code), UNKNOWN)
