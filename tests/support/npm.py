"""The vendors' own definitions as npm carries them, installed once per clone into .venv/npm; nowhere else."""

import shutil
import subprocess
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

from tests.support.source import ROOT

NAMED = ROOT / "tests/conformance/npm"
HOME = ROOT / ".venv/npm"
INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", f"--cache={HOME}/cache")


@pytest.fixture(scope="session")
def npm_packages() -> Path:
    """The folder node_modules as tests/conformance/npm/package-lock.json says; the first worker to ask makes it."""
    HOME.mkdir(parents=True, exist_ok=True)
    lock, stamp = (NAMED / "package-lock.json").read_text(), HOME / "installed.json"
    with (HOME / "lock").open("w") as door:
        flock(door, LOCK_EX)
        if not stamp.exists() or stamp.read_text() != lock:
            _install()
            stamp.write_text(lock)
    return HOME / "node_modules"


def _install() -> None:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(NAMED / name, HOME)
    done = subprocess.run(INSTALL, cwd=HOME, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"npm could not install what the lock file names:\n{done.stderr}"
