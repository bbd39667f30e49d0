"""What a mail provider tells of mails: only its own word, each event once, whatever batch it comes in."""

import json
import time
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from models.record import InboxItem
from tests.handlers.house import House, open_house

SIGNATURE, TIMESTAMP = (f"X-Twilio-Email-Event-Webhook-{name}" for name in ("Signature", "Timestamp"))
BOUNCE = {
    "email": "ana@patients.test", "event": "bounce", "sg_event_id": "ev-1", "sg_message_id": "m.sandbox-0",
    "smtp-id": "<ref-1@clinic.test>", "timestamp": 1772463600, "status": "5.1.1", "reason": "550 5.1.1 no such user",
}  # fmt: skip


def batch(*events: dict[str, object]) -> bytes:
    return json.dumps(events).encode() + b"\r\n"


async def test_each_event_of_a_batch_is_kept_once_however_often_it_comes(house: House):
    second = {**BOUNCE, "sg_event_id": "ev-2"}
    for body in (batch(BOUNCE, second), batch(second, BOUNCE), batch(second)):
        assert (await house.from_sendgrid(body)).status == 200
    items = await InboxItem.all().order_by("external_id")
    assert [(item.source, item.external_id) for item in items] == [("sendgrid", "ev-1"), ("sendgrid", "ev-2")]
    assert json.loads(bytes(items[0].body)) == BOUNCE


@pytest.mark.parametrize(
    "headers", [{}, {SIGNATURE: "!"}, {SIGNATURE: "AAAA", TIMESTAMP: "soon"}, {SIGNATURE: "é", TIMESTAMP: "now"}]
)
async def test_a_batch_that_nobody_signed_is_refused(house: House, headers: dict[str, str]):
    stamped = {name: str(int(time.time())) if value == "now" else value for name, value in headers.items()}
    answer = await house.client.post("/email/events", data=batch(BOUNCE), headers=stamped)
    assert (answer.status, await answer.text()) == (403, "")
    assert await InboxItem.all().count() == 0


async def test_a_batch_signed_with_another_key_is_refused(house: House):
    answer = await house.from_sendgrid(batch(BOUNCE), key=ec.generate_private_key(ec.SECP256R1()))
    assert (answer.status, await answer.text()) == (403, "")
    assert await InboxItem.all().count() == 0


async def test_a_batch_from_another_time_is_refused_though_its_signature_is_right(house: House):
    for seconds in (-301, 301, -86_400):
        assert (await house.from_sendgrid(batch(BOUNCE), at=int(time.time()) + seconds)).status == 403, seconds
    assert await InboxItem.all().count() == 0


async def test_a_batch_that_was_changed_on_the_way_is_refused(house: House):
    genuine = await house.from_sendgrid(batch(BOUNCE))
    headers = {key: value for key, value in genuine.request_info.headers.items() if key.startswith("X-Twilio")}
    for body in (batch(BOUNCE).strip(), batch({**BOUNCE, "event": "delivered"}), b""):
        answer = await house.client.post("/email/events", data=body, headers=headers)
        assert answer.status == 403
    assert await InboxItem.all().count() == 1


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"7", b"[7]", b"[{}]", b'[{"sg_event_id": ""}]', b'[{"sg_event_id": "%s"}]' % (b"e" * 201)]
)
async def test_what_is_no_batch_of_events_is_told_so(house: House, body: bytes):
    assert (await house.from_sendgrid(body)).status == 400
    assert await InboxItem.all().count() == 0


async def test_an_empty_batch_is_taken(house: House):
    assert (await house.from_sendgrid(b"[]")).status == 200


async def test_without_its_key_the_address_says_so(open_database: str):
    async with open_house() as house:
        ports = replace(house.doors.ports, mail_events=None)
    async with open_house(ports=ports) as house:
        answer = await house.from_sendgrid(batch(BOUNCE))
        assert answer.status == 404
        assert "not set up here" in await answer.text()
