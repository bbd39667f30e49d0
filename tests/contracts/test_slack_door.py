"""What the gateway to Slack promises, over a workspace's stand-in. Another way there is one line in VENDORS."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from domain.errors import DoorFault
from domain.ports import Json, SlackDoor, SlackPost
from gateways.slack_web import SlackWeb
from sandbox import World
from sandbox.slack import SlackWorkspace
from sandbox.slack.records import ResponseUrl
from tests.contracts.passage import Passage

MIA = "U0MIA"


@dataclass
class Vendor:
    """A door and the workspace behind it."""

    door: SlackDoor
    slack: SlackWorkspace
    close: Callable[[], Awaitable[None]]


def web_api(world: World, address: str = "", token: str = "", patience: float = 1.5) -> Vendor:
    settings = world.environment()
    url = settings["SLACK_API_URL"]
    door = SlackWeb(
        token or settings["SLACK_BOT_TOKEN"],
        api_url=url.replace(world.url, address) if address else url,
        timeout=patience,
        page_size=2,
    )
    return Vendor(door, world.slack, door.close)


VENDORS = [web_api]


@pytest.fixture(params=VENDORS)
def vendor_of(request: pytest.FixtureRequest) -> Callable[..., Vendor]:
    return request.param


@pytest.fixture
async def vendor(world: World, vendor_of: Callable[..., Vendor]) -> AsyncIterator[Vendor]:
    world.slack.person(MIA, "Mia López", "mia@clinic.test", "America/New_York")
    vendor = vendor_of(world)
    yield vendor
    await vendor.close()


@pytest.fixture
async def hurried(world: World, vendor_of: Callable[..., Vendor], kind: str) -> AsyncIterator[Vendor]:
    """The same, which soon gives up what would never come."""
    vendor = vendor_of(world, **({"patience": 0.3} if kind == "timeout" else {}))
    yield vendor
    await vendor.close()


@pytest.fixture
def card(world: World) -> SlackPost:
    channel = world.slack.add_channel("billing", [MIA])
    return SlackPost(
        channel=channel.id, text="INV-1042 is overdue – رصيد 😀", blocks=[said("*INV-1042*")], ref="card-1"
    )


def said(words: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}}


def form(title: str = "Pause") -> Json:
    return {"type": "modal", "title": {"type": "plain_text", "text": title}, "blocks": [said("Pause reminders?")]}


def standing(vendor: Vendor) -> list[str]:
    return [message.ts for message in vendor.slack.channel("billing").messages]


async def fault_of(asked: Awaitable[object]) -> DoorFault:
    async with asyncio.timeout(5):
        with pytest.raises(DoorFault) as caught:
            await asked
    return caught.value


# -- posting -----------------------------------------------------------------------------------------------------------


async def test_a_post_arrives_with_our_id_and_nothing_unfolds(vendor: Vendor, card: SlackPost) -> None:
    ts = await vendor.door.post(card)
    [message] = vendor.slack.channel("billing").messages
    assert (message.ts, message.text) == (ts, card.text)
    assert message.blocks[0]["text"]["text"] == "*INV-1042*"
    assert message.metadata == {"event_type": "duesday", "event_payload": {"ref": "card-1"}}
    [call] = vendor.slack.calls
    assert (call.args["unfurl_links"], call.args["unfurl_media"]) == (False, False)


@pytest.mark.parametrize("kind", ["500", "reset", "reset_after_commit", "timeout"])
@pytest.mark.parametrize("in_thread", [False, True], ids=["channel", "thread"])
async def test_a_lost_answer_is_unknown_and_looking_tells_what_happened(
    vendor: Vendor, hurried: Vendor, world: World, card: SlackPost, kind: str, in_thread: bool
) -> None:
    parent = await vendor.door.post(replace(card, ref="parent")) if in_thread else None
    post = replace(card, ref="card-2", thread_ts=parent)
    before = world.clock.now()
    vendor.slack.fault("chat.postMessage", kind, times=3)
    fault = await fault_of(hurried.door.post(post))
    assert (fault.passing, fault.unknown) == (True, True)
    assert [fault.times for fault in vendor.slack.desk.planned] == [2]
    found = await vendor.door.find(post, since=before)
    there = [each for each in vendor.slack.channel("billing").by_ts.values() if each.ts != parent]
    assert ([found] if found else []) == [each.ts for each in there]
    assert len(there) == (kind == "reset_after_commit")


async def test_looking_turns_every_page_and_stops_at_the_time_given(
    vendor: Vendor, world: World, card: SlackPost
) -> None:
    start = world.clock.now()
    sought = await vendor.door.post(card)
    later = world.clock.forward(minutes=5)
    for number in range(5):
        await vendor.door.post(replace(card, ref=f"other-{number}"))
    assert await vendor.door.find(card, since=start) == sought
    assert await vendor.door.find(card, since=later) is None


async def test_a_rate_limit_passes_and_says_how_long_to_wait(vendor: Vendor, card: SlackPost) -> None:
    vendor.slack.fault("chat.postMessage", "ratelimited")
    fault = await fault_of(vendor.door.post(card))
    assert (fault.code, fault.passing, fault.unknown, fault.retry_after) == ("ratelimited", True, False, 1.0)
    assert standing(vendor) == []


async def test_a_door_nobody_answers_says_that_nothing_happened(
    world: World, card: SlackPost, vendor_of: Callable[..., Vendor]
) -> None:
    vendor = vendor_of(world, "http://127.0.0.1:1")
    fault = await fault_of(vendor.door.post(card))
    assert (fault.code, fault.passing, fault.unknown) == ("unreachable", True, False)
    await vendor.close()


async def test_what_slack_refuses_is_final_and_says_what_to_do(vendor: Vendor, world: World, card: SlackPost) -> None:
    outside = world.slack.add_channel("elsewhere", [MIA], with_bot=False)
    gone = world.slack.add_channel("gone", [MIA])
    gone.archived = True
    for channel, code in (("C0NOWHERE", "channel_not_found"), (outside.id, "not_in_channel"), (gone.id, "is_archived")):
        fault = await fault_of(vendor.door.post(replace(card, channel=channel)))
        assert (fault.code, fault.passing, fault.unknown) == (code, False, False)
        assert "app.yaml" in fault.sentence


async def test_a_layout_slack_refuses_is_pointed_at_and_not_quoted(vendor: Vendor, card: SlackPost) -> None:
    fault = await fault_of(vendor.door.post(replace(card, blocks=[said("Amal Haddad " * 300)])))
    assert (fault.code, fault.passing) == ("invalid_blocks", False)
    assert "/blocks/0/text" in fault.sentence
    assert "Amal" not in str(fault)


async def test_a_token_withdrawn_is_ours_to_mend(
    world: World, card: SlackPost, vendor_of: Callable[..., Vendor]
) -> None:
    vendor = vendor_of(world, token="xoxb-old")
    fault = await fault_of(vendor.door.post(card))
    assert (fault.code, fault.passing) == ("invalid_auth", False)
    assert "SLACK_BOT_TOKEN" in fault.sentence
    await vendor.close()


# -- changing, whispering, answering -----------------------------------------------------------------------------------


async def test_a_card_is_redrawn_and_keeps_its_id(vendor: Vendor, card: SlackPost) -> None:
    ts = await vendor.door.post(card)
    await vendor.door.update(channel=card.channel, ts=ts, text="Paid", blocks=[said("*Paid*")])
    [message] = vendor.slack.channel("billing").messages
    assert (message.text, message.blocks[0]["text"]["text"]) == ("Paid", "*Paid*")
    assert message.metadata is not None


async def test_a_card_that_was_deleted_cannot_be_redrawn(vendor: Vendor, card: SlackPost) -> None:
    fault = await fault_of(vendor.door.update(channel=card.channel, ts="1.000001", text="Paid", blocks=[]))
    assert (fault.code, fault.passing) == ("message_not_found", False)


async def test_someone_elses_message_cannot_be_redrawn(vendor: Vendor, world: World, card: SlackPost) -> None:
    hers = await world.slack.say(MIA, "billing", "Mine")
    fault = await fault_of(vendor.door.update(channel=card.channel, ts=hers.ts, text="Ours", blocks=[]))
    assert (fault.code, fault.passing) == ("cant_update_message", False)


async def test_a_whisper_is_seen_by_one_person(vendor: Vendor, card: SlackPost) -> None:
    await vendor.door.whisper(channel=card.channel, user=MIA, text="Already done by Noor at 9:40.")
    assert [message.text for message in vendor.slack.ephemerals(MIA)] == ["Already done by Noor at 9:40."]
    assert standing(vendor) == []


@pytest.mark.parametrize("in_channel", [False, True])
async def test_an_answer_to_a_command_is_private_unless_shared(
    vendor: Vendor, card: SlackPost, in_channel: bool
) -> None:
    url = vendor.slack.new_response_url(ResponseUrl(card.channel, MIA))
    await vendor.door.respond(response_url=url, text="Three overdue", blocks=[said("Three")], in_channel=in_channel)
    assert (len(standing(vendor)), len(vendor.slack.ephemerals(MIA))) == ((1, 0) if in_channel else (0, 1))


async def test_an_answer_that_comes_too_late_is_final(vendor: Vendor, world: World, card: SlackPost) -> None:
    url = vendor.slack.new_response_url(ResponseUrl(card.channel, MIA))
    world.clock.forward(minutes=31)
    fault = await fault_of(vendor.door.respond(response_url=url, text="Late"))
    assert (fault.code, fault.passing) == ("expired_url", False)


async def test_answers_go_to_slack_and_nowhere_else(vendor: Vendor, world: World, passage: Passage) -> None:
    host = world.url.removeprefix("http://")
    for url in (
        f"{passage.url}/slack/response/R1",
        f"https://{host}/slack/response/R1",
        f"http://{host}@127.0.0.1:{passage.port}/",
        f"http://user:password@{host}/slack/response/R1",
        "http://hooks.slack.com/commands/1",
        "https://hooks.slack.com.evil.test/commands/1",
        "file:///etc/passwd",
        "not an address",
        "",
    ):
        fault = await fault_of(vendor.door.respond(response_url=url, text="Three overdue"))
        assert (fault.code, fault.passing) == ("foreign_address", False)
    assert passage.connections == 0


# -- forms and home ----------------------------------------------------------------------------------------------------


async def test_a_form_opens_once_per_press_and_is_changed_by_who_saw_it_last(vendor: Vendor) -> None:
    trigger = vendor.slack.new_trigger(MIA)
    await vendor.door.open_view(trigger_id=trigger, view=form())
    [modal] = vendor.slack.modals(MIA)
    assert (await fault_of(vendor.door.open_view(trigger_id=trigger, view=form()))).code == "exchanged_trigger_id"
    seen = modal.hash
    await vendor.door.update_view(view_id=modal.id, view=form("Pause all"), hash=seen)
    assert vendor.slack.modals(MIA)[0].title == "Pause all"
    assert (await fault_of(vendor.door.update_view(view_id=modal.id, view=form(), hash=seen))).code == "hash_conflict"


async def test_a_home_is_published(vendor: Vendor) -> None:
    await vendor.door.publish_home(user=MIA, view={"type": "home", "blocks": [said("Good morning")]})
    home = vendor.slack.home(MIA)
    assert home is not None
    assert home.blocks[0]["text"]["text"] == "Good morning"


# -- files -------------------------------------------------------------------------------------------------------------


async def test_a_file_arrives_whole_with_words_for_who_cannot_see_it(vendor: Vendor, card: SlackPost) -> None:
    parent = await vendor.door.post(card)
    content = bytes(range(256)) * 400
    await vendor.door.upload(
        channel=card.channel, filename="ageing.png", content=content, title="Ageing", alt_text="Half is new",
        thread_ts=parent,
    )  # fmt: skip
    [file] = vendor.slack.kept.files.values()
    assert (file.name, file.title, file.alt_text, file.content) == ("ageing.png", "Ageing", "Half is new", content)
    [reply] = vendor.slack.channel("billing").by_ts[parent].replies
    assert reply.files == [file.id]


@pytest.mark.parametrize(
    ("step", "kind", "unknown"),
    [
        ("files.getUploadURLExternal", "reset_after_commit", False),
        ("files.upload", "reset_after_commit", False),
        ("files.upload", "500", False),
        ("files.completeUploadExternal", "reset_after_commit", True),
    ],
)
async def test_a_file_nobody_can_see_yet_may_be_sent_again(
    vendor: Vendor, card: SlackPost, step: str, kind: str, unknown: bool
) -> None:
    vendor.slack.fault(step, kind)
    fault = await fault_of(
        vendor.door.upload(channel=card.channel, filename="a.csv", content=b"a", title="A", alt_text="A")
    )
    assert (fault.passing, fault.unknown) == (True, unknown)
    assert len(standing(vendor)) == unknown


# -- who and where -----------------------------------------------------------------------------------------------------


async def test_people_groups_and_channels_are_read(vendor: Vendor, world: World) -> None:
    noor = world.slack.person("U0NOOR", "Noor Aziz", "noor@clinic.test", "Europe/Paris")
    group = world.slack.add_group("billers", [MIA, noor.id])
    for number in range(4):
        world.slack.add_channel(f"location-{number}", [MIA], private=number == 2, with_bot=number != 3)
    person = await vendor.door.person(MIA)
    assert (person.name, person.email, person.timezone, person.is_bot) == (
        "Mia López", "mia@clinic.test", "America/New_York", False,
    )  # fmt: skip
    assert await vendor.door.group_members(group.id) == [MIA, noor.id]
    channels = {channel.name: (channel.is_private, channel.is_member) for channel in await vendor.door.channels()}
    assert channels == {
        "location-0": (False, True),
        "location-1": (False, True),
        "location-2": (True, True),
        "location-3": (False, False),
    }


async def test_who_is_gone_is_said_to_be(vendor: Vendor) -> None:
    assert (await fault_of(vendor.door.person("U0GONE"))).code == "user_not_found"
    assert (await fault_of(vendor.door.group_members("S0GONE"))).code == "no_such_subteam"


# -- the connection ----------------------------------------------------------------------------------------------------


async def test_calls_share_connections_and_all_arrive(
    world: World, card: SlackPost, passage: Passage, vendor_of: Callable[..., Vendor]
) -> None:
    vendor = vendor_of(world, passage.url)
    for number in range(5):
        await vendor.door.post(replace(card, ref=f"one-{number}"))
    assert passage.connections == 1
    times = await asyncio.gather(*(vendor.door.post(replace(card, ref=f"many-{number}")) for number in range(20)))
    assert len({*times}) == 20
    assert len(standing(vendor)) == 25
    await vendor.close()


async def test_nothing_that_was_said_gets_into_the_logs(
    vendor: Vendor, card: SlackPost, spoken: pytest.LogCaptureFixture
) -> None:
    await vendor.door.post(card)
    await fault_of(vendor.door.post(replace(card, blocks=[said("INV-1042 " * 400)])))
    assert "INV-1042" not in " ".join(record.getMessage() for record in spoken.records)
