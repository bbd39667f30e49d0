"""What kinds of requests come from Slack, and who works on each."""

import json
from collections.abc import Awaitable, Callable

from bot.commands import commanded
from bot.desk import Desk
from bot.forms import submitted
from bot.presses import pressed
from domain.ports import Json
from models.record import InboxItem

WORKERS: dict[str, Callable[[Desk, InboxItem, Json], Awaitable[None]]] = {
    "action": pressed,
    "submission": submitted,
    "command": commanded,
}


def written(kind: str, payload: Json) -> bytes:
    """A request as the inbox keeps it."""
    return json.dumps([kind, payload]).encode()


async def work(desk: Desk, item: InboxItem) -> None:
    kind, payload = json.loads(item.body)
    await WORKERS[kind](desk, item, payload)
