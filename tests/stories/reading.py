"""What Slack shows, as the words that a person reads there: for stories to look at, and to be shown when they fail."""

import re
from collections.abc import Callable, Iterable, Mapping
from html import unescape
from typing import Any

LINKED = re.compile(r"<(?:!date\^[^|>]*|https?:[^|>]*)\|([^>]*)>")
BOLD = re.compile(r"(?<![\w\u200b])\*([^*\n]+)\*")


def as_read(message: Any) -> str:
    """A message as it stands in its channel; what only a phone's notification shows is left out where there is more."""
    return "\n".join(_block(block) for block in message.blocks) or plain(message.text)


def as_read_with_thread(message: Any) -> str:
    replies = [f"  ↳ {line}" for reply in message.replies for line in as_read(reply).splitlines()]
    return "\n".join([as_read(message), *replies])


def form_as_read(view: Any) -> str:
    """A modal with what was filled in and what was said against it."""
    lines = [f"── {view.title} ──"]
    for block in view.blocks:
        lines.append(_block(block, view.values.get(block["block_id"], {})))
        lines += [f"   ✗ {view.errors[block['block_id']]}"] if block["block_id"] in view.errors else []
    return "\n".join(lines)


def plain(text: str) -> str:
    """Slack's markup as it is drawn; times as a reader without a timezone would see them."""
    return unescape(BOLD.sub(r"\1", LINKED.sub(r"\1", text))).replace("\u200b", "")


def _block(block: Mapping[str, Any], values: Mapping[str, Any] | None = None) -> str:
    drawn = DRAWN.get(block["type"])
    return drawn(block, values or {}) if drawn else _plainly(texts_of(block), "\n")


def _plainly(texts: Iterable[str], between: str) -> str:
    return between.join(plain(text) for text in texts)


def _section(block: Mapping[str, Any], _: object) -> str:
    fields = [plain(field["text"]).replace("\n", ": ") for field in block.get("fields", ())]
    words = [plain(block["text"]["text"])] if "text" in block else []
    return "\n".join([*words, *([" | ".join(fields)] if fields else [])])


def _actions(block: Mapping[str, Any], _: object) -> str:
    return " ".join(_element(element) for element in block["elements"])


def _element(element: Mapping[str, Any]) -> str:
    label = element["text"]["text"] if "text" in element else element["type"].replace("_", " ")
    options = [option["text"]["text"] for option in element.get("options", ())]
    return f"[⋯ {' | '.join(options)}]" if options else f"[{label}]"


def _input(block: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    held = values.get(block["element"].get("action_id", ""), {})
    answer = next((held[key] for key in ("value", "selected_option", "selected_date") if held.get(key)), "")
    return f"{block['label']['text']}: {answer['text']['text'] if isinstance(answer, dict) else answer}"


def _table(block: Mapping[str, Any], _: object) -> str:
    return "\n".join(" | ".join(_plainly(texts_of(cell), " ") for cell in row) for row in block["rows"])


DRAWN: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], str]] = {
    "section": _section,
    "context": lambda block, _: _plainly(texts_of(block["elements"]), " "),
    "divider": lambda block, _: "────",
    "actions": _actions,
    "input": _input,
    "table": _table,
}


def labels_of(blocks: Iterable[Any]) -> list[str]:
    """What can be pressed, in its order: buttons, and the entries of menus."""
    return [
        label["text"]["text"]
        for element in elements_of(blocks)
        for label in (element["options"] if element["type"] == "overflow" else [element])
    ]


def elements_of(blocks: Iterable[Any]) -> list[Any]:
    return [element for block in blocks if block["type"] == "actions" for element in block["elements"]]


def words_of(message: Any) -> str:
    """Every word of a message as it was sent, the notification's and the markup too."""
    return "\n".join([message.text, *texts_of(message.blocks)])


def texts_of(node: Any) -> list[str]:
    if isinstance(node, list):
        return [text for each in node for text in texts_of(each)]
    if not isinstance(node, dict):
        return []
    own = [node["text"]] if isinstance(node.get("text"), str) else []
    return own + [text for key, value in node.items() if key != "text" or not own for text in texts_of(value)]
