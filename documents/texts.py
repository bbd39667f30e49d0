"""What a patient text or mail may say: the facts its caller fills in, and the placeholders a template may use."""

from dataclasses import dataclass, fields
from datetime import date

from documents.words import day, isolated, money, one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFacts:
    """What is known when a text is written. A placeholder whose fact is None may not stand in that text."""

    clinic: str
    phone: str
    first_name: str = ""
    currency: str = "USD"
    amount_cents: int | None = None
    due_on: date | None = None
    invoice_number: str | None = None
    link: str | None = None
    unsubscribe_link: str | None = None
    reply: str | None = None
    """Staff's own words, line breaks kept."""


PLACEHOLDERS = frozenset(
    {"clinic", "phone", "first_name", "amount", "due_date", "invoice_number", "link", "unsubscribe_link", "reply"}
)

LINKLESS = frozenset({"stop_confirmation", "start_confirmation", "help", "reply"})
"""Texts that carry no balance and so need no pay link."""


def said(facts: TextFacts, locale: str) -> dict[str, str]:
    """The placeholders that are known, in the locale's words."""
    words = {field.name: getattr(facts, field.name) for field in fields(facts)}
    amount, due_on, currency = words.pop("amount_cents"), words.pop("due_on"), words.pop("currency")
    reply = words.pop("reply")
    said = {name: isolated(one_line(value)) for name, value in words.items() if value is not None}
    if amount is not None:
        said["amount"] = money(amount, currency, locale)
    if due_on is not None:
        said["due_date"] = day(due_on, locale)
    if reply is not None:
        said["reply"] = isolated(reply.strip())
    return said
