"""The sample's time: a year of books, then the weeks in which patients are followed, up to the morning.

What the crowd does is written into the books a moment at a time, each moment in one transaction, and those who write to
patients and draw cards begin after it: a year of letters would take minutes to print. What the scenes and those who are
late do is lived through, with everything that follows from it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from itertools import groupby

from billing.patients import keep_patient
from domain.access import CLOCK
from duesday.assembly import House
from duesday.demo_time import DemoTime
from duesday.sample.deeds import OPENING, Deed, in_order
from duesday.sample.followed import FOLLOWED_FOR
from duesday.sample.people import PATIENTS
from duesday.sample.scenes import SCENES
from duesday.sample.telling import DEEDS, Stage, complete_visits
from duesday.sample.telling.office import open_shop
from duesday.sample.wares import YEAR
from duesday.sample.year import Year
from jobs.timetable import run_ticks
from models.change import change
from models.invoices import Invoice
from models.readers import begin_here
from outreach.enrol import enrol
from sandbox import World

BOOKS = ("overdue", "late_fees", "instalments", "archive")
"""What the clock does in the books."""
DAWN = time(7)


async def live_through(morning: datetime, *, house: House, world: World, clock: DemoTime) -> None:
    """From the first visit to that morning, with whatever the clock brings in between."""
    await _Living(Stage(house, world, morning), clock, Year()).live()


class _Living:
    def __init__(self, stage: Stage, clock: DemoTime, year: Year) -> None:
        self._stage, self._clock = stage, clock
        self._patients = (*PATIENTS, *(each for home in year.homes for each in home.members))
        late = {each.external_id for home in year.followed for each in home.members}
        lived = [deed for deed in year.deeds if deed.who in late and deed.days_ago <= FOLLOWED_FOR]
        seen = {*lived}
        self._lived = sorted((*SCENES, *lived), key=in_order)
        self._books = [deed for deed in year.deeds if deed not in seen]

    async def live(self) -> None:
        self._clock.begin_at(self._stage.at(YEAR, DAWN))
        await self._open()
        await self._keep_books([deed for deed in self._books if deed.days_ago > FOLLOWED_FOR], ticking=True)
        await self._begin_to_follow()
        for day in range(FOLLOWED_FOR, -1, -1):
            await self._live_a_day(day)
        await self._clock.live_to(self._stage.morning)

    async def _open(self) -> None:
        practice, now = self._stage.practice, self._stage.now
        async with change(now):
            await open_shop(self._stage, now)
            for each in self._patients:
                record = replace(each, location=self._stage.place(each.location))
                await keep_patient(record, practice=practice, actor=CLOCK, now=now)

    async def _keep_books(self, deeds: Sequence[Deed], *, ticking: bool = False) -> None:
        """A moment at a time; where the clock isn't lived through, it does each day's work in the books as well."""
        for day, of_day in groupby(deeds, lambda deed: deed.days_ago):
            if ticking:
                self._stage.world.clock.move_to(self._stage.at(day, DAWN))
                async with change(self._stage.now):
                    await run_ticks(BOOKS, practice=self._stage.practice, ports=self._stage.house.ports)
            for at, together in groupby(of_day, lambda deed: deed.at):
                await self._keep_moment([*together], self._stage.at(day, at))
        await begin_here("outreach", "noticeboard", now=self._stage.now)

    async def _keep_moment(self, deeds: Sequence[Deed], moment: datetime) -> None:
        async with change(moment):
            await complete_visits(self._stage, [deed for deed in deeds if deed.what == "visits"], moment)
            for deed in deeds:
                if deed.what != "visits":
                    await DEEDS[deed.what](self._stage, deed, moment)

    async def _begin_to_follow(self) -> None:
        """What is late by then is followed from then on."""
        self._clock.begin_at(self._stage.at(FOLLOWED_FOR, DAWN))
        await run_ticks(BOOKS, practice=self._stage.practice, ports=self._stage.house.ports)
        late = Invoice.filter(status="overdue", invoice_set_id=None).order_by("id")
        for number in await late.values_list("id", flat=True):
            await enrol(int(str(number)), practice=self._stage.practice, now=self._stage.now)

    async def _live_a_day(self, day: int) -> None:
        """What is in the books only waits for nobody, and nobody waits for it; today's registers are opened first."""
        books = [deed for deed in self._books if deed.days_ago == day]
        lived = [deed for deed in self._lived if deed.days_ago == day]
        if day == 0:
            await self._clock.live_to(self._stage.at(day, OPENING))
        await self._keep_books(books)
        for at, together in groupby(lived, lambda deed: deed.at):
            await self._clock.live_to(self._stage.at(day, at))
            for deed in together:
                await DEEDS[deed.what](self._stage, deed, self._stage.now)
            await self._clock.settle()
