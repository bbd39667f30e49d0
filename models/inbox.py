"""The inbox: webhooks kept before they are answered, claimed afterwards, marked in the transaction of their work."""

from datetime import datetime, timedelta

from models.by_hand import change_row, rows_of
from models.claims import claim
from models.group_commit import GroupCommit
from models.record import InboxItem

LEASE = timedelta(minutes=2)
BACKOFF = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 3600, 6 * 3600))
BATCH = 50

COLUMNS = ("source", "external_id", "headers", "body", "received_at", "due_at", "attempts")
"""What a door keeps; `GroupCommit` writes them."""

KNOWN_BY = ("source", "external_id")


def keeper() -> GroupCommit:
    return GroupCommit("inbox_item", COLUMNS, key=KNOWN_BY)


async def due_items(*, now: datetime, pulse: datetime, from_slack: bool) -> list[InboxItem]:
    """The next items to work on, oldest first, claimed by this process. People in Slack don't wait behind vendors."""
    due, args = f"handled_at IS NULL AND due_at <= $1 AND source {'=' if from_slack else '<>'} 'slack'", [now]
    ids = await claim(InboxItem, due=due, args=args, at=pulse, lease=LEASE, limit=BATCH, order_by="id")
    return await rows_of(InboxItem, id__in=ids) if ids else []


async def mark_handled(item: InboxItem, *, now: datetime, error: str | None = None) -> bool:
    """Within the work's own transaction: False when another process has handled it meanwhile."""
    done = {"handled_at": now, "claimed_until": None, "error": error[:300] if error else None}
    return await change_row(item, done, handled_at=None)


async def put_back(item: InboxItem, *, now: datetime, error: str) -> bool:
    """Try again later; False when it has been tried often enough and is left for a person."""
    attempts = item.attempts + 1
    given_up = attempts > len(BACKOFF)
    wait = BACKOFF[min(attempts, len(BACKOFF)) - 1]
    await InboxItem.filter(id=item.id).update(
        attempts=attempts,
        error=error[:300],
        claimed_until=None,
        due_at=now + wait,
        handled_at=now if given_up else None,
    )
    return not given_up
