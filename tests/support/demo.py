"""A demo that has been filled, once for all tests of a run: who needs one copies its folder.

The texts in it lead to the port it was filled on: whoever follows a link starts the copy there.
"""

import os
import shutil
import signal
import subprocess
import sys
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

from tests.support.ports import free_port
from tests.support.processes import megabytes
from tests.support.source import ROOT


@pytest.fixture(scope="session")
def filled_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which a demo was started, filled, and ended by Ctrl-C; the first worker to ask makes it."""
    ours = tmp_path_factory.getbasetemp()
    shared = ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours
    folder = shared / "filled-demo"
    with (shared / "filled-demo.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not folder.exists():
            making = shared / "demo-in-the-making"
            making.mkdir()
            _fill(making)
            making.rename(folder)
    return folder


def _fill(folder: Path) -> None:
    shutil.copy(ROOT / "app.yaml", folder)
    log, port = folder / "log", free_port()
    (folder / "port").write_text(str(port))
    with log.open("wb") as told:
        command = [sys.executable, "-m", "duesday", "demo", "--port", str(port)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "DUESDAY_CONFIG": "app.yaml"}
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=told, stderr=told
        )
    while not (folder / "var" / "demo" / "filled").exists():
        try:
            raise AssertionError(f"it ended with {process.wait(0.05)}: {log.read_text()}")
        except subprocess.TimeoutExpired:
            continue
    (folder / "megabytes").write_text(str(megabytes(process.pid)))
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0, log.read_text()
    assert "Traceback" not in log.read_text()
