"""Slack's stand-in and our own cards, held against what Slack publishes: TypeScript definitions and a Python client."""

import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.commands import COMMANDS
from domain.ports import PdfPrinter
from sandbox.slack import SentRequest, SlackWorkspace, blockkit
from sandbox.slack.rules import Json
from sandbox.slack.web_api import METHODS
from tests.conformance.definitions import Sample, complaints
from tests.conformance.slack_day import ELEMENTS, a_day
from tests.sandbox.slack_app import a_clinic
from tests.stories.clinic import Clinic, clinic_in, frozen_world
from tests.support.practice import the_practice

pytestmark = pytest.mark.npm

MODULES = {"api": "@slack/web-api", "bolt": "@slack/bolt", "types": "@slack/types"}

POSTED = 'NonNullable<api.ConversationsHistoryResponse["messages"]>[number]'
SAID = 'Omit<types.GenericMessageEvent, "subtype" | "channel" | "channel_type" | "event_ts">'
"""A message within an event about it: where it was said stands outside."""
REQUESTS = {
    "command": "Closed<bolt.SlashCommand>",
    "block_actions of message": f"With<Closed<bolt.BlockAction>, {{ message?: Nullable<{POSTED}> }}>",
    "block_actions of view": 'Closed<Omit<bolt.BlockAction, "response_url">>',
    "block_suggestion": "Closed<bolt.BlockSuggestion>",
    "view_submission": "Closed<bolt.ViewSubmitAction>",
    "view_closed": "Closed<bolt.ViewClosedAction>",
}
EVENTS = {
    "message": 'Omit<types.GenericMessageEvent, "subtype">',
    "message_changed": f"With<types.MessageChangedEvent, {{ message: {SAID}; previous_message: {SAID} }}>",
    "message_deleted": f"With<types.MessageDeletedEvent, {{ previous_message: {SAID} }}>",
    "file_share": "types.FileShareMessageEvent",
    "app_mention": "types.AppMentionEvent",
    "app_home_opened": "With<types.AppHomeOpenedEvent, { view?: bolt.ViewOutput }>",
}

WORDS = {"type": "plain_text", "text": "Words"}
PLACES = {
    "section": lambda element: {"type": "section", "text": WORDS, "accessory": element},
    "actions": lambda element: {"type": "actions", "elements": [element]},
    "context": lambda element: {"type": "context", "elements": [element]},
    "input": lambda element: {"type": "input", "label": WORDS, "element": element},
}
PARTS: dict[str, Json] = {
    **{kind: details for kind, (details, _) in ELEMENTS.items()},
    "button": {"text": WORDS},
    "datetimepicker": {},
    "email_text_input": {},
    "file_input": {},
    "image": {"image_url": "https://clinic.test/a.png", "alt_text": "A"},
    "mrkdwn": {"text": "Words"},
    "number_input": {"is_decimal_allowed": True},
    "plain_text": {"text": "Words"},
    "plain_text_input": {},
    "rich_text_input": {},
    "url_text_input": {},
}


def answers(slack: SlackWorkspace) -> Iterator[Sample]:
    for call in slack.calls:
        name = "".join(part[0].upper() + part[1:] for part in call.method.split("."))
        yield Sample(call.method, f"Nullable<api.{name}Response>", call.answer)


def requests(sent: list[SentRequest]) -> Iterator[Sample]:
    for each in sent:
        if event := each.payload.get("event"):
            yield Sample(each.kind, f"Closed<{EVENTS[event.get('subtype') or event['type']]}>", event)
            yield Sample("event_callback", "Closed<bolt.EnvelopedEvent<unknown>>", each.payload)
        else:
            kind = f"{each.kind} of {each.payload['container']['type']}" if each.kind == "block_actions" else each.kind
            yield Sample(kind, REQUESTS[kind], each.payload)


def made_by_us(slack: SlackWorkspace) -> Iterator[Sample]:
    """What the house posted, opened, published, and answered forms and commands with."""
    for call in slack.calls:
        if view := call.args.get("view"):
            yield Sample(call.method, f"types.{view['type'].title()}View", view)
        if blocks := call.args.get("blocks"):
            yield Sample(call.method, "types.KnownBlock[]", blocks)
    for call in slack.desk.called("response_url"):
        yield Sample("response_url", "bolt.RespondArguments", dict(call.fields))
        yield Sample("response_url", "types.KnownBlock[]", call.fields.get("blocks", []))
    for sent in slack.requests_sent:
        if sent.kind == "view_submission" and sent.reply:
            yield Sample("answer to a form", "bolt.ViewResponseAction", sent.reply)


async def test_all_that_the_stand_in_says_is_what_slack_publishes(npm_packages: Path, tmp_path: Path) -> None:
    async with a_clinic() as clinic:
        await a_day(clinic)
        said = [*answers(clinic.slack), *requests(clinic.slack.requests_sent)]
        assert {call.method for call in clinic.slack.calls if call.answer["ok"]} == {*METHODS, "apps.connections.open"}
        assert clinic.app.refused == 0  # by the verifier of signatures that Slack publishes
    types = {sample.type for sample in said}
    assert types > {*REQUESTS.values(), *(f"Closed<{event}>" for event in EVENTS.values())}
    assert complaints(said, modules=MODULES, packages=npm_packages, folder=tmp_path) == []


async def test_an_element_is_let_in_where_slacks_types_let_it_in(npm_packages: Path, tmp_path: Path) -> None:
    blocks = {
        f"{kind} in {place}": block({"type": kind, **details})
        for (place, block), (kind, details) in product(PLACES.items(), PARTS.items())
    }
    samples = [Sample(what, "types.KnownBlock", block) for what, block in blocks.items()]
    found = complaints(samples, modules=MODULES, packages=npm_packages, folder=tmp_path)
    refused_there = {complaint.partition(" as ")[0] for complaint in found}
    assert {what for what, block in blocks.items() if blockkit.check_message([block])} == refused_there


async def a_day_of_the_house(clinic: Clinic) -> None:
    """A card with each of its buttons, each form filled wrong and right, every command."""
    maria, mia, slack = await clinic.patient(), clinic.slack("manager"), clinic.world.slack
    card = mia.card(await maria.is_late("exam", "xray"))
    for label in reversed(card.labels):
        await card.press(label)
        for form in mia.forms:
            await slack.close(mia.user, form.id)
    await card.press("Write off")
    await mia.submits({"Reason": "Hardship", "Amount": "999.00"}).submits({"Amount": "20.00"}).has_no_form()
    await maria.writes("I can pay on Friday")
    await card.press("Reply to patient")
    await mia.submits({"Your words": "Friday is fine."})
    for name in COMMANDS:
        await mia.types(f"/billing {name}")
    await maria.pays()


async def test_what_the_house_shows_is_what_slack_publishes(
    npm_packages: Path, tmp_path: Path, migrated_file: Path, pdf: PdfPrinter
) -> None:
    books = shutil.copy(migrated_file, tmp_path / "books.db")
    async with frozen_world() as world, clinic_in(f"sqlite://{books}", the_practice(), world, pdf) as clinic:
        await a_day_of_the_house(clinic)
        shown = list(made_by_us(world.slack))
    assert {sample.what for sample in shown} >= {
        "chat.postMessage", "chat.update", "views.open", "response_url", "answer to a form",
    }  # fmt: skip
    assert complaints(shown, modules=MODULES, packages=npm_packages, folder=tmp_path) == []
    for sample in shown:
        if sample.type == "types.ModalView":
            View(**sample.value).validate_json()
        elif sample.type == "types.KnownBlock[]":
            for block in sample.value:
                parsed = Block.parse(block)
                assert parsed is not None
                parsed.validate_json()
