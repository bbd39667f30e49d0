"""The practice of the sample app.yaml, read once: it is a value, and no test can change another's."""

from dataclasses import replace
from functools import cache
from typing import Any

from domain.practice import Practice
from duesday.practice_file import read_practice
from tests.support.source import ROOT


@cache
def _sample() -> Practice:
    return read_practice(ROOT / "app.yaml")


def the_practice(**changes: Any) -> Practice:
    return replace(_sample(), **changes)
