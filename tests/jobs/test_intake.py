"""What came in is worked off when its door is open, and waits while it is not."""

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.ports import Ports
from gateways.sendgrid_events import SendGridEvents
from jobs.intake import vendor_handlers, work_off
from models.chasing import Message
from models.record import InboxItem
from sandbox import MovableClock
from tests.billing.clinic import the_practice

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
DELIVERED = {"sg_event_id": "ev-1", "event": "delivered", "smtp-id": "<r1@clinic.test>"}


def sendgrid(clock: MovableClock) -> SendGridEvents:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    shown = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return SendGridEvents(b64encode(shown).decode(), clock=clock)


async def works_off(ports: Ports) -> InboxItem:
    await work_off(vendor_handlers(practice=the_practice(), ports=ports), ports=ports, from_slack=False)
    return await InboxItem.get()


async def test_a_result_of_a_mail_waits_until_its_door_is_open_again(open_database: str) -> None:
    clock = MovableClock(frozen_at=NOW)
    ports = Ports(clock=clock, pdf=None)  # type: ignore[arg-type]  # nothing is printed
    await Message.create(
        ref="r1", guarantor_id=1, location="downtown", purpose="receipt", channel="email", direction="out",
        address="ana@patients.test", body="Thank you", status="sending", created_at=NOW, due_at=NOW,
    )  # fmt: skip
    body = json.dumps(DELIVERED).encode()
    await InboxItem.create(source="sendgrid", external_id="ev-1", body=body, received_at=NOW, due_at=NOW)

    shut = await works_off(ports)
    assert (shut.handled_at, shut.attempts) == (None, 1)
    assert "not set up any more" in (shut.error or "")

    clock.forward(minutes=1)
    done = await works_off(replace(ports, mail_events=sendgrid(clock)))
    assert done.handled_at == NOW + timedelta(minutes=1)
    message = await Message.get()
    assert (message.status, message.provider_id) == ("delivered", "<r1@clinic.test>")
