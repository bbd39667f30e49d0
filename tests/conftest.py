"""What every test finds ready: databases, a browser page, and the account of what could not run."""

import gc
import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from tests.support.trials import size

pytest_plugins = [
    "pytester",
    "tests.support.one_loop",
    "tests.support.needs",
    "tests.support.worked_out",
    "tests.support.postgres",
    "tests.support.warm",
    "tests.support.databases",
    "tests.support.npm",
    "tests.support.printing",
    "tests.support.browser",
    "tests.support.demo",
    "tests.support.album",
]

# How long an example takes is the machine's business; a shared one would fail tests by the clock.
settings.register_profile("house", deadline=None, max_examples=size("EXAMPLES", quick=50, whole=100))
settings.load_profile("house")

# By itself structlog draws an exception with all source and variables around it: as much work as most tests are.
shown = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], shown])


MEMORY, SPARE_BYTES = Path("/dev/shm"), 2_000_000_000

LONGEST = (
    "tests/house/test_check.py",
    "tests/house/test_newcomer.py",
    "tests/crash/",
    "tests/browser/",
    "tests/duesday/test_demo",
)


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """What tests write does not outlive them: it goes into memory where there is some to spare, so nothing waits for a
    disk."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > SPARE_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a third of a test's time is waiting, for processes, servers and browsers."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is loaded now stays to the end, so rubbish is not looked for in it, neither meanwhile nor during tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, each room's by one worker: what the room has made ready serves it whole, and the other worker
    does the rest meanwhile."""
    items.sort(key=lambda item: [item.nodeid.startswith(room) for room in LONGEST], reverse=True)
