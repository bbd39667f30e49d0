"""The pump: lanes that don't wait for each other, a bell that wakes them, and failures that stop nothing."""

import asyncio

from jobs.pump import Lane, Pump
from models.change import on_commit


async def test_what_fails_stops_nothing_else() -> None:
    done = []

    async def fails() -> int:
        raise RuntimeError("no")

    async def works() -> int:
        done.append(1)
        return 0 if len(done) > 2 else 1

    assert await Pump({"one": Lane([fails, works])}).drain() == 2
    assert len(done) == 3


async def test_a_slow_lane_keeps_no_other_waiting() -> None:
    slow, quick = asyncio.Event(), asyncio.Event()

    async def waits() -> int:
        await slow.wait()
        return 0

    async def runs() -> int:
        quick.set()
        return 0

    pump = Pump({"slow": Lane([waits]), "quick": Lane([runs])})
    await pump.start()
    await asyncio.wait_for(quick.wait(), 1)
    await pump.stop()


async def test_the_bell_wakes_a_sleeping_lane_at_once() -> None:
    rounds = asyncio.Queue[int]()

    async def counts() -> int:
        rounds.put_nowait(1)
        return 0

    pump = Pump({"one": Lane([counts])})
    await pump.start()
    await rounds.get()
    on_commit[-1]()
    await asyncio.wait_for(rounds.get(), 0.9)
    await pump.stop()
    assert pump.ring not in on_commit


async def test_a_lane_that_gathers_does_a_burst_in_one_run() -> None:
    runs = []

    async def counts() -> int:
        runs.append(1)
        return 0

    pump = Pump({"board": Lane([counts], gathers=0.05)})
    await pump.start()
    for _ in range(50):
        pump.ring()
        await asyncio.sleep(0)
    await asyncio.sleep(0.12)
    await pump.stop()
    assert 1 < len(runs) <= 4
