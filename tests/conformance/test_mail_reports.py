"""What tells of mails that did not arrive: bounces against RFC 3464, events against SendGrid's table and own check."""

import json
import re
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from sendgrid.helpers.eventwebhook import EventWebhook
from sendgrid.helpers.eventwebhook.eventwebhook_header import EventWebhookHeader

from sandbox import World
from tests.sandbox.listener import Listener

PRACTICE = "billing@clinic.test"
RAW = b"From: billing@clinic.test\r\nTo: %s\r\nMessage-ID: <%s@clinic.test>\r\n\r\nHello\r\n"

# Source: twilio.com/docs/sendgrid/for-developers/tracking-events/event, "Expected properties"; read 2026-11-21.
ALWAYS = {"email", "event", "sg_event_id", "sg_message_id", "smtp-id", "timestamp"}
BESIDES = {
    "processed": set(),
    "delivered": {"response", "tls"},
    "deferred": {"attempt", "response"},
    "bounce": {"bounce_classification", "reason", "status", "tls", "type"},
    "dropped": {"reason", "status"},
    "spamreport": set(),
}
CLASSES = {"Invalid Address", "Technical", "Content", "Reputation", "Frequency or Volume Too High",
           "Mailbox Unavailable", "Unclassified"}  # fmt: skip


def written(world: World, *addresses: str) -> None:
    for address in addresses:
        name = address.partition("@")[0].encode()
        world.mailbox.accept(PRACTICE, [address], RAW % (address.encode(), name))


async def everything_happens(world: World) -> None:
    world.mailbox.events.told |= {"processed", "delivered"}
    world.mailbox["gone@patients.test"].bounces()
    world.mailbox["full@patients.test"].bounces("4.2.2")
    world.mailbox["away@patients.test"].bounces("4.2.2")
    world.mailbox["cross@patients.test"].complains()
    written(world, *(f"{name}@patients.test" for name in ("ana", "gone", "gone", "full", "away", "cross", "cross")))
    world.mailbox["away@patients.test"].works()
    world.clock.forward(hours=5)
    await world.settled()


def told(service: Listener) -> list[dict[str, Any]]:
    return [event for each in service.heard for event in json.loads(each.body)]


async def test_every_event_has_the_properties_of_sendgrids_table(world: World, service: Listener) -> None:
    await everything_happens(world)
    events = told(service)
    assert {event["event"] for event in events} == set(BESIDES)
    for event in events:
        assert set(event) == ALWAYS | BESIDES[event["event"]]
        assert isinstance(event["timestamp"], int)
        assert event.get("bounce_classification", "Technical") in CLASSES
        assert event.get("type", "bounce") in ("bounce", "blocked")
        assert re.fullmatch(r"<\w+@clinic\.test>", event["smtp-id"])
    assert len({event["sg_event_id"] for event in events}) == len(events)


async def test_sendgrids_own_check_takes_every_batch_and_none_that_was_changed(world: World, service: Listener) -> None:
    await everything_happens(world)
    check = EventWebhook(world.environment()["SENDGRID_WEBHOOK_KEY"])
    for each in service.heard:
        body = each.body.decode()
        proof = [each.headers[name] for name in (EventWebhookHeader.SIGNATURE, EventWebhookHeader.TIMESTAMP)]
        assert check.verify_signature(body, *proof)
        assert not check.verify_signature(body.rstrip("\r\n"), *proof)
        assert not check.verify_signature(body, proof[0], str(int(proof[1]) + 1))


@pytest.mark.parametrize(("status", "action"), [("5.1.1", "failed"), ("4.2.2", "delayed")])
async def test_a_bounce_is_a_report_as_rfc_3464_has_it(world: World, status: str, action: str) -> None:
    world.mailbox["ana@patients.test"].bounces(status)
    written(world, "ana@patients.test")
    (back,) = world.mailbox[PRACTICE].messages
    report = message_from_bytes(back.raw)

    assert (report.get_content_type(), report.get_param("report-type")) == ("multipart/report", "delivery-status")
    assert back.sender == ""
    assert report.defects == []
    words, machine, returned = report.get_payload()
    assert words.get_content_type() == "text/plain"
    assert machine.get_content_type() == "message/delivery-status"
    assert returned.get_content_type() in ("text/rfc822-headers", "message/rfc822")
    whole, one = machine.get_payload()
    assert_typed(whole, "Reporting-MTA", "dns")
    assert_typed(one, "Final-Recipient", "rfc822")
    assert_typed(one, "Diagnostic-Code", "smtp")
    assert one["Action"] == action
    assert re.fullmatch(r"[245]\.\d{1,3}\.\d{1,3}", one["Status"])
    assert one["Status"] == status


def assert_typed(part: Message, name: str, kind: str) -> None:
    """`type; value`, as RFC 3464 writes whatever comes from another naming scheme."""
    assert re.fullmatch(rf"{kind}; \S.*", part[name]), part[name]
