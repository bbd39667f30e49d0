"""The kinds of fields that programs send and are told: what each takes, and in which words it refuses the rest."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from domain.machine import Machine
from domain.money import MOST_CENTS

MOST_ID = 2**63 - 1
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
CONTROL = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff"
"""What means nothing in a name or a reason, or makes it read as another one: control characters (PostgreSQL cannot keep
a NUL), those that turn the direction of what follows, and those of no width that join no letters."""
UNSEEN = r"\xad\u200c-\u200f"
"""What belongs in words, and alone is none."""
_UNREADABLE, _SEEN = re.compile(f"[{CONTROL}]"), re.compile(rf"[^\s{CONTROL}{UNSEEN}]")


@dataclass(frozen=True, slots=True)
class Words:
    """Text of a person's or a program's, trimmed, never empty unless it may be."""

    longest: int
    least: int = 1

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(
            min_length=self.least, max_length=self.longest, strip_whitespace=True, strict=True
        )
        return core_schema.no_info_after_validator_function(_seen if self.least else _readable, text)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        said = rf"^[^{CONTROL}]*[^\s{CONTROL}{UNSEEN}][^{CONTROL}]*$" if self.least else rf"^[^{CONTROL}]*$"
        return {**handler(schema), "pattern": said}


def _readable(text: str) -> str:
    if not text.isprintable() and _UNREADABLE.search(text):
        raise ValueError("holds characters that cannot be read")
    return text


def _seen(text: str) -> str:
    """It comes trimmed: if all of it prints, its first character is seen."""
    if text.isprintable():
        return text
    if not _SEEN.search(text):
        raise ValueError("holds nothing that can be seen")
    return _readable(text)


@dataclass(frozen=True, slots=True)
class Like:
    """Text of one form, and what is said of any other."""

    pattern: str
    otherwise: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._held, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^{self.pattern}$"}

    def _held(self, text: str) -> str:
        if not re.fullmatch(self.pattern, text):
            raise ValueError(self.otherwise)
        return text


@dataclass(frozen=True, slots=True)
class OneOf:
    """A name that stands in a list of the house's."""

    names: Sequence[str]

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(list(self.names))


def a_status_of(machine: Machine) -> OneOf:
    return OneOf(tuple(machine.states))


@cache
def _zones() -> frozenset[str]:
    """Read from disk once: every file of the zones' folders is looked into."""
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("is no timezone; send a name like America/Chicago")
    return name


def _day(said: object) -> object:
    """A day and nothing else: pydantic would also take seconds since 1970, and midnights."""
    return _day_in(said) if isinstance(said, str) else said


@lru_cache(1_000)
def _day_in(said: str) -> date:
    try:
        day = date.fromisoformat(said) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", said) else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError("is no date like 2026-03-02")
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"must lie between {FIRST_DAY} and {LAST_DAY}")
    return day


def _moment(said: object) -> datetime:
    """With its offset: a time of nowhere means nothing, and a bare number may be anything."""
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) and re.match(r"\d{4}-\d\d-\d\d[Tt]", said) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not FIRST_DAY <= at.date() <= LAST_DAY:
        raise ValueError("is no time like 2026-03-02T15:00:00Z")
    return at


def _figure(said: object) -> object:
    """A number in an address, where everything is text."""
    if isinstance(said, str) and not re.fullmatch(r"-?[0-9]{1,19}", said):
        raise ValueError("is no whole number")
    return said


def _quantity(said: object) -> Decimal:
    """2, 1.5 or "2.25": a number as it was written, not as a float stands for it."""
    return _decimals("" if isinstance(said, bool) else str(said))


@lru_cache(1_000)
def _decimals(said: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,3})?", said):
        raise ValueError("is a number with at most three decimals, and not below zero")
    return Decimal(said)


ExternalId = Annotated[str, Words(120), Field(examples=["P-1001"])]
Short = Annotated[str, Words(60)]
Place = Annotated[str, Words(60), Field(description="A location of app.yaml.", examples=["downtown"])]
Id = Annotated[int, Field(gt=0, le=MOST_ID, examples=[17])]
Cents = Annotated[
    int, Field(gt=0, le=MOST_CENTS, description="Whole minor units: 12000 is $120.00.", examples=[12_000])
]
Reason = Annotated[str, Words(500), Field(description="Kept on the audit trail.", examples=["Billed by mistake"])]
Day = Annotated[date, BeforeValidator(_day), Field(examples=["2026-03-02"])]
Moment = Annotated[datetime, BeforeValidator(_moment), Field(examples=["2026-03-02T15:00:00Z"])]
Number = Annotated[int, BeforeValidator(_figure)]
_AS_TEXT = {"type": "string", "pattern": r"^[0-9]{1,7}(\.[0-9]{1,3})?$"}
_DECIMALS = {"description": "At most three decimals.", "examples": [1]}
Quantity = Annotated[
    Decimal,
    BeforeValidator(_quantity),
    Field(gt=0, le=1_000_000),
    WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000}, _AS_TEXT], **_DECIMALS}),
]
AnyQuantity = Annotated[
    Decimal,
    BeforeValidator(_quantity),
    Field(ge=0, le=1_000_000),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": 1_000_000}, _AS_TEXT], **_DECIMALS}),
]
Zone = Annotated[str, AfterValidator(_known_zone), Field(examples=["America/Chicago"])]
# Texts go to exactly this number, and replies are known by it: nothing is guessed about the country.
Phone = Annotated[
    str,
    Like(r"\+[1-9][0-9]{6,14}", "is no number with its country, like +15125550100"),
    Field(examples=["+15125550100"]),
]
Email = Annotated[
    str,
    Words(254),
    Like(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+", "is no address like pat@example.com"),
    Field(examples=["pat@example.com"]),
]
Locale = Annotated[
    str, Like(r"[a-z]{2,3}(_[A-Z]{2})?", "is no language and country like en_US"), Field(examples=["en_US"])
]

# What is told: the house has checked it already, so these only say what it is.
Told = Annotated[int, Field(description="Whole minor units.", examples=[12_000])]
