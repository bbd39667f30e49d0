"""Leases of the dead end at once, as if two minutes had gone by: the living keep what they have in hand, and what the
dead had sent has arrived.
"""

import asyncio
from collections.abc import Collection

from models.database import execute, moment, read
from tests.crash.clock import MOST_LIVES

CLAIMED = ("inbox_item", "message", "card", "post", "invoice_set", "refund", "bulk_job")
HELD = " UNION ALL ".join(
    f"SELECT '{table}' AS held, id, claimed_until FROM {table} WHERE claimed_until IS NOT NULL" for table in CLAIMED
)
TURNS = 20
"""More than any stand-in needs from a caller's knock to the deed."""


async def heard_out() -> None:
    """Whatever lies with the kernel for those who listen in this loop was done."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def end_leases(dead: Collection[int]) -> None:
    """Asked again and again: what the dead had asked of the database may be done later than they died."""
    for row in await read(HELD) if dead else ():
        until = moment(row["claimed_until"])
        if until.microsecond % MOST_LIVES in dead:  # and still has it: others who ask may have been quicker
            ended = f"UPDATE {row['held']} SET claimed_until = NULL WHERE id = $1 AND claimed_until = $2"
            await execute(ended, [row["id"], until])
