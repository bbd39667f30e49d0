"""Every report as it is read in Slack: within Slack's limits however long it is, and showing no more of a name than the
practice's privacy lets it."""

from dataclasses import replace
from datetime import date

import pytest

from bot.commands import COMMANDS, SAID, shown
from domain.money import plain
from domain.periods import Period
from domain.practice import Practice
from reports.registry import REPORTS
from reports.report import Asked, Report, Row
from sandbox.slack.blockkit import check_message
from tests.stories.reading import texts_of
from tests.support.practice import the_practice

ASKED = Asked(Period(date(2026, 1, 1), date(2026, 9, 10)), ("downtown",), "USD")
KINDS = {"text": "Riverside Downtown", "money": 123_456_789, "count": 1_234, "date": "2026-09-10"}


def practice(privacy: str) -> Practice:
    known = the_practice()
    return replace(known, slack=replace(known.slack, privacy=privacy, replies_in_slack=False))


def rows_of(report: Report, many: int, *, name: str = "Maria Garcia", text: str = KINDS["text"]) -> list[Row]:
    kinds = {**KINDS, "name": name, "text": text}
    return [{column.name: kinds[column.kind] for column in report.columns} for _ in range(many)]


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_a_report_of_any_length_fits_and_its_sum_is_of_all_its_rows(report: Report) -> None:
    for many in (1, 40, 41, 1_000):
        for text in (KINDS["text"], "<!channel> & *م* " + "x" * 500, "–"):
            answer = shown(report, rows_of(report, many, text=text), ASKED, practice("full"))
            assert check_message(answer.blocks) == []
            [table] = [block for block in answer.blocks if block["type"] == "table"]
            told = len(table["rows"]) - 2
            assert 1 <= told <= min(many, 40)
            [money, *_] = [at for at, column in enumerate(report.columns) if column.kind == "money"]
            assert table["rows"][-1][money]["text"] == plain(many * 123_456_789, "USD")
            rest = "\n".join(texts_of(answer.blocks))
            assert (f"{many - told} more rows" in rest) == (told < many)
            assert answer.text.endswith(plain(many * 123_456_789, "USD"))


@pytest.mark.parametrize(("privacy", "seen"), [("full", "Maria Garcia"), ("initials", "M. G."), ("strict", "•")])
def test_names_are_shown_as_the_practice_has_chosen(privacy: str, seen: str) -> None:
    for report in REPORTS.values():
        answer = shown(report, rows_of(report, 2), ASKED, practice(privacy))
        words = texts_of(answer.blocks)
        named = sum(column.kind == "name" for column in report.columns)
        assert words.count(seen) == 2 * named, report.name
        assert privacy == "full" or not any("Garcia" in word or "Maria" in word for word in words)


def test_an_empty_report_says_so_and_help_lists_every_one() -> None:
    for report in REPORTS.values():
        assert "There is nothing." in shown(report, [], ASKED, practice("strict")).text
        assert report.name in COMMANDS
        assert SAID[report.name] == report.says
