"""A world to speak to, a service that only listens, and a day in a console to look at."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from sandbox import World
from tests.sandbox.console_day import Day, a_day
from tests.sandbox.listener import Listener, listening
from tests.support.ports import free_port


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World() as world:
        yield world


@pytest.fixture
async def service(world: World) -> AsyncIterator[Listener]:
    async with listening() as listener:
        world.aim(listener.url)
        yield listener


@pytest.fixture(scope="session")
def port() -> int:
    """Each day's, one after the other: of one address the browser keeps the console's files."""
    return free_port()


@pytest.fixture
async def day(port: int) -> AsyncIterator[Day]:
    async with a_day(port) as day:
        yield day


@pytest.fixture
async def console(page: Page, day: Day) -> Page:
    return await _opened(page, day)


@pytest.fixture
async def timed_console(timed_page: Page, day: Day) -> Page:
    """One whose timers stand still until they are told to go on."""
    await _opened(timed_page, day)
    await timed_page.clock.pause_at(await timed_page.evaluate("() => Date.now() / 1000 + 1"))
    return timed_page


async def _opened(page: Page, day: Day) -> Page:
    await page.goto(day.world.url)
    await expect(page.get_by_role("article").first).to_be_visible()
    return page
