"""What the phone network answers and sends, against Twilio's own library and its list of parameters."""

import ast
import inspect
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import encode_basic_auth
from twilio.base import deserialize
from twilio.request_validator import RequestValidator
from twilio.rest.api.v2010.account.message import MessageInstance
from twilio.rest.lookups.v2.phone_number import PhoneNumberInstance

from sandbox import World
from tests.sandbox.listener import Heard, Listener

CLINIC, SERVICE = "+12125550100", "MG" + "5a11d0b0" * 4
PATIENTS = ("+12125550177", "+12125550136", "+13035550133", "+12125550137", "+12125550135")

# Source: twilio.com/docs/messaging/guides/webhook-request and …/outbound-message-status-in-status-callbacks.
COMMON = {"AccountSid", "ApiVersion", "From", "MessageSid", "MessagingServiceSid", "SmsSid", "SmsStatus", "To"}
PLACES = {f"{whose}{what}" for whose in ("From", "To") for what in ("City", "Country", "State", "Zip")}
INBOUND = COMMON | PLACES | {"Body", "NumMedia", "NumSegments", "SmsMessageSid", "OptOutType"}
INBOUND_ALWAYS = INBOUND - {"MessagingServiceSid", "OptOutType"}
STATUS = COMMON | {"ErrorCode", "MessageStatus", "RawDlrDoneDate"}
STATUS_ALWAYS = STATUS - {"ErrorCode", "MessagingServiceSid", "RawDlrDoneDate"}


@pytest.fixture
async def account(world: World) -> AsyncIterator[aiohttp.ClientSession]:
    auth = encode_basic_auth(world.phones.account_sid, world.phones.auth_token)
    async with aiohttp.ClientSession(f"{world.url}/twilio/", headers={"Authorization": auth}) as session:
        yield session


def read_by(cls: type) -> dict[str, str]:
    """The keys that the library's class reads from a payload, and the types it says they have."""
    found = {}
    for node in ast.walk(ast.parse(inspect.getsource(cls.__init__).lstrip().replace("\n    ", "\n"))):
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            for call in ast.walk(node.value):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "payload.get":
                    found[ast.literal_eval(call.args[0])] = ast.unparse(node.annotation)
    return found


def values_of(enum: type) -> set[str]:
    return {value for name, value in vars(enum).items() if name.isupper()}


async def a_day(world: World, account: aiohttp.ClientSession, url: str) -> list[dict[str, Any]]:
    """Texts that arrive and that don't, from a number and from a service, and what people write back."""
    answers = []
    messages = f"2010-04-01/Accounts/{world.phones.account_sid}/Messages"
    callback = f"{url}/twilio/status?ref=a%20b~c"
    for sender in ({"From": CLINIC}, {"MessagingServiceSid": SERVICE}):
        for patient in PATIENTS:
            form = {"To": patient, "Body": "Ваш счёт " * 20, "StatusCallback": callback, **sender}
            async with account.post(f"{messages}.json", data=form) as answer:
                answers.append(await answer.json())
    world.phones.opt_out = "advanced"
    patient = world.phones[PATIENTS[0]]
    for words in ("Thanks & bye ✓", "HELP", "STOP", "START"):
        await patient.reply(words)
    await patient.reply("my card", media=["https://media.test/1.jpg", "https://media.test/2.jpg"])
    await world.settled()
    for sid in [text.sid for text in world.phones.texts.values()]:
        async with account.get(f"{messages}/{sid}.json") as answer:
            answers.append(await answer.json())
    return answers


async def test_a_message_has_exactly_what_twilios_library_reads_and_of_the_types_it_says(
    world: World, service: Listener, account: aiohttp.ClientSession
) -> None:
    published = read_by(MessageInstance)
    assert len(published) == 20
    kinds = {"Optional[str]": str, "Optional[int]": int, "Optional[Dict[str, object]]": dict}
    for message in await a_day(world, account, service.url):
        assert set(message) == set(published)
        for name, value in message.items():
            said = "Optional[str]" if "datetime" in published[name] or "MessageInstance" in published[name] else (
                published[name])  # fmt: skip
            assert value is None or isinstance(value, kinds[said]), (name, value)


async def test_a_messages_words_and_dates_are_those_that_twilio_publishes(
    world: World, service: Listener, account: aiohttp.ClientSession
) -> None:
    answers = await a_day(world, account, service.url)
    assert {each["status"] for each in answers} >= {"accepted", "queued", "delivered", "undelivered", "received"}
    for message in answers:
        assert message["status"] in values_of(MessageInstance.Status)
        assert message["direction"] in values_of(MessageInstance.Direction)
        for name in ("date_created", "date_sent", "date_updated"):
            if message[name] is not None:
                assert isinstance(deserialize.rfc2822_datetime(message[name]), datetime), message[name]
        assert (message["error_code"] is None) == (message["error_message"] is None)
        assert message["price"] is None or float(message["price"]) < 0
        assert message["num_segments"].isdigit()
        assert message["num_media"].isdigit()
        assert message["sid"][:2] == ("MM" if int(message["num_media"]) else "SM")


async def test_a_lookup_has_exactly_what_twilios_library_reads(world: World, account: aiohttp.ClientSession) -> None:
    published = set(read_by(PhoneNumberInstance))
    reasons = values_of(PhoneNumberInstance.ValidationError)
    world.phones["+12125550171"].is_invalid()
    for number in (*PATIENTS, "+12125550171", "+1212", "+12125550177777", "Bill"):
        async with account.get(f"v2/PhoneNumbers/{number}?Fields=line_type_intelligence") as answer:
            told = await answer.json()
        assert set(told) == published
        assert isinstance(told["valid"], bool)
        assert told["valid"] == (not told["validation_errors"])
        assert set(told["validation_errors"]) <= reasons
        if told["valid"]:
            assert set(told["line_type_intelligence"]) == {
                "error_code", "mobile_country_code", "mobile_network_code", "carrier_name", "type"
            }  # fmt: skip


async def test_a_list_is_paged_as_twilios_library_turns_pages(
    world: World, service: Listener, account: aiohttp.ClientSession
) -> None:
    await a_day(world, account, service.url)
    url: str | None = f"2010-04-01/Accounts/{world.phones.account_sid}/Messages.json?PageSize=4"
    seen: list[str] = []
    while url:
        async with account.get(url.lstrip("/")) as answer:
            page = await answer.json()
        seen += [message["sid"] for message in page["messages"]]
        url = page["next_page_uri"]
    assert sorted(seen) == sorted(world.phones.texts)


async def test_every_refusal_has_the_four_fields_of_twilios_errors(
    world: World, account: aiohttp.ClientSession
) -> None:
    world.phones.desk.will("500", "messages.fetch")
    world.phones.desk.will("ratelimited", "messages.list")
    messages = f"2010-04-01/Accounts/{world.phones.account_sid}/Messages"
    for asked in (account.post(f"{messages}.json", data={}), account.get(f"{messages}/SM1.json"),
                  account.get(f"{messages}.json"), account.get("2010-04-01/Nothing.json")):  # fmt: skip
        async with asked as answer:
            told = json.loads(await answer.text())
            assert answer.status >= 400
            assert set(told) == {"code", "message", "more_info", "status"}
            assert (told["status"], told["more_info"]) == (
                answer.status,
                f"https://www.twilio.com/docs/errors/{told['code']}",
            )


async def test_every_webhook_carries_the_parameters_that_twilio_lists(
    world: World, service: Listener, account: aiohttp.ClientSession
) -> None:
    await a_day(world, account, service.url)
    results = [each.form for each in service.heard if each.path.startswith("/twilio/status")]
    replies = [each.form for each in service.heard if each.path == "/twilio/inbound"]

    for form in results:
        assert STATUS_ALWAYS <= set(form) <= STATUS
        assert form["MessageStatus"] in values_of(MessageInstance.Status)
        assert ("ErrorCode" in form) == (form["MessageStatus"] in ("failed", "undelivered"))
    for form in replies:
        media = {
            f"{name}{place}" for place in range(int(form["NumMedia"])) for name in ("MediaUrl", "MediaContentType")
        }
        assert INBOUND_ALWAYS | media <= set(form) <= INBOUND | media
    assert {form.get("OptOutType") for form in replies} == {None, "HELP", "STOP", "START"}
    assert {form["NumMedia"] for form in replies} == {"0", "2"}


async def test_twilios_own_check_takes_every_webhook_and_none_that_was_changed(
    world: World, service: Listener, account: aiohttp.ClientSession
) -> None:
    world.phones.outgoing.copies = 2
    await a_day(world, account, service.url)
    validator = RequestValidator(world.phones.auth_token)

    def accepted(each: Heard, form: dict[str, str]) -> bool:
        return bool(validator.validate(service.url + each.path, form, each.headers["X-Twilio-Signature"]))

    assert len(service.heard) > 40
    for each in service.heard:
        assert accepted(each, each.form)
        assert not accepted(each, each.form | {"To": "+15005550009"})
