"""Which vendor stands behind which door: one line each. A vendor's library is loaded when its door is built."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from domain.ports import CardDoor, MailDoor, MailEvents, PdfPrinter, SlackDoor, SmsDoor
    from gateways.sendgrid_events import SendGridEvents
    from gateways.slack_web import SlackWeb
    from gateways.smtp_mail import SmtpMail
    from gateways.stripe_cards import StripeCards
    from gateways.twilio_sms import TwilioSms
    from gateways.xhtml2pdf_printer import Xhtml2pdfPrinter

    # The type checker's proof that each fits its door.
    _slack: list[type[SlackDoor]] = [SlackWeb]
    _sms: list[type[SmsDoor]] = [TwilioSms]
    _mail: list[type[MailDoor]] = [SmtpMail]
    _mail_events: list[type[MailEvents]] = [SendGridEvents]
    _cards: list[type[CardDoor]] = [StripeCards]
    _pdf: list[type[PdfPrinter]] = [Xhtml2pdfPrinter]

Door = Literal["slack", "sms", "mail", "mail_events", "cards", "pdf"]

GATEWAYS: dict[Door, dict[str, str]] = {
    "slack": {"slack": "gateways.slack_web:SlackWeb"},
    "sms": {"twilio": "gateways.twilio_sms:TwilioSms"},
    "mail": {"smtp": "gateways.smtp_mail:SmtpMail"},
    "mail_events": {"sendgrid": "gateways.sendgrid_events:SendGridEvents"},
    "cards": {"stripe": "gateways.stripe_cards:StripeCards"},
    "pdf": {"xhtml2pdf": "gateways.xhtml2pdf_printer:Xhtml2pdfPrinter"},
}


def gateway(door: Door, vendor: str) -> Any:
    """The class that implements the door. Importing every vendor takes a second, so it is done for those in use."""
    module, _, name = GATEWAYS[door][vendor].partition(":")
    return getattr(import_module(module), name)
