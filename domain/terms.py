"""What the practice has chosen about bills and what is owed: terms, late fees, taxes, plans, statements."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from domain.choices import Wrong, blank, outside, refuse

Disposition = Literal["settled", "reopen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    due_in_days: int = 30
    draft_on_completion: bool = True
    send_on_completion: bool = False
    archive_after_days: int | None = 90
    """A bill that is paid, refunded or void leaves the lists after so many days; never, if left out."""

    def __post_init__(self) -> None:
        refuse(self.wrongs())

    def wrongs(self) -> Iterator[Wrong]:
        yield from outside("due_in_days", self.due_in_days, 0, 365)
        yield from outside("archive_after_days", self.archive_after_days, 0, 3650)
        if self.send_on_completion and not self.draft_on_completion:
            allowed = "no, unless draft_on_completion is yes: only a bill that is made can be sent"
            yield Wrong(("send_on_completion",), "yes", allowed, beside=(("draft_on_completion",),))


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFee:
    """A flat amount or a percentage (in basis points) of the balance, once an invoice is so many days late."""

    after_days: int = 0
    flat_cents: int | None = None
    basis_points: int | None = None
    every_days: int | None = None
    """Charged again each time so many days have passed; once, if left out."""
    grace_days: int = 0
    """A fee is charged only if the balance still stands so many days after the fee fell due."""
    cap_cents: int | None = None
    """What all the fees on one invoice can come to."""

    def __post_init__(self) -> None:
        refuse(self.wrongs())

    def wrongs(self) -> Iterator[Wrong]:
        yield from outside("after_days", self.after_days, 0, 365)
        yield from outside("flat_cents", self.flat_cents, 1)
        yield from outside("basis_points", self.basis_points, 1, 10_000)
        yield from outside("every_days", self.every_days, 1, 365)
        yield from outside("grace_days", self.grace_days, 0, 365)
        yield from outside("cap_cents", self.cap_cents, 1)
        if (self.flat_cents is None) == (self.basis_points is None):
            found = "neither" if self.flat_cents is None else "both"
            yield Wrong((), found, "either flat or percent", beside=(("flat_cents",), ("basis_points",)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """A rate (in basis points), added to the price or contained in it."""

    title: str
    basis_points: int
    included: bool = False

    def __post_init__(self) -> None:
        refuse(self.wrongs())

    def wrongs(self) -> Iterator[Wrong]:
        yield from blank("title", self.title)
        yield from outside("basis_points", self.basis_points, 0, 10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRules:
    """What an instalment plan may be, whoever makes it."""

    parts: int = 12
    """At most so many, the deposit aside."""
    smallest_cents: int = 2_500
    last_after_days: int = 365

    def __post_init__(self) -> None:
        refuse(self.wrongs())

    def wrongs(self) -> Iterator[Wrong]:
        yield from outside("parts", self.parts, 1, 60)
        yield from outside("smallest_cents", self.smallest_cents, 1)
        yield from outside("last_after_days", self.last_after_days, 1, 3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """Who gets a statement by itself, and when: everyone who owes, on a day of the month."""

    day_of_month: int = 1
    minimum_cents: int = 100

    def __post_init__(self) -> None:
        refuse(self.wrongs())

    def wrongs(self) -> Iterator[Wrong]:
        yield from outside("day_of_month", self.day_of_month, 1, 28)
        yield from outside("minimum_cents", self.minimum_cents, 0)
