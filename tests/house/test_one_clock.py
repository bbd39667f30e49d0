"""The clock is read in one place, so that tests and the sandbox can move it."""

import ast
from collections.abc import Iterator

import pytest

from tests.support.source import Module, modules

CLOCKS = {"gateways/system_clock.py", "sandbox/clock.py"}

# How long something took is no date of the books: time.monotonic and time.perf_counter are free.
READINGS = {
    f"{owner}.{verb}"
    for owner in ("datetime", "date", "datetime.datetime", "datetime.date")
    for verb in ("now", "today", "utcnow")
}
READINGS |= {"time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.sleep"}


def readings(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in READINGS:
            yield module.at(node, ast.unparse(node))


def test_the_clock_is_read_in_one_place():
    assert [fault for module in modules() if module.path not in CLOCKS for fault in readings(module)] == []


@pytest.mark.parametrize("code", ["datetime.now(UTC)", "date.today()", "time.time()"])
def test_another_clock_is_seen(code: str):
    assert list(readings(Module("billing/planted.py", ast.parse(f"due = {code}"), 1)))
