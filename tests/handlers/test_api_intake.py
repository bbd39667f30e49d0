"""What the practice's own system sends: patients and sessions, checked, kept once."""

from io import BytesIO

import pytest

from models.care import Charge
from models.invoices import Invoice
from models.people import Patient
from tests.handlers.house import House, everything, patient, seen

MARIA = {"first_name": "Maria", "last_name": "Lopez", "location": "downtown", "bill_to": "client"}
VISIT = {
    "patient": "P-1",
    "location": "downtown",
    "provider": "Dr. Ade",
    "date": "2026-03-01",
    "items": [{"code": "visit", "quantity": 1}],
}


async def test_a_patient_is_written_down_once_and_changed_after(house: House):
    first = await house.call("PUT", "/patients/P-1", {**MARIA, "phone": "+15125550111"}, scope="intake")
    again = await house.call("PUT", "/patients/P-1", {**MARIA, "phone": "+15125550111"}, scope="intake")
    moved = await house.call("PUT", "/patients/P-1", {**MARIA, "location": "harbor"}, scope="intake")
    assert [answer.status for answer in (first, again, moved)] == [201, 200, 200]
    assert (await moved.json())["location"] == "harbor"
    assert await first.json() == {
        "id": (await Patient.get()).id,
        "external_id": "P-1",
        **MARIA,
        "birth_date": None,
        "phone": "+15125550111",
        "email": None,
        "locale": "en_US",
        "timezone": None,
        "guarantor": None,
        "price_list": None,
    }


async def test_a_child_is_billed_to_its_guarantor(house: House):
    await house.call("PUT", "/patients/P-1", MARIA, scope="intake")
    child = await house.call("PUT", "/patients/P-2", {**MARIA, "guarantor": "P-1"}, scope="intake")
    assert (child.status, (await child.json())["guarantor"]) == (201, "P-1")
    assert (await Patient.get(external_id="P-2")).payer_id == (await Patient.get(external_id="P-1")).id


WRONG = [
    ({"phone": "(512) 555-0111"}, "phone"),
    ({"phone": 15125550111}, "phone"),
    ({"email": "nobody"}, "email"),
    ({"locale": "english"}, "locale"),
    ({"timezone": "Mars/Olympus"}, "timezone"),
    ({"bill_to": "the moon"}, "bill_to"),
    ({"first_name": ""}, "first_name"),
    ({"first_name": "   "}, "first_name"),
    ({"first_name": "Ma\u0000ria"}, "first_name"),
    ({"first_name": "x" * 201}, "first_name"),
    ({"first_name": None}, "first_name"),
    ({"birth_date": "yesterday"}, "birth_date"),
    ({"birth_date": 12}, "birth_date"),
    ({"location": "nowhere"}, "location"),
    ({"guarantor": "P-9"}, "guarantor"),
    ({"price_list": "stuff"}, "price_list"),
    ({"favourite_colour": "red"}, "favourite_colour"),
]


async def test_a_wrong_field_is_named_with_a_sentence_and_nothing_changes(house: House):
    for wrong, name in WRONG:
        answer = await house.call("PUT", "/patients/P-1", {**MARIA, **wrong}, scope="intake")
        said = await answer.json()
        assert (answer.status, answer.content_type) == (422, "application/problem+json"), (wrong, said)
        assert list(said["fields"]) == [name], said
        assert said["fields"][name].endswith("."), said
        assert said["detail"], said
    assert await everything() == (0, 0)
    assert await Patient.all().count() == 0


async def test_every_wrong_field_is_named_at_once_and_none_is_repeated_back(house: House):
    answer = await house.call("PUT", "/patients/P-1", {"first_name": "Secret" * 50, "pet": "Secret"}, scope="intake")
    said = await answer.json()
    assert set(said["fields"]) == {"first_name", "last_name", "bill_to", "location", "pet"}
    assert "Secret" not in await answer.text()


NO_JSON = [
    b"",
    b"{",
    b"[]",
    b'"x"',
    b"null",
    b"\xff\xfe{}",
    b'{"first_name": "\xff"}',
    b'{"first_name": "\\ud800"}',
    b"[" * 5000,
]


async def test_what_is_no_json_object_is_told_so(house: House):
    for body in NO_JSON:
        answer = await house.call("PUT", "/patients/P-1", body, scope="intake")
        assert answer.status in (400, 422), body[:20]
        assert (await answer.json())["detail"]
    form = await house.call("PUT", "/patients/P-1", b"a=1", scope="intake", headers={"Content-Type": "text/plain"})
    assert (form.status, (await form.json())["code"]) == (415, "not_json")
    assert await everything() == (0, 0)


async def test_five_megabytes_are_too_large(house: House):
    headers = {"Authorization": f"Bearer {await house.key('intake')}", "Content-Type": "application/json"}
    answer = await house.client.put("/api/v1/patients/P-1", data=BytesIO(b" " * 5_000_000), headers=headers)
    said = await answer.json()
    assert (answer.status, answer.content_type, said["status"]) == (413, "application/problem+json", 413)
    assert "1 MiB" in said["detail"]


async def test_an_id_in_the_address_is_one_that_can_be_read(house: House):
    for name in ("%00", "%0a", "%20P", "x" * 121):
        answer = await house.call("PUT", f"/patients/{name}", MARIA, scope="intake")
        assert answer.status in (404, 422), name
    assert await Patient.all().count() == 0


# Sessions


async def test_a_completed_session_is_priced_once(house: House):
    await patient("P-1")
    await seen("P-1", cents=12_000)
    first = await house.call("PUT", "/sessions/S-A", VISIT, scope="intake")
    again = await house.call("PUT", "/sessions/S-A", VISIT, scope="intake")
    assert (first.status, again.status) == (201, 200)
    said = await first.json()
    assert said == await again.json()
    assert {name: said[name] for name in ("external_id", "patient", "provider", "date")} == {
        "external_id": "S-A",
        "patient": "P-1",
        "provider": "Dr. Ade",
        "date": "2026-03-01",
    }
    assert [(c["code"], c["quantity"], c["amount_cents"], c["status"]) for c in said["charges"]] == [
        ("visit", 1, 12_000, "unbilled")
    ]


async def test_the_same_session_with_other_content_is_refused(house: House):
    await patient("P-1")
    await seen("P-1")
    await house.call("PUT", "/sessions/S-A", VISIT, scope="intake")
    before = await everything()
    answer = await house.call("PUT", "/sessions/S-A", {**VISIT, "provider": "Dr. Bo"}, scope="intake")
    assert (answer.status, (await answer.json())["code"]) == (409, "session_completed")
    assert await everything() == before


@pytest.mark.parametrize(("quantity", "cents"), [(1.5, 18_000), (0.333, 3_996), ("2.25", 27_000), (3, 36_000)])
async def test_a_quantity_may_have_three_decimals(house: House, quantity: object, cents: int):
    await patient("P-1")
    await seen("P-1", cents=12_000)
    body = {**VISIT, "items": [{"code": "visit", "quantity": quantity}]}
    said = await (await house.call("PUT", "/sessions/S-A", body, scope="intake")).json()
    assert [(c["quantity"], c["amount_cents"]) for c in said["charges"]] == [(float(quantity), cents)]


WRONG_ITEMS = [
    [],
    [{"code": "visit", "quantity": 0}],
    [{"code": "visit", "quantity": -1}],
    [{"code": "visit", "quantity": True}],
    [{"code": "visit", "quantity": 1.0001}],
    [{"code": "visit", "quantity": 1e300}],
    [{"code": "visit", "quantity": "NaN"}],
    [{"code": "visit"}],
    [{"code": "", "quantity": 1}],
    [{"code": "unpriced", "quantity": 1}],
    [{"code": "visit", "quantity": 1, "unit_price_cents": 1}],
    [{"code": "visit", "quantity": 1}] * 201,
    "visit",
]


async def test_a_wrong_item_is_refused_and_nothing_is_charged(house: House):
    await patient("P-1")
    await seen("P-1")
    before = await everything(), await Charge.all().count()
    for items in WRONG_ITEMS:
        answer = await house.call("PUT", "/sessions/S-A", {**VISIT, "items": items}, scope="intake")
        said = await answer.json()
        assert answer.status == 422, (items, said)
        assert next(iter(said["fields"])).startswith("items"), said
    for wrong in (
        {"date": "2026-03-09"},
        {"patient": "P-9"},
        {"location": "nowhere"},
        {"date": "2026-03-01T10:00:00Z"},
    ):
        answer = await house.call("PUT", "/sessions/S-A", {**VISIT, **wrong}, scope="intake")
        assert answer.status in (404, 422), wrong
    assert (await everything(), await Charge.all().count()) == before
    assert await Invoice.all().count() == 0
