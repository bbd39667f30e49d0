"""Troubles by name, a switch each, for whoever plays with a world: those every vendor can have are here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sandbox.courier import Outgoing
from sandbox.faults import Desk, Kind


@dataclass(frozen=True, slots=True)
class Trouble:
    name: str
    label: str
    is_on: Callable[[], bool]
    switch: Callable[[bool], None]

    def shown(self) -> dict[str, Any]:
        return {"name": self.name, "label": self.label, "on": self.is_on()}


def named(name: str, troubles: Iterable[Trouble]) -> Trouble:
    known = {trouble.name: trouble for trouble in troubles}
    if name not in known:
        raise ValueError(f"There is no trouble {name!r} here; there are {', '.join(known)}")
    return known[name]


CALLS: dict[Kind, str] = {
    "500": "The next call fails with an error of the vendor's own",
    "ratelimited": "The next call is one too many (rate limit)",
    "slow": "The next call is slow",
    "reset": "The next call is cut off before anything happened",
    "reset_after_commit": "The next call is cut off after it happened",
    "timeout": "The next call is never answered",
}


def of_calls(desk: Desk) -> list[Trouble]:
    """What the service's next call meets; each is off by itself once it was met."""

    def is_on(kind: Kind) -> bool:
        return any(fault.kind == kind for fault in desk.planned)

    def switch(kind: Kind, on: bool) -> None:
        desk.wont(kind)
        if on:
            desk.will(kind)

    return [
        Trouble(f"call_{kind}", label, partial(is_on, kind), partial(switch, kind)) for kind, label in CALLS.items()
    ]


def of_webhooks(outgoing: Outgoing) -> list[Trouble]:
    """How what the vendor tells the service arrives; held webhooks leave when the holding ends."""

    def double(on: bool) -> None:
        outgoing.copies = 2 if on else 1

    def disorder(on: bool) -> None:
        outgoing.disordered = on

    def hold(on: bool) -> None:
        outgoing.hold = on
        if not on:
            outgoing.let_go()

    return [
        Trouble("webhooks_twice", "Webhooks come twice", lambda: outgoing.copies > 1, double),
        Trouble("webhooks_disordered", "Webhooks come last first", lambda: outgoing.disordered, disorder),
        Trouble("webhooks_held", "Webhooks are held back", lambda: outgoing.hold, hold),
    ]
