"""The mailboxes against aiosmtplib and the standard library's own reader."""

import json
import ssl
import subprocess
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiosmtplib
import pytest

from sandbox import World
from sandbox.mail import Mail
from tests.sandbox.listener import Listener

PATIENT = "ana@example.test"
PRACTICE = "billing@clinic.test"
PDF = b"%PDF-1.7\r\n\x00\xff an invoice"


def mail(to: str = PATIENT, subject: str = "Your invoice") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = PRACTICE, to, subject
    message["Message-ID"] = make_msgid(domain="clinic.test")
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content("Please pay: https://clinic.test/p/abc.\n")
    message.add_alternative("<p>Please <a href='https://clinic.test/p/abc'>pay</a></p>", subtype="html")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="INV-1.pdf")
    return message


async def send(world: World, message: EmailMessage | bytes, **more: Any) -> None:
    address = urlsplit(world.environment()["SMTP_URL"])
    settings = {
        "hostname": address.hostname,
        "port": address.port,
        "username": address.username,
        "password": address.password,
        "start_tls": False,
    }
    await aiosmtplib.send(message, **(settings | more))


async def test_a_mail_arrives_whole(world: World) -> None:
    await send(world, mail(), sender="bounce+7@clinic.test")

    (arrived,) = world.mailbox["Ana@Example.test"].messages
    assert (arrived.sender, arrived.recipients) == ("bounce+7@clinic.test", (PATIENT,))
    assert arrived.subject == "Your invoice"
    assert arrived.headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert arrived.text.splitlines() == ["Please pay: https://clinic.test/p/abc."]
    assert "<p>Please" in arrived.html
    assert arrived.links == ["https://clinic.test/p/abc"]
    assert [(each.name, each.content_type, each.data) for each in arrived.attachments] == [
        ("INV-1.pdf", "application/pdf", PDF)
    ]
    assert arrived.at == pytest.approx(world.clock.now(), abs=timedelta(seconds=5))


async def test_the_bytes_are_kept_exactly_as_they_were_sent(world: World) -> None:
    written = mail(subject="Ваш счёт — Łukasz").as_bytes(policy=SMTP)
    await send(world, written, sender=PRACTICE, recipients=[PATIENT])

    (arrived,) = world.mailbox[PATIENT].messages
    assert arrived.subject == "Ваш счёт — Łukasz"
    assert arrived.raw == written


async def test_an_address_in_another_script_takes_mail(world: World) -> None:
    await send(world, mail(to="анна@example.test"))
    assert len(world.mailbox["анна@example.test"].messages) == 1


async def test_the_same_mail_twice_is_two_deliveries_and_one_message(world: World) -> None:
    message = mail()
    await send(world, message)
    await send(world, message)
    await send(world, mail())

    assert len(world.mailbox.deliveries) == 3
    assert len(world.mailbox[PATIENT].deliveries) == 3
    assert len(world.mailbox[PATIENT].messages) == 2


@pytest.mark.parametrize("given", [{"password": "wrong"}, {"username": "someone"}])
async def test_a_wrong_password_is_refused(world: World, given: dict[str, str]) -> None:
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        await send(world, mail(), **given)
    assert world.mailbox.deliveries == []


@pytest.mark.parametrize("mechanism", ["auth_plain", "auth_login"])
async def test_both_usual_ways_to_say_a_password_work(world: World, mechanism: str) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=world.mailbox.port, start_tls=False) as line:
        await line.ehlo()
        assert "STARTTLS" not in line.esmtp_extensions
        await getattr(line, mechanism)(world.mailbox.user, world.mailbox.password)
        await line.send_message(mail())
    assert len(world.mailbox.deliveries) == 1


async def test_without_a_password_nothing_is_taken(world: World) -> None:
    with pytest.raises(aiosmtplib.SMTPSenderRefused, match="Authentication required"):
        await send(world, mail(), username=None, password=None)


@pytest.mark.parametrize("answer", ["550 5.1.1 No such user here", "452 4.2.2 Mailbox full"])
async def test_an_address_can_refuse_mail_for_good_or_for_now(world: World, answer: str) -> None:
    world.mailbox[PATIENT].refuses(answer)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await send(world, mail())
    assert refused.value.recipients[0].code == int(answer[:3])

    world.mailbox[PATIENT].works()
    await send(world, mail())
    assert len(world.mailbox[PATIENT].messages) == 1


async def test_a_cut_after_the_data_was_taken_leaves_the_sender_unsure_and_the_mail_delivered(world: World) -> None:
    world.mailbox.desk.will("reset_after_commit", "data")
    with pytest.raises((aiosmtplib.SMTPServerDisconnected, ConnectionError)):
        await send(world, mail())
    assert len(world.mailbox[PATIENT].messages) == 1


@pytest.mark.parametrize(("kind", "code"), [("500", 554), ("ratelimited", 451)])
async def test_the_server_can_refuse_the_data(world: World, kind: Any, code: int) -> None:
    world.mailbox.desk.will(kind, "data")
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await send(world, mail())
    assert refused.value.code == code
    assert world.mailbox.deliveries == []


async def test_a_cut_before_the_data_was_taken_delivers_nothing(world: World) -> None:
    world.mailbox.desk.will("reset", "data")
    with pytest.raises((aiosmtplib.SMTPServerDisconnected, ConnectionError)):
        await send(world, mail())
    assert world.mailbox.deliveries == []
    assert [(call.operation, call.fault) for call in world.mailbox.desk.calls] == [
        ("mail", None),
        ("rcpt", None),
        ("data", "reset"),
    ]


@pytest.mark.parametrize(("status", "action"), [("5.1.1", "failed"), ("4.2.2", "delayed")])
async def test_a_bounce_comes_back_to_the_envelope_sender_as_a_delivery_status(
    world: World, status: str, action: str
) -> None:
    world.mailbox[PATIENT].bounces(status)
    sent = mail()
    await send(world, sent, sender="bounce+7@clinic.test")

    assert world.mailbox[PATIENT].messages == []
    (back,) = world.mailbox["bounce+7@clinic.test"].messages
    assert back.sender == ""
    report = back.headers
    assert report.get_content_type() == "multipart/report"
    _, machine, original = report.iter_parts()
    _, about = machine.get_payload()
    assert machine.get_content_type() == "message/delivery-status"
    assert (about["Action"], about["Status"]) == (action, status)
    assert about["Final-Recipient"] == f"rfc822; {PATIENT}"
    assert sent["Message-ID"] in str(original.get_content())


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=sandbox.test"]
    subprocess.run([*made, "-keyout", "key.pem", "-out", "cert.pem"], cwd=tmp_path, check=True, capture_output=True)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    return tls


async def test_with_a_certificate_the_line_can_be_encrypted(certificate: ssl.SSLContext) -> None:
    async with World(smtp_tls=certificate) as world:
        await send(world, mail(), start_tls=True, validate_certs=False)
        assert len(world.mailbox[PATIENT].messages) == 1


# -- what its owner and the provider do


def told(service: Listener) -> list[tuple[str, str]]:
    return [(event["event"], event["email"]) for each in service.heard for event in json.loads(each.body)]


async def with_unsubscribing(world: World, url: str, offer: str = "List-Unsubscribe=One-Click") -> Mail:
    message = mail()
    del message["List-Unsubscribe-Post"]
    message["List-Unsubscribe-Post"], message["List-Unsubscribe"] = offer, f"<mailto:x@clinic.test>, <{url}>"
    await send(world, message)
    return world.mailbox[PATIENT].messages[-1]


async def test_one_click_is_one_post_without_cookies_that_follows_nobody(world: World, service: Listener) -> None:
    service.answers += [(302, ""), (200, "")]
    letter = await with_unsubscribing(world, f"{service.url}/p/token/unsubscribe?a=%20")
    assert (await world.mailbox[PATIENT].unsubscribe(letter)).status == 302
    assert (await world.mailbox[PATIENT].unsubscribe(letter)).accepted
    for each in service.heard:
        assert (each.path, each.body) == ("/p/token/unsubscribe?a=%20", b"List-Unsubscribe=One-Click")
        assert each.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert "Cookie" not in each.headers
    assert len(service.heard) == 2


@pytest.mark.parametrize(("url", "offer"), [("https://clinic.test", "no"), ("ftp://clinic.test", None)])
async def test_a_mail_that_offers_no_one_click_has_no_such_button(world: World, url: str, offer: str | None) -> None:
    letter = await with_unsubscribing(world, url, *([offer] if offer else []))
    with pytest.raises(ValueError, match="This mail"):
        await world.mailbox[PATIENT].unsubscribe(letter)


async def test_only_what_does_not_arrive_is_told_unless_more_is_asked_for(world: World, service: Listener) -> None:
    await send(world, mail())
    world.mailbox.events.told |= {"processed", "delivered"}
    await send(world, mail())
    await world.settled()
    assert told(service) == [("processed", PATIENT), ("delivered", PATIENT)]
    assert len(service.heard) == 1  # one batch


async def test_after_a_hard_bounce_the_provider_drops_what_else_is_sent_there(world: World, service: Listener) -> None:
    world.mailbox[PATIENT].bounces()
    for _ in range(2):
        await send(world, mail())
    await world.settled()
    assert told(service) == [("bounce", PATIENT), ("dropped", PATIENT)]
    assert len(world.mailbox[PRACTICE].messages) == 1

    world.mailbox[PATIENT].works()
    await send(world, mail())
    assert len(world.mailbox[PATIENT].messages) == 1


@pytest.mark.parametrize(("mended", "end"), [(True, "delivered"), (False, "bounce")])
async def test_a_soft_bounce_is_tried_again_and_then_given_up(
    world: World, service: Listener, mended: bool, end: str
) -> None:
    world.mailbox.events.told.add("delivered")
    inbox = world.mailbox[PATIENT].bounces("4.2.2")
    await send(world, mail())
    await world.settled()
    if mended:
        inbox.works()
    for hours in (3, 2, 5):
        world.clock.forward(hours=hours)
        await world.settled()
    assert told(service) == [("deferred", PATIENT), (end, PATIENT)]
    assert len(inbox.messages) == mended
    statuses = [
        letter.headers.get_payload()[1].get_payload()[1]["Status"] for letter in world.mailbox[PRACTICE].messages
    ]
    assert statuses == (["4.2.2"] if mended else ["4.2.2", "5.2.2"])


async def test_who_complains_is_told_of_and_gets_no_more(world: World, service: Listener) -> None:
    inbox = world.mailbox[PATIENT]
    await send(world, mail())
    inbox.report_spam(inbox.messages[0])
    await send(world, mail())
    world.mailbox["ben@example.test"].complains()
    await send(world, mail(to="ben@example.test"))
    await world.settled()
    assert told(service) == [("spamreport", PATIENT), ("dropped", PATIENT), ("spamreport", "ben@example.test")]
    assert (len(inbox.messages), len(world.mailbox["ben@example.test"].messages)) == (1, 1)


async def test_events_come_twice_out_of_order_and_again_until_they_are_taken(world: World, service: Listener) -> None:
    world.mailbox.events.told |= {"processed", "delivered"}
    world.mailbox.events.outgoing.copies, world.mailbox.events.outgoing.disordered = 2, True
    service.answers += [(500, ""), (500, "")]
    await send(world, mail())
    await world.settled()
    assert told(service) == [("delivered", PATIENT), ("processed", PATIENT)] * 2
    assert await world.courier.retry() == 2
    assert len({event["sg_event_id"] for each in service.heard for event in json.loads(each.body)}) == 2
    assert [delivery.answer.status for delivery in world.courier.deliveries] == [500, 500, 200, 200]


async def test_a_bounce_that_waits_is_back_at_the_next_start(tmp_path: Path) -> None:
    async with World(state_dir=tmp_path) as world:
        world.mailbox[PATIENT].bounces("4.2.2")
        await send(world, mail())
    async with World(state_dir=tmp_path) as again:
        again.mailbox[PATIENT].works()
        again.clock.forward(hours=5)
        await again.settled()
        assert len(again.mailbox[PATIENT].messages) == 1
