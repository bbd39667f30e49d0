"""The practice's choices as the rooms read them; app.yaml is read into these by the front door."""

from dataclasses import dataclass, field
from datetime import time
from typing import Literal
from zoneinfo import ZoneInfo

Channel = Literal["sms", "email"]
Role = Literal["viewer", "biller", "manager", "admin"]
Privacy = Literal["strict", "initials", "full"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """One clinic: its Slack channel, its hours' timezone, and what its texts and mails are sent from."""

    name: str
    timezone: str
    slack_channel: str
    phone: str
    sms_from: str | None = None
    email_from: str | None = None
    address: tuple[str, ...] = ()
    rule_set: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who may do what, found by Slack user id, email or Slack user group."""

    role: Role
    slack: str | None = None
    email: str | None = None
    group: str | None = None
    locations: tuple[str, ...] = ()
    """Empty means every location."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    due_in_days: int = 30
    draft_on_completion: bool = True
    send_on_completion: bool = False
    approval_above_cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFee:
    """A flat amount or a percentage (in basis points) of the balance, once an invoice is so many days late."""

    after_days: int = 0
    flat_cents: int | None = None
    basis_points: int | None = None
    cap_cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One planned contact, or the end of the sequence."""

    after_days: int
    send: tuple[Channel, ...] = ()
    template: str = "reminder"
    expire: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    title: str
    steps: tuple[Step, ...]
    enrol_on: Literal["sent", "overdue"] = "overdue"
    fall_back: bool = True
    minimum_cents: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRules:
    """When and how often a patient may be contacted; the law's lines are the defaults, and the careful side of them."""

    opens: time = time(9)
    closes: time = time(20)
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5)
    texts_per_day: int = 1
    texts_per_week: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackRules:
    privacy: Privacy = "initials"
    replies_in_slack: bool = False
    undo_hours: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    name: str
    currency: str
    locations: dict[str, Location]
    rule_sets: dict[str, RuleSet]
    rule_set: str
    timezone: str
    locale: str = "en_US"
    address: tuple[str, ...] = ()
    price_list: str = "standard"
    people: tuple[Person, ...] = ()
    terms: Terms = field(default_factory=Terms)
    late_fee: LateFee | None = None
    contact: ContactRules = field(default_factory=ContactRules)
    slack: SlackRules = field(default_factory=SlackRules)
    payment_instructions: str = ""
    link_days: int = 120
