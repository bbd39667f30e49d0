"""What is of no use any more after a while, and would make every copy of the books heavier: deleted once a night.

What nobody has worked off stays, however old: it is still somebody's to look at.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.ports import Ports
from domain.practice import Practice
from jobs.nightly import tonight
from models.database import execute, moment, read

SLICE = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """A table whose rows are kept for so many days; they come in the order of their ids."""

    table: str
    since: str
    days: int
    over: str = "1 = 1"
    """What must be true of a row that goes."""


KEPT = (
    Kept("given_answer", "at", 30),
    Kept("inbox_item", "received_at", 90, "handled_at IS NOT NULL AND error IS NULL"),
    Kept("job_slot", "taken_at", 30),
)


async def tidy_tonight(practice: Practice, ports: Ports) -> int:
    """Once a night; how many rows went."""
    now = ports.clock.now()
    if not await tonight("tidying of the night", practice, now):
        return 0
    return sum([await _tidy(kept, now - timedelta(days=kept.days)) for kept in KEPT])


async def _tidy(kept: Kept, before: datetime) -> int:
    """The oldest first, a slice at a time, up to the first that is too young: no night reads the whole table."""
    gone, last = 0, 0
    rows = f"SELECT id, {kept.since} AS since FROM {kept.table} WHERE id > $1 ORDER BY id LIMIT {SLICE}"  # noqa: S608  # our own words
    delete = f"DELETE FROM {kept.table} WHERE id > $1 AND id <= $2 AND {kept.since} < $3 AND {kept.over}"  # noqa: S608  # as above
    while old := [row["id"] for row in await read(rows, [last]) if moment(row["since"]) < before]:
        gone += await execute(delete, [last, old[-1], before])
        last = old[-1]
    return gone
