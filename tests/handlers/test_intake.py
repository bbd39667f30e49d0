"""Sessions by webhook: signed as Standard Webhooks are, kept once, completed afterwards like every other."""

import json
import time
from functools import partial
from typing import Any

from aiohttp import ClientResponse

from handlers.intake import SOURCE, secret_from, sign, work
from jobs.intake import work_off
from models.care import CareSession, Charge
from models.record import Event, InboxItem
from tests.handlers.house import PRACTICE, House, everything, patient, seen

VISIT: dict[str, Any] = {
    "external_id": "S-A",
    "patient": "P-1",
    "location": "downtown",
    "provider": "Dr. Ade",
    "date": "2026-03-01",
    "items": [{"code": "visit", "quantity": 1}],
}


async def tell(house: House, said: object = VISIT, *, ident: str = "msg_1", **wrong: str) -> ClientResponse:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    stamp = wrong.get("stamp", str(int(time.time())))
    secret = secret_from(wrong.get("key", "s" * 32).encode())
    signed = wrong["body"].encode() if "body" in wrong else body
    signature = wrong.get("signature", sign(secret, ident, stamp, signed))
    headers = {"webhook-id": ident, "webhook-timestamp": stamp, "webhook-signature": signature}
    return await house.client.post("/intake/sessions", data=body, headers=headers)


async def worked_off(house: House) -> int:
    ports = house.doors.ports
    return await work_off({SOURCE: partial(work, PRACTICE, ports)}, ports=ports, from_slack=False)


def test_it_is_signed_as_the_standard_says():
    """The example that its libraries test themselves with."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    wanted = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == wanted


async def test_a_session_is_completed_after_its_answer_and_once(house: House):
    await patient("P-1")
    await seen("P-1", cents=12_000)
    first, again, renamed = await tell(house), await tell(house), await tell(house, ident="msg_2")
    assert [answer.status for answer in (first, again, renamed)] == [202, 202, 202]
    assert await CareSession.filter(external_id="S-A").count() == 0
    assert await worked_off(house) == 2
    session = await CareSession.get(external_id="S-A")
    assert [charge.amount_cents for charge in await Charge.filter(session_id=session.id)] == [12_000]
    event = await Event.get(subject=f"session:{session.id}")
    assert (event.via, event.actor) == ("webhook", "program:session-webhook")


async def test_what_cannot_be_completed_yet_is_tried_again_and_then_left_to_a_person(house: House):
    await seen_prices()
    await tell(house)
    await tell(house, b'{"external_id": "S-B"', ident="msg_2")
    await worked_off(house)
    waiting = {item.external_id: item.error for item in await InboxItem.filter(handled_at=None)}
    assert waiting == {"msg_1": "There is no patient P-1.", "msg_2": "This is not JSON in UTF-8."}
    await patient("P-1")
    for _ in range(7):
        house.clock.forward(hours=7)
        await worked_off(house)
    assert await CareSession.filter(external_id="S-A").count() == 1
    given_up = await Event.get(kind="inbox.given_up")
    assert given_up.after == {"source": SOURCE, "reason": "This is not JSON in UTF-8."}


async def seen_prices() -> None:
    await patient("P-9")
    await seen("P-9")


async def test_who_cannot_sign_is_told_nothing_and_nothing_is_kept(house: House):
    before = await everything()
    old = str(int(time.time()) - 400)
    for wrong in (
        {"key": "another key"},
        {"signature": ""},
        {"signature": "v1,"},
        {"signature": "v2,abc v1,abc"},
        {"signature": "é"},
        {"stamp": old},
        {"stamp": "soon"},
        {"stamp": "9" * 30},
        {"body": "{}"},
        {"ident": ""},
        {"ident": "x" * 201},
    ):
        answer = await tell(house, **wrong)
        assert (answer.status, await answer.text()) == (401, ""), wrong
    assert await everything() == before


async def test_one_of_several_signatures_is_enough(house: House):
    stamp, body = str(int(time.time())), json.dumps(VISIT).encode()
    ours = sign(secret_from(b"s" * 32), "msg_1", stamp, body)
    answer = await tell(house, stamp=stamp, signature=f"v1a,older {ours} v1,other")
    assert answer.status == 202
