"""The card processor's stand-in: Stripe's API and pay page outside, cards and bank accounts to pay with inside."""

from sandbox.stripe.processor import CardProcessor, Outcome
from sandbox.stripe.site import application

__all__ = ["CardProcessor", "Outcome", "application"]
