"""Token buckets: a burst, then a steady rate, in bounded memory."""

from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp.test_utils import make_mocked_request

from handlers.limits import Buckets
from handlers.patient.token import peer
from tests.handlers.house import NOW, PRACTICE, House, open_house, patient


def test_a_burst_is_let_through_and_the_rest_waits_its_turn():
    buckets = Buckets(burst=3, per_second=0.5)
    assert [buckets.take("a", NOW) for _ in range(4)] == [0, 0, 0, 2]
    assert buckets.take("b", NOW) == 0
    assert buckets.take("a", NOW + timedelta(seconds=1)) == 1
    assert buckets.take("a", NOW + timedelta(seconds=3)) == 0
    assert buckets.take("a", NOW + timedelta(seconds=3)) > 0


def test_a_rest_refills_no_more_than_a_burst():
    buckets = Buckets(burst=2, per_second=1)
    later = NOW + timedelta(days=1)
    buckets.take("a", NOW)
    assert [buckets.take("a", later) > 0 for _ in range(3)] == [False, False, True]


def test_a_clock_set_back_locks_nobody_out():
    buckets = Buckets(burst=2, per_second=1)
    buckets.take("a", NOW)
    assert buckets.take("a", NOW - timedelta(days=1)) == 0


def test_however_many_come_no_more_are_remembered_than_fit():
    buckets = Buckets(burst=1, per_second=1, most=10)
    for number in range(1000):
        buckets.take(str(number), NOW)
    assert len(buckets) == 10
    assert buckets.take("999", NOW) > 0


@pytest.mark.parametrize(
    ("direct", "said", "who"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.5", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.5", "nonsense", "10.0.0.5"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("8.8.8.8", "6.6.6.6", "8.8.8.8"),
        ("::1", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_a_proxy_beside_us_is_believed_about_whom_it_speaks_for(direct: str, said: str, who: str):
    request = make_mocked_request("GET", "/p/x", headers={"X-Forwarded-For": said})
    assert peer(request.clone(remote=direct)) == who


async def test_who_guesses_tokens_is_slowed_down(house: House):
    statuses = [(await house.client.get(f"/p/{number:x}-guess")).status for number in range(150)]
    assert statuses[:120] == [410] * 120
    assert 429 in statuses[120:]


async def test_one_token_is_not_asked_for_without_end(house: House):
    token = await house.token((await patient("P-1")).id)
    answers = [await house.client.get(f"/p/{token}/opt-out") for _ in range(60)]
    assert answers[39].status == 200
    late = answers[-1]
    assert (late.status, int(late.headers["Retry-After"]) >= 1) == (429, True)
    assert "try again" in await late.text()


async def test_one_key_is_not_let_come_without_end_and_others_are(open_database: str):
    async with open_house(practice=replace(PRACTICE, api_per_second=3)) as house:
        answers = [await house.call("GET", "/invoices", scope="read") for _ in range(12)]
        assert [answer.status for answer in answers[:6]] == [200] * 6
        late = next(answer for answer in answers if answer.status == 429)
        assert (late.content_type, late.headers["Retry-After"]) == ("application/problem+json", "1")
        assert "Retry-After" in (await late.json())["detail"]
        assert (await house.call("GET", "/invoices", scope="write")).status == 200
