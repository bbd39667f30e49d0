"""The judge itself: what differs from a published type is told, with the sample it is in."""

from pathlib import Path
from typing import Any

import pytest

from tests.conformance.definitions import Sample, complaints

pytestmark = pytest.mark.npm

MODULES = {"api": "@slack/web-api", "types": "@slack/types"}
WORDS = {"type": "plain_text", "text": "Words"}
HEADER = {"type": "header", "text": WORDS}
SECTION = {"type": "section", "text": WORDS}
ANSWER = {"ok": True, "channel": "C1", "message": {"text": "Hi", "blocks": [SECTION]}, "ts": "1.000001"}


def heading(**more: Any) -> Sample:
    return Sample("a heading", "types.HeaderBlock", HEADER | more)


def answer(**more: Any) -> Sample:
    return Sample("an answer", "Nullable<api.ChatPostMessageResponse>", ANSWER | more)


def test_what_differs_is_told_and_nothing_else(npm_packages: Path, tmp_path: Path) -> None:
    samples = [
        heading(),
        heading(text={**WORDS, "type": "mrkdwn"}),
        heading(text={"type": "plain_text"}),
        heading(colour="red"),
        answer(ts=None),
        answer(colour="red"),
        answer(message={"text": "Hi", "blocks": [{**SECTION, "colour": "red"}]}),
        answer(ts=1),
    ]
    told = complaints(samples, modules=MODULES, packages=npm_packages, folder=tmp_path)
    assert [complaint.partition(" as ")[0] for complaint in told] == ["a heading"] * 3 + ["an answer"] * 3
    for complaint, words in zip(told, ("mrkdwn", "text", "colour", "colour", "colour", "number"), strict=True):
        assert words in complaint


@pytest.mark.parametrize("kind", ["Record<string, unknown>", "any"])
def test_a_type_that_lets_everything_through_is_none(npm_packages: Path, tmp_path: Path, kind: str) -> None:
    [told] = complaints([Sample("it", kind, {"ok": True})], modules=MODULES, packages=npm_packages, folder=tmp_path)
    assert "lets anything through" in told
