"""Writes the parts of docs/ that are told by the code: states.md from the machines, api.md from the routes.

`python docs/generate.py` writes them; with `--check` it writes nothing and exits with 1 if one of them is not current.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the clone this file stands in, whichever one the environment was made for

from domain.invoice import OPEN  # noqa: E402
from domain.invoice_set import CHASED  # noqa: E402
from domain.machine import BEFORE, SAME, Machine, Move  # noqa: E402
from domain.machines import MACHINES  # noqa: E402
from handlers.routes import ROUTES, Route  # noqa: E402

WRITTEN = "<!-- Written by docs/generate.py from {}. Change that, then run `make docs`. -->"
AS_IT_WAS = "as_it_was"

STATES = """\
# States and moves

{written}

Everything that can happen to an invoice, a payment or whatever else has a life is one row of a table in `domain/`.
Buttons, forms, the API's routes, permissions, filters and this page are made from those rows; `fire` in
`models/firing.py` is the one door through which a state changes. Moves of *the house* happen by themselves; nobody
presses them.
"""

API = """\
# Addresses

{written}

Every address there is, and who may call it: the guard looks before anything else is read.

What each address of the API takes and tells stands in its OpenAPI document, `/api/v1/openapi.json`. Money is whole
minor units (`*_cents`), times are RFC 3339, and unknown fields are refused. Lists page by `?limit=&cursor=`; the next
page's cursor is `next`. A refusal is `application/problem+json` with `code`, `detail` and `fields`; only what is no
readable HTTP, such as an address or a header of more than 8 KB, is a 400 in plain words. Every POST to `/api/` needs an
`Idempotency-Key`: with the same key the same request is given the same answer again for 30 days, another request is
refused, and one that is in hand still is a 409. What a move of an invoice set asks stands in
[states.md](states.md); an amount is sent as `amount_cents`. Keys are made by `duesday api-key create`; one of scope
`write` reaches what `intake` and `read` do, one of scope `admin` everything. One key may come as often as
`api_per_second` in app.yaml says, then it gets a 429.
"""


GROUPS = {"invoice": ("Owed", OPEN), "set": ("Open", CHASED)}
"""States drawn together in a box, under its name."""


def states_page() -> str:
    parts = [STATES.format(written=WRITTEN.format("the machines in domain/"))]
    return "\n".join([*parts, *(line for machine in MACHINES for line in _machine(machine))])


def _machine(machine: Machine) -> Iterator[str]:
    group_name, group = GROUPS.get(machine.noun, ("", ()))
    yield f"## {machine.heading}\n"
    yield "\n".join(["```mermaid", *_picture(machine, group_name, group), "```\n"])
    yield from _table(["Move", "From", "To", "Who", "Asks", "Undone by"], [_row(machine, m) for m in machine.moves])
    yield "Which state leads where (⟲: the state it had before; =: the state stays):\n"
    head = ["", *machine.states.values()]
    yield from _table(head, [[m.label, *(_cell(machine, m, state) for state in machine.states)] for m in machine.moves])


def _picture(machine: Machine, group_name: str, group: tuple[str, ...]) -> Iterator[str]:
    """States that a move leaves alike stand in a box together, so that one arrow does for all of them."""
    yield "stateDiagram-v2"
    yield f"    [*] --> {machine.first}"
    if group:
        yield f'    state "{group_name}" as group {{'
        yield from (f'        state "{machine.states[state]}" as {state}' for state in group)
        yield "    }"
    yield from (f'    state "{label}" as {state}' for state, label in machine.states.items() if state not in group)
    if any(move.to == BEFORE for move in machine.moves):
        yield f'    state "⟲ as it was before" as {AS_IT_WAS}'
    arrows: dict[tuple[str, str], list[str]] = {}
    for move in machine.moves:
        for source, target in _arrows(move, group):
            arrows.setdefault((source, target), []).append(move.label)
    yield from (f"    {source} --> {target}: {', '.join(labels)}" for (source, target), labels in arrows.items())


def _arrows(move: Move, group: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if move.to == SAME:
        return
    to = AS_IT_WAS if move.to == BEFORE else move.to
    whole = bool(group) and set(group) <= set(move.sources) and to not in group
    if whole:
        yield "group", to
    yield from ((source, to) for source in move.sources if not (whole and source in group))


def _row(machine: Machine, move: Move) -> list[str]:
    to = {BEFORE: "⟲ the one before", SAME: "stays"}.get(move.to) or machine.states[move.to]
    asks = ", ".join(ask.label if ask.required else f"{ask.label} (if not all)" for ask in move.asks)
    return [
        f"**{move.label}** `{move.name}`",
        ", ".join(machine.states[source] for source in move.sources),
        to,
        "the house" if move.who == "house" else move.who,
        asks or "–",
        machine.move(move.undone_by).label if move.undone_by else "–",
    ]


def _cell(machine: Machine, move: Move, state: str) -> str:
    if state not in move.sources:
        return ""
    return {BEFORE: "⟲", SAME: "="}.get(move.to) or machine.states[move.to]


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    lines = [head, ["---"] * len(head), *rows]
    yield "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def api_page() -> str:
    written = WRITTEN.format("handlers/routes.py")
    table = _table(["", "Address", "Guard"], [_address(route) for route in ROUTES])
    return "\n".join([API.format(written=written), *table])


def _address(route: Route) -> list[str]:
    plain = re.sub(r"\{(\w+):.*?\}\}", r"{\1}", route.path)
    return [route.method, f"`{plain}`", route.guard.name]


PAGES = {"docs/states.md": states_page, "docs/api.md": api_page}


def stale(root: Path = ROOT) -> list[str]:
    """The pages that do not say what the code says."""
    return [name for name, page in PAGES.items() if not _says(root / name, page())]


def _says(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print("usage: python docs/generate.py [--check]", file=sys.stderr)
        return 2
    found = stale()
    for name in found:
        if arguments:
            print(f"{name} is not current: run `make docs`", file=sys.stderr)
        else:
            (ROOT / name).write_text(PAGES[name](), "utf-8")
            print(name)
    return 1 if arguments and found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
