"""What is done once a night, where the practice is: the books are audited, and what is off is told to staff."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from billing.audit import audit
from domain.access import CLOCK
from domain.ports import Ports
from domain.practice import Practice
from models.change import change
from models.claims import slot

BEGINS = 3
"""By the clock: when nobody works, and after every location's midnight in a practice of neighbouring zones."""

log = structlog.get_logger()


async def tonight(work: str, practice: Practice, now: datetime) -> bool:
    """Whether it is night where the practice is, and this caller the first of all replicas to begin that work."""
    here = now.astimezone(ZoneInfo(practice.timezone))
    return here.hour >= BEGINS and await slot(work, here.date().isoformat(), at=now)


async def audit_tonight(practice: Practice, ports: Ports) -> int:
    """Once for every night that the service lives to see, however long it was away; how much was found to be off."""
    now = ports.clock.now()
    if not await tonight("audit of the night", practice, now):
        return 0
    found = await audit(full=True)
    if found:
        checks = dict(Counter(finding.check for finding in found))
        log.error("audit.found", checks=checks)
        async with change(now) as told:
            told.tell("audit.found", "audit", actor=CLOCK, location="", after={"found": len(found), "checks": checks})
    return len(found)
