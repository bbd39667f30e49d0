"""What docs/sandbox.md says of Slack is so: its methods, its codes, its switches."""

import re

import pytest

from sandbox import World
from sandbox.slack import blockkit
from sandbox.slack.web_api import METHODS
from tests.support.source import ROOT

PAGE = (ROOT / "docs/sandbox.md").read_text()
SECTION = PAGE[PAGE.index("\n## Slack\n") :].partition("\n## Phones")[0]
SOURCE = "".join(path.read_text() for path in sorted((ROOT / "sandbox/slack").glob("*.py")))
FAMILIES = ("auth", "apps", "chat", "views", "conversations", "users", "usergroups", "files")


def test_the_methods_are_those_it_answers() -> None:
    named = set(re.findall(rf"`((?:{'|'.join(FAMILIES)})\.[A-Za-z.]+)`", SECTION))
    assert named == {*METHODS, "apps.connections.open"}


def test_every_code_is_one_that_is_given() -> None:
    table = SECTION.partition("| and refuses with |")[2].partition("\n\n")[0]
    codes = {code for row in table.splitlines() for code in re.findall(r"`([a-z_]+)`", row.rpartition(" | ")[2])}
    assert len(codes) > 25
    assert [code for code in codes - {"needed", "provided"} if f'"{code}"' not in SOURCE] == []


@pytest.mark.parametrize("name", re.findall(r"`slack\.([a-z_.]+)", SECTION))
def test_every_switch_is_there(name: str) -> None:
    found: object = World().slack
    for part in name.split("."):
        assert hasattr(found, part)
        found = getattr(found, part)


@pytest.mark.parametrize("kind", re.search(r"elements (`.*?)(?=;)", SECTION.replace("\n", " "))[1].split("`")[1::2])
def test_a_block_that_is_left_out_is_refused(kind: str) -> None:
    assert "unsupported type" in str(blockkit.check_message([{"type": kind}])[0])
