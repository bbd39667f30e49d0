"""When something falls due next: what a moved clock must not jump over. Asked by hand, for each stop on its way."""

from datetime import datetime, time, timedelta

from domain.practice import Practice
from models.database import day, moment, read

NEXT = """
    SELECT MIN(next_send_at) AS at FROM invoice_set WHERE status IN ('active', 'will_fail') AND next_send_at > $1
     UNION ALL
    SELECT MIN(due_at) FROM message WHERE status IN ('queued', 'sending') AND due_at > $1
"""
NEXT_LATE = "SELECT MIN(due_date) AS day FROM invoice WHERE status = 'sent' AND location = $1 AND due_date >= $2"


async def next_due(practice: Practice, *, after: datetime) -> datetime | None:
    """The next step of a sequence, the next try of a message, or the midnight on which a bill becomes late."""
    moments = [moment(row["at"]) for row in await read(NEXT, [after]) if row["at"]]
    return min([*moments, *await _midnights(practice, after)], default=None)


async def _midnights(practice: Practice, after: datetime) -> list[datetime]:
    """A bill is late when the day after its due date begins where its clinic is."""
    found = []
    for name, location in practice.locations.items():
        [row] = await read(NEXT_LATE, [name, after.astimezone(location.zone).date()])
        if row["day"]:
            found.append(datetime.combine(day(row["day"]) + timedelta(days=1), time(), location.zone))
    return found
