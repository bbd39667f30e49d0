"""Switches: every stand-in's troubles by name, as the console shows them."""

import asyncio
import json
from collections.abc import Callable

import aiohttp
import pytest
import uvloop
from aiohttp import encode_basic_auth

from sandbox import World
from sandbox.troubles import Trouble, named
from tests.sandbox.listener import listening


def of_everyone(world: World) -> dict[str, list[Trouble]]:
    return {
        "phones": world.phones.troubles(),
        "phone": world.phones["+12125550177"].troubles(),
        "mail": world.mailbox.troubles(),
        "inbox": world.mailbox["ana@patients.test"].troubles(),
        "cards": world.cards.troubles(),
    }


async def test_every_switch_goes_on_and_off_by_its_name_and_is_shown_as_json(world: World) -> None:
    for troubles in of_everyone(world).values():
        names = [trouble.name for trouble in troubles]
        assert len(set(names)) == len(names)
        for trouble in troubles:
            shown = json.loads(json.dumps(trouble.shown()))
            assert shown == {"name": trouble.name, "label": trouble.label, "on": False}
            named(trouble.name, troubles).switch(True)
            assert trouble.is_on(), trouble.name
            trouble.switch(False)
            assert not trouble.is_on(), trouble.name


async def test_a_name_nobody_knows_is_told_with_those_there_are(world: World) -> None:
    with pytest.raises(ValueError, match="no trouble 'rain' here; there are declined, "):
        named("rain", world.cards.troubles())


async def test_a_reset_world_has_no_troubles(world: World) -> None:
    for troubles in of_everyone(world).values():
        for trouble in troubles:
            trouble.switch(True)
    await world.reset()
    assert [trouble.name for each in of_everyone(world).values() for trouble in each if trouble.is_on()] == []


async def test_a_troubled_call_is_met_once(world: World) -> None:
    switch = named("call_ratelimited", world.cards.troubles())
    switch.switch(True)
    auth = {"Authorization": encode_basic_auth(world.cards.api_key, "")}
    async with aiohttp.ClientSession(headers=auth) as session:
        answers = [(await session.get(f"{world.url}/stripe/v1/charges")).status for _ in range(2)]
    assert answers == [429, 200]
    assert not switch.is_on()


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_a_call_is_cut_off_whatever_loop_runs_it(new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def called() -> None:
        async with World() as world, aiohttp.ClientSession() as session:
            auth = {"Authorization": encode_basic_auth(world.cards.api_key, "")}
            world.cards.desk.will("reset")
            with pytest.raises(aiohttp.ClientConnectionError):
                await session.post(f"{world.url}/stripe/v1/refunds", headers=auth)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(called())


async def test_held_webhooks_leave_when_the_holding_ends(world: World) -> None:
    async with listening() as service:
        world.aim(service.url)
        held, twice = (named(name, world.phones.troubles()) for name in ("webhooks_held", "webhooks_twice"))
        held.switch(True)
        twice.switch(True)
        world.phones.accept(
            to="+12125550177", body="Hi", sender="+12125550100", callback=f"{service.url}/twilio/status"
        )
        await world.settled()
        assert service.heard == []
        held.switch(False)
        await world.settled()
        assert [form["MessageStatus"] for form in service.forms()] == ["sent", "sent", "delivered", "delivered"]
