"""`/billing …`: what was typed, forgivingly, and the answer as blocks. What it shows is asked from the reports."""

import difflib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from bot import blocks as b
from bot.desk import Desk
from documents.words import initials
from domain.access import Actor
from domain.errors import Refusal
from domain.money import plain
from domain.periods import Period, period_in
from domain.ports import Json, Ports
from domain.practice import Practice
from models.inbox import mark_handled
from models.record import InboxItem
from reports.registry import REPORTS
from reports.report import Asked, Cell, Report, Row, Totals

NOTHING = "There is nothing."
MOST_ROWS, MOST_LETTERS, LONGEST_CELL = 40, 8_000, 80
"""A table in Slack holds 100 rows and 10,000 characters, heads and sums among them; on a phone nobody reads more."""


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    blocks: list[Json]


@dataclass(frozen=True, slots=True)
class Typed:
    actor: Actor
    words: Sequence[str]
    practice: Practice
    ports: Ports


async def answer(typed: Typed) -> Answer:
    """The answer to what was typed; when it was nothing we know, the nearest thing and an example."""
    name, *rest = typed.words or ["help"]
    command = _known(name.casefold())
    if command is None:
        return _did_you_mean(name)
    try:
        return await COMMANDS[command](Typed(typed.actor, rest, typed.practice, typed.ports))
    except Refusal as refusal:
        return Answer(refusal.sentence, [b.section(b.escaped(refusal.sentence))])


def _known(name: str) -> str | None:
    name = {"aging": "ageing", "age": "ageing", "?": "help"}.get(name, name)
    return name if name in COMMANDS else None


def _did_you_mean(name: str) -> Answer:
    near = difflib.get_close_matches(name.casefold(), COMMANDS, n=1, cutoff=0.5)
    guess = f" Did you mean `/billing {near[0]}`?" if near else ""
    text = f"I don't know “{b.escaped(name[:40])}”.{guess} `/billing help` lists what there is."
    return Answer(text, [b.section(text)])


async def _help(typed: Typed) -> Answer:
    lines = [f"`/billing {name}`  {said}" for name, said in SAID.items()]
    return Answer("What /billing can do", [b.section("\n".join(lines))])


async def _report(report: Report, typed: Typed) -> Answer:
    practice = typed.practice
    places = typed.actor.locations_for(report.needs, tuple(practice.locations))
    if not places:
        sentence = f"This report needs the role {report.needs} at a location at least. Ask an admin of the practice."
        raise Refusal("forbidden", sentence)
    today = practice.today(places[0], typed.ports.clock.now())
    asked = Asked(_period(report, typed.words, today), places, practice.currency)
    return shown(report, await report.rows(asked), asked, practice)


def _period(report: Report, words: Sequence[str], today: date) -> Period:
    """A report as of a day takes the last of the days that were typed."""
    if report.covers == "period" or words:
        period = period_in(words, today)
        return period if report.covers == "period" else Period(period.last, period.last)
    return Period(today, today)


def shown(report: Report, rows: list[Row], asked: Asked, practice: Practice) -> Answer:
    """As much of it as is read in a channel, and the sum of all of it."""
    title = report.heading(asked)
    if not rows:
        return Answer(f"{title}: {NOTHING}", [b.header(title), b.section(NOTHING)])
    total, first = report.totals(rows), _first(report, rows, practice)
    more = len(rows) - len(first)
    blocks = [b.header(title), _table(report, [*first, _texts(report, total, practice)])]
    if more > 0:
        blocks.append(
            b.context(f"{more} more rows are in the total; `duesday report {report.name}` prints all of them.")
        )
    money = [column.name for column in report.columns if column.kind == "money"]
    return Answer(f"{title}: {plain(int(total[money[-1]] or 0), practice.currency)}", blocks)


def _first(report: Report, rows: Sequence[Row], practice: Practice) -> list[list[str]]:
    """The rows that fit."""
    first: list[list[str]] = []
    left = MOST_LETTERS
    for row in rows[:MOST_ROWS]:
        texts = _texts(report, row, practice)
        left -= sum(map(len, texts))
        if left < 0:
            break
        first.append(texts)
    return first


def _texts(report: Report, row: Row | Totals, practice: Practice) -> list[str]:
    return [b.cut(_written(row[column.name], column.kind, practice), LONGEST_CELL) for column in report.columns]


def _table(report: Report, rows: Sequence[Sequence[str]]) -> Json:
    head = [_cell(column.label, bold=True) for column in report.columns]
    body = [[_cell(text) for text in row] for row in rows]
    align = [{"align": "right" if column.kind == "money" else "left"} for column in report.columns]
    return {"type": "table", "column_settings": align, "rows": [head, *body]}


def _written(value: Cell, kind: str, practice: Practice) -> str:
    if value is None:
        return "–"
    if kind == "money":
        return plain(int(value), practice.currency)
    if kind == "name" and value != "Total":
        return _name(str(value), practice)
    return str(value) or "–"


def _name(name: str, practice: Practice) -> str:
    if practice.slack.privacy == "full":
        return name
    first, _, last = name.partition(" ")
    return initials(first, last) if practice.slack.privacy == "initials" else "•"


def _cell(text: str, *, bold: bool = False) -> Json:
    if not bold:
        return {"type": "raw_text", "text": text}
    words = [{"type": "text", "text": text, "style": {"bold": True}}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": words}]}


COMMANDS: dict[str, Callable[[Typed], Awaitable[Answer]]] = {
    **{report.name: partial(_report, report) for report in REPORTS.values()},
    "help": _help,
}
SAID = {**{report.name: report.says for report in REPORTS.values()}, "help": "this list"}


async def commanded(desk: Desk, item: InboxItem, payload: Json) -> None:
    """A slash command that came in, answered privately."""
    actor = await desk.roster.actor(payload["user_id"], payload.get("user_name", ""))
    found = await answer(Typed(actor, payload.get("text", "").split(), desk.practice, desk.ports))
    await desk.slack.respond(response_url=payload["response_url"], text=found.text, blocks=found.blocks)
    await mark_handled(item, now=desk.ports.clock.now())
