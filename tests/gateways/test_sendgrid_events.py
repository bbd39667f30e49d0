"""What SendGrid's events mean to us. Who signed them is for the tests of the address to ask."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.ports import Delivery
from gateways.sendgrid_events import SendGridEvents
from sandbox import MovableClock

CLOCK = MovableClock(frozen_at=datetime(2026, 3, 2, 15, tzinfo=UTC))
MAIL = {"sg_event_id": "ev-1", "smtp-id": "<r7@clinic.test>", "email": "ana@patients.test"}


def shown(key: Any) -> str:
    return b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@pytest.fixture
def door() -> SendGridEvents:
    return SendGridEvents(shown(ec.generate_private_key(ec.SECP256R1()).public_key()), clock=CLOCK)


def parsed(door: SendGridEvents, **event: Any) -> Delivery | None:
    return door.parse(json.dumps(MAIL | event).encode())


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        ({"event": "bounce", "status": "5.1.1", "type": "bounce"}, "bad_address"),
        ({"event": "bounce", "status": "5.2.2", "type": "blocked"}, "mailbox_full"),
        ({"event": "bounce", "status": "5.7.1"}, "filtered"),
        ({"event": "bounce", "status": "", "reason": "ana@patients.test is gone"}, "bad_address"),
        ({"event": "dropped", "reason": "Bounced Address"}, "bad_address"),
        ({"event": "dropped", "reason": "Invalid"}, "bad_address"),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, "opted_out"),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, "opted_out"),
        ({"event": "dropped", "reason": "Spam Content (if Spam Checker app enabled)"}, "refused"),
        ({"event": "spamreport"}, "opted_out"),
        ({"event": "unsubscribe"}, "opted_out"),
    ],
)
def test_what_did_not_arrive_has_failed_for_a_reason_of_ours(
    door: SendGridEvents, event: dict[str, str], fault: str
) -> None:
    delivery = parsed(door, **event)
    assert delivery
    assert (delivery.provider_id, delivery.ref, delivery.status) == ("<r7@clinic.test>", "r7", "failed")
    assert delivery.fault == fault
    assert (delivery.sentence or "").endswith(".")
    assert "ana@" not in f"{delivery.sentence} {delivery.error_code}"


def test_what_was_delivered_is_delivered(door: SendGridEvents) -> None:
    assert parsed(door, event="delivered") == Delivery("<r7@clinic.test>", "r7", "delivered")


@pytest.mark.parametrize("event", [{"event": "processed"}, {"event": "deferred"}, {"event": "open"}, {"event": "new"},
                                   {}, {"event": "bounce", "smtp-id": None}])  # fmt: skip
def test_what_tells_nothing_of_a_mail_of_ours_is_passed_over(door: SendGridEvents, event: dict[str, Any]) -> None:
    assert parsed(door, **event) is None


def test_a_key_of_another_kind_is_refused_by_its_settings_name() -> None:
    with pytest.raises(ValueError, match="SENDGRID_WEBHOOK_KEY"):
        SendGridEvents(shown(rsa.generate_private_key(65537, 2048).public_key()), clock=CLOCK)
