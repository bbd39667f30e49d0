"""What is Twilio's alone: its one address, its table of codes, its prices, its Messaging Services."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import get_args

import pytest
from aiohttp import web

from domain.errors import DoorFault
from domain.ports import SmsFault, Text
from gateways.twilio_codes import CODES, meaning
from gateways.twilio_sms import TwilioSms, _Line
from sandbox import World
from sandbox.twilio.codes import REFUSALS, UNDELIVERED
from tests.sandbox.listener import listening

PUBLIC = "https://billing.clinic.test/"
TEXT = Text(to="+12125550177", body="Your balance is ready", sender="+12125550100", ref="msg-1")
THE_NETWORKS_OWN = {20404, 20500}
"""Codes for a wrong address and for a fault of Twilio's: answered by their HTTP status."""


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World() as world:
        yield world


@pytest.fixture
async def door(world: World) -> AsyncIterator[TwilioSms]:
    door = TwilioSms(
        world.phones.account_sid,
        world.phones.auth_token,
        public_url=PUBLIC,
        api_url=world.environment()["TWILIO_API_URL"],
    )
    yield door
    await door.close()


def test_every_code_the_network_can_give_has_a_meaning() -> None:
    assert {str(code) for code in {*REFUSALS, *UNDELIVERED} - THE_NETWORKS_OWN} <= CODES.keys()


def test_every_meaning_is_a_sentence_with_a_source_and_something_to_do() -> None:
    for code, what in CODES.items():
        assert what.fault in get_args(SmsFault), code
        assert what.source.endswith(code), code
        assert what.sentence.endswith("."), code
        assert what.mend.endswith("."), code


def test_a_code_nobody_knows_gets_one_more_try_and_then_a_person() -> None:
    assert (meaning("99999").fault, meaning("99999").passing) == ("unknown", True)
    assert meaning(None) == meaning("99999")


async def test_nothing_goes_to_another_host_than_twilios(world: World) -> None:
    async with listening() as listener:
        line = _Line(listener.url, 1)
        for url in (
            "https://lookups.twilio.com/v2/PhoneNumbers/1",
            "http://api.twilio.com/",
            "https://evil.test/api.twilio.com",
        ):
            with pytest.raises(DoorFault, match="not the vendor's"):
                await line.request("GET", url, auth=("a", "b"), headers={})
        await line.close()
        assert listener.heard == []


async def test_a_region_in_the_process_s_environment_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    settings = world.environment()
    elsewhere = TwilioSms(
        settings["TWILIO_ACCOUNT_SID"],
        settings["TWILIO_AUTH_TOKEN"],
        public_url=PUBLIC,
        api_url=settings["TWILIO_API_URL"],
    )
    await elsewhere.send(TEXT)
    await elsewhere.close()
    assert len(world.phones.sent) == 1


async def test_a_messaging_service_is_told_by_its_name(world: World, door: TwilioSms) -> None:
    service = "MG" + "0" * 32
    sent = await door.send(replace(TEXT, sender=service))
    assert world.phones.sent[0].service_sid == service
    assert sent.segments is None


async def test_what_a_text_cost_is_known_when_it_is_looked_up(world: World, door: TwilioSms) -> None:
    before = world.clock.now()
    assert (await door.send(TEXT)).cost_micros is None
    found = await door.find(TEXT, since=before)
    assert found is not None
    assert (found.segments, found.cost_micros) == (1, 7_900)


async def test_a_trial_account_s_own_line_does_not_hide_our_text(world: World, door: TwilioSms) -> None:
    before = world.clock.now()
    await door.send(replace(TEXT, body=f"Sent from your Twilio trial account - {TEXT.body}"))
    assert await door.find(TEXT, since=before) is not None


async def test_how_long_to_wait_is_passed_on() -> None:
    async def busy(request: web.Request) -> web.Response:
        return web.json_response({"code": 20429}, status=429, headers={"Retry-After": "7"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", busy)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    door = TwilioSms("AC1", "token", public_url="", api_url=f"http://127.0.0.1:{runner.addresses[0][1]}")
    with pytest.raises(DoorFault) as caught:
        await door.send(TEXT)
    await door.close()
    await runner.cleanup()
    assert (caught.value.code, caught.value.retry_after) == ("ratelimited", 7.0)
