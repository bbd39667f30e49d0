"""The patient's pages: what stands on each, and its HTML. Addresses, tokens and answers to forms are the handlers'."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Literal

from documents.render import render_page

Notice = Literal["", "question_sent", "question_empty", "bad_amount", "pay_unavailable", "payment_cancelled"]
"""What the last form did: a sentence above the page, in the patient's language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChoice:
    """The page's twin in another language, named in that language."""

    lang: str
    name: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFrame:
    """What surrounds every page."""

    clinic: str
    phone: str
    locale: str
    stylesheet: str
    other_language: LanguageChoice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOnPage:
    patient: str
    description: str
    amount_cents: int
    served_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceOnPage:
    number: str
    issued_on: date
    due_on: date
    balance_cents: int
    lines: tuple[LineOnPage, ...]
    pdf: str
    overdue: bool = False
    contained: tuple[LineOnPage, ...] = ()
    """Taxes that the prices hold already."""

    @property
    def settled_cents(self) -> int:
        """What payments and adjustments have taken off already."""
        return sum(line.amount_cents for line in self.lines) - self.balance_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOnPage:
    paid_on: date
    method: str
    amount_cents: int
    receipt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancePage:
    """Everything one guarantor owes.

    Forms post urlencoded fields: to `pay_to` either `amount=all` or `amount=12.50` as the patient typed it; to `ask_to`
    `question`; to `opt_out_to` nothing. The token in the address is the permission, so there is no cookie to forge.
    """

    frame: PageFrame
    currency: str
    balance_cents: int
    invoices: tuple[InvoiceOnPage, ...]
    ask_to: str
    payments: tuple[PaymentOnPage, ...] = ()
    first_name: str = ""
    processing_cents: int = 0
    """A bank payment on its way: named, and not asked for again."""
    pay_to: str | None = None
    pay_minimum_cents: int = 100
    instructions: str = ""
    opt_out_to: str | None = None
    phone_shown: str = ""
    """The texted number, masked."""
    notice: Notice = ""
    typed_amount: str = ""

    @property
    def payable_cents(self) -> int:
        return max(0, self.balance_cents - self.processing_cents)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidPage:
    frame: PageFrame
    currency: str
    amount_cents: int
    remaining_cents: int
    back_to: str
    state: Literal["paid", "processing", "confirming"] = "paid"
    """A bank payment takes days: thanked for, not yet called paid. `confirming`: the processor's word is awaited."""
    receipt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiredLinkPage:
    frame: PageFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class OptedOutPage:
    frame: PageFrame
    channel: Literal["sms", "email"] = "sms"
    back_to: str | None = None
    confirm_to: str | None = None
    """Where to post to opt out, when this page only asks: opening an address must never unsubscribe anyone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    frame: PageFrame
    correlation_id: str


def balance_page(page: BalancePage) -> str:
    return _rendered("balance", page)


def paid_page(page: PaidPage) -> str:
    return _rendered("paid", page)


def expired_link_page(page: ExpiredLinkPage) -> str:
    return _rendered("expired_link", page)


def opted_out_page(page: OptedOutPage) -> str:
    return _rendered("opted_out", page)


def error_page(page: ErrorPage) -> str:
    return _rendered("error", page)


def _rendered(name: str, page: BalancePage | PaidPage | ExpiredLinkPage | OptedOutPage | ErrorPage) -> str:
    values = {field.name: getattr(page, field.name) for field in fields(page)}
    return render_page(name, page.frame.locale, {**values, "page": page})
