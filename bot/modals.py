"""Modals for moves that ask something, and for replies: from the table to a view, and from a submission to answers."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from bot import blocks as b
from domain.machine import Ask, Move
from domain.money import plain, typed
from domain.ports import Json
from domain.practice import Practice

MOVE_VIEW, REPLY_VIEW, PREVIEW_VIEW = "move", "reply", "reply_preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """What a view carries along: our own numbers only, never anything of the patient."""

    set_id: int
    version: int
    move: str = ""
    message: int = 0
    channel: str = ""

    def written(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def read(cls, metadata: str) -> "Hidden":
        return cls(**json.loads(metadata))


def move_view(move: Move, hidden: Hidden, *, practice: Practice, outstanding_cents: int, rule_set: str) -> Json:
    inputs = [_input(ask, practice, outstanding_cents, rule_set) for ask in move.asks]
    facts = b.section(f"Outstanding: *{plain(outstanding_cents, practice.currency)}*")
    said = [b.section(move.confirm)] if move.confirm else []
    return b.modal(MOVE_VIEW, move.label, [facts, *said, *inputs], submit=move.label, metadata=hidden.written())


def _input(ask: Ask, practice: Practice, outstanding_cents: int, rule_set: str) -> Json:
    if ask.kind == "choice":
        options = [b.option(named.title, name) for name, named in practice.rule_sets.items()]
        current = next((option for option in options if option["value"] == rule_set), None)
        return b.choice_input(ask.name, ask.label, options, initial=current)
    initial = typed(outstanding_cents, practice.currency) if ask.kind == "money" else ""
    return b.text_input(
        ask.name,
        ask.label,
        initial=initial,
        hint=ask.hint,
        required=ask.required,
        longest=ask.longest,
        many_lines=ask.kind == "text",
    )


def reply_view(hidden: Hidden) -> Json:
    blocks = [
        b.section("Only what you confirm in the next step leaves the building."),
        b.text_input("words", "Your words", many_lines=True, hint="The clinic's name is put in front of it."),
    ]
    return b.modal(REPLY_VIEW, "Reply to patient", blocks, submit="Preview", metadata=hidden.written())


def preview_view(hidden: Hidden, *, body: str, segments: int, hours: str, to: str) -> Json:
    """What the patient will read, letter by letter, before anything is sent."""
    size = f"{segments} text{'s' * (segments != 1)} long"
    blocks = [b.section(f"*To {b.escaped(to)}*"), b.section(b.quoted(body)), b.context(size, b.escaped(hours))]
    return b.modal(PREVIEW_VIEW, "Send this text?", blocks, submit="Send", metadata=hidden.written(), close="Not now")


def answers_of(view: Json) -> dict[str, Any]:
    """What was filled in, by the name of each input."""
    return {block: _answer(state["answer"]) for block, state in view["state"]["values"].items() if "answer" in state}


def _answer(element: Json) -> str | None:
    if element.get("type") == "static_select":
        chosen = element.get("selected_option")
        return chosen["value"] if chosen else None
    value = element.get("value")
    return str(value) if value is not None else None
