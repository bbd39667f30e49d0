"""The loop that the house runs on, one for all tests: the database's sessions and the browser live in it.

What a test leaves running there would disturb the next one, so it is that test's own failure.
"""

import asyncio
from collections.abc import Callable, Generator
from weakref import WeakSet

import pytest

from duesday.loop import NEW_LOOP

loops = WeakSet[asyncio.AbstractEventLoop]()

THE_BROWSERS = "playwright"
"""It listens to its driver from test to test."""


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"the house's": _remembered}


def _remembered() -> asyncio.AbstractEventLoop:
    loop = NEW_LOOP()
    loops.add(loop)
    return loop


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    result = yield
    if left := [str(task) for loop in loops for task in asyncio.all_tasks(loop) if _goes_on(task)]:
        pytest.fail(f"Still at work after the test: {', '.join(sorted(left))}")
    return result


def _goes_on(task: asyncio.Task[object]) -> bool:
    return not task.cancelling() and THE_BROWSERS not in str(task)
