"""The phone network against Twilio's own client, validator and published names."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import encode_basic_auth
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from sandbox import World
from sandbox.twilio.segments import segments
from tests.sandbox.listener import Listener

PRACTICE = "+12125550100"
PATIENT = "+12125550177"
SERVICE = "MG" + "5a11d0b0" * 4


class Redirected(AsyncTwilioHttpClient):
    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    async def request(self, method: str, url: str, **call: Any) -> Any:
        host, path = url.removeprefix("https://").split("/", 1)
        assert host in ("api.twilio.com", "lookups.twilio.com")
        # aiohttp is giving up the form in which this client passes its credentials.
        call["headers"] = call["headers"] | {"Authorization": encode_basic_auth(*call.pop("auth"))}
        return await super().request(method, f"{self._address}/{path}", **call)


@pytest.fixture
async def client(world: World) -> AsyncIterator[Client]:
    settings = world.environment()
    http = Redirected(settings["TWILIO_API_URL"])
    yield Client(settings["TWILIO_ACCOUNT_SID"], settings["TWILIO_AUTH_TOKEN"], http_client=http)
    await http.close()


async def send(client: Client, to: str = PATIENT, body: str = "Hello", **more: Any) -> MessageInstance:
    return await client.messages.create_async(to=to, body=body, **({"from_": PRACTICE} | more))


async def refusal(client: Client, **fields: Any) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as refused:
        await client.messages.create_async(**({"to": PATIENT, "from_": PRACTICE, "body": "Hello"} | fields))
    return refused.value


def valid(world: World, service: Listener) -> list[bool]:
    validator = RequestValidator(world.phones.auth_token)
    return [
        bool(validator.validate(service.url + each.path, each.form, each.headers["X-Twilio-Signature"]))
        for each in service.heard
    ]


async def test_a_text_is_accepted_in_twilios_own_shape_and_reaches_the_phone(world: World, client: Client) -> None:
    message = await send(client, body="Your statement is ready")

    assert (message.status, message.num_segments, message.price, message.error_code) == ("queued", "1", None, None)
    assert message.date_created == world.clock.now().replace(microsecond=0)
    assert [text.body for text in world.phones[PATIENT].messages] == ["Your statement is ready"]
    assert [text.sid for text in world.phones.sent] == [message.sid]


async def test_status_callbacks_come_in_order_and_twilios_validator_accepts_them(
    world: World, service: Listener, client: Client
) -> None:
    callback = f"{service.url}/twilio/status?ref=out%20box-7&x=%7E"
    message = await send(client, status_callback=callback, messaging_service_sid=SERVICE, from_=None)
    await world.settled()

    assert message.status == "accepted"
    assert message.num_segments == "0"
    assert [each["MessageStatus"] for each in service.forms()] == ["queued", "sent", "delivered"]
    assert {each["MessagingServiceSid"] for each in service.forms()} == {SERVICE}
    assert [service.url + each.path for each in service.heard] == [callback] * 3
    assert valid(world, service) == [True] * 3


async def test_a_plain_sender_tells_nothing_of_the_first_status(
    world: World, service: Listener, client: Client
) -> None:
    await send(client, status_callback=f"{service.url}/twilio/status")
    await world.settled()

    assert [each["MessageStatus"] for each in service.forms()] == ["sent", "delivered"]


@pytest.mark.parametrize(
    ("number", "code"),
    [("+12125550136", 30006), ("+13035550133", 30003), ("+12125550137", 30007), ("+12125550135", 30005)],
)
async def test_a_number_ending_555_013n_fails_with_3000n(
    world: World, service: Listener, client: Client, number: str, code: int
) -> None:
    message = await send(client, to=number, status_callback=f"{service.url}/twilio/status")
    await world.settled()

    last = service.forms()[-1]
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", str(code))
    assert (await message.fetch_async()).error_code == code
    assert world.phones[number].messages == []


async def test_a_phone_can_be_told_how_to_fail_and_to_work_again(
    world: World, service: Listener, client: Client
) -> None:
    phone = world.phones[PATIENT].fails(30034, status="failed")
    await send(client, status_callback=f"{service.url}/twilio/status")
    await world.settled()
    assert [(each["MessageStatus"], each["ErrorCode"]) for each in service.forms()] == [("failed", "30034")]

    phone.works()
    await send(client)
    assert len(phone.messages) == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"to": "555-0100"}, 21211),
        ({"to": "+15005550001"}, 21211),
        ({"to": "+15005550004"}, 21610),
        ({"to": "+15005550009"}, 21614),
        ({"from_": "+15005550001"}, 21212),
        ({"from_": None}, 21603),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"from_": PATIENT}, 21266),
        ({"status_callback": "/twilio/status"}, 21609),
        ({"messaging_service_sid": "MGnone", "from_": None}, 21701),
    ],
)
async def test_a_wrong_request_is_refused_with_twilios_code_and_nothing_is_sent(
    world: World, client: Client, fields: dict[str, Any], code: int
) -> None:
    refused = await refusal(client, **fields)

    assert refused.code == code
    assert refused.status in (400, 404)
    assert world.phones.sent == []


async def test_a_sender_that_is_not_the_accounts_is_refused_once_the_account_has_numbers(
    world: World, client: Client
) -> None:
    world.phones.numbers = {"+12125550199"}
    assert (await refusal(client)).code == 21659


async def test_a_wrong_token_is_refused(world: World) -> None:
    http = Redirected(f"{world.url}/twilio")
    refused = await refusal(Client(world.phones.account_sid, "wrong", http_client=http))
    await http.close()

    assert (refused.status, refused.code) == (401, 20003)


async def test_a_reply_is_signed_and_the_services_twiml_comes_back_to_the_phone(
    world: World, service: Listener, client: Client
) -> None:
    await send(client)
    service.answers.append((200, "<Response><Message><Body>Thanks &amp; bye</Body></Message></Response>"))
    answer = await world.phones[PATIENT].reply("When is it due? ✓")

    assert answer.accepted
    heard = service.forms()[0]
    assert service.heard[0].path == "/twilio/inbound"
    assert (heard["From"], heard["To"], heard["Body"]) == (PATIENT, PRACTICE, "When is it due? ✓")
    assert "OptOutType" not in heard
    assert valid(world, service) == [True]
    assert world.phones[PATIENT].messages[-1].body == "Thanks & bye"


async def test_stop_reaches_the_service_and_later_texts_are_refused_until_start(
    world: World, service: Listener, client: Client
) -> None:
    phone = world.phones[PATIENT]
    await phone.reply(" stop ", to=PRACTICE)
    assert service.forms()[0]["Body"] == " stop "
    assert "unsubscribed" in phone.messages[-1].body
    assert (await refusal(client)).code == 21610
    await phone.reply("HELP", to=PRACTICE)
    assert (await refusal(client)).code == 21610

    await phone.reply("START", to=PRACTICE)
    await send(client)
    await phone.reply("STOP PLEASE", to=PRACTICE)
    await send(client)
    assert len(world.phones.sent) == 2


async def test_advanced_opt_out_says_what_twilio_understood(world: World, service: Listener) -> None:
    world.phones.opt_out = "advanced"
    for word in ("STOP", "HELP", "START", "Hello"):
        await world.phones[PATIENT].reply(word)

    assert [each.get("OptOutType") for each in service.forms()] == ["STOP", "HELP", "START", None]


async def test_callbacks_can_be_held_doubled_and_mixed_up(world: World, service: Listener, client: Client) -> None:
    world.phones.hold_callbacks = True
    world.phones.outgoing.copies, world.phones.outgoing.disordered = 2, True
    message = await send(client, status_callback=f"{service.url}/twilio/status")
    await world.settled()
    assert service.heard == []
    assert (await message.fetch_async()).status == "delivered"

    assert await world.phones.release() == 4
    assert [each["MessageStatus"] for each in service.forms()] == ["delivered", "delivered", "sent", "sent"]


async def test_a_failure_may_come_without_its_code(world: World, service: Listener, client: Client) -> None:
    world.phones.silent_errors = True
    world.phones[PATIENT].is_landline()
    await send(client, status_callback=f"{service.url}/twilio/status")
    await world.settled()

    assert "ErrorCode" not in service.forms(MessageStatus="undelivered")[0]


async def test_a_cut_after_commit_sends_the_text_and_the_list_finds_it(world: World, client: Client) -> None:
    world.phones.desk.will("reset_after_commit", "messages.create")
    before = world.clock.now()
    with pytest.raises(aiohttp.ClientError):
        await send(client, body="Once only")

    assert len(world.phones[PATIENT].messages) == 1
    found = await client.messages.list_async(to=PATIENT, date_sent_after=before)
    assert [message.body for message in found] == ["Once only"]
    assert [(call.operation, call.status) for call in world.phones.desk.calls] == [
        ("messages.create", None),
        ("messages.list", 200),
    ]


async def test_a_cut_before_commit_sends_nothing(world: World, client: Client) -> None:
    world.phones.desk.will("reset", "messages.*")
    with pytest.raises(aiohttp.ClientError):
        await send(client)
    assert world.phones.sent == []
    await send(client)
    assert len(world.phones.sent) == 1


async def test_a_timeout_keeps_the_caller_waiting_until_the_line_is_hung_up(world: World, client: Client) -> None:
    world.phones.desk.will("timeout")
    sending = asyncio.create_task(send(client))
    done, _ = await asyncio.wait([sending], timeout=0.05)
    assert not done

    world.phones.desk.hang_up()
    with pytest.raises(aiohttp.ClientError):
        await sending
    assert world.phones.sent == []


@pytest.mark.parametrize(("kind", "status", "code"), [("ratelimited", 429, 20429), ("500", 500, 20500)])
async def test_faults_are_in_twilios_words(world: World, client: Client, kind: Any, status: int, code: int) -> None:
    world.phones.desk.will(kind, "messages.create", times=2)
    for _ in range(2):
        refused = await refusal(client)
        assert (refused.status, refused.code) == (status, code)
    await send(client)


async def test_the_list_is_paged_filtered_and_newest_first(world: World, client: Client) -> None:
    for number in range(7):
        world.clock.forward(days=1)
        await send(client, body=f"text {number}", to=PATIENT if number % 2 else "+12125550178")

    everything = await client.messages.list_async(page_size=3)
    assert [message.body for message in everything] == [f"text {number}" for number in reversed(range(7))]
    recent = await client.messages.list_async(to=PATIENT, date_sent_after=world.clock.now() - timedelta(days=2))
    assert [message.body for message in recent] == ["text 5"]
    old = await client.messages.list_async(date_sent_before=world.clock.now() - timedelta(days=5))
    assert [message.body for message in old] == ["text 1", "text 0"]


async def test_lookup_tells_a_landline_from_a_mobile(world: World, client: Client) -> None:
    world.phones[PATIENT].is_landline()
    numbers = client.lookups.v2.phone_numbers

    line = await numbers(PATIENT).fetch_async(fields="line_type_intelligence")
    assert (line.valid, line.line_type_intelligence["type"]) == (True, "landline")
    other = await numbers("+12125550178").fetch_async(fields="line_type_intelligence")
    assert other.line_type_intelligence["type"] == "mobile"
    assert (await numbers("+15005550001").fetch_async()).valid is False


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("Ж" * 70, 1),
        ("Ж" * 71, 2),
        ("😀" * 36, 2),
        ("’" + "a" * 69, 1),
        ("’" + "a" * 70, 2),
        ("", 1),
    ],
)
def test_segments_are_counted_as_twilios_own_calculator_counts_them(body: str, parts: int) -> None:
    assert segments(body) == parts


def test_a_two_unit_character_is_never_split_between_segments() -> None:
    assert segments("a" * 152 + "€" + "a" * 152) == 3
    assert segments("Ж" * 66 + "😀" + "Ж" * 66) == 3
