"""Block Kit's limits at their edges: the last thing Slack takes, the first it refuses, and where."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.slack.blockkit import check_message, check_view
from tests.sandbox.slack_app import Clinic, a_clinic, actions, asks, button, modal, option, section


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def options(count: int) -> list[dict[str, Any]]:
    return [option(str(each)) for each in range(count)]


def confirm(**longer: str) -> dict[str, Any]:
    return {key: plain(longer.get(key, "x")) for key in ("title", "text", "confirm", "deny")}


def select(**more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "s", "options": options(2), **more}


def image(**more: Any) -> dict[str, Any]:
    return {"type": "image", "image_url": "https://x.test/a.png", "alt_text": "Chart", **more}


def table(rows: int = 1, columns: int = 1, text: str = "x") -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": text}] * columns] * rows}


def context(count: int) -> dict[str, Any]:
    return {"type": "context", "elements": [plain("x")] * count}


def buttons(count: int) -> dict[str, Any]:
    return actions(*(button(action_id=f"b{each}") for each in range(count)))


def overflow(count: int) -> dict[str, Any]:
    return actions({"type": "overflow", "action_id": "o", "options": options(count)})


# Each limit of facts §1: what stands at its edge, and what is one beyond.
LIMITS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "header": (
        {"type": "header", "text": plain("x" * 150)},
        {"type": "header", "text": plain("x" * 151)},
        "/text/text",
    ),
    "section text": (section("x" * 3000), section("x" * 3001), "/text/text"),
    "section field": (
        {"type": "section", "fields": [plain("x" * 2000)]},
        {"type": "section", "fields": [plain("x" * 2001)]},
        "/fields/0/text",
    ),
    "fields": (
        {"type": "section", "fields": [plain("x")] * 10},
        {"type": "section", "fields": [plain("x")] * 11},
        "/fields",
    ),
    "context": (context(10), context(11), "/elements"),
    "actions": (buttons(25), buttons(26), "/elements"),
    "block_id": (section(block_id="x" * 255), section(block_id="x" * 256), "/block_id"),
    "action_id": (actions(button(action_id="x" * 255)), actions(button(action_id="x" * 256)), "/elements/0/action_id"),
    "button text": (actions(button("x" * 75)), actions(button("x" * 76)), "/elements/0/text/text"),
    "button value": (actions(button(value="x" * 2000)), actions(button(value="x" * 2001)), "/elements/0/value"),
    "button label": (
        actions(button(accessibility_label="x" * 75)),
        actions(button(accessibility_label="x" * 76)),
        "/elements/0/accessibility_label",
    ),
    "confirm title": (
        actions(button(confirm=confirm(title="x" * 100))),
        actions(button(confirm=confirm(title="x" * 101))),
        "/elements/0/confirm/title/text",
    ),
    "confirm text": (
        actions(button(confirm=confirm(text="x" * 300))),
        actions(button(confirm=confirm(text="x" * 301))),
        "/elements/0/confirm/text/text",
    ),
    "confirm button": (
        actions(button(confirm=confirm(deny="x" * 30))),
        actions(button(confirm=confirm(deny="x" * 31))),
        "/elements/0/confirm/deny/text",
    ),
    "option text": (
        actions(select(options=[option("a", "x" * 75)])),
        actions(select(options=[option("a", "x" * 76)])),
        "/elements/0/options/0/text/text",
    ),
    "option value": (
        actions(select(options=[option("x" * 150, "a")])),
        actions(select(options=[option("x" * 151, "a")])),
        "/elements/0/options/0/value",
    ),
    "select": (actions(select(options=options(100))), actions(select(options=options(101))), "/elements/0/options"),
    "overflow": (overflow(5), overflow(6), "/elements/0/options"),
    "placeholder": (
        actions(select(placeholder=plain("x" * 150))),
        actions(select(placeholder=plain("x" * 151))),
        "/elements/0/placeholder/text",
    ),
    "image alt_text": (image(alt_text="x" * 2000), image(alt_text="x" * 2001), "/alt_text"),
    "image title": (image(title=plain("x" * 2000)), image(title=plain("x" * 2001)), "/title/text"),
    "image url": (
        image(image_url="https://x.test/".ljust(3000, "x")),
        image(image_url="https://x.test/".ljust(3001, "x")),
        "/image_url",
    ),
    "markdown": ({"type": "markdown", "text": "x" * 12_000}, {"type": "markdown", "text": "x" * 12_001}, "/text"),
    "table rows": (table(100), table(101), "/rows"),
    "table columns": (table(1, 20), table(1, 21), "/rows/0"),
    "input label": (asks("x" * 255, {"type": "datepicker"}), asks("x" * 2001, {"type": "datepicker"}), "/label/text"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_the_last_that_fits_is_taken_and_one_more_is_refused_by_its_path(name: str) -> None:
    fits, beyond, path = LIMITS[name]
    assert check_message([fits]) == []
    assert f"/blocks/0{path}" in {each.path for each in check_message([beyond])}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown key": (section(colour="red"), "invalid additional property: colour [json-pointer:/blocks/0]"),
    "an unknown block": ({"type": "kanban"}, "unsupported type: kanban [json-pointer:/blocks/0/type]"),
    "no type": ({}, "missing required field: type [json-pointer:/blocks/0]"),
    "no object": ("hello", "must provide an object [json-pointer:/blocks/0]"),  # type: ignore[dict-item]
    "no alt_text": (
        {"type": "image", "image_url": "https://x.test/a.png"},
        "missing required field: alt_text [json-pointer:/blocks/0]",
    ),
    "no picture": (
        {"type": "image", "alt_text": "x"},
        "must provide exactly one of: image_url, slack_file [json-pointer:/blocks/0]",
    ),
    "a header in mrkdwn": (
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    "an empty text": (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    "an empty cell": (table(text=""), "must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]"),
    "a wrong style": (
        actions(button(style="warning")),
        "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]",
    ),
    "a button in an input": (
        asks("Go", button()),
        "unsupported type: button [json-pointer:/blocks/0/element/type]",
    ),
    "two buttons of one action_id": (
        actions(button("a"), button("b")),
        "`action_id` go already exists in this block [json-pointer:/blocks/0]",
    ),
    "an initial option from elsewhere": (
        actions(select(initial_option=option("elsewhere"))),
        "initial option was not found among the options [json-pointer:/blocks/0/elements/0]",
    ),
    "no options": (
        actions({"type": "static_select", "action_id": "s"}),
        "must provide exactly one of: options, option_groups [json-pointer:/blocks/0/elements/0]",
    ),
    "an alert": ({"type": "alert", "text": plain("x")}, "unsupported type: alert [json-pointer:/blocks/0/type]"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_slack_does_not_know_is_refused_in_words(name: str) -> None:
    block, words = REFUSED[name]
    assert words in [str(each) for each in check_message([block])]


def test_a_message_holds_fifty_blocks_and_a_view_a_hundred() -> None:
    assert check_message([section()] * 50) == []
    assert str(check_message([section()] * 51)[0]) == "no more than 50 items allowed [json-pointer:/blocks]"
    assert check_view(modal(*[section()] * 100)) == []
    assert str(check_view(modal(*[section()] * 101))[0]) == "no more than 100 items allowed [json-pointer:/view/blocks]"


def test_totals_count_over_the_whole_message() -> None:
    markdown = {"type": "markdown", "text": "x" * 6001}
    assert "12001" in str(check_message([markdown, markdown])[0])
    assert str(check_message([table(), table()])[0]) == "only_one_table_allowed [json-pointer:/blocks]"
    assert check_message([table(100, 10, "x" * 10)]) == []
    assert "10001" in str(check_message([table(100, 10, "x" * 11)])[0])
    assert "already exists" in str(check_message([section(block_id="a"), section(block_id="a")])[0])


def test_a_modal_has_short_words_and_a_submit_when_it_asks() -> None:
    note = asks("Note", {"type": "plain_text_input"})
    assert check_view(modal(note, title="x" * 24, close=plain("x" * 24))) == []
    assert {each.path for each in check_view(modal(title="x" * 25, close=plain("x" * 25)))} == {
        "/view/title/text", "/view/close/text",
    }  # fmt: skip
    silent = modal(note)
    del silent["submit"]
    assert check_view(silent)[0].path == "/view/submit"
    assert check_view(modal(private_metadata="x" * 3001))[0].path == "/view/private_metadata"
    assert check_view(modal(callback_id="x" * 256))[0].path == "/view/callback_id"
    assert check_view(modal(table()))[0].path == "/view/blocks/0/type"


def test_rich_text_is_walked_to_its_leaves() -> None:
    def rich(part: dict[str, Any]) -> dict[str, Any]:
        return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [part]}]}

    assert check_message([rich({"type": "text", "text": "Hi", "style": {"bold": True}})]) == []
    wrong = check_message([rich({"type": "text", "text": "Hi", "style": {"loud": True}})])
    assert wrong[0].path == "/blocks/0/elements/0/elements/0/style"


@pytest.fixture
async def clinic() -> AsyncIterator[Clinic]:
    async with a_clinic() as clinic:
        yield clinic


async def test_the_web_api_answers_with_every_mistake_and_its_path(clinic: Clinic) -> None:
    with pytest.raises(SlackApiError) as refused:
        await clinic.post([section("x" * 3001), {"type": "header", "text": plain("")}])
    answer = refused.value.response
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        "[ERROR] must be more than 0 characters [json-pointer:/blocks/1/text/text]",
    ]
    with pytest.raises(SlackApiError) as misformed:
        await clinic.post("[{")  # type: ignore[arg-type]
    assert misformed.value.response["error"] == "invalid_blocks_format"
    with pytest.raises(SlackApiError) as view:
        await clinic.client.views_open(trigger_id=await clinic.trigger(), view=modal(title="x" * 25))
    assert view.value.response["error"] == "invalid_arguments"
    assert "/view/title/text" in view.value.response["response_metadata"]["messages"][0]


async def test_a_picture_from_slack_must_be_uploaded_first(clinic: Clinic) -> None:
    with pytest.raises(SlackApiError) as refused:
        await clinic.post([{"type": "image", "alt_text": "Chart", "slack_file": {"id": "F0"}}])
    assert "invalid slack file" in refused.value.response["response_metadata"]["messages"][0]
