"""A test that could not run is told of in one line, and is a failure where the whole proof is asked for."""

import pytest

TESTS = """
import pytest

@pytest.mark.poppler
@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_page_shows_its_total(page): ...

def test_arithmetic(): ...
"""


@pytest.fixture
def bare_machine(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A machine on whose PATH no program is found; plugins that have no part in this are not waited for."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "xdist")
    monkeypatch.delenv("CI", raising=False)
    pytester.makeconftest('pytest_plugins = ["tests.support.needs"]')
    pytester.makeini("[pytest]\nmarkers = poppler")
    pytester.makepyfile(TESTS)
    return pytester


@pytest.mark.parametrize("how", [[], ["-n2"]], ids=["alone", "with workers"])
def test_what_is_missing_is_said_in_one_line(bare_machine: pytest.Pytester, how: list[str]):
    found = bare_machine.runpytest_subprocess(*how)
    found.stdout.fnmatch_lines(["not run here: 3 tests of what a PDF shows; `make system` installs it"])
    found.assert_outcomes(passed=1, skipped=3)
    assert found.ret == pytest.ExitCode.OK


@pytest.mark.parametrize("how", [[], ["-n2"]], ids=["alone", "with workers"])
def test_in_ci_it_is_a_failure(bare_machine: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, how: list[str]):
    monkeypatch.setenv("CI", "true")
    assert bare_machine.runpytest_subprocess(*how).ret == pytest.ExitCode.TESTS_FAILED
