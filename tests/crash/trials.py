"""Days of the clinic on copies of its database, from the morning on, with the deaths and faults planned for them."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import aiohttp

from domain.ports import PdfPrinter
from domain.practice import Practice
from models import database
from sandbox import World
from tests.crash.clock import SharedClock
from tests.crash.day import Day, billed
from tests.crash.household import Household, address
from tests.crash.laws import broken_laws, picture
from tests.crash.lines import Death, Place
from tests.stories.clinic import THURSDAY_MORNING, clinic_in, frozen_world, settle_in
from tests.support.practice import the_practice


@dataclass(frozen=True)
class Billed:
    """A database to be copied: a file's path or a template's name; and the numbers of the bills in it."""

    kind: str
    template: str
    numbers: dict[str, str]


@dataclass
class Ending:
    """How a day came out, and what was executed or met in it."""

    lines: Counter[Place] = field(default_factory=Counter)
    picture: Mapping[str, Any] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    met: Sequence[Death] = ()


async def bill_everybody(url: str, into: Billed, pdf: PdfPrinter) -> None:
    async with frozen_world() as world, clinic_in(url, the_practice(), world, pdf) as clinic:
        into.numbers.update(await billed(clinic))


@asynccontextmanager
async def morning(
    url: str, folder: Path, practice: Practice | None = None, papers: Path | None = None
) -> AsyncIterator[tuple[World, Callable[..., Household]]]:
    """The world at the hour at which the bills were sent, the database open to look into, and houses to be begun."""
    clock = SharedClock(folder / "clock")
    clock.move_to(THURSDAY_MORNING)
    with address() as port:
        async with World(clock=clock) as world:
            settle_in(world)
            world.aim(f"http://127.0.0.1:{port}")
            await database.connect(url)
            try:
                yield world, partial(Household, url, world, practice or the_practice(), port, papers)
            finally:
                await database.close()


async def end_of_a_day(
    url: str,
    billed: Billed,
    folder: Path,
    ending: Ending,
    *,
    papers: Path | None = None,
    deaths: Sequence[Death] = (),
    counts: bool = False,
    chance: Random | None = None,
    goes_wrong: Callable[[World], None] = lambda _: None,
) -> None:
    async with morning(url, folder, papers=papers) as (world, household), aiohttp.ClientSession() as browser:
        goes_wrong(world)
        async with household(deaths=deaths, counts=counts) as house:
            await Day(world, (house,), browser, billed.numbers, chance or Random(0)).lived()
            ending.broken, ending.picture = [*await broken_laws(world), *_spared(world)], await picture(world)
        ending.lines, ending.met = house.lines, house.met


def _spared(world: World) -> Iterator[str]:
    planned = (fault for stand_in in world.stand_ins.values() for fault in stand_in.desk.planned)
    yield from (f"{fault.operation} never met its {fault.kind}." for fault in planned)
