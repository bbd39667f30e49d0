"""What every test finds ready: databases, a browser page, and the account of what could not run."""

import pytest
from hypothesis import settings

pytest_plugins = [
    "pytester",
    "tests.support.needs",
    "tests.support.postgres",
    "tests.support.databases",
    "tests.support.npm",
    "tests.support.printing",
    "tests.support.browser",
    "tests.support.demo",
    "tests.support.album",
]

# How long an example takes is the machine's business; a shared one would fail tests by the clock.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


LONGEST = ("tests/house/test_newcomer.py", "tests/crash/", "tests/browser/", "tests/duesday/test_demo")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, each room's by one worker: what the room has made ready serves it whole, and the other worker
    does the rest meanwhile."""
    items.sort(key=lambda item: [item.nodeid.startswith(room) for room in LONGEST], reverse=True)
