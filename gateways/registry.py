"""Which vendor stands behind which door: one line each. A vendor's library is loaded when its door is built."""

from importlib import import_module
from typing import Any, Literal

Door = Literal["slack", "sms", "mail", "cards", "pdf"]

GATEWAYS: dict[Door, dict[str, str]] = {
    "slack": {"slack": "gateways.slack_web:SlackWeb"},
    "sms": {"twilio": "gateways.twilio_sms:TwilioSms"},
    "mail": {"smtp": "gateways.smtp_mail:SmtpMail"},
    "cards": {"stripe": "gateways.stripe_cards:StripeCards"},
    "pdf": {"xhtml2pdf": "gateways.xhtml2pdf_printer:Xhtml2pdfPrinter"},
}


def gateway(door: Door, vendor: str) -> Any:
    """The class that implements the door. Importing every vendor takes a second, so it is done for those in use."""
    module, _, name = GATEWAYS[door][vendor].partition(":")
    return getattr(import_module(module), name)
