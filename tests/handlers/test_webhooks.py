"""Vendors' webhooks: only theirs, each once, and nothing told to anyone else."""

import json
import time
from io import BytesIO
from urllib.parse import parse_qs

import pytest

from domain.redaction import REMOVED
from models.record import InboxItem
from tests.handlers.house import House, everything, open_house

EVENT = json.dumps({"id": "evt_1", "type": "checkout.session.completed"}).encode()
TEXT = {"MessageSid": "SM1", "From": "+15125550111", "To": "+15125550100", "Body": "STOP"}


# Slack


async def test_what_slack_signed_reaches_the_dispatch_and_its_answer_goes_back(house: House):
    answer = await house.from_slack(b"payload=%7B%7D")
    assert (answer.status, await answer.json()) == (200, {"ok": True})
    assert [body for _, body in house.told] == [b"payload=%7B%7D"]


async def test_a_slack_request_from_another_time_is_refused(house: House):
    for seconds in (-301, 301, -86400):
        answer = await house.from_slack(b"{}", stamp=int(time.time()) + seconds)
        assert (answer.status, await answer.text()) == (401, ""), seconds
    assert house.told == []


async def test_a_slack_request_with_a_garbled_time_is_refused(house: House):
    for stamp in ("", "soon", "1.5", "-1", "٣", "9" * 400, "0x10"):
        answer = await house.from_slack(b"{}", stamp=stamp)
        assert (answer.status, await answer.text()) == (401, ""), stamp
    assert house.told == []


async def test_a_forged_slack_request_is_refused_before_it_is_read(house: House):
    for signature in ("v0=00", "é", "v0=" + "a" * 64, "v1=" + "a" * 64):
        answer = await house.from_slack(b"\xff\x00 no json", signature=signature)
        assert (answer.status, await answer.text()) == (401, ""), signature
    assert house.told == []


async def test_a_slack_request_without_any_signature_is_refused_even_an_ssl_check(house: House):
    answer = await house.client.post("/slack/events", data=b"ssl_check=1")
    assert (answer.status, await answer.text()) == (401, "")


async def test_a_slack_body_that_was_changed_on_the_way_is_refused(house: House):
    stamp = str(int(time.time()))
    first = await house.from_slack(b"a=1", stamp=stamp)
    signature = house.told[0][0]["X-Slack-Signature"]
    again = await house.from_slack(b"a=2", stamp=stamp, signature=signature)
    assert (first.status, again.status, len(house.told)) == (200, 401, 1)


@pytest.mark.parametrize("off", [{"slack_dispatch": None}, {"slack_signing_secret": ""}])
async def test_slack_that_is_not_set_up_says_so(open_database: str, off: dict[str, None]):
    async with open_house(**off) as house:
        answer = await house.from_slack(b"{}")
        assert answer.status == 404
        assert "Slack is not set up here" in await answer.text()


# Twilio


async def test_a_patients_text_is_kept_once_however_often_it_comes(house: House):
    answers = [await house.from_twilio("/twilio/inbound", TEXT) for _ in range(3)]
    assert [(answer.status, answer.content_type) for answer in answers] == [(200, "text/xml")] * 3
    assert "<Response/>" in await answers[0].text()
    (item,) = await InboxItem.all()
    assert (item.source, item.external_id) == ("twilio.inbound", "SM1")
    assert parse_qs(bytes(item.body).decode()) == {name: [value] for name, value in TEXT.items()}


async def test_a_delivery_result_is_kept_with_our_own_reference(house: House):
    for status in ("sent", "delivered", "sent"):
        form = {"MessageSid": "SM1", "MessageStatus": status}
        answer = await house.from_twilio("/twilio/status?ref=abc123", form)
        assert (answer.status, await answer.read()) == (204, b"")
    items = await InboxItem.all().order_by("id")
    assert [(item.source, item.external_id) for item in items] == [
        ("twilio.status", "SM1:sent"),
        ("twilio.status", "SM1:delivered"),
    ]
    assert json.loads(items[0].headers) == {"ref": "abc123"}


async def test_a_card_number_in_a_text_is_gone_before_anything_is_kept(house: House):
    form = {**TEXT, "Body": "charge 4111 1111 1111 1111 please", "ProfileName": "4111111111111111"}
    assert (await house.from_twilio("/twilio/inbound", form)).status == 200
    item = await InboxItem.get()
    kept = parse_qs(bytes(item.body).decode())
    assert kept["Body"] == [f"charge {REMOVED} please"]
    assert kept["From"] == [TEXT["From"]]
    assert b"4111" not in bytes(item.body)


async def test_a_forged_text_is_refused_and_nothing_is_kept(house: House):
    for signature in ("", "bm90IG91cnM=", "é", "not base64"):
        answer = await house.from_twilio("/twilio/inbound", TEXT, signature=signature)
        assert (answer.status, await answer.text()) == (403, ""), signature
    assert await InboxItem.all().count() == 0


async def test_a_result_signed_for_one_message_does_not_pass_for_another(house: House):
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    genuine = await house.from_twilio("/twilio/status?ref=a", form)
    signature = genuine.request_info.headers["X-Twilio-Signature"]
    assert (await house.from_twilio("/twilio/status?ref=b", form, signature=signature)).status == 403
    assert await InboxItem.all().count() == 1


async def test_garbage_from_no_phone_network_is_refused(house: House):
    headers = {"X-Twilio-Signature": "AAAA", "Content-Type": "application/x-www-form-urlencoded"}
    for body in (b"\xff\xfe=\xff", b"Body=%ff%fe", b"&".join(b"a%d=1" % n for n in range(500)), b""):
        answer = await house.client.post("/twilio/inbound", data=body, headers=headers)
        assert (answer.status, await answer.text()) == (403, ""), body[:20]


async def test_a_signed_text_without_an_id_is_told_so(house: House):
    answer = await house.from_twilio("/twilio/inbound", {"Body": "hello"})
    assert answer.status == 400
    assert "MessageSid" in await answer.text()
    assert await InboxItem.all().count() == 0


# Stripe


async def test_a_stripe_event_is_kept_once_as_it_came(house: House):
    answers = [await house.from_stripe(EVENT) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 200]
    (item,) = await InboxItem.all()
    assert (item.source, item.external_id, bytes(item.body)) == ("stripe", "evt_1", EVENT)


async def test_a_forged_stripe_event_is_refused(house: House):
    for signature in ("", "garbage", "t=1,v1=00", "t=soon,v1=aa", "v1=aa", "t=,v1="):
        answer = await house.from_stripe(EVENT, signature=signature)
        assert (answer.status, await answer.text()) == (403, ""), signature
    assert await everything() == (0, 0)


async def test_a_stripe_event_from_another_time_is_refused(house: House):
    for seconds in (-301, 301):
        assert (await house.from_stripe(EVENT, at=int(time.time()) + seconds)).status == 403, seconds
    assert await everything() == (0, 0)


async def test_a_signed_event_that_is_none_is_told_so_and_not_kept(house: House):
    for body in (b"[]", b"{}", b"no json", b'{"id": ""}', b'{"id": "' + b"x" * 300 + b'"}'):
        answer = await house.from_stripe(body)
        assert (answer.status, (await answer.text())[:11]) == (400, "This is no "), body[:20]
    assert await everything() == (0, 0)


# All of them


async def test_five_megabytes_are_too_large_for_any_webhook(house: House):
    for path in ("/slack/events", "/twilio/inbound", "/twilio/status", "/stripe/webhook"):
        headers = {"X-Slack-Request-Timestamp": str(int(time.time()))}
        answer = await house.client.post(path, data=BytesIO(b"x" * 5_000_000), headers=headers)
        assert answer.status == 413, path
        assert "at most 1 MiB" in await answer.text()
    assert await everything() == (0, 0)
