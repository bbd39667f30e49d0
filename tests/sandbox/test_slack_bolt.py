"""Slack's own framework takes the workspace for the real one: Bolt verifies, routes and answers what it sends."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp

from tests.sandbox.slack_app import CHANNEL, MIA, Clinic, a_clinic, actions, asks, button, modal, section, serve


@pytest.fixture
async def clinic() -> AsyncIterator[Clinic]:
    async with a_clinic() as clinic:
        yield clinic


async def test_a_bolt_app_works_a_card_from_command_to_submission(clinic: Clinic) -> None:
    app = AsyncApp(signing_secret=clinic.slack.sender.secret, client=clinic.client)
    did: list[str] = []

    @app.command("/billing")
    async def card(ack: Any, say: Any) -> None:
        await ack()
        await say(text="A card", blocks=[section(), actions(button("Write off", "write_off"))])
        did.append("command")

    @app.action("write_off")
    async def ask(ack: Any, body: Any, client: Any) -> None:
        await ack()
        form = modal(asks("Note", {"type": "plain_text_input"}), callback_id="reason")
        await client.views_open(trigger_id=body["trigger_id"], view=form)
        did.append("press")

    @app.view("reason")
    async def take(ack: Any, view: Any) -> None:
        did.append(view["state"]["values"]["note"]["it"]["value"])
        await ack()

    @app.event("message")
    async def hear(event: Any, say: Any) -> None:
        did.append(event["text"])
        await say(text="Heard", thread_ts=event["ts"])

    @app.event("app_home_opened")
    async def home(event: Any, client: Any) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("Today")]})

    slack = clinic.slack
    async with serve(app.web_app(path="/slack/events")) as address:
        slack.aim(address)
        assert (await slack.command(MIA, CHANNEL, "/billing")).ok
        await slack.until(lambda: slack.channel(CHANNEL).messages)
        posted = slack.channel(CHANNEL).messages[0]
        assert (await slack.press(MIA, CHANNEL, posted.ts, "Write off")).ok
        await slack.until(lambda: slack.modals(MIA))
        assert (await slack.submit(MIA, slack.modals(MIA)[0].id, {"Note": "Hardship"})).ok
        said = await slack.say(MIA, CHANNEL, "Thanks")
        await slack.until(lambda: said.replies)
        await slack.open_home(MIA)
        await slack.until(lambda: slack.home(MIA))
        await slack.settled()
        assert all(each.ok for each in slack.requests_sent)
    assert did == ["command", "press", "Hardship", "Thanks"]
