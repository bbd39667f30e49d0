"""The phone network's stand-in: Twilio's wire outside, phones that can be read and answered inside."""

from sandbox.twilio.api import application
from sandbox.twilio.network import PhoneNetwork
from sandbox.twilio.phone import Phone
from sandbox.twilio.text import Text

__all__ = ["Phone", "PhoneNetwork", "Text", "application"]
