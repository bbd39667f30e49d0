"""The mailboxes against aiosmtplib and the standard library's own reader."""

import ssl
import subprocess
from collections.abc import AsyncIterator
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

PATIENT = "ana@example.test"
PRACTICE = "billing@clinic.test"
PDF = b"%PDF-1.7\r\n\x00\xff an invoice"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World() as world:
        yield world


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
