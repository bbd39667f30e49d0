"""What any gateway to the phone network promises, over its vendor's stand-in. A second vendor is a line in VENDORS."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from domain.errors import DoorFault
from domain.ports import SmsDoor, Text
from gateways.twilio_sms import TwilioSms
from sandbox import World
from sandbox.faults import Desk
from sandbox.twilio import PhoneNetwork
from tests.contracts.passage import Passage
from tests.sandbox.listener import Heard, Listener, listening

PUBLIC = "https://billing.clinic.test"
PATIENT, PRACTICE = "+12125550177", "+12125550100"
TEXT = Text(to=PATIENT, body="Clínica: your balance is ready 😀 رصيدك جاهز", sender=PRACTICE, ref="msg-1")


@dataclass
class Vendor:
    """A door and the network behind it."""

    door: SmsDoor
    network: PhoneNetwork
    sending: str
    close: Callable[[], Awaitable[None]]

    @property
    def desk(self) -> Desk:
        return self.network.desk


def twilio(world: World, address: str = "", public_url: str = PUBLIC, patience: float = 1.5) -> Vendor:
    settings = world.environment()
    door = TwilioSms(
        settings["TWILIO_ACCOUNT_SID"],
        settings["TWILIO_AUTH_TOKEN"],
        public_url=public_url,
        api_url=f"{address}/twilio" if address else settings["TWILIO_API_URL"],
        timeout=patience,
    )
    return Vendor(door, world.phones, "messages.create", door.close)


VENDORS = [twilio]


@pytest.fixture(params=VENDORS)
def vendor_of(request: pytest.FixtureRequest) -> Callable[..., Vendor]:
    return request.param


@pytest.fixture
async def vendor(world: World, vendor_of: Callable[..., Vendor]) -> AsyncIterator[Vendor]:
    vendor = vendor_of(world)
    yield vendor
    await vendor.close()


@pytest.fixture
async def hurried(world: World, vendor_of: Callable[..., Vendor], kind: str) -> AsyncIterator[Vendor]:
    """The same, which soon gives up what would never come."""
    vendor = vendor_of(world, **({"patience": 0.3} if kind == "timeout" else {}))
    yield vendor
    await vendor.close()


async def fault_of(vendor: Vendor, text: Text = TEXT) -> DoorFault:
    async with asyncio.timeout(5):
        with pytest.raises(DoorFault) as caught:
            await vendor.door.send(text)
    return caught.value


async def test_a_text_arrives_letter_for_letter(vendor: Vendor, world: World) -> None:
    sent = await vendor.door.send(TEXT)
    [arrived] = world.phones[PATIENT].messages
    assert (arrived.sid, arrived.body, arrived.from_) == (sent.provider_id, TEXT.body, PRACTICE)


async def test_our_id_rides_in_the_callbacks_address(vendor: Vendor, world: World) -> None:
    await vendor.door.send(replace(TEXT, ref="a/b & c"))
    [text] = world.phones.sent
    assert text.callback is not None
    assert text.callback.startswith(f"{PUBLIC}/twilio/status?")
    assert parse_qs(urlsplit(text.callback).query) == {"ref": ["a/b & c"]}


@pytest.mark.parametrize("kind", ["500", "reset", "reset_after_commit", "timeout"])
async def test_a_lost_answer_is_unknown_and_looking_tells_what_happened(
    vendor: Vendor, hurried: Vendor, world: World, kind: str
) -> None:
    before = world.clock.now()
    vendor.desk.will(kind, vendor.sending)
    fault = await fault_of(hurried)
    assert (fault.passing, fault.unknown) == (True, True)
    found = await vendor.door.find(TEXT, since=before)
    assert ([found.provider_id] if found else []) == [text.sid for text in world.phones.sent]
    assert len(world.phones.sent) == (kind == "reset_after_commit")


@pytest.mark.parametrize("kind", ["500", "reset", "reset_after_commit", "timeout", "ratelimited"])
async def test_whatever_goes_wrong_the_door_asks_once(hurried: Vendor, kind: str) -> None:
    hurried.desk.will(kind, hurried.sending, times=3)
    await fault_of(hurried)
    assert [fault.times for fault in hurried.desk.planned] == [2]


async def test_looking_finds_neither_older_texts_nor_other_ones(vendor: Vendor, world: World) -> None:
    await vendor.door.send(TEXT)
    await vendor.door.send(replace(TEXT, to="+12125550178", body="Another"))
    now = world.clock.forward(minutes=5)
    assert await vendor.door.find(TEXT, since=now) is None
    assert await vendor.door.find(replace(TEXT, body="Another"), since=now - timedelta(hours=1)) is None
    assert await vendor.door.find(TEXT, since=now - timedelta(hours=1)) is not None


async def test_a_rate_limit_passes_and_nothing_was_sent(vendor: Vendor, world: World) -> None:
    vendor.desk.will("ratelimited", vendor.sending)
    fault = await fault_of(vendor)
    assert (fault.code, fault.passing, fault.unknown) == ("ratelimited", True, False)
    assert world.phones.sent == []


async def test_a_door_nobody_answers_says_that_nothing_happened(world: World, vendor_of: Callable[..., Vendor]) -> None:
    vendor = vendor_of(world, "http://127.0.0.1:1")
    fault = await fault_of(vendor)
    assert (fault.code, fault.passing, fault.unknown) == ("unreachable", True, False)
    await vendor.close()


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+15005550001", "bad_number"),
        ("+15005550009", "landline"),
        ("+15005550004", "opted_out"),
        ("0177", "bad_number"),
    ],
)
async def test_a_refused_number_is_final_and_the_sentence_says_what_to_do(
    vendor: Vendor, number: str, code: str
) -> None:
    fault = await fault_of(vendor, replace(TEXT, to=number))
    assert (fault.code, fault.passing, fault.unknown) == (code, False, False)
    assert "email" in fault.sentence
    assert number not in str(fault)


async def test_forty_at_once_get_forty_answers_of_their_own(vendor: Vendor, world: World) -> None:
    texts = [replace(TEXT, body=f"No. {number}") for number in range(40)]
    answers = await asyncio.gather(*map(vendor.door.send, texts))
    bodies = {text.sid: text.body for text in world.phones.sent}
    assert [bodies[answer.provider_id] for answer in answers] == [text.body for text in texts]


async def test_texts_sent_one_after_the_other_share_a_connection(
    world: World, passage: Passage, vendor_of: Callable[..., Vendor]
) -> None:
    vendor = vendor_of(world, passage.url)
    for number in range(5):
        await vendor.door.send(replace(TEXT, body=f"No. {number}"))
    assert passage.connections == 1
    await vendor.close()


async def test_neither_numbers_nor_words_of_patients_get_into_the_logs(
    vendor: Vendor, world: World, spoken: pytest.LogCaptureFixture
) -> None:
    await vendor.door.send(TEXT)
    await vendor.door.find(TEXT, since=world.clock.now())
    await fault_of(vendor, replace(TEXT, to="+15005550001"))
    ours = [record for record in spoken.records if not record.name.startswith("aiohttp.access")]
    said = " ".join(record.getMessage() for record in ours)
    assert PATIENT not in said
    assert PATIENT[1:] not in said
    assert "balance" not in said


# -- what comes in ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def service(world: World) -> AsyncIterator[Listener]:
    async with listening() as listener:
        world.aim(listener.url)
        yield listener


@pytest.fixture
async def heard(world: World, service: Listener, vendor_of: Callable[..., Vendor]) -> AsyncIterator[Vendor]:
    """A door whose public address is where the service listens."""
    vendor = vendor_of(world, public_url=service.url)
    yield vendor
    await vendor.close()


async def told(world: World, service: Listener, vendor: Vendor) -> list[Heard]:
    """The webhooks about one text of ours."""
    await vendor.door.send(TEXT)
    await world.settled()
    return service.heard


async def test_results_are_the_vendors_and_carry_our_id(world: World, service: Listener, heard: Vendor) -> None:
    webhooks = await told(world, service, heard)
    assert all(verified(heard, each) for each in webhooks)
    results = [heard.door.parse_status(each.form, ref=ref_in(each)) for each in webhooks]
    assert [(each.status, each.ref) for each in results] == [("sent", "msg-1"), ("delivered", "msg-1")]
    assert {each.provider_id for each in results} == {world.phones.sent[0].sid}


@pytest.mark.parametrize(
    "forged",
    [
        lambda webhook: replace(webhook, path=webhook.path.replace("msg-1", "msg-2")),
        lambda webhook: replace(webhook, form=webhook.form | {"MessageStatus": "failed"}),
        lambda webhook: replace(webhook, headers={}),
        lambda webhook: replace(webhook, headers={"X-Twilio-Signature": "é"}),
        lambda webhook: replace(webhook, form="a string"),
    ],
    ids=["another ref", "another status", "unsigned", "not a signature", "not a form"],
)
async def test_what_was_changed_on_the_way_is_nobodys(
    world: World, service: Listener, heard: Vendor, forged: Callable[[Heard], Heard]
) -> None:
    [webhook, *_] = await told(world, service, heard)
    assert not verified(heard, forged(webhook))


@pytest.mark.parametrize(
    ("code", "fault"), [(30006, "landline"), (30003, "unreachable"), (30007, "filtered"), (39999, "unknown")]
)
async def test_a_text_that_did_not_arrive_says_why_in_our_words(
    world: World, service: Listener, heard: Vendor, code: int, fault: str
) -> None:
    world.phones[PATIENT].fails(code)
    last = (await told(world, service, heard))[-1]
    result = heard.door.parse_status(last.form, ref=ref_in(last))
    assert (result.status, result.fault, result.error_code) == ("failed", fault, str(code))
    assert result.sentence


async def test_a_failure_without_a_reason_and_a_status_of_tomorrow_are_taken(vendor: Vendor) -> None:
    failed = vendor.door.parse_status({"MessageSid": "SM1", "MessageStatus": "failed", "New": "field"}, ref=None)
    assert (failed.status, failed.error_code, failed.sentence) == ("failed", None, None)
    tomorrows = vendor.door.parse_status({"MessageSid": "SM1", "MessageStatus": "teleported"}, ref=None)
    assert tomorrows.status == "queued"


async def test_a_reply_is_the_vendors_and_comes_letter_for_letter(
    world: World, service: Listener, heard: Vendor
) -> None:
    await world.phones[PATIENT].reply("متى؟ 🙏", to=PRACTICE)
    [webhook] = service.heard
    assert verified(heard, webhook)
    reply = heard.door.parse_inbound(webhook.form)
    assert (reply.sender, reply.to, reply.body, reply.handled_by_provider) == (PATIENT, PRACTICE, "متى؟ 🙏", None)


async def test_a_stop_the_vendor_answered_itself_is_marked(world: World, service: Listener, heard: Vendor) -> None:
    world.phones.opt_out = "advanced"
    await world.phones[PATIENT].reply("Stop", to=PRACTICE)
    assert heard.door.parse_inbound(service.heard[0].form).handled_by_provider == "stop"


def verified(vendor: Vendor, webhook: Heard) -> bool:
    signature = webhook.headers.get("X-Twilio-Signature")
    return vendor.door.verify(path=webhook.path, form=webhook.form, signature=signature)


def ref_in(webhook: Heard) -> str | None:
    return parse_qs(urlsplit(webhook.path).query).get("ref", [None])[0]
