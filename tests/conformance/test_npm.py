"""What is asked of npm is installed as the lock file says."""

import json
from pathlib import Path

import pytest

from tests.support.npm import NAMED


@pytest.mark.npm
def test_what_the_lock_file_names_is_there(npm_packages: Path) -> None:
    for name, version in json.loads((NAMED / "package.json").read_text())["devDependencies"].items():
        assert json.loads((npm_packages / name / "package.json").read_text())["version"] == version


def test_no_package_says_where_it_came_from() -> None:
    assert "resolved" not in (NAMED / "package-lock.json").read_text()
