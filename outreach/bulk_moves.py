"""One move for many invoice sets, in the background: `billing.bulk_jobs` keeps the job and what came of each."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from billing.bulk_jobs import Deed, begin
from domain.access import Actor
from domain.errors import Refusal, invalid
from domain.invoice_set import INVOICE_SET
from domain.machine import Move
from domain.ports import Ports
from domain.practice import Practice
from models.bulk import BulkJob
from models.change import Facts, change
from outreach.moves import Answers, make_move
from outreach.plan import rule_set_named

MOST = 10_000
BULK_MOVES = tuple(move for move in INVOICE_SET.moves if move.bulk)


async def move_many(
    move: str, sets: Sequence[int], given: Answers, *, actor: Actor, practice: Practice, now: datetime
) -> BulkJob:
    """Begin a job. What is asked is checked at once; whether a set may be moved, and by whom, when its turn comes."""
    if move not in {each.name for each in BULK_MOVES}:
        raise invalid(f"“{move}” cannot be done with many at once.", "move")
    answers = INVOICE_SET.answers(move, given, practice.currency)
    if "rule_set" in answers:
        rule_set_named(str(answers["rule_set"]), practice)
    if not sets:
        raise Refusal("nothing_to_move", "There is none that this could be done with.", status=404)
    if len(sets) > MOST:
        raise invalid(f"These are more than {MOST:,}; narrow them down.", "filter")
    async with change(now) as told:
        return await begin(move, sets, asked=given, actor=actor, told=told)


def moving(practice: Practice, ports: Ports) -> Mapping[str, Deed]:
    """By the job's kind, what is done with each set."""
    return {move.name: _deed(move, practice, ports) for move in BULK_MOVES}


def _deed(move: Move, practice: Practice, ports: Ports) -> Callable[[int, Facts, Actor, datetime], Awaitable[str]]:
    async def made(number: int, asked: Facts, actor: Actor, _now: datetime) -> str:
        moved = await make_move(number, move.name, asked, actor=actor, practice=practice, ports=ports)
        return INVOICE_SET.states[moved.status]

    return made
