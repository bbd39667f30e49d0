"""Every block and element of Block Kit that the sandbox takes, to see how the console draws it."""

from typing import Any

from tests.sandbox.console_day import MIA, mrkdwn, plain
from tests.sandbox.slack_app import actions, asks, button, modal, option, section

Blocks = list[dict[str, Any]]

RULES = [option("standard", "Standard follow-up"), option("gentle", "Gentle follow-up")]
GROUPED = [
    {"label": plain("Adults"), "options": [option("a1", "A. P. · INV-1042"), option("a2", "B. K. · INV-1019")]},
    {"label": plain("Families"), "options": [option("f1", "M. N. · INV-1077")]},
]
WORDS = (
    "*Bold*, _italic_, ~struck~ and `code`; a <https://riverside.test/p|link>, <@U0MIA>, <@U0OMAR>, <#C1|harbor>, "
    "<!here>; it is due <!date^1795388400^{date_short_pretty} at {time}|soon> :moneybag:\n> quoted, with *bold*\n"
    "```a block\nof code```"
)


def text(words: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": words} | ({"style": style} if style else {})


def rich(kind: str, *elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": f"rich_text_{kind}", "elements": list(elements), **more}


def select(kind: str, action_id: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "action_id": action_id, "placeholder": plain(f"Choose {action_id}"), **more}


def layout(pictures: str) -> Blocks:
    """What is only read; `pictures` is an address under which an image stands."""
    image = {"type": "image", "image_url": pictures, "alt_text": "The sandbox’s sign"}
    fields = [mrkdwn(f"*{name}*\n{value}") for name, value in (("Guarantor", "A. P."), ("Oldest due", "34 days"))]
    return [
        {"type": "header", "text": plain("Everything there is to read")},
        section(WORDS),
        section("*A section with fields and a picture*", fields=fields, accessory=image),
        {"type": "divider"},
        {"type": "context", "elements": [image, mrkdwn("Riverside Downtown · _step 2 of 6_"), plain("plain words")]},
        {"type": "rich_text", "elements": [
            rich("section", text("Rich text, "), text("bold", bold=True), text(" and "), text("struck", strike=True),
                 {"type": "user", "user_id": MIA}, {"type": "emoji", "name": "tada"},
                 {"type": "link", "url": "https://riverside.test", "text": "our site"}),
            rich("list", rich("section", text("first")), rich("section", text("second")), style="ordered"),
            rich("list", rich("section", text("a point inside")), style="bullet", indent=1),
            rich("quote", text("What the patient wrote")),
            rich("preformatted", text("INV-1042  182.50")),
        ]},
        {"type": "markdown", "text": "## Standard markdown\n- with **bold**\n- and a [link](https://riverside.test)"},
        {"type": "table", "column_settings": [{"is_wrapped": True}, {"align": "right"}], "rows": [
            [cell("Payer", bold=True), cell("Over 90", bold=True)], [cell("Patients"), cell("$95.00")]]},
        {**image, "title": plain("An image of its own")},
    ]  # fmt: skip


def cell(words: str, *, bold: bool = False) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [rich("section", text(words, bold=bold))]} if bold else {
        "type": "raw_text", "text": words}  # fmt: skip


def elements() -> Blocks:
    """What is pressed and chosen in a message."""
    menu = {"type": "overflow", "action_id": "more", "options": [option("why", "Why was this (not) sent?")]}
    day = {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-27"}
    ways = {
        "type": "checkboxes",
        "action_id": "ways",
        "options": [option("sms", "By text"), option("email", "By mail")],
    }
    return [
        section("A menu beside it", accessory=menu),
        section("A day", accessory=day),
        section("Of groups", accessory=select("static_select", "whom", option_groups=GROUPED)),
        section("Several of them", accessory=select("multi_static_select", "several", option_groups=GROUPED)),
        section("Ways", accessory=ways),
        actions(
            button("Send", "send", style="primary"), button("Write off", "off", style="danger"),
            button("Open", "open", url="https://riverside.test"), select("static_select", "rule", options=RULES),
            select("users_select", "who"), {"type": "timepicker", "action_id": "at", "initial_time": "09:00"},
        ),
    ]  # fmt: skip


def form() -> dict[str, Any]:
    """A modal with every kind of input."""
    return modal(
        {"type": "alert", "level": "warning", "text": mrkdwn("*Nothing* is sent before you confirm.")},
        asks("Amount", {"type": "number_input", "is_decimal_allowed": True}, hint=plain("In dollars.")),
        asks("Words", {"type": "plain_text_input", "multiline": True}),
        asks("Mail", {"type": "email_text_input"}, optional=True),
        asks("Page", {"type": "url_text_input"}, optional=True),
        asks("Rules", select("static_select", "it", options=RULES)),
        asks("Bill", select("external_select", "it", min_query_length=0)),
        asks("Bills", select("multi_static_select", "it", option_groups=GROUPED)),
        asks("Staff", select("multi_users_select", "it"), optional=True),
        asks("Room", select("channels_select", "it"), optional=True),
        asks("Day", {"type": "datepicker"}, optional=True),
        asks("Hour", {"type": "timepicker"}, optional=True),
        asks("Moment", {"type": "datetimepicker"}, optional=True),
        asks("By", {"type": "radio_buttons", "options": [option("sms", "Text"), option("email", "Mail")]}),
        asks("Also", {"type": "checkboxes", "options": [option("note", "Note it")]}, optional=True),
        title="Everything to fill in",
        close=plain("Cancel"),
        callback_id="form",
    )
