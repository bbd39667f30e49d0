"""Socket Mode as Slack's own client and a bare WebSocket meet it: tokens, envelopes, acknowledgements, endings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.sockets import CONNECTIONS_MOST
from tests.sandbox.slack_app import (
    CHANNEL,
    MIA,
    OMAR,
    Clinic,
    a_clinic,
    actions,
    asks,
    button,
    modal,
    option,
    refusal,
)

INPUT = {"type": "plain_text_input"}
APP_TOKEN = "xapp-sandbox"


@pytest.fixture
async def clinic() -> AsyncIterator[Clinic]:
    async with a_clinic() as clinic:
        clinic.slack.echoes = False
        yield clinic


def app_client(clinic: Clinic, token: str = APP_TOKEN) -> AsyncWebClient:
    return AsyncWebClient(token, base_url=clinic.client.base_url, retry_handlers=[])


async def address(clinic: Clinic) -> str:
    return str((await app_client(clinic).apps_connections_open(app_token=APP_TOKEN))["url"])


@asynccontextmanager
async def wire(clinic: Clinic) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A bare connection, after its hello."""
    async with aiohttp.ClientSession() as session, session.ws_connect(await address(clinic)) as opened:
        assert (await opened.receive_json())["type"] == "hello"
        yield opened


@asynccontextmanager
async def bolt_connected(clinic: Clinic, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    handler = AsyncSocketModeHandler(app, APP_TOKEN, ping_interval=0.1)
    await handler.connect_async()
    try:
        yield handler
    finally:
        await handler.close_async()


def bolt(clinic: Clinic) -> tuple[AsyncApp, list[str]]:
    """An app that takes whatever comes and keeps account of it."""
    app, heard = AsyncApp(client=clinic.client, request_verification_enabled=False), []

    @app.command("/billing")
    async def commanded(ack: Any, body: Any) -> None:
        heard.append(f"command {body['text']}")
        await ack(text="Three are overdue")

    @app.action("go")
    async def pressed(ack: Any, body: Any) -> None:
        heard.append("press")
        await ack()

    @app.options("it")
    async def asked(ack: Any, body: Any) -> None:
        await ack(options=[option("set-1", body["value"].title())])

    @app.view("amount")
    async def submitted(ack: Any, view: Any) -> None:
        amount = view["state"]["values"]["amount"]["it"]["value"]
        heard.append(f"submission {amount}")
        await (ack(response_action="errors", errors={"amount": "More than is due"}) if amount == "9" else ack())

    @app.event("message")
    async def said(event: Any, request: Any) -> None:
        heard.append(f"{event['text']} {request.headers['x-slack-retry-num'][0]}")

    return app, heard


# -- getting in --------------------------------------------------------------------------------------------------------


async def test_only_the_apps_own_token_opens_a_connection_and_it_opens_nothing_else(clinic: Clinic) -> None:
    opened = clinic.client.apps_connections_open
    assert await refusal(opened(app_token=clinic.client.token)) == "not_allowed_token_type"
    assert await refusal(opened(app_token="xapp-other")) == "invalid_auth"
    assert await refusal(app_client(clinic).auth_test()) == "not_allowed_token_type"
    assert await refusal(app_client(clinic, "").api_call("apps.connections.open")) == "not_authed"
    assert (await address(clinic)).startswith(f"ws{clinic.url.removeprefix('http')}/slack/link/?ticket=")


async def test_a_connection_is_greeted_and_its_address_is_good_once(clinic: Clinic) -> None:
    url = await address(clinic)
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as opened:
        hello = await opened.receive_json()
        assert [hello["type"], hello["num_connections"]] == ["hello", 1]
        assert hello["connection_info"] == {"app_id": clinic.slack.app_id}
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(url)
        assert refused.value.status == 403


async def test_ten_connections_are_let_in_and_the_eleventh_is_told_why_not(clinic: Clinic) -> None:
    async with AsyncExitStack() as stack, aiohttp.ClientSession() as session:
        for _ in range(CONNECTIONS_MOST):
            await stack.enter_async_context(wire(clinic))
        async with session.ws_connect(await address(clinic)) as eleventh:
            assert (await eleventh.receive_json())["reason"] == "too_many_websockets"
            assert (await eleventh.receive()).type is aiohttp.WSMsgType.CLOSE
        assert clinic.slack.sockets.connections == CONNECTIONS_MOST
    await clinic.slack.until(lambda: clinic.slack.sockets.connections == 0, seconds=30)


# -- what comes over it ------------------------------------------------------------------------------------------------


async def test_bolt_hears_a_command_a_press_a_form_a_menu_and_words_and_its_answers_count(clinic: Clinic) -> None:
    app, heard = bolt(clinic)
    async with bolt_connected(clinic, app):
        await clinic.slack.command(MIA, CHANNEL, "/billing", "ageing")
        assert [each.text for each in clinic.slack.ephemerals(MIA)] == ["Three are overdue"]
        assert (await clinic.press(await clinic.post([actions(button())]))).ok
        fields = asks("Amount", INPUT), asks("Patient", {"type": "external_select"})
        view = await clinic.open(modal(*fields, callback_id="amount"))
        [found] = await clinic.slack.suggest(MIA, view.id, "it", "ana")
        assert found == option("set-1", "Ana")
        wrong = await clinic.slack.submit(MIA, view.id, {"Amount": "9", "Patient": found})
        assert wrong.errors == {"amount": "More than is due"}
        assert (await clinic.slack.submit(MIA, view.id, {"Amount": "8"})).ok
        assert clinic.slack.modals(MIA) == []
        await clinic.slack.say(MIA, CHANNEL, "Thanks")
    assert heard == ["command ageing", "press", "command ", "submission 9", "submission 8", "Thanks 0"]
    assert clinic.app.heard == []


async def test_an_envelope_says_what_it_holds_and_whether_an_answer_may_hold_something(clinic: Clinic) -> None:
    async with wire(clinic) as opened:
        said = asyncio.create_task(clinic.slack.say(MIA, CHANNEL, "Hello"))
        event = await opened.receive_json()
        assert [event["type"], event["accepts_response_payload"]] == ["events_api", False]
        assert [event["retry_attempt"], event["retry_reason"]] == [0, ""]
        assert event["payload"]["event"]["text"] == "Hello"
        await opened.send_str("no JSON is passed over")
        await opened.send_json({"envelope_id": "another"})
        await opened.send_json({"envelope_id": event["envelope_id"]})
        await said
        typed = asyncio.create_task(clinic.slack.command(MIA, CHANNEL, "/billing"))
        command = await opened.receive_json()
        assert [command["type"], command["accepts_response_payload"]] == ["slash_commands", True]
        assert command["payload"]["command"] == "/billing"
        await opened.send_json({"envelope_id": command["envelope_id"], "payload": {}})
        assert (await typed).ok


async def test_several_connections_take_turns(clinic: Clinic) -> None:
    async with wire(clinic) as first, wire(clinic) as second:
        for opened in (first, second, first):
            said = asyncio.create_task(clinic.slack.say(MIA, CHANNEL, "Hello"))
            await opened.send_json({"envelope_id": (await opened.receive_json())["envelope_id"]})
            await said


async def test_an_envelope_comes_again_to_the_letter_when_it_is_replayed(clinic: Clinic) -> None:
    app, heard = bolt(clinic)
    async with bolt_connected(clinic, app):
        await clinic.slack.command(MIA, CHANNEL, "/billing", "ageing")
        copies = await clinic.slack.replay(clinic.slack.requests_sent[-1], copies=2)
        assert [each.ok for each in copies] == [True, True]
    assert heard == ["command ageing"] * 3


# -- when it does not go well ------------------------------------------------------------------------------------------


async def test_what_nobody_acknowledges_comes_again_if_it_is_an_event(clinic: Clinic) -> None:
    clinic.slack.patience = 0.05
    async with wire(clinic) as opened:
        await clinic.slack.say(MIA, CHANNEL, "Hello")
        assert "operation_timeout" in (await clinic.slack.command(MIA, CHANNEL, "/billing")).trouble
        came = [await opened.receive_json() for _ in range(3)]
        assert [each["type"] for each in came] == ["events_api", "events_api", "slash_commands"]
        assert [came[1]["retry_attempt"], came[1]["retry_reason"]] == [1, "timeout"]
        assert came[0]["payload"]["event_id"] == came[1]["payload"]["event_id"]
        clinic.clock.forward(minutes=1)
        settling = asyncio.create_task(clinic.slack.settled())
        third = await opened.receive_json()
        assert third["retry_attempt"] == 2
        await opened.send_json({"envelope_id": third["envelope_id"]})
        assert await settling
    assert clinic.slack.retries_waiting == []


async def test_a_connection_cut_in_the_middle_is_opened_anew_and_no_words_are_lost(clinic: Clinic) -> None:
    app, heard = bolt(clinic)
    slack, card = clinic.slack, await clinic.post([actions(button())])

    @app.event("app_home_opened")
    async def cut(event: Any) -> None:
        slack.fault("apps.connections.open", "500", times=1000)
        slack.sockets.drop()

    async with bolt_connected(clinic, app):
        await slack.open_home(MIA)
        await slack.say(MIA, CHANNEL, "Are you there?")
        assert not (await clinic.press(card)).ok
        slack.desk.wont("500")
        await slack.until(lambda: slack.sockets.connections, seconds=30)
        assert (await clinic.press(card)).ok
        clinic.clock.forward(minutes=1)
        await slack.settled()
    assert heard == ["press", "Are you there? 2"]


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_connection_that_slack_ends_is_replaced(clinic: Clinic, reason: Any) -> None:
    app, heard = bolt(clinic)
    async with bolt_connected(clinic, app):
        await clinic.slack.sockets.part(reason)
        await clinic.slack.until(lambda: len(clinic.slack.desk.called("apps.connections.open")) > 1)
        await clinic.slack.until(lambda: clinic.slack.sockets.connections == 1, seconds=30)
        await clinic.slack.command(OMAR, CHANNEL, "/billing", "find")
    assert heard == ["command find"]


async def test_nothing_goes_over_http_until_socket_mode_is_off_again(clinic: Clinic) -> None:
    async with wire(clinic):
        pass
    await clinic.slack.until(lambda: clinic.slack.sockets.connections == 0, seconds=30)
    assert "dispatch_failed" in (await clinic.slack.command(MIA, CHANNEL, "/billing")).trouble
    assert clinic.app.heard == []
    await clinic.slack.sockets.part("link_disabled")
    assert (await clinic.slack.command(MIA, CHANNEL, "/billing")).ok
    assert len(clinic.app.heard) == 1
