"""Blocks as Slack takes them, each cut to Slack's limits here and nowhere else. Pure functions from values to JSON."""

from collections.abc import Sequence
from datetime import datetime

from domain.ports import Json

HEADER, SECTION, FIELD, BUTTON, OPTION, VIEW_TITLE, LABEL = 150, 3000, 2000, 75, 75, 24, 2000
FIELDS, ELEMENTS, MENU = 10, 25, 5
BLOCKS_IN_MESSAGE, BLOCKS_IN_VIEW = 50, 100


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def escaped(text: str) -> str:
    """Words that came from outside, so that they cannot mention, link or format anything."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in "*_~`":
        safe = safe.replace(mark, f"\u200b{mark}")
    return safe


def quoted(text: str) -> str:
    """Someone's own words, set apart."""
    return "\n".join(f"> {escaped(line)}" for line in text.splitlines()[:20]) or "> (no words)"


def plain_text(text: str, most: int) -> Json:
    return {"type": "plain_text", "text": cut(text, most), "emoji": False}


def mrkdwn(text: str, most: int = SECTION) -> Json:
    return {"type": "mrkdwn", "text": cut(text, most)}


def header(text: str) -> Json:
    return {"type": "header", "text": plain_text(text, HEADER)}


def section(text: str, accessory: Json | None = None) -> Json:
    return {"type": "section", "text": mrkdwn(text)} | ({"accessory": accessory} if accessory else {})


def fields(pairs: Sequence[tuple[str, str]]) -> Json:
    shown = [mrkdwn(f"*{label}*\n{value}", FIELD) for label, value in pairs[:FIELDS]]
    return {"type": "section", "fields": shown}


def context(*texts: str) -> Json:
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[:10]]}


def divider() -> Json:
    return {"type": "divider"}


def actions(block_id: str, elements: Sequence[Json]) -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements[:ELEMENTS])}


def button(label: str, action_id: str, value: str, *, style: str | None = None, confirm: Json | None = None) -> Json:
    extra: Json = {"style": style} if style else {}
    extra |= {"confirm": confirm} if confirm else {}
    return {"type": "button", "text": plain_text(label, BUTTON), "action_id": action_id, "value": value, **extra}


def confirm(title: str, text: str, yes: str, *, danger: bool = False) -> Json:
    dialog: Json = {
        "title": plain_text(title, 100),
        "text": plain_text(text, 300),
        "confirm": plain_text(yes, 30),
        "deny": plain_text("Not now", 30),
    }
    return dialog | ({"style": "danger"} if danger else {})


def option(label: str, value: str) -> Json:
    return {"text": plain_text(label, OPTION), "value": value}


def menu(action_id: str, options: Sequence[Json]) -> Json:
    if len(options) > MENU:
        raise ValueError(f"Slack's menus hold {MENU} options, not {len(options)}: make one of the moves a button")
    return {"type": "overflow", "action_id": action_id, "options": list(options)}


def text_input(
    name: str,
    label: str,
    *,
    initial: str = "",
    hint: str = "",
    required: bool = True,
    longest: int = 500,
    many_lines: bool = False,
) -> Json:
    element: Json = {"type": "plain_text_input", "action_id": "answer", "max_length": longest, "multiline": many_lines}
    element |= {"initial_value": initial} if initial else {}
    return _input(name, label, element, hint=hint, required=required)


def choice_input(name: str, label: str, options: Sequence[Json], *, initial: Json | None = None) -> Json:
    element: Json = {"type": "static_select", "action_id": "answer", "options": list(options[:100])}
    return _input(name, label, element | ({"initial_option": initial} if initial else {}))


def _input(name: str, label: str, element: Json, *, hint: str = "", required: bool = True) -> Json:
    block: Json = {"type": "input", "block_id": name, "label": plain_text(label, LABEL), "element": element}
    return block | {"optional": not required} | ({"hint": plain_text(hint, LABEL)} if hint else {})


def modal(
    callback_id: str, title: str, blocks: Sequence[Json], *, submit: str, metadata: str, close: str = "Close"
) -> Json:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain_text(title, VIEW_TITLE),
        "submit": plain_text(submit, VIEW_TITLE),
        "close": plain_text(close, VIEW_TITLE),
        "private_metadata": metadata,
        "blocks": list(blocks[:BLOCKS_IN_VIEW]),
    }


def moment(at: datetime) -> str:
    """A time in the reader's own timezone, with ours as the fallback."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def day_and_age(start: datetime) -> str:
    """A day where it is, and how long ago that is whenever it is read: a card stays as it was drawn for weeks."""
    return f"{start:%b} {start.day}, {start.year} (<!date^{int(start.timestamp())}^{{ago}}|{start:%Y-%m-%d}>)"


def apart(words: str) -> str:
    """A name in its own direction of writing: beside ours, the dots of Arabic initials land on the wrong side."""
    return words if words.isascii() else f"\u2068{words}\u2069"
