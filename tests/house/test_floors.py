"""The contracts that hold the floors bite. That they are kept is a part of `make check`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source import ROOMS, ROOT

WRONG_WAYS = [
    ("domain", "import models", "Arrows point down"),
    ("models", "import gateways", "Arrows point down"),
    ("gateways", "import billing", "Arrows point down"),
    ("outreach", "import reports", "Arrows point down"),
    ("documents", "import outreach", "Arrows point down"),
    ("bot", "import jobs", "Arrows point down"),
    ("billing", "import duesday", "Arrows point down"),
    ("sandbox", "import domain", "The sandbox knows nothing of the house"),
    ("handlers", "import sandbox", "Only the front door knows the sandbox"),
    ("billing", "import stripe", "Vendors stand behind gateways/"),
    ("bot", "from slack_sdk.web.async_client import AsyncWebClient", "Vendors stand behind gateways/"),
    ("handlers", "import slack_bolt", "Bolt stands in bot/"),
    ("duesday/assembly", "import sandbox", "Serving never reaches the sandbox"),
]


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(house), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rooms' plan without their furniture: what a planted import breaks is only what it breaks."""
    house = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", house)
    for room in ROOMS:
        (house / room).mkdir()
        (house / room / "__init__.py").touch()
    for named in ("commands/__init__.py", "commands/serve.py", "commands/work.py", "serve.py", "assembly.py"):
        (house / "duesday" / named).parent.mkdir(exist_ok=True)
        (house / "duesday" / named).touch()
    return house


@pytest.mark.parametrize(
    ("room", "wrong", "contract"), WRONG_WAYS, ids=[f"{room}: {wrong}" for room, wrong, _ in WRONG_WAYS]
)
def test_an_arrow_that_points_up_is_caught(house: Path, room: str, wrong: str, contract: str):
    planted = house / f"{room}.py" if "/" in room else house / room / "planted.py"
    planted.write_text(wrong)
    try:
        found = lint(house)
    finally:
        planted.write_text("")
    assert found.returncode == 1, found.stdout + found.stderr
    assert f"{contract} BROKEN" in found.stdout
