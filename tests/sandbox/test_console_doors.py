"""The console's own doors: who may post, what is told about mistakes, what mails and files may do."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import aiohttp
import pytest

from tests.sandbox.console_day import ANA, MIA, OMAR, Day, a_day


@pytest.fixture
async def day() -> AsyncIterator[Day]:
    async with a_day() as day:
        yield day


@pytest.fixture
async def http(day: Day) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(day.world.url) as session:
        yield session


async def test_a_page_elsewhere_can_neither_post_nor_read(http: aiohttp.ClientSession) -> None:
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    async with http.post("/console/clock", json={"days": 1}, headers=elsewhere) as answer:
        assert answer.status == 403
    async with http.get("/console/state", headers=elsewhere) as answer:
        assert answer.status == 403
    async with http.post("/console/clock", data="days=1") as answer:
        assert answer.status == 415


async def test_the_picture_is_of_one_person(http: aiohttp.ClientSession, day: Day) -> None:
    async with http.get("/console/state", params={"user": OMAR, "channel": day.room}) as answer:
        omar = await answer.json()
    assert {each["name"] for each in omar["channels"]} == {"billing-downtown", "front-desk"}
    assert not any(each["ephemeral"] for each in omar["channel"]["messages"])
    elsewhere = day.world.slack.channel("billing-harbor").id
    async with http.get("/console/state", params={"user": OMAR, "channel": elsewhere}) as answer:
        assert (await answer.json())["channel"] is None, "he is not in it"
    async with http.get("/console/state", params={"user": MIA, "channel": day.room}) as answer:
        mia = await answer.json()
    assert mia["channel"]["messages"][-1]["ephemeral"]


async def test_mistakes_are_said_in_words(http: aiohttp.ClientSession, day: Day) -> None:
    given = {"user": MIA, "channel": day.room, "ts": day.card, "action_id": "dance"}
    async with http.post("/console/press", json=given) as answer:
        assert answer.status == 409
        assert "There is no 'dance'" in (await answer.json())["trouble"]
    async with http.post("/console/press", json={"user": MIA}) as answer:
        assert answer.status == 400
    async with http.get("/console/mail/99") as answer:
        assert answer.status == 404


async def test_a_mail_is_shown_where_its_scripts_are_dead(http: aiohttp.ClientSession) -> None:
    async with http.get("/console/mail/0") as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


async def test_the_stream_says_look_when_slack_a_phone_or_the_clock_changed(
    http: aiohttp.ClientSession, day: Day
) -> None:
    async def told(stream: aiohttp.ClientResponse) -> None:
        while await stream.content.readline() != b"data: look\n":
            continue

    async with http.get("/console/stream", timeout=aiohttp.ClientTimeout(total=5)) as stream:
        await told(stream)
        await day.client.chat_postMessage(channel=day.room, text="New")
        await told(stream)
        await day.world.phones[ANA].reply("New")
        await told(stream)
        day.world.clock.forward(days=1)
        await told(stream)
        day.world.contacts = (*day.world.contacts,)
        await told(stream)


async def test_the_stream_is_silent_while_nothing_happens(http: aiohttp.ClientSession, day: Day) -> None:
    async with http.get("/console/stream") as stream:
        assert [await stream.content.readline() for _ in range(3)] == [b"retry: 1000\n", b"data: look\n", b"\n"]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await stream.content.readline()


async def test_moving_the_clock_brings_the_retries_that_are_due(http: aiohttp.ClientSession, day: Day) -> None:
    day.app.answers["event_callback"] = 500
    await day.world.slack.say(MIA, day.room, "Hello")
    assert [each.number for each in day.world.slack.retries_waiting] == [2]
    day.app.answers.clear()
    before = day.world.clock.now()
    async with http.post("/console/clock", json={"hours": 1}) as answer:
        assert answer.status == 200
    assert day.world.slack.retries_waiting == []
    assert day.world.clock.now() - before >= timedelta(hours=1)
    async with http.post("/console/clock", json={"to": before.isoformat()}) as answer:
        assert answer.status == 200
    assert day.world.clock.now() > before


async def test_the_clock_goes_to_what_is_due_next(http: aiohttp.ClientSession, day: Day) -> None:
    due, moved = day.world.clock.now() + timedelta(days=3), []

    async def next_due() -> datetime:
        return due

    async def on_clock_moved() -> None:
        moved.append(day.world.clock.now())

    async with http.post("/console/clock", json={"next": True}) as answer:
        assert "Nothing is due" in (await answer.json())["note"]
    day.world.next_due, day.world.on_clock_moved = next_due, on_clock_moved
    async with http.post("/console/clock", json={"next": True}) as answer:
        assert datetime.fromisoformat((await answer.json())["now"]) >= due
    assert [each >= due for each in moved] == [True]
