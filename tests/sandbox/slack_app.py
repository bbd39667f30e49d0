"""A workspace over real HTTP, Slack's client, and an app that verifies with Slack's verifier and answers as told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import MovableClock
from sandbox.courier import Courier
from sandbox.slack import Message, SlackWorkspace

MIA, OMAR, CHANNEL = "U0MIA", "U0OMAR", "billing-downtown"
CONFIRM = {
    key: {"type": "plain_text", "text": words}
    for key, words in {"title": "Sure?", "text": "It sends.", "confirm": "Send", "deny": "Cancel"}.items()
}
Answer = Callable[[dict[str, Any]], Awaitable[web.Response]]


@dataclass
class App:
    verifier: SignatureVerifier
    heard: list[dict[str, Any]] = field(default_factory=list)
    retries: list[tuple[str | None, str | None]] = field(default_factory=list)
    refused: int = 0
    answers: dict[str, Any] = field(default_factory=dict)
    """By the payload's type, or /command: JSON for the body, a number for the status, or a function that answers."""
    url: str = ""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not self.verifier.is_valid_request(body, dict(request.headers)):
            self.refused += 1
            return web.Response(status=401)
        payload = await self._payload(request, body)
        self.heard.append(payload)
        self.retries.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        answer = self.answers.get(payload.get("type") or payload.get("command"))
        if callable(answer):
            return await answer(payload)
        if isinstance(answer, int):
            return web.Response(status=answer)
        return web.json_response(answer) if answer else web.Response()

    async def never(self, _payload: dict[str, Any]) -> web.Response:
        """An answer that doesn't come while anybody waits for it."""
        await self.over.wait()
        return web.Response()

    async def _payload(self, request: web.Request, body: bytes) -> dict[str, Any]:
        if request.content_type == "application/json":
            return orjson.loads(body)
        form = await request.post()
        return orjson.loads(str(form["payload"])) if "payload" in form else dict(form)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """What was heard of a payload's or an event's type."""
        return [each for each in self.heard if kind in (each.get("type"), (each.get("event") or {}).get("type"))]


@dataclass
class Clinic:
    slack: SlackWorkspace
    client: AsyncWebClient
    app: App
    clock: MovableClock
    url: str

    async def post(self, blocks: list[dict[str, Any]] | None = None, text: str = "A card", **more: Any) -> Message:
        answer = await self.client.chat_postMessage(channel=CHANNEL, text=text, blocks=blocks, **more)
        return self.slack.find(answer["channel"], answer["ts"])

    async def press(
        self, message: Message, action_id: str = "go", value: Any = None, user: str = MIA, **more: Any
    ) -> Any:
        return await self.slack.press(user, message.channel, message.ts, action_id, value, **more)

    async def trigger(self, user: str = MIA) -> str:
        """A fresh trigger_id, got as an app gets one."""
        await self.slack.command(user, CHANNEL, "/billing")
        return str(self.slack.requests_sent[-1].payload["trigger_id"])

    async def open(self, view: dict[str, Any], user: str = MIA) -> Any:
        await self.client.views_open(trigger_id=await self.trigger(user), view=view)
        return self.slack.modals(user)[-1]


@asynccontextmanager
async def serve(app: web.Application) -> AsyncIterator[str]:
    runner: Any = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def a_clinic() -> AsyncIterator[Clinic]:
    clock, courier = MovableClock(frozen_at=datetime(2026, 11, 20, 15, tzinfo=UTC)), Courier()
    slack = SlackWorkspace(clock=clock, courier=courier)
    app, outside, inside = App(SignatureVerifier(slack.sender.secret)), web.Application(), web.Application()
    outside.add_subapp("/slack", slack.application())
    inside.router.add_post("/slack/events", app.hear)
    await courier.start()
    async with serve(outside) as url, serve(inside) as app.url:
        settings = slack.environment(url)
        slack.aim(app.url)
        slack.person(MIA, "Mia Lopez", "mia@clinic.test")
        slack.person(OMAR, "Omar Haddad", "omar@clinic.test", "America/Chicago")
        slack.add_channel(CHANNEL, [MIA, OMAR])
        client = AsyncWebClient(settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"], retry_handlers=[])
        try:
            yield Clinic(slack, client, app, clock, url)
        finally:
            app.over.set()
            slack.desk.hang_up()
            await courier.stop()


async def refusal(call: Awaitable[Any]) -> str:
    """The error code Slack answers a call with."""
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


def button(words: str = "Go", action_id: str = "go", **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": words}, **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "block_id": "acts", "elements": list(elements)}


def section(words: str = "Hello", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}, **more}


def option(value: str, words: str = "") -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": words or value.title()}, "value": value}


def asks(label: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    named = {"action_id": "it", **element}
    words = {"type": "plain_text", "text": label}
    return {"type": "input", "block_id": label.lower(), "label": words, "element": named, **more}


def modal(*blocks: dict[str, Any], title: str = "Write off", **more: Any) -> dict[str, Any]:
    words = {key: {"type": "plain_text", "text": text} for key, text in (("title", title), ("submit", "Save"))}
    return {"type": "modal", **words, "blocks": list(blocks) or [section()], **more}
