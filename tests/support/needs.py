"""Programs of the system that some tests need, and the account of what could not run. Nothing is skipped silently."""

import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from _pytest.terminal import TerminalReporter


class Need(NamedTuple):
    tests: str
    find: Callable[[], str | None]


def postgres_programs() -> str | None:
    """The folder of the newest PostgreSQL server here; Debian keeps it off the PATH."""
    debian = [str(folder) for folder in Path("/usr/lib/postgresql").glob("*/bin")]
    newest_first = sorted(debian, key=lambda folder: float(folder.split("/")[-2]), reverse=True)
    initdb = shutil.which("initdb", path=os.pathsep.join([*newest_first, os.environ.get("PATH", "")]))
    return str(Path(initdb).resolve().parent) if initdb else None


BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first is the same engine without a browser's windows around it, at a third of the processor time."""


def chromium() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


NEEDS = {
    "postgres": Need("on PostgreSQL", lambda: os.environ.get("DUESDAY_TEST_POSTGRES") or postgres_programs()),
    "browser": Need("in a browser", chromium),
    "npm": Need("with what vendors publish on npm", lambda: shutil.which("npm")),
    "poppler": Need("of what a PDF shows", lambda: shutil.which("pdftoppm")),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, need in NEEDS.items():
        if item.get_closest_marker(marker) and not need.find():
            pytest.skip(f"{need.tests}; `make system` installs it")


def reasons(reporter: TerminalReporter) -> Counter[str]:
    skipped = reporter.stats.get("skipped", [])
    return Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    for reason, count in reasons(terminalreporter).items():
        terminalreporter.write_line(f"not run here: {count} test{'s' * (count != 1)} {reason}", yellow=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where the whole proof is asked for, a test that did not run is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == pytest.ExitCode.OK and os.environ.get("CI") == "true" and reporter and reasons(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
