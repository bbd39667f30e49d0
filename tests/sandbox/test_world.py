"""The world as a whole: its addresses, its clock, what it keeps, and that nobody else can reach it."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import aiohttp
import aiosmtplib
import pytest

from sandbox import AddressTaken, KeptOtherwise, MovableClock, World
from tests.sandbox.listener import listening

PATIENT = "+12125550177"


async def text(world: World, body: str, **fields: str) -> int:
    form = {"To": PATIENT, "From": "+12125550100", "Body": body} | fields
    auth = {"Authorization": aiohttp.encode_basic_auth(world.phones.account_sid, world.phones.auth_token)}
    url = f"{world.url}/twilio/2010-04-01/Accounts/{world.phones.account_sid}/Messages.json"
    async with aiohttp.ClientSession() as session, session.post(url, data=form, headers=auth) as answer:
        return answer.status


async def mail(world: World) -> None:
    raw = b"From: a@clinic.test\r\nTo: p@example.test\r\nMessage-ID: <1@clinic.test>\r\n\r\nHello\r\n"
    line = aiosmtplib.SMTP(hostname="127.0.0.1", port=world.mailbox.port, start_tls=False)
    async with line:
        await line.login(world.mailbox.user, world.mailbox.password)
        await line.sendmail("a@clinic.test", ["p@example.test"], raw)


def session(world: World) -> dict[str, Any]:
    price = {"currency": "usd", "unit_amount": 4200, "product_data": {"name": "Invoice INV-1"}}
    fields = {"mode": "payment", "success_url": "https://clinic.test", "line_items": [{"price_data": price}]}
    return world.cards.open_session(fields)


async def test_the_settings_are_exactly_those_a_service_needs() -> None:
    async with World() as world:
        settings = world.environment()
    assert set(settings) == {
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_API_URL",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_API_URL",
        "SMTP_URL",
        "SENDGRID_WEBHOOK_KEY",
        "STRIPE_API_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "STRIPE_API_URL",
    }
    assert {urlsplit(settings[name]).hostname for name in settings if name.endswith("_URL")} == {"127.0.0.1"}


async def test_it_listens_on_this_machine_only_and_refuses_to_do_otherwise() -> None:
    with pytest.raises(ValueError, match=r"never on 0\.0\.0\.0"):
        World(host="0.0.0.0")
    async with World() as world:
        # Whoever listens on every address of this machine also answers at this one.
        for port in (urlsplit(world.url).port, world.mailbox.port):
            with pytest.raises(OSError):  # noqa: PT011 (the system's words differ)
                await asyncio.open_connection("127.0.0.2", port)


async def test_a_page_that_points_its_own_name_here_is_turned_away() -> None:
    async with World() as world, aiohttp.ClientSession(headers={"Host": "evil.test"}) as browser:
        answer = await browser.get(f"{world.url}/stripe/pay/x")
        assert answer.status == 403


async def test_a_taken_port_is_said_in_a_sentence() -> None:
    async with World() as world:
        port = urlsplit(world.url).port
        with pytest.raises(AddressTaken, match=f"Port {port} on 127.0.0.1 is taken"):
            async with World(port=cast(int, port)):
                pass
        with pytest.raises(AddressTaken):
            async with World(smtp_port=world.mailbox.port):
                pass


@pytest.mark.parametrize("kept", [b'{"phones": {"texts": [{"sid": "SM1"}]}}', b'{"slack": 3}', b'{"cut off'])
async def test_a_world_that_another_version_kept_is_said_to_be_that(tmp_path: Path, kept: bytes) -> None:
    (tmp_path / "world.json").write_bytes(kept)
    with pytest.raises(KeptOtherwise, match=r"world\.json is damaged, or another version has written it"):
        async with World(state_dir=tmp_path):
            pass


async def test_starting_and_resetting_cost_a_story_next_to_nothing() -> None:
    starts, resets = [], []
    for _ in range(3):
        began = time.perf_counter()
        async with World() as world:
            starts.append(time.perf_counter() - began)
            await text(world, "Hello")
            began = time.perf_counter()
            await world.reset()
            resets.append(time.perf_counter() - began)
    assert min(starts) < 0.1
    assert min(resets) < 0.01


async def test_a_reset_world_is_empty_and_still_aimed() -> None:
    async with listening() as service, World() as world:
        world.aim(service.url)
        await text(world, "Hello")
        await mail(world)
        await world.cards.pay(session(world)["id"])
        world.phones.desk.will("500")
        world.phones[PATIENT].is_landline()
        await world.reset()

        assert world.phones.sent == world.mailbox.deliveries == world.cards.charges == world.phones.desk.calls == []
        assert await text(world, "Hello again") == 201
        assert [each.body for each in world.phones[PATIENT].messages] == ["Hello again"]
        assert (await world.phones[PATIENT].reply("Hi")).accepted


async def test_what_happened_is_back_at_the_next_start(tmp_path: Path) -> None:
    async with World(state_dir=tmp_path) as world:
        world.clock.forward(days=3)
        await text(world, "Hello ✓")
        world.phones["+12125550178"].is_landline()
        await mail(world)
        await world.cards.pay(session(world)["id"])
        unpaid = session(world)["id"]
        sent = world.phones.sent

    async with World(state_dir=tmp_path) as again:
        assert again.clock.now() - again.clock.pulse() > timedelta(days=2, hours=23)
        assert again.phones.sent == sent
        assert [each.body for each in again.phones[PATIENT].messages] == ["Hello ✓"]
        assert again.phones["+12125550178"].fails_with == 30006
        assert again.mailbox["p@example.test"].messages[0].text == "Hello\r\n"
        assert again.cards.taken_cents == 4200
        assert (await again.cards.pay(unpaid)).paid
        assert again.cards.taken_cents == 8400


async def test_settled_waits_for_every_webhook_and_counts_those_since_last_asked() -> None:
    async with listening() as service, World() as world:
        world.aim(service.url)
        for number in range(5):
            await text(world, f"text {number}", StatusCallback=f"{service.url}/twilio/status")
        await world.cards.pay(session(world)["id"])

        assert await world.settled() == 5 * 2 + 4
        assert len(service.heard) == 14
        assert await world.settled() == 0


async def test_webhooks_to_nobody_are_noted_and_stripes_are_kept_for_later() -> None:
    async with World() as world:
        world.aim("http://127.0.0.1:9")
        await text(world, "Hello", StatusCallback="http://127.0.0.1:9/twilio/status")
        await world.cards.pay(session(world)["id"])
        await world.settled()

        assert {delivery.answer.status for delivery in world.courier.deliveries} == {0}
        assert {letter.source for letter in world.courier.undelivered} == {"stripe"}


async def test_the_courier_knocks_again_by_itself_where_asked_to() -> None:
    async with listening() as service, World(retry_every=0.01) as world:
        world.aim(service.url)
        service.answers.extend([(500, "")] * 4)
        await world.cards.pay(session(world)["id"])
        async with asyncio.timeout(5):
            await service.hears(8)
        assert len({each.body for each in service.heard}) == 4


def test_a_frozen_clock_moves_only_when_told() -> None:
    clock = MovableClock(frozen_at=datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert clock.now() == clock.now() == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert clock.forward(days=1, hours=2) == datetime(2026, 3, 3, 11, tzinfo=UTC)
    assert clock.move_to(datetime(2026, 4, 1, tzinfo=UTC)) == clock.now() == datetime(2026, 4, 1, tzinfo=UTC)
    assert abs(clock.pulse() - datetime.now(UTC)) < timedelta(seconds=5)
    with pytest.raises(ValueError, match="timezone"):
        clock.move_to(datetime(2026, 4, 1))  # noqa: DTZ001


def test_a_moved_clock_outlives_its_process(tmp_path: Path) -> None:
    MovableClock(file=tmp_path / "clock").forward(weeks=1)
    again = MovableClock(file=tmp_path / "clock")
    assert timedelta(days=6, hours=23) < again.now() - again.pulse() < timedelta(days=7, hours=1)


async def test_an_unknown_fault_is_told_with_the_known_ones() -> None:
    async with World() as world:
        with pytest.raises(ValueError, match="reset_after_commit"):
            world.cards.desk.will(cast(Any, "explode"))


async def test_a_fault_meets_its_own_operation_as_often_as_told() -> None:
    async with World() as world:
        world.phones.desk.will("500", "lookups.*")
        world.phones.desk.will("ratelimited", "messages.create", times=2)
        world.phones.desk.will("slow", "messages.create", seconds=0)

        assert [await text(world, "Hello") for _ in range(4)] == [429, 429, 201, 201]
        assert [call.fault for call in world.phones.desk.called("messages.create")] == [
            "ratelimited",
            "ratelimited",
            "slow",
            None,
        ]
        assert [fault.operation for fault in world.phones.desk.planned] == ["lookups.*"]
        assert world.phones.desk.calls[0].fields["Body"] == "Hello"
