"""Where tests keep their screenshots: in var/pictures, or with DUESDAY_PICTURES in a folder of one's own."""

import os
from pathlib import Path
from time import time

import pytest
from _pytest.terminal import TerminalReporter

from tests.support.source import ROOT

FOLDER = ROOT / os.environ.get("DUESDAY_PICTURES", "var/pictures")
BEGAN = time()


@pytest.fixture(scope="session")
def album() -> Path:
    FOLDER.mkdir(parents=True, exist_ok=True)
    return FOLDER


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    taken = [picture for picture in FOLDER.glob("*.png") if picture.stat().st_mtime >= BEGAN]
    if taken:
        terminalreporter.write_line(f"screenshots of this run: {len(taken)} in {FOLDER.relative_to(ROOT)}")
