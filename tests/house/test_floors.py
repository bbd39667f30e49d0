"""The contracts that hold the floors bite. That they are kept is a part of `make check`."""

import json
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


LINT = """
import json, sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from importlinter.cli import lint_imports

found = []
for place, wrong in json.loads(sys.argv[1]):
    Path(place).write_text(wrong)
    with redirect_stdout(StringIO()) as said:
        status = lint_imports(no_cache=True)
    found.append((status, said.getvalue()))
    Path(place).write_text("")
print(json.dumps(found))
"""
"""One process for all, as loading the linter takes ten times as long as linting; and one that has no house loaded."""


def planted(room: str) -> str:
    return f"{room}.py" if "/" in room else f"{room}/planted.py"


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


@pytest.fixture(scope="module")
def found(house: Path) -> dict[tuple[str, str], tuple[int, str]]:
    """By room and wrong import: what `lint-imports` ends with, and what it says."""
    wrongs = json.dumps([(planted(room), wrong) for room, wrong, _ in WRONG_WAYS])
    environment = {**os.environ, "PYTHONPATH": str(house), "NO_COLOR": "1", "COLUMNS": "200"}
    told = subprocess.run(
        [sys.executable, "-c", LINT, wrongs], cwd=house, env=environment, capture_output=True, check=True
    )
    return dict(zip(((room, wrong) for room, wrong, _ in WRONG_WAYS), json.loads(told.stdout), strict=True))


@pytest.mark.parametrize(
    ("room", "wrong", "contract"), WRONG_WAYS, ids=[f"{room}: {wrong}" for room, wrong, _ in WRONG_WAYS]
)
def test_an_arrow_that_points_up_is_caught(
    found: dict[tuple[str, str], tuple[int, str]], room: str, wrong: str, contract: str
):
    status, said = found[room, wrong]
    assert status == 1, said
    assert f"{contract} BROKEN" in said
