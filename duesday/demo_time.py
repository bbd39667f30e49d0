"""The demo's time: when the clock is moved, everything in between happens at its moment, in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from duesday.agenda import next_due
from duesday.assembly import House
from jobs.ticks import TICKS
from sandbox import World

MOST_STOPS = 500
WALKED = tuple(tick.name for tick in TICKS if tick.name != "audit")
"""An audit of every night that is passed over would only say the same again and again."""


class DemoTime:
    def __init__(self, house: House, world: World) -> None:
        self._house, self._world = house, world
        self._ahead = world.clock.now() - world.clock.pulse()
        self._looked = world.clock.now()
        """Up to when what was due has been done."""
        self._one_at_a_time = asyncio.Lock()

    async def was_moved(self) -> None:
        """Somebody has moved the clock: go back to where it stood and live through what they passed over."""
        target = self._world.clock.now()
        if not self._one_at_a_time.locked():
            self._world.clock.move_to(self._world.clock.pulse() + self._ahead)  # before anything sees the later time
        async with self.walking():
            await self.live_to(target)

    async def next_due(self) -> datetime | None:
        return await next_due(self._house.practice, after=self._world.clock.now())

    @asynccontextmanager
    async def walking(self) -> AsyncIterator[None]:
        async with self._one_at_a_time:
            yield
            self._ahead = self._world.clock.now() - self._world.clock.pulse()

    def begin_at(self, moment: datetime) -> None:
        self._looked = self._world.clock.move_to(moment)

    async def live_to(self, target: datetime) -> None:
        for _ in range(MOST_STOPS):
            due = await next_due(self._house.practice, after=self._looked)
            if due is None or due >= target:
                break
            await self._live_at(due)
        await self._live_at(target)

    async def _live_at(self, moment: datetime) -> None:
        """What has fallen due while we were busy is due already: the clock never goes back for it."""
        if moment > self._world.clock.now():
            self._world.clock.move_to(moment)
        await self.settle()

    async def settle(self) -> None:
        """Until nothing is under way any more, inside or outside."""
        self._looked = self._world.clock.now()
        await self._house.tick(*WALKED)
        while await self._world.settled():
            await self._house.pump.drain()
