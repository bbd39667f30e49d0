"""The card that stands for an invoice set: a pure function from what is known of it to the blocks Slack shows."""

from dataclasses import dataclass
from datetime import datetime

from bot import blocks as b
from domain.invoice_set import INVOICE_SET
from domain.machine import Move
from domain.money import plain
from domain.ports import Json

MOVE, MENU, REPLY, WHY = "move", "menu", "reply", "why"
"""The action ids' first words; one listener matches them all."""

HEADLINES = {
    "active": "Overdue",
    "paused": "Paused",
    "expired": "Sequence ended",
    "failed": "Could not be reached",
    "will_fail": "Will not be reached",
    "paid": "Paid",
    "cancelled": "No longer chased",
    "written_off": "Written off",
    "collections": "With collections",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """What a card shows; who it is about is already said as the privacy switch allows."""

    set_id: int
    version: int
    status: str
    location: str
    who: str
    outstanding_cents: int
    currency: str
    numbers: tuple[str, ...]
    oldest_due: datetime | None
    """The first moment of that day where the clinic is."""
    rule_set: str
    next_at: datetime | None
    step: int
    steps: int
    moves: tuple[Move, ...]
    trouble: str | None = None
    fix: str | None = None
    hold: str | None = None
    held_until: datetime | None = None
    settled_cents: int = 0
    can_reply: bool = False


def text_of(view: CardView) -> str:
    """The line a phone's notification shows: useful, and nothing of the patient in it."""
    return f"{_headline(view)} · {_numbers(view)}"


def blocks_of(view: CardView) -> list[Json]:
    shown = [b.header(_headline(view)), b.fields(_fields(view))]
    if view.trouble and view.status in ("failed", "will_fail"):
        shown.append(
            b.section(
                f"*Why*  {b.escaped(view.trouble)}" + (f"\n*To mend it*  {b.escaped(view.fix)}" if view.fix else "")
            )
        )
    if view.hold:
        until = f" Until {b.moment(view.held_until)}." if view.held_until else ""
        shown.append(b.section(f"*On hold*  {b.escaped(view.hold)}{until}"))
    shown.append(b.context(" · ".join(_small_print(view))))
    row = _row(view)
    return [*shown, b.actions(f"set:{view.set_id}", row)] if row else shown


def _headline(view: CardView) -> str:
    cents = view.outstanding_cents or view.settled_cents
    return f"{HEADLINES[view.status]} · {plain(cents, view.currency)}"


def _numbers(view: CardView) -> str:
    first, *more = view.numbers or ("no open invoice",)
    return f"{first} and {len(more)} more" if more else first


def _fields(view: CardView) -> list[tuple[str, str]]:
    return [
        ("Guarantor", b.apart(b.escaped(view.who))),
        ("Invoice", b.escaped(_numbers(view))),
        ("Oldest due", b.day_and_age(view.oldest_due) if view.oldest_due else "—"),
        ("Status", INVOICE_SET.states[view.status]),
    ]


def _small_print(view: CardView) -> list[str]:
    said = [
        b.escaped(view.location),
        f"{b.escaped(view.rule_set)}, step {min(view.step + 1, view.steps)} of {view.steps}",
    ]
    if view.next_at and view.status in ("active", "will_fail"):
        said.append(f"next contact {b.moment(view.next_at)}")
    return said


def _row(view: CardView) -> list[Json]:
    buttons = [_button(view, move) for move in view.moves if move.button]
    rest = [b.option(move.label, f"{MOVE}:{move.name}:{_value(view)}") for move in view.moves if not move.button]
    if view.can_reply:
        rest.insert(0, b.option("Reply to patient", f"{REPLY}::{_value(view)}"))
    if view.moves:
        rest.append(b.option("Why was this (not) sent?", f"{WHY}::{_value(view)}"))
    return buttons + ([b.menu(MENU, rest)] if rest else [])


def _button(view: CardView, move: Move) -> Json:
    asked = b.confirm(move.label, move.confirm, move.label) if move.confirm and not move.asks else None
    return b.button(move.label, f"{MOVE}:{move.name}", _value(view), style=move.style, confirm=asked)


def _value(view: CardView) -> str:
    """What a press brings back: which set, and which state of it the person saw. Nothing of the patient."""
    return f"{view.set_id}:{view.version}"
