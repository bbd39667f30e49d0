"""The loop that the house runs on, one for all tests: the database's sessions and the browser live in it.

What a test leaves at work there ends with it, as it would with a loop of its own.
"""

import asyncio
from collections.abc import Callable, Generator
from weakref import WeakSet

import pytest

from duesday.loop import NEW_LOOP

GRACE_SECONDS = 5
THE_BROWSERS = "playwright"
"""It listens to its driver from test to test."""

loops = WeakSet[asyncio.AbstractEventLoop]()


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"the house's": _remembered}


def _remembered() -> asyncio.AbstractEventLoop:
    loop = NEW_LOOP()
    loops.add(loop)
    return loop


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    result = yield
    for loop in loops:
        if left := [task for task in asyncio.all_tasks(loop) if THE_BROWSERS not in str(task)]:
            for task in left:
                task.cancel()
            loop.run_until_complete(asyncio.wait(left, timeout=GRACE_SECONDS))
    return result
