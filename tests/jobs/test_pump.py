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


async def test_to_drain_is_to_wait_for_what_a_lane_is_at_and_to_do_what_follows() -> None:
    """Else a moved clock would run away from a text that is on its way."""
    begun, may_end = asyncio.Event(), asyncio.Event()
    texts, receipts = [1], []

    async def sends() -> int:
        if not texts:
            return 0
        texts.pop()
        begun.set()
        await may_end.wait()
        receipts.append(1)
        return 1

    async def reads() -> int:
        return len(receipts) and receipts.pop()

    pump = Pump({"reading": Lane([reads]), "sending": Lane([sends])})
    await pump.start()
    await begun.wait()
    draining = asyncio.create_task(pump.drain())
    await asyncio.sleep(0.05)
    assert not draining.done(), "a text is on its way"
    may_end.set()
    assert await draining == 2
    assert not receipts
    await pump.stop()


async def test_a_lane_that_was_cancelled_at_its_work_holds_up_nobody() -> None:
    async def hangs() -> int:
        await asyncio.sleep(60)
        return 1

    works = [hangs]
    pump = Pump({"one": Lane(works)})
    await pump.start()
    await asyncio.sleep(0.05)
    await pump.stop()
    works.clear()
    assert await asyncio.wait_for(pump.drain(), 1) == 0
