"""State machines as tables of moves, and `fire`, the one rule for whether a move may happen and where it leads.

Buttons, modals, routes, filters, permissions, audit tags and the pictures in docs/ all derive from these tables.
"""

from dataclasses import dataclass
from typing import Final, Literal

from domain.access import Actor, Need
from domain.errors import Refusal, forbidden, invalid
from domain.money import parse

BEFORE: Final = "⟲before"
"""A move that leads back to the state before (undo)."""
SAME: Final = "⟲same"
"""A move that changes something else and leaves the state as it is."""

AskKind = Literal["text", "money", "choice"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing a move wants to know from the person who makes it."""

    name: str
    label: str
    kind: AskKind = "text"
    required: bool = True
    longest: int = 500
    hint: str = ""

    def read(self, given: object, currency: str) -> str | int | None:
        """The answer in its own type, or a refusal on this field."""
        text = str(given).strip() if given is not None else ""
        if not text:
            if self.required:
                raise invalid(f"{self.label} is needed.", self.name)
            return None
        if len(text) > self.longest:
            raise invalid(f"{self.label} can be at most {self.longest} characters long.", self.name)
        if self.kind != "money":
            return text
        try:
            cents = parse(text, currency)
        except Refusal as refusal:
            raise invalid(refusal.sentence, self.name) from None
        if cents <= 0:
            raise invalid(f"{self.label} must be more than zero.", self.name)
        return cents


@dataclass(frozen=True, slots=True)
class Move:
    """One row of a table: from where, to where, by whom, what it asks, and how it looks."""

    name: str
    label: str
    past: str
    sources: tuple[str, ...]
    to: str
    who: Need = "house"
    asks: tuple[Ask, ...] = ()
    style: Literal["primary", "danger"] | None = None
    button: bool = False
    """A button on the card; otherwise in its menu."""
    bulk: bool = False
    undone_by: str | None = None
    confirm: str | None = None
    when: str | None = None
    """A figure of the record that must not be nothing for the move to make sense."""
    listed: bool = True
    """Offered by itself; otherwise it is what another move turns into by its answers."""

    @property
    def event(self) -> str:
        """The move as a past fact, for the audit trail."""
        return self.past.replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Transition:
    move: Move
    source: str
    to: str


@dataclass(frozen=True, slots=True)
class Machine:
    """A noun of the trade with its states (and how people call them) and its moves."""

    noun: str
    title: str
    states: dict[str, str]
    first: str
    moves: tuple[Move, ...]
    named: str = ""
    """Its full name, where the title that people hear is another."""

    @property
    def heading(self) -> str:
        """As a chapter about it is called: `The invoice set`."""
        return f"The {self.named or self.title}"

    def move(self, name: str) -> Move:
        for move in self.moves:
            if move.name == name:
                return move
        raise Refusal("unknown_move", f"“{name}” is not something that can be done with {self.title}.", status=404)

    def offered(self, status: str, actor: Actor, location: str, row: object = None) -> tuple[Move, ...]:
        """What this person may do now: the card, the board and the bulk bar show exactly these."""
        return tuple(
            move
            for move in self.moves
            if move.listed
            and status in move.sources
            and move.who != "house"
            and actor.may(move.who, location)
            and (move.when is None or bool(getattr(row, move.when, None)))
        )

    def fire(self, name: str, *, status: str, before: str | None, actor: Actor, location: str) -> Transition:
        """Permission, then the table. Raises a refusal; changes nothing itself."""
        move = self.move(name)
        if not actor.may(move.who, location):
            raise forbidden(f"{move.label} needs the role {move.who} at this location. Ask someone who has it.")
        if status not in move.sources:
            now = self.states[status].lower()
            raise Refusal("stale", f"{move.label} is not possible: this {self.title} is {now} now.")
        return Transition(move, status, self._target(move, status, before))

    def _target(self, move: Move, status: str, before: str | None) -> str:
        if move.to == SAME:
            return status
        if move.to == BEFORE:
            return before or self.first
        return move.to

    def answers(self, name: str, given: dict[str, object], currency: str) -> dict[str, str | int | None]:
        """What a move asked, read and checked; every wrong field is told at once, unknown ones too."""
        move, wrong, read = self.move(name), {}, {}
        for unknown in sorted(given.keys() - {ask.name for ask in move.asks}):
            wrong[unknown] = f"{move.label} does not ask for “{unknown}”."
        for ask in move.asks:
            try:
                read[ask.name] = ask.read(given.get(ask.name), currency)
            except Refusal as refusal:
                wrong[ask.name] = refusal.sentence
        if wrong:
            raise Refusal("invalid", " ".join(wrong.values()), status=422, fields=wrong)
        return read
