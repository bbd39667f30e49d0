"""Who is asking, and whether they may: roles per location, and the house's own hands."""

from dataclasses import dataclass
from typing import Literal

from domain.errors import forbidden
from domain.practice import Role

Kind = Literal["person", "patient", "program", "clock", "vendor"]
Via = Literal["slack", "web", "api", "cli", "clock", "webhook"]
Need = Literal["viewer", "biller", "manager", "admin", "house"]
"""The least role a move needs; `house` moves are fired by what happens, never by someone's press."""

_RANK: dict[str, int] = {"viewer": 0, "biller": 1, "manager": 2, "admin": 3}


@dataclass(frozen=True, slots=True)
class Grant:
    role: Role
    locations: tuple[str, ...] = ()
    """Empty means every location."""


@dataclass(frozen=True, slots=True)
class Actor:
    kind: Kind
    id: str
    name: str
    via: Via
    grants: tuple[Grant, ...] = ()

    def role_at(self, location: str) -> Role | None:
        """The highest role this actor has at a location."""
        roles = [grant.role for grant in self.grants if not grant.locations or location in grant.locations]
        return max(roles, key=_RANK.__getitem__, default=None)

    def may(self, need: Need, location: str) -> bool:
        if need == "house":
            return self.kind in ("clock", "vendor")
        role = self.role_at(location)
        return role is not None and _RANK[role] >= _RANK[need]

    def locations_for(self, need: Need, every: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the practice's locations where this actor may do what needs that role."""
        return tuple(location for location in every if self.may(need, location))


def require(actor: Actor, need: Need, location: str, doing: str) -> None:
    """Programs hold keys of their own and patients act for themselves only: of people, the role is asked."""
    if actor.kind == "person" and not actor.may(need, location):
        raise forbidden(f"{doing} needs the role {need} at this location. Ask someone who has it.")


CLOCK = Actor("clock", "clock", "Duesday", "clock", (Grant("admin"),))
"""The house itself, working by the clock or on what has happened."""


def vendor(name: str) -> Actor:
    return Actor("vendor", name, name.title(), "webhook", (Grant("admin"),))


def patient(number: int) -> Actor:
    """A patient acting for themselves on their page or phone; the id is ours, never a name."""
    return Actor("patient", f"patient:{number}", "Patient", "web")
