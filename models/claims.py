"""Who does what is due: rows are claimed for a while, slots of the clock for good. The doing lives elsewhere."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tortoise.models import Model

from models.database import dialect, execute, returning


async def claim(
    table: type[Model],
    *,
    due: str,
    args: Sequence[Any] = (),
    at: datetime,
    lease: timedelta,
    limit: int,
    order_by: str = "id",
) -> list[int]:
    """Take the first rows that are `due` (SQL over `args` as $1, $2, …) and taken by nobody; their ids, in no order.

    They are this caller's until the lease ends; if it died, they come up again then. `at` is machine time: leases run
    by the real clock, wherever the practice's stands. Call it outside of a transaction: a claim counts once committed.
    """
    name, free = table._meta.db_table, len(args) + 1
    # PostgreSQL runs a subselect that locks once per plan node, a locking CTE once.
    claimed = f"""
        WITH due AS (
            SELECT id FROM {name} WHERE ({due}) AND (claimed_until IS NULL OR claimed_until < ${free})
            ORDER BY {order_by} LIMIT ${free + 1} {"FOR UPDATE SKIP LOCKED" if dialect() == "postgres" else ""}
        )
        UPDATE {name} SET claimed_until = ${free + 2} WHERE id IN (SELECT id FROM due) RETURNING id
    """  # noqa: S608  # table, condition and order are the caller's own words; values are arguments
    return [row["id"] for row in await returning(claimed, [*args, at, limit, at + lease])]


async def renew(table: type[Model], id: int, until: datetime | None, *, at: datetime, lease: timedelta) -> bool:
    """A claimed row's turn has come: its lease begins anew. False when it ended over those before it, and another
    may have taken it up: each of a batch is done by one, however long the batch takes."""
    still = "claimed_until = $3" if until else "claimed_until IS NULL"
    renewed = f"UPDATE {table._meta.db_table} SET claimed_until = $1 WHERE id = $2 AND {still}"  # noqa: S608
    return bool(await execute(renewed, [at + lease, id, *([until] if until else ())]))


async def slot(job: str, slot: str, *, at: datetime) -> bool:
    """Take a job's slot; whether this caller was the first of all replicas."""
    taken = "INSERT INTO job_slot (job, slot, taken_at) VALUES ($1, $2, $3) ON CONFLICT (job, slot) DO NOTHING"
    return await execute(taken, [job, slot, at]) == 1
