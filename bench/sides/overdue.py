"""The overdue tick, once: how long it took and what it weighed."""

import asyncio
import json
import resource
import sys
from datetime import datetime, time
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import uvloop

from bench.facts import TODAY
from domain.ports import Ports
from duesday.practice_file import read_practice
from jobs.ticks import overdue
from models import database
from sandbox import MovableClock

NOON = datetime.combine(TODAY, time(12), ZoneInfo("America/New_York"))


async def tick(url: str) -> None:
    print("{}", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await database.connect(url)
    practice = read_practice(Path("app.yaml"))
    ports = Ports(clock=MovableClock(frozen_at=NOON), pdf=None, public_url="https://x", secret_key=b"bench")  # type: ignore[arg-type]  # prints nothing
    started = perf_counter()
    done = await overdue(practice, ports)
    seconds = perf_counter() - started
    await database.close()
    weight = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"figure": seconds, "done": done, "megabytes": weight}), flush=True)


uvloop.run(tick(sys.argv[1]))
