"""Block Kit's documented limits as data, and the checks over a whole message or view. Left out, and so refused:
call, card, carousel, container, context_actions, data_table, data_visualization, file, plan, task_card, video.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from sandbox.slack.rules import Anything, Flag, Items, Json, Num, Problem, Rule, Shape, Str, Types, walk

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN_CHARACTERS = 12_000
TABLE_CHARACTERS = 10_000
VIEW_BYTES = 250_000

ID = Str(255)
URL = Str(3000, starts=("https://", "http://", "mailto:", "tel:", "slack://"))
PICTURE = Str(3000, starts=("https://", "http://"))


Judge: TypeAlias = Callable[[Json], Iterator[str]]


def plain(most: int, least: int = 1) -> Types:
    return Types({"plain_text": Shape({"text": Str(most, least)}, {"emoji": Flag()})})


def text(most: int) -> Types:
    """Plain text or mrkdwn."""
    return Types({**plain(most).shapes, "mrkdwn": Shape({"text": Str(most)}, {"verbatim": Flag()})})


CONFIRM = Shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": Str(one_of=("primary", "danger"))},
)


def option(words: Rule, **more: Rule) -> Shape:
    return Shape({"text": words, "value": Str(150)}, {"description": plain(75), **more})


OPTION = option(plain(75))
RICH_OPTION = Shape({"text": text(75), "value": Str(150)}, {"description": text(75)})
GROUP = Shape({"label": plain(75), "options": Items(OPTION, 100)})


def one_of(*keys: str) -> Judge:
    def judge(value: Json) -> Iterator[str]:
        if sum(value.get(key) is not None for key in keys) != 1:
            yield f"must provide exactly one of: {', '.join(keys)}"

    return judge


def initials_among_options(value: Json) -> Iterator[str]:
    grouped = [each for group in value.get("option_groups") or () for each in group.get("options", ())]
    offered = [each.get("value") for each in [*(value.get("options") or ()), *grouped] if isinstance(each, dict)]
    chosen = [*(value.get("initial_options") or ()), *filter(None, [value.get("initial_option")])]
    for each in chosen:
        if isinstance(each, dict) and each.get("value") not in offered:
            yield "initial option was not found among the options"


def static_options(value: Json) -> Iterator[str]:
    yield from one_of("options", "option_groups")(value)
    yield from initials_among_options(value)


def element(may: Mapping[str, Rule], must: Mapping[str, Rule] | None = None, also: Judge | None = None) -> Shape:
    return Shape(must or {}, {"action_id": ID, "confirm": CONFIRM, "focus_on_load": Flag(), **may}, also)


PLACEHOLDER: dict[str, Rule] = {"placeholder": plain(150)}
STATIC: dict[str, Rule] = {**PLACEHOLDER, "options": Items(OPTION, 100), "option_groups": Items(GROUP, 100)}
MANY: dict[str, Rule] = {**PLACEHOLDER, "max_selected_items": Num(1)}
FILTER = Shape(
    {},
    {
        "include": Items(Str(one_of=("im", "mpim", "private", "public")), 4),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    },
)
CURRENT: dict[str, Rule] = {"default_to_current_conversation": Flag(), "filter": FILTER}
ANSWERED: dict[str, Rule] = {"response_url_enabled": Flag()}
DATE = Str(10, 10)
DISPATCH = Shape({}, {"trigger_actions_on": Items(Str(one_of=("on_enter_pressed", "on_character_entered")), 2)})
TYPED: dict[str, Rule] = {**PLACEHOLDER, "dispatch_action_config": DISPATCH}
SLACK_FILE = Shape({}, {"id": Str(), "url": PICTURE}, one_of("id", "url"))
IMAGE: dict[str, Rule] = {"image_url": PICTURE, "slack_file": SLACK_FILE}
ONE_IMAGE = one_of("image_url", "slack_file")

BUTTON = Shape(
    {"text": plain(75)},
    {
        "action_id": ID, "url": URL, "value": Str(2000), "confirm": CONFIRM, "accessibility_label": Str(75),
        "style": Str(one_of=("primary", "danger")),
    },
)  # fmt: skip
SELECTS = {
    "static_select": element({**STATIC, "initial_option": OPTION}, also=static_options),
    "external_select": element({**PLACEHOLDER, "initial_option": OPTION, "min_query_length": Num(0)}),
    "users_select": element({**PLACEHOLDER, "initial_user": Str()}),
    "conversations_select": element({**PLACEHOLDER, **CURRENT, **ANSWERED, "initial_conversation": Str()}),
    "channels_select": element({**PLACEHOLDER, **ANSWERED, "initial_channel": Str()}),
    "multi_static_select": element({**STATIC, **MANY, "initial_options": Items(OPTION, 100)}, also=static_options),
    "multi_external_select": element({**MANY, "initial_options": Items(OPTION, 100), "min_query_length": Num(0)}),
    "multi_users_select": element({**MANY, "initial_users": Items(Str(), 100)}),
    "multi_conversations_select": element({**MANY, **CURRENT, "initial_conversations": Items(Str(), 100)}),
    "multi_channels_select": element({**MANY, "initial_channels": Items(Str(), 100)}),
}
TICKS: dict[str, Rule] = {"options": Items(RICH_OPTION, 10)}
PICKERS = {
    "datepicker": element({**PLACEHOLDER, "initial_date": DATE}),
    "timepicker": element({**PLACEHOLDER, "initial_time": Str(5, 5), "timezone": Str()}),
    "datetimepicker": element({"initial_date_time": Num(1_000_000_000, 9_999_999_999)}),
    "checkboxes": element({"initial_options": Items(RICH_OPTION, 10)}, TICKS, initials_among_options),
    "radio_buttons": element({"initial_option": RICH_OPTION}, TICKS, initials_among_options),
}
OVERFLOW = element({}, {"options": Items(option(plain(75), url=URL), 5)})
IMAGE_ELEMENT = Shape({"alt_text": Str(2000)}, IMAGE, ONE_IMAGE)
LENGTHS: dict[str, Rule] = {"min_length": Num(0, 3000), "max_length": Num(1, 3000)}
NUMBERS: dict[str, Rule] = {"initial_value": Str(), "min_value": Str(), "max_value": Str()}
WRITTEN = {
    "plain_text_input": element({**TYPED, **LENGTHS, "initial_value": Str(3000, 0), "multiline": Flag()}),
    "email_text_input": element({**TYPED, "initial_value": Str()}),
    "url_text_input": element({**TYPED, "initial_value": URL}),
    "number_input": element({**TYPED, **NUMBERS}, {"is_decimal_allowed": Flag()}),
    "rich_text_input": element({**TYPED, "initial_value": Anything()}),
    "file_input": element({"filetypes": Items(Str(), 100), "max_files": Num(1, 10)}),
}

USED = {"button": BUTTON, "overflow": OVERFLOW, **SELECTS, **PICKERS}
ACTION_ELEMENTS = Types({**USED, "rich_text_input": WRITTEN["rich_text_input"]})
ACCESSORIES = Types({kind: USED[kind] for kind in USED if kind != "datetimepicker"} | {"image": IMAGE_ELEMENT})
INPUTS = Types({**SELECTS, **PICKERS, **WRITTEN})
CONTEXT_ELEMENTS = Types({**text(3000).shapes, "image": IMAGE_ELEMENT})

STYLES = ("bold", "italic", "strike", "code", "highlight", "client_highlight", "unlink", "underline")
STYLE = Shape({}, {each: Flag() for each in STYLES})
INLINE = Types(
    {
        "text": Shape({"text": Str()}, {"style": STYLE}),
        "link": Shape({"url": Str(3000)}, {"text": Str(), "unsafe": Flag(), "style": STYLE}),
        "user": Shape({"user_id": Str()}, {"style": STYLE}),
        "usergroup": Shape({"usergroup_id": Str()}, {"style": STYLE}),
        "channel": Shape({"channel_id": Str()}, {"style": STYLE}),
        "emoji": Shape({"name": Str()}, {"unicode": Str(), "style": STYLE, "skin_tone": Num(1, 6)}),
        "broadcast": Shape({"range": Str(one_of=("here", "channel", "everyone"))}, {"style": STYLE}),
        "date": Shape({"timestamp": Num(0), "format": Str()}, {"url": Str(3000), "fallback": Str(), "style": STYLE}),
        "color": Shape({"value": Str()}, {"style": STYLE}),
    }
)
RICH_SECTION = Shape({"elements": Items(INLINE, 1000, 0)})
RICH_PARTS = Types(
    {
        "rich_text_section": RICH_SECTION,
        "rich_text_preformatted": Shape(RICH_SECTION.must, {"border": Num(0, 1), "language": Str()}),
        "rich_text_quote": Shape(RICH_SECTION.must, {"border": Num(0, 1)}),
        "rich_text_list": Shape(
            {
                "style": Str(one_of=("bullet", "ordered")),
                "elements": Items(Types({"rich_text_section": RICH_SECTION}), 1000),
            },
            {"indent": Num(0, 8), "offset": Num(0), "border": Num(0, 1)},
        ),
    }
)
RICH_TEXT = Shape({"elements": Items(RICH_PARTS, 1000)}, {"block_id": ID})
CELL = Types(
    {
        "raw_text": Shape({"text": Str()}),
        "raw_number": Shape({"value": Num(whole=False), "text": Str()}),
        "rich_text": RICH_TEXT,
    }
)
COLUMN = Shape({}, {"align": Str(one_of=("left", "center", "right")), "is_wrapped": Flag()})


def text_or_fields(block: Json) -> Iterator[str]:
    if block.get("text") is None and block.get("fields") is None:
        yield "missing required field: text"


def action_ids_differ(block: Json) -> Iterator[str]:
    seen: set[str] = set()
    for each in block.get("elements") or ():
        action_id = each.get("action_id") if isinstance(each, dict) else None
        if action_id is not None and action_id in seen:
            yield f"`action_id` {action_id} already exists in this block"
        seen.add(str(action_id))


def block(must: Mapping[str, Rule], may: Mapping[str, Rule] | None = None, also: Judge | None = None) -> Shape:
    return Shape(must, {"block_id": ID, **(may or {})}, also)


EVERYWHERE = {
    "actions": block({"elements": Items(ACTION_ELEMENTS, 25)}, also=action_ids_differ),
    "context": block({"elements": Items(CONTEXT_ELEMENTS, 10)}),
    "divider": block({}),
    "header": block({"text": plain(150)}, {"level": Num(1, 4)}),
    "image": block({"alt_text": Str(2000)}, {**IMAGE, "title": plain(2000)}, ONE_IMAGE),
    "input": block(
        {"label": plain(2000), "element": INPUTS}, {"hint": plain(2000), "optional": Flag(), "dispatch_action": Flag()}
    ),
    "rich_text": RICH_TEXT,
    "section": block(
        {},
        {"text": text(3000), "fields": Items(text(2000), 10), "accessory": ACCESSORIES, "expand": Flag()},
        text_or_fields,
    ),
}
IN_MESSAGES = Types(
    {
        **EVERYWHERE,
        "markdown": block({"text": Str(MARKDOWN_CHARACTERS)}),
        "table": block({"rows": Items(Items(CELL, 20), 100)}, {"column_settings": Items(COLUMN, 20)}),
    }
)
ALERT_LEVELS = ("default", "info", "warning", "error", "success")
IN_MODALS = Types({**EVERYWHERE, "alert": block({"text": text(200)}, {"level": Str(one_of=ALERT_LEVELS)})})

COMMON: dict[str, Rule] = {"private_metadata": Str(3000, 0), "callback_id": Str(255, 0), "external_id": Str(255, 0)}
MODAL = Shape(
    {"title": plain(24), "blocks": Items(IN_MODALS, VIEW_BLOCKS)},
    {"submit": plain(24), "close": plain(24), "clear_on_close": Flag(), "notify_on_close": Flag(),
     "submit_disabled": Flag(), **COMMON},
)  # fmt: skip
HOME = Shape({"blocks": Items(Types(EVERYWHERE), VIEW_BLOCKS, 0)}, COMMON)
VIEWS = Types({"modal": MODAL, "home": HOME})


def check_message(blocks: Any) -> list[Problem]:
    problems = list(walk(Items(IN_MESSAGES, MESSAGE_BLOCKS, 0), blocks, "/blocks"))
    return problems or [*_repeated_ids(blocks, "/blocks"), *_totals(blocks)]


def check_view(view: Any, surface: str = "") -> list[Problem]:
    rule = Types({surface: VIEWS.shapes[surface]}) if surface else VIEWS
    problems = list(walk(rule, view, "/view"))
    if problems:
        return problems
    if view["type"] == "modal" and not view.get("submit") and any(each["type"] == "input" for each in view["blocks"]):
        return [Problem("/view/submit", "missing required field: submit (the view has an input block)")]
    return list(_repeated_ids(view["blocks"], "/view/blocks"))


def _repeated_ids(blocks: list[Json], path: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for at, each in enumerate(blocks):
        block_id = each.get("block_id")
        if block_id is not None and block_id in seen:
            yield Problem(f"{path}/{at}/block_id", f"`block_id` {block_id} already exists")
        seen.add(str(block_id))


def _totals(blocks: list[Json]) -> Iterator[Problem]:
    if sum(len(each["text"]) for each in blocks if each["type"] == "markdown") > MARKDOWN_CHARACTERS:
        yield Problem("/blocks", f"markdown blocks must be less than {MARKDOWN_CHARACTERS + 1} characters together")
    tables = [each for each in blocks if each["type"] == "table"]
    if len(tables) > 1:
        yield Problem("/blocks", "only_one_table_allowed")
    if sum(_letters(cell) for table in tables for row in table["rows"] for cell in row) > TABLE_CHARACTERS:
        yield Problem("/blocks", f"tables must be less than {TABLE_CHARACTERS + 1} characters together")


def _letters(part: Json) -> int:
    return len(part.get("text") or "") + sum(_letters(inner) for inner in part.get("elements", ()))
