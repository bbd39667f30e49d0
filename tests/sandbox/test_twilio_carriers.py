"""Carriers that take their time, senders that were stopped, and the switches for both."""

from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import encode_basic_auth

from sandbox import World
from sandbox.troubles import named
from tests.sandbox.listener import Listener

CLINIC, OTHER, PATIENT = "+12125550100", "+12125550101", "+12125550177"
SERVICE = "MG" + "5a11d0b0" * 4


async def send(world: World, service: Listener | None = None, **fields: str) -> int:
    """What the API answers: 201, or Twilio's code."""
    form = {"To": PATIENT, "From": CLINIC, "Body": "Hello"} | fields
    if "MessagingServiceSid" in fields:
        del form["From"]
    if service:
        form["StatusCallback"] = f"{service.url}/twilio/status"
    auth = {"Authorization": encode_basic_auth(world.phones.account_sid, world.phones.auth_token)}
    url = f"{world.url}/twilio/2010-04-01/Accounts/{world.phones.account_sid}/Messages.json"
    async with aiohttp.ClientSession() as session, session.post(url, data=form, headers=auth) as answer:
        return answer.status if answer.status == 201 else int((await answer.json())["code"])


def statuses(service: Listener) -> list[str]:
    return [each["MessageStatus"] for each in service.forms()]


async def test_a_slow_carrier_delivers_when_the_clock_is_that_far(world: World, service: Listener) -> None:
    phone = world.phones[PATIENT].is_slow(timedelta(hours=3))
    await send(world, service)
    await world.settled()
    world.clock.forward(hours=2, minutes=59)
    await world.settled()
    assert (statuses(service), phone.messages, world.phones.sent[0].status) == (["sent"], [], "sent")

    world.clock.forward(minutes=2)
    await world.settled()
    assert statuses(service) == ["sent", "delivered"]
    assert phone.messages == world.phones.sent


async def test_a_slow_carrier_finds_out_late_that_a_phone_is_off(world: World, service: Listener) -> None:
    phone = world.phones[PATIENT].is_slow().is_unreachable()
    await send(world, service)
    world.clock.forward(hours=3)
    await world.settled()
    assert [(each["MessageStatus"], each.get("ErrorCode")) for each in service.forms()] == [
        ("sent", None),
        ("undelivered", "30003"),
    ]
    assert phone.messages == []


async def test_what_is_on_the_way_still_arrives_after_a_restart(tmp_path: Path) -> None:
    async with World(state_dir=tmp_path) as world:
        world.phones[PATIENT].is_slow()
        await send(world)
    async with World(state_dir=tmp_path) as again:
        again.clock.forward(hours=3)
        await again.settled()
        assert [text.status for text in again.phones[PATIENT].messages] == ["delivered"]


async def test_stop_counts_for_the_number_that_was_answered_and_is_confirmed_once(
    world: World, service: Listener
) -> None:
    phone = world.phones[PATIENT]
    await send(world)
    await phone.reply("STOP")
    await phone.reply("STOP")
    assert ["unsubscribed" in text.body for text in phone.messages] == [False, True]
    assert (await send(world), await send(world, From=OTHER)) == (21610, 201)

    await phone.reply("START", to=CLINIC)
    assert await send(world) == 201


async def test_stop_to_a_messaging_service_counts_for_the_service(world: World, service: Listener) -> None:
    phone = world.phones[PATIENT]
    await send(world, MessagingServiceSid=SERVICE)
    await phone.reply("STOP")
    assert (await send(world, MessagingServiceSid=SERVICE), await send(world)) == (21610, 201)
    assert [form.get("MessagingServiceSid") for form in service.forms(Body="STOP")] == [SERVICE]


@pytest.mark.parametrize(
    ("name", "code"), [("landline", 30006), ("unreachable", 30003), ("filtered", 30007), ("unknown", 30005)]
)
async def test_a_switch_loses_a_phones_texts_and_finds_them_again(
    world: World, service: Listener, name: str, code: int
) -> None:
    phone = world.phones[PATIENT].is_filtered()
    switch = named(name, phone.troubles())
    switch.switch(True)
    assert [trouble.name for trouble in phone.troubles() if trouble.is_on()] == [name]
    await send(world, service)
    await world.settled()
    assert service.forms()[-1]["ErrorCode"] == str(code)

    switch.switch(False)
    assert not switch.is_on()
    await send(world)
    assert len(phone.messages) == 1
    assert phone.line_type == "mobile"


@pytest.mark.parametrize(("name", "code"), [("invalid", 21211), ("opted_out", 21610)])
async def test_a_switch_has_texts_refused(world: World, name: str, code: int) -> None:
    switch = named(name, world.phones[PATIENT].troubles())
    switch.switch(True)
    assert await send(world) == code
    switch.switch(False)
    assert await send(world) == 201
