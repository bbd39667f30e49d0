"""The practice's choices as the rooms read them, and which of them cannot be; app.yaml is read by the front door."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from domain.choices import Wrong, blank, listed, no_zone, outside, quoted, refuse, twice, unknown, unlike
from domain.terms import Disposition, LateFee, PlanRules, Statements, Tax, Terms

Channel = Literal["sms", "email"]
Role = Literal["viewer", "biller", "manager", "admin"]
Privacy = Literal["strict", "initials", "full"]

_CODES = """AUD BHD BRL CAD CHF CLP CZK DKK EUR GBP HKD HUF ILS INR JOD JPY KRW
KWD MXN NOK NZD OMR PHP PLN SEK SGD THB TND TRY TWD USD VND ZAR"""
CURRENCIES = tuple(_CODES.split())
"""Those whose decimals domain.money knows."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAME = r"[a-z][a-z0-9_-]{0,39}"
_NAMES = "a short name of small letters, digits, - and _"
_EMAIL = r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+"


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

    def __post_init__(self) -> None:
        refuse(self.wrongs())

    def wrongs(self) -> Iterator[Wrong]:
        yield from blank("name", self.name)
        yield from blank("phone", self.phone)
        yield from no_zone("timezone", self.timezone)
        channel = "a channel's name in small letters without the #, like billing-downtown"
        yield from unlike(r"[CG][A-Z0-9]{8,}|[^\sA-Z#@.,:]{1,80}", "slack_channel", self.slack_channel, channel)
        number = "a number like +15555550100 (in quotes or not), a short code, or a Messaging Service's MG… id"
        yield from unlike(r"\+[1-9]\d{6,14}|\d{5,6}|MG[0-9a-fA-F]{32}", "sms_from", self.sms_from, number)
        yield from unlike(_EMAIL, "email_from", self.email_from, "an address like billing@example.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who may do what, found by Slack user id, email or Slack user group."""

    role: Role
    slack: str | None = None
    email: str | None = None
    group: str | None = None
    locations: tuple[str, ...] = ()
    """Empty means every location."""

    def __post_init__(self) -> None:
        refuse(self.wrongs())

    def wrongs(self) -> Iterator[Wrong]:
        ways = ("slack", "email", "group")
        given = [way for way in ways if getattr(self, way) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            yield Wrong((), found, "exactly one of slack, email and group", beside=tuple((way,) for way in ways))
        yield from unlike(r"[UW][A-Z0-9]{2,}", "slack", self.slack, "a member id like U012AB3CD")
        yield from unlike(_EMAIL, "email", self.email, "an address like pat@example.com")
        yield from unlike(r"S[A-Z0-9]{2,}", "group", self.group, "a user group's id like S012AB3CD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One planned contact, or the end of the sequence."""

    after_days: int
    send: tuple[Channel, ...] = ()
    template: str = "reminder"
    expire: bool = False

    def __post_init__(self) -> None:
        refuse(self.wrongs())

    def wrongs(self) -> Iterator[Wrong]:
        yield from outside("after_days", self.after_days, 0, 3650)
        yield from unlike(_NAME, "template", self.template, _NAMES)
        if bool(self.send) == self.expire:
            found = "both" if self.expire else "neither"
            yield Wrong((), found, "either send or expire", beside=(("send",), ("expire",)))
        yield from twice("send", self.send)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    title: str
    steps: tuple[Step, ...]
    enrol_on: Literal["sent", "overdue"] = "overdue"
    fall_back: bool = True
    minimum_cents: int = 100

    def __post_init__(self) -> None:
        refuse(self.wrongs())

    def wrongs(self) -> Iterator[Wrong]:
        yield from blank("title", self.title)
        yield from outside("minimum_cents", self.minimum_cents, 0)
        for place, (step, later) in enumerate(pairwise(self.steps)):
            delays = (("steps", place, "after_days"), ("steps", place + 1, "after_days"))
            if later.after_days <= step.after_days:
                yield Wrong(
                    delays[1],
                    str(later.after_days),
                    f"later than the step before it ({step.after_days} days)",
                    beside=delays,
                )
            if step.expire:
                yield Wrong(("steps", place, "expire"), "yes", "only the last step expires")
        last = len(self.steps) - 1
        if not self.steps:
            yield Wrong(("steps",), "no steps", "at least one step, the last with expire: yes")
        elif not self.steps[-1].expire:
            yield Wrong(
                ("steps", last),
                "a step that does not expire",
                "a last step with expire: yes",
                beside=(("steps", last, "expire"),),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRules:
    """When and how often a patient may be contacted; the law's lines are the defaults, and the careful side of them."""

    opens: time = time(9)
    closes: time = time(20)
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5)
    texts_per_day: int = 1
    texts_per_week: int = 3

    def __post_init__(self) -> None:
        refuse(self.wrongs())

    def wrongs(self) -> Iterator[Wrong]:
        if self.closes <= self.opens:
            yield Wrong(
                ("closes",), f"{self.closes:%H:%M}", f"a time after it opens ({self.opens:%H:%M})", beside=(("opens",),)
            )
        if not self.days:
            yield Wrong(("days",), "no days", "at least one day of mon, tue, wed, thu, fri, sat, sun")
        yield from twice("days", tuple(_DAYS[day] for day in self.days))
        yield from outside("texts_per_day", self.texts_per_day, 1)
        if self.texts_per_week < self.texts_per_day:
            allowed = f"at least a day's worth ({self.texts_per_day})"
            yield Wrong(("texts_per_week",), quoted(self.texts_per_week), allowed, beside=(("texts_per_day",),))


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackRules:
    privacy: Privacy = "initials"
    replies_in_slack: bool = False

    def __post_init__(self) -> None:
        refuse(self.wrongs())

    def wrongs(self) -> Iterator[Wrong]:
        if self.replies_in_slack and self.privacy == "strict":
            allowed = "no with privacy: strict, which keeps patients' words out of Slack"
            yield Wrong(("replies_in_slack",), "yes", allowed, beside=(("privacy",),))


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
    taxes: dict[str, Tax] = field(default_factory=dict)
    refunds: Disposition = "settled"
    """What a refund does to the balance unless it is told: stay (settled) or rise (reopen)."""
    stock_below_zero: Literal["refuse", "warn"] = "refuse"
    plans: PlanRules = field(default_factory=PlanRules)
    statements: Statements | None = None
    contact: ContactRules = field(default_factory=ContactRules)
    slack: SlackRules = field(default_factory=SlackRules)
    payment_instructions: str = ""
    link_days: int = 120
    metrics: bool = False
    api_per_second: int = 50
    """How often one API key may come, steadily; twice that at once."""

    def __post_init__(self) -> None:
        refuse(self.wrongs())

    def today(self, location: str, now: datetime) -> date:
        """The day it is where that clinic stands."""
        return now.astimezone(self.locations[location].zone).date()

    def wrongs(self) -> Iterator[Wrong]:
        yield from blank("name", self.name)
        yield from blank("price_list", self.price_list)
        yield from no_zone("timezone", self.timezone)
        if self.currency not in CURRENCIES:
            yield Wrong(("currency",), quoted(self.currency), listed(CURRENCIES), near=CURRENCIES)
        yield from unlike(r"[a-z]{2,3}(_[A-Z]{2})?", "locale", self.locale, "a language and country like en_US")
        yield from outside("link_days", self.link_days, 1, 3650)
        yield from outside("api_per_second", self.api_per_second, 1, 1_000_000)
        yield from self._unusable_names()
        yield from self._unknown_names()

    def _unusable_names(self) -> Iterator[Wrong]:
        for group, names in (("locations", self.locations), ("rule_sets", self.rule_sets), ("taxes", self.taxes)):
            if not names and group != "taxes":
                yield Wrong((group,), "none", "at least one")
            for name in names:
                if not re.fullmatch(_NAME, name):
                    yield Wrong((group, name), f"the name {quoted(name)}", _NAMES)

    def _unknown_names(self) -> Iterator[Wrong]:
        yield from unknown(("rule_set",), self.rule_set, "rule_sets", self.rule_sets)
        for name, location in self.locations.items():
            if location.rule_set is not None:
                yield from unknown(("locations", name, "rule_set"), location.rule_set, "rule_sets", self.rule_sets)
        for place, person in enumerate(self.people):
            for number, name in enumerate(person.locations):
                yield from unknown(("people", place, "locations", number), name, "locations", self.locations)
