"""What any gateway to mail promises, over a real SMTP server. A second way to send is one line in VENDORS."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from domain.errors import DoorFault
from domain.ports import Attachment, Mail, MailDoor
from gateways.smtp_mail import SmtpMail
from sandbox import World
from sandbox.mail import Mailbox
from tests.contracts.passage import Passage

PATIENT, PRACTICE = "amal@patients.test", "billing@clinic.test"
PDF = b"%PDF-1.4\n.\r\n..\n\x00\xff\n" * 500
MAIL = Mail(
    to=PATIENT,
    sender=PRACTICE,
    sender_name="Clínica Łódź, Billing",
    subject="فاتورتك جاهزة 😀 – your invoice",
    text="مرحبا 😀\n.\nFrom here on: your balance.\n" + "x" * 2000,
    html="<p>مرحبا 😀</p>",
    ref="mail-1",
    attachments=[Attachment("счёт №1.pdf", "application/pdf", PDF)],
    reply_to="reply+tok3n@clinic.test",
    unsubscribe_url="https://billing.clinic.test/p/" + "t" * 160 + "/unsubscribe",
    thread_ref="mail-0",
)


@dataclass
class Vendor:
    """A door and the mailboxes behind it."""

    door: MailDoor
    mailbox: Mailbox
    close: Callable[[], Awaitable[None]]


def smtp(world: World, port: int = 0, patience: float = 0.5) -> Vendor:
    url = world.environment()["SMTP_URL"].replace(str(world.mailbox.port), str(port or world.mailbox.port))
    door = SmtpMail(url, clock=world.clock, connections=3, timeout=patience)
    return Vendor(door, world.mailbox, door.close)


VENDORS = [smtp]


@pytest.fixture(params=VENDORS)
def vendor_of(request: pytest.FixtureRequest) -> Callable[..., Vendor]:
    return request.param


@pytest.fixture
async def vendor(world: World, vendor_of: Callable[..., Vendor]) -> AsyncIterator[Vendor]:
    vendor = vendor_of(world)
    yield vendor
    await vendor.close()


@pytest.fixture
async def passage(world: World) -> AsyncIterator[Passage]:
    async with Passage(world.mailbox.port) as passage:
        yield passage


async def fault_of(vendor: Vendor, mail: Mail = MAIL) -> DoorFault:
    async with asyncio.timeout(5):
        with pytest.raises(DoorFault) as caught:
            await vendor.door.send(mail)
    return caught.value


async def test_a_mail_arrives_as_it_was_written(vendor: Vendor) -> None:
    sent = await vendor.door.send(MAIL)
    [mail] = vendor.mailbox[PATIENT].messages
    assert (mail.message_id, mail.subject) == (sent.provider_id, MAIL.subject)
    assert mail.text.splitlines() == MAIL.text.splitlines()
    assert mail.html.splitlines() == MAIL.html.splitlines()
    assert [(each.name, each.content_type, each.data) for each in mail.attachments] == [
        ("счёт №1.pdf", "application/pdf", PDF)
    ]
    [sender] = mail.headers["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (MAIL.sender_name, PRACTICE)


async def test_any_server_on_the_way_can_carry_it(vendor: Vendor) -> None:
    await vendor.door.send(MAIL)
    [mail] = vendor.mailbox[PATIENT].messages
    assert mail.raw.isascii()
    assert max(map(len, mail.raw.split(b"\r\n"))) <= 998
    assert b"\n" not in mail.raw.replace(b"\r\n", b"")


async def test_the_headers_mail_programs_act_on_are_whole(vendor: Vendor) -> None:
    await vendor.door.send(MAIL)
    [mail] = vendor.mailbox[PATIENT].messages
    lines = mail.raw.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert {
        "Message-ID: <mail-1@clinic.test>",
        "In-Reply-To: <mail-0@clinic.test>",
        "References: <mail-0@clinic.test>",
        f"List-Unsubscribe: <{MAIL.unsubscribe_url}>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Reply-To: reply+tok3n@clinic.test",
    } <= set(lines)


async def test_a_plain_mail_has_no_headers_it_did_not_ask_for(vendor: Vendor) -> None:
    await vendor.door.send(replace(MAIL, reply_to=None, unsubscribe_url=None, thread_ref=None, attachments=()))
    [mail] = vendor.mailbox[PATIENT].messages
    assert not {"Reply-To", "In-Reply-To", "References", "List-Unsubscribe"} & set(mail.headers.keys())
    assert mail.headers.get_content_type() == "multipart/alternative"


async def test_sent_again_it_is_the_same_mail(vendor: Vendor) -> None:
    await vendor.door.send(MAIL)
    await vendor.door.send(MAIL)
    assert len(vendor.mailbox[PATIENT].deliveries) == 2
    assert len(vendor.mailbox[PATIENT].messages) == 1


@pytest.mark.parametrize(
    "break_in",
    [
        lambda line: replace(MAIL, subject=f"Hello{line}"),
        lambda line: replace(MAIL, sender_name=f"Clinic{line}"),
        lambda line: replace(MAIL, to=f"amal@patients.test{line}"),
        lambda line: replace(MAIL, reply_to=f"a@clinic.test{line}"),
        lambda line: replace(MAIL, unsubscribe_url=f"https://x.test{line}"),
        lambda line: replace(MAIL, thread_ref=f"mail-0{line}"),
        lambda line: replace(MAIL, ref=f"mail-1{line}"),
        lambda line: replace(MAIL, attachments=[Attachment(f"a.pdf{line}", "application/pdf", b"")]),
    ],
    ids=["subject", "name", "to", "reply_to", "unsubscribe_url", "thread_ref", "ref", "filename"],
)
async def test_nobody_writes_headers_of_their_own(vendor: Vendor, break_in: Callable[[str], Mail]) -> None:
    for line in ("\r\nBcc: everyone@patients.test", "\n", "\r", "\x00", "\x7f"):
        fault = await fault_of(vendor, break_in(line))
        assert (fault.code, fault.passing) == ("broken_header", False)
    assert vendor.mailbox.deliveries == []


async def test_an_address_that_is_none_is_final(vendor: Vendor) -> None:
    nearly = ["", "amal", "amal@", "@patients.test", "a b@patients.test", "ämal@patients.test", "a@b@c.test", "a@.test"]
    for address in nearly:
        fault = await fault_of(vendor, replace(MAIL, to=address))
        assert (fault.code, fault.passing, fault.unknown) == ("bad_address", False, False)


async def test_a_domain_in_letters_of_its_own_is_reached(vendor: Vendor) -> None:
    await vendor.door.send(replace(MAIL, to="amal@bücher.test"))
    assert len(vendor.mailbox["amal@xn--bcher-kva.test"].messages) == 1


@pytest.mark.parametrize(
    ("answer", "code", "passing"),
    [
        ("550 5.1.1 <amal@patients.test> no such user", "bad_address", False),
        ("552 5.2.2 Mailbox full", "mailbox_full", False),
        ("452 4.2.2 Mailbox full", "mailbox_full", True),
        ("550 5.7.1 Looks like spam", "filtered", False),
        ("450 Greylisted, come back", "unavailable", True),
        ("599 What", "refused", False),
    ],
)
async def test_what_the_server_refuses_is_said_in_our_words(
    vendor: Vendor, answer: str, code: str, passing: bool
) -> None:
    vendor.mailbox[PATIENT].refuses(answer)
    fault = await fault_of(vendor)
    assert (fault.code, fault.passing, fault.unknown) == (code, passing, False)
    assert PATIENT not in str(fault)


@pytest.mark.parametrize("step", ["mail", "rcpt"])
@pytest.mark.parametrize("kind", ["reset", "timeout"])
async def test_cut_off_before_the_mail_was_handed_over_nothing_happened(vendor: Vendor, step: str, kind: str) -> None:
    vendor.mailbox.desk.will(kind, step)
    fault = await fault_of(vendor)
    assert (fault.code, fault.passing, fault.unknown) == ("unreachable", True, False)
    assert vendor.mailbox.deliveries == []


@pytest.mark.parametrize("kind", ["reset", "reset_after_commit", "timeout"])
async def test_cut_off_while_it_was_handed_over_it_is_unknown(vendor: Vendor, kind: str) -> None:
    vendor.mailbox.desk.will(kind, "data", times=3)
    fault = await fault_of(vendor)
    assert (fault.passing, fault.unknown) == (True, True)
    assert len(vendor.mailbox.deliveries) == (kind == "reset_after_commit")
    assert [fault.times for fault in vendor.mailbox.desk.planned] == [2]


async def test_sent_again_after_a_lost_answer_it_is_seen_once(vendor: Vendor) -> None:
    vendor.mailbox.desk.will("reset_after_commit", "data")
    await fault_of(vendor)
    await vendor.door.send(MAIL)
    assert len(vendor.mailbox[PATIENT].messages) == 1


@pytest.mark.parametrize(("kind", "passing"), [("500", False), ("ratelimited", True)])
async def test_a_mail_refused_after_it_was_read_was_not_sent(vendor: Vendor, kind: str, passing: bool) -> None:
    vendor.mailbox.desk.will(kind, "data")
    fault = await fault_of(vendor)
    assert (fault.passing, fault.unknown) == (passing, False)
    assert vendor.mailbox.deliveries == []


async def test_a_server_that_is_not_there_says_that_nothing_happened(
    world: World, vendor_of: Callable[..., Vendor]
) -> None:
    vendor = vendor_of(world, port=1)
    fault = await fault_of(vendor)
    assert (fault.code, fault.passing, fault.unknown) == ("unreachable", True, False)


async def test_a_wrong_password_is_ours_to_mend(world: World) -> None:
    door = SmtpMail(f"smtp://clinic:wrong@127.0.0.1:{world.mailbox.port}", clock=world.clock)
    with pytest.raises(DoorFault) as caught:
        await door.send(MAIL)
    assert (caught.value.code, caught.value.passing) == ("our_fault", False)
    assert "SMTP_URL" in caught.value.sentence


async def test_mails_share_a_few_connections(world: World, passage: Passage, vendor_of: Callable[..., Vendor]) -> None:
    # A busy machine may hold up both ends of the line for half a second: that replaces no connection.
    vendor = vendor_of(world, port=passage.port, patience=20)
    for number in range(5):
        await vendor.door.send(replace(MAIL, ref=f"one-{number}"))
    assert passage.connections == 1
    await asyncio.gather(*(vendor.door.send(replace(MAIL, ref=f"many-{number}")) for number in range(20)))
    assert passage.connections == 3
    assert len(vendor.mailbox[PATIENT].messages) == 25
    await vendor.close()


async def test_a_connection_the_server_has_closed_is_replaced_unnoticed(
    world: World, passage: Passage, vendor_of: Callable[..., Vendor]
) -> None:
    vendor = vendor_of(world, port=passage.port)
    await vendor.door.send(MAIL)
    passage.cut()
    await vendor.door.send(replace(MAIL, ref="mail-2"))
    assert len(vendor.mailbox[PATIENT].messages) == 2
    await vendor.close()


async def test_neither_addresses_nor_words_of_patients_get_into_the_logs(
    vendor: Vendor, spoken: pytest.LogCaptureFixture
) -> None:
    await vendor.door.send(MAIL)
    vendor.mailbox[PATIENT].refuses()
    await fault_of(vendor)
    ours = [record.getMessage() for record in spoken.records if not record.name.startswith("mail.")]
    assert PATIENT not in " ".join(ours)
    assert "balance" not in " ".join(ours)
