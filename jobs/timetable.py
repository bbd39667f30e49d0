"""APScheduler holds the times. Which replica does a slot is decided by one row per (job, slot)."""

import asyncio
from collections import defaultdict

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from domain.ports import Ports
from domain.practice import Practice
from jobs.ticks import TICKS, Tick
from models.claims import slot

Turns = defaultdict[str, asyncio.Lock]
"""Who is at which tick in this process. What it has claimed looks done to the next one, so that one waits."""


def timetable(*, practice: Practice, ports: Ports, turns: Turns) -> AsyncIOScheduler:
    """A scheduler in memory, in every replica alike; started and shut down by the assembly."""
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 300}
    )
    for tick in TICKS:
        minute = f"*/{tick.every_minutes}" if tick.every_minutes < 60 else "0"
        scheduler.add_job(
            take_turn, CronTrigger(minute=minute, timezone="UTC"), args=[tick, practice, ports, turns], id=tick.name
        )
    return scheduler


async def take_turn(tick: Tick, practice: Practice, ports: Ports, turns: Turns) -> int | None:
    """Do the slot that the clock stands in, unless another replica has it; how much was done."""
    now = ports.clock.now()
    if not await slot(tick.name, f"{now:%Y-%m-%dT%H:%M}", at=now):
        return None
    return await _run(tick, practice, ports, turns)


async def run_ticks(
    names: tuple[str, ...], *, practice: Practice, ports: Ports, turns: Turns | None = None
) -> dict[str, int]:
    """Run what is due now, once, by hand or from cron; how much each did. No names mean all of them."""
    chosen = [tick for tick in TICKS if not names or tick.name in names]
    alone = no_turns() if turns is None else turns
    return {tick.name: await _run(tick, practice, ports, alone) for tick in chosen}


def no_turns() -> Turns:
    return defaultdict(asyncio.Lock)


async def _run(tick: Tick, practice: Practice, ports: Ports, turns: Turns) -> int:
    async with turns[tick.name]:
        return await tick.run(practice, ports)
