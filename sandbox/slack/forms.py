"""Interactive elements: what they hold at first, what a person put in, what Slack's own client refuses to send, and how
both are written in `actions` and `state.values`.
"""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.slack.rules import Json

HOLDS = {
    "plain_text_input": "value", "number_input": "value", "email_text_input": "value", "url_text_input": "value",
    "static_select": "selected_option", "external_select": "selected_option", "radio_buttons": "selected_option",
    "checkboxes": "selected_options", "multi_static_select": "selected_options",
    "multi_external_select": "selected_options", "users_select": "selected_user",
    "multi_users_select": "selected_users", "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations", "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels", "datepicker": "selected_date", "timepicker": "selected_time",
    "datetimepicker": "selected_date_time", "rich_text_input": "rich_text_value", "file_input": "files",
}  # fmt: skip
BUTTON_LIKE = {"button", "overflow"}


def interactive(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Each block with each element of it that a person can use."""
    for block in blocks:
        parts = [*(block.get("elements") or ()), block.get("accessory"), block.get("element")]
        for each in parts:
            if isinstance(each, dict) and (each.get("type") in HOLDS or each.get("type") in BUTTON_LIKE):
                yield block, each


def with_ids(blocks: list[Json], mint: Any) -> list[Json]:
    """A copy in which every block and every interactive element has its id, as Slack gives them."""
    filled = [{**block, "block_id": block.get("block_id") or mint("b")} for block in blocks]
    return [_with_action_ids(block, mint) for block in filled]


def _with_action_ids(block: Json, mint: Any) -> Json:
    def named(each: Any) -> Any:
        usable = isinstance(each, dict) and (each.get("type") in HOLDS or each.get("type") in BUTTON_LIKE)
        return {**each, "action_id": each.get("action_id") or mint("a")} if usable else each

    for key in ("accessory", "element"):
        if key in block:
            block[key] = named(block[key])
    if "elements" in block:
        block["elements"] = [named(each) for each in block["elements"]]
    return block


def initial(element: Json) -> Any:
    key = HOLDS[element["type"]]
    return element.get(key.replace("selected_", "initial_") if key != "value" else "initial_value")


def held(element: Json, value: Any) -> Json:
    key = HOLDS[element["type"]]
    many = key.endswith("s") and key != "files"
    return {"type": element["type"], key: (value or []) if many else value}


def starting_values(blocks: list[Json], before: dict[str, Json] | None = None) -> dict[str, Json]:
    """state.values of a fresh view or message; what a person typed stays where block and action are the same."""
    values: dict[str, Json] = {}
    for block, element in interactive(blocks):
        if element["type"] in HOLDS:
            kept = (before or {}).get(block["block_id"], {}).get(element["action_id"])
            same = kept is not None and kept["type"] == element["type"]
            values.setdefault(block["block_id"], {})[element["action_id"]] = (
                kept if same else held(element, initial(element))
            )
    return values


def chosen(element: Json, value: Any) -> Any:
    """What the person meant, as the element holds it: an option may be named by its value or its words."""
    kind = HOLDS.get(element["type"], "selected_option")
    if kind == "selected_option":
        return None if value in (None, "") else _option(element, value)
    if kind == "selected_options":
        return [_option(element, each) for each in _several(value)]
    if kind.endswith("s") and kind != "files":
        return _several(value)
    if kind == "value":
        return None if value in (None, "") else str(value)
    return value or None


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [] if value in (None, "") else [value]


def _option(element: Json, value: Any) -> Json:
    grouped = [each for group in element.get("option_groups") or () for each in group["options"]]
    offered: list[Json] = [*(element.get("options") or ()), *grouped]
    for each in offered:
        if value in (each["value"], each["text"]["text"]):
            return {"text": each["text"], "value": each["value"]}
    if element["type"].endswith("external_select") and isinstance(value, dict):
        return value
    words = ", ".join(f"{each['value']} ({each['text']['text']})" for each in offered)
    raise LookupError(f"There is no option {value!r} in {element['action_id']}; there are {words}")


def refused(block: Json, element: Json, value: Json) -> str:
    """What Slack's client says instead of sending the form; empty when it is content."""
    content = value[HOLDS[element["type"]]]
    if content in (None, "", []):
        return "" if block.get("optional") else "Please complete this required field."
    match element["type"]:
        case "plain_text_input":
            return _length(element, content)
        case "number_input":
            return _number(element, content)
        case "email_text_input" if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", content):
            return "Please enter a valid email address."
        case "url_text_input" if not re.match(r"https?://\S+", content):
            return "Please enter a valid URL."
    return ""


def _length(element: Json, content: str) -> str:
    if len(content) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if len(content) > element.get("max_length", 3000):
        return f"Please enter no more than {element.get('max_length', 3000)} characters."
    return ""


def _number(element: Json, content: str) -> str:
    if not re.fullmatch(r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+", content):
        return "Please enter a number." if element["is_decimal_allowed"] else "Please enter a whole number."
    if "min_value" in element and float(content) < float(element["min_value"]):
        return f"Please enter a number of {element['min_value']} or more."
    if "max_value" in element and float(content) > float(element["max_value"]):
        return f"Please enter a number of {element['max_value']} or less."
    return ""


def action(block: Json, element: Json, value: Any, at: str) -> Json:
    """One entry of a payload's `actions`."""
    body: Json = {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "type": element["type"],
        "action_ts": at,
    }
    if element["type"] == "button":
        return body | {key: element[key] for key in ("text", "value", "url") if key in element}
    if element["type"] == "overflow":
        return body | {"selected_option": chosen(element, value)}
    placeholder = {"placeholder": element["placeholder"]} if "placeholder" in element else {}
    return body | placeholder | held(element, chosen(element, value))
