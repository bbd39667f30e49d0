"""Cards and forms in every state, held to Slack's own limits by the stand-in that judges like Slack."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.cards import CardView, blocks_of, text_of
from bot.lines import line_of
from bot.modals import Hidden, answers_of, move_view, preview_view, reply_view
from domain.access import Actor, Grant
from domain.invoice_set import INVOICE_SET
from duesday.practice_file import read_practice
from models.record import Event
from sandbox.slack.blockkit import check_message, check_view
from tests.stories.reading import labels_of

NOW = datetime(2026, 9, 10, 14, tzinfo=UTC)
ADMIN = Actor("person", "U1", "Ada", "slack", (Grant("admin"),))
PRACTICE = read_practice(Path("app.yaml"))
NASTY = "<!channel> *bold* <@U1> & 我的名字 " + "م" * 300


class Row:
    written_off_cents = 500


def view(status: str, **changes: object) -> CardView:
    plain = CardView(
        set_id=7,
        version=3,
        status=status,
        location="Riverside Downtown",
        who="M. G.",
        outstanding_cents=14_000,
        currency="USD",
        numbers=("INV-1001", "INV-1002"),
        oldest_due=datetime(2026, 8, 1, tzinfo=ZoneInfo("America/New_York")),
        rule_set="Standard follow-up",
        next_at=NOW,
        step=1,
        steps=6,
        moves=INVOICE_SET.offered(status, ADMIN, "downtown", Row()),
        trouble="The number is a landline.",
        fix="Correct the contact.",
        hold="The patient has written.",
        held_until=NOW,
        settled_cents=14_000,
        can_reply=True,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", INVOICE_SET.states)
def test_a_card_offers_every_move_its_status_allows_and_no_other(status: str) -> None:
    offered = {
        move.label for move in INVOICE_SET.moves if status in move.sources and move.who != "house" and move.listed
    }
    shown = set(labels_of(blocks_of(view(status)))) - {"Reply to patient", "Why was this (not) sent?"}
    assert shown == offered


@pytest.mark.parametrize("status", INVOICE_SET.states)
@pytest.mark.parametrize("words", ["M. G.", NASTY])
def test_slack_takes_a_card_in_every_status_whatever_it_says(status: str, words: str) -> None:
    card = view(status, who=words, location=words, trouble=words, fix=words, hold=words, rule_set=words)
    assert check_message(blocks_of(card)) == []


def test_what_came_from_outside_mentions_nobody() -> None:
    shown = str(blocks_of(view("failed", who=NASTY, trouble=NASTY)))
    assert "<!channel>" not in shown
    assert "<@U1>" not in shown


def test_a_card_says_how_late_it_is_on_the_day_it_is_read_not_when_it_was_drawn() -> None:
    assert "Aug 1, 2026 (<!date^1785556800^{ago}|" in str(blocks_of(view("active")))


def test_initials_in_another_direction_of_writing_keep_their_dots() -> None:
    assert "\u2068ل. ح.\u2069" in blocks_of(view("active", who="ل. ح."))[1]["fields"][0]["text"]


def test_what_a_notification_shows_names_no_patient() -> None:
    assert text_of(view("active", who="Maria Garcia")) == "Overdue · $140.00 · INV-1001 and 1 more"
    assert "Garcia" not in str(blocks_of(view("active", who="Maria Garcia"))[0])


def test_a_press_brings_back_our_own_numbers_and_nothing_else() -> None:
    values = [
        element.get("value") for element in blocks_of(view("active"))[-1]["elements"] if element["type"] == "button"
    ]
    assert values == ["7:3"] * len(values)


@pytest.mark.parametrize("move", [m for m in INVOICE_SET.moves if m.asks], ids=lambda move: move.name)
def test_slack_takes_the_form_of_every_move_that_asks(move: object) -> None:
    form = move_view(
        move,  # type: ignore[arg-type]
        Hidden(set_id=7, version=3, move="write_off", channel="C1"),
        practice=PRACTICE,
        outstanding_cents=14_000,
        rule_set="standard",
    )
    assert check_view(form) == []
    asked = [block["block_id"] for block in form["blocks"] if block["type"] == "input"]
    assert asked == [ask.name for ask in move.asks]  # type: ignore[attr-defined]


def test_slack_takes_the_reply_and_its_preview() -> None:
    hidden = Hidden(set_id=7, version=3)
    assert check_view(reply_view(hidden)) == []
    assert (
        check_view(preview_view(hidden, body=NASTY * 3, segments=9, hours="It is outside the hours.", to="••• ••67"))
        == []
    )


def test_a_submission_is_read_by_the_names_of_its_fields() -> None:
    state = {
        "reason": {"answer": {"type": "plain_text_input", "value": "Hardship"}},
        "rule_set": {"answer": {"type": "static_select", "selected_option": {"value": "gentle"}}},
        "amount": {"answer": {"type": "plain_text_input", "value": None}},
    }
    assert answers_of({"state": {"values": state}}) == {"reason": "Hardship", "rule_set": "gentle", "amount": None}


def test_every_move_has_a_line_in_the_thread_that_says_who_and_when() -> None:
    for move in INVOICE_SET.moves:
        event = Event(
            seq=1, at=NOW, kind=f"set.{move.event}", subject="set:7", actor="person:U1", actor_name="Ada", via="slack",
            correlation="", before={}, after={}, previous_hash="", hash="",
        )  # fmt: skip
        line = line_of(event, "USD")
        assert line is not None
        assert line.startswith(move.past.capitalize())
        assert "by Ada · <!date^" in line
