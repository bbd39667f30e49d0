"""APScheduler holds the times. Which replica does a slot is decided by one row per (job, slot)."""

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from domain.ports import Ports
from domain.practice import Practice
from jobs.ticks import TICKS, Tick
from models.claims import slot


def timetable(*, practice: Practice, ports: Ports) -> AsyncIOScheduler:
    """A scheduler in memory, in every replica alike; started and shut down by the assembly."""
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 300}
    )
    for tick in TICKS:
        minute = f"*/{tick.every_minutes}" if tick.every_minutes < 60 else "0"
        scheduler.add_job(
            take_turn, CronTrigger(minute=minute, timezone="UTC"), args=[tick, practice, ports], id=tick.name
        )
    return scheduler


async def take_turn(tick: Tick, practice: Practice, ports: Ports) -> int | None:
    """Do the slot that the clock stands in, unless another replica has it; how much was done."""
    now = ports.clock.now()
    if not await slot(tick.name, f"{now:%Y-%m-%dT%H:%M}", at=now):
        return None
    return await tick.run(practice, ports)


async def run_ticks(names: tuple[str, ...], *, practice: Practice, ports: Ports) -> dict[str, int]:
    """Run what is due now, once, by hand or from cron; how much each did. No names mean all of them."""
    chosen = [tick for tick in TICKS if not names or tick.name in names]
    return {tick.name: await tick.run(practice, ports) for tick in chosen}
