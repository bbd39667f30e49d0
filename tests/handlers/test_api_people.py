"""Patients over the API: found, shown, billed to someone else, merged, and what they owe told from the ledger."""

from typing import Any

from models.care import Charge
from models.invoices import Invoice
from models.people import Patient
from tests.handlers.house import House, bill, everything, patient, seen

MONEY = {"amount_cents": 4_000, "method": "check", "date": "2026-03-02"}


async def done(house: House, method: str, path: str, body: object = None, *, scope: str = "write") -> Any:
    answer = await house.call(method, path, body, scope=scope)
    assert answer.status in (200, 201), await answer.text()
    return await answer.json()


async def refused(house: House, method: str, path: str, body: object = None) -> tuple[int, list[str]]:
    before = await everything()
    answer = await house.call(method, path, body)
    said = await answer.json()
    assert await everything() == before
    return answer.status, list(said["fields"]) or [said["code"]]


async def test_patients_are_found_by_beginnings_page_by_page(house: House):
    for number, name in enumerate(("Maria", "Mary", "Ivo", "Mario"), 1):
        await patient(f"P-{number}", first_name=name, phone=f"+1512555011{number}")
    first = await done(house, "GET", "/patients?q=mar&limit=2", scope="read")
    rest = await done(house, "GET", f"/patients?q=mar&limit=2&cursor={first['next']}", scope="read")
    assert [[each["external_id"] for each in page["items"]] for page in (first, rest)] == [["P-4", "P-2"], ["P-1"]]
    assert rest["next"] is None
    for q, found in (("lopez ivo", ["P-3"]), ("p-2", ["P-2"]), ("555-0114", ["P-4"]), ("opez", [])):
        page = await done(house, "GET", f"/patients?q={q}", scope="read")
        assert [each["external_id"] for each in page["items"]] == found, q
    assert len((await done(house, "GET", "/patients", scope="read"))["items"]) == 4
    assert await refused(house, "GET", "/patients?q=%20") == (422, ["q"])


async def test_a_patient_and_a_session_are_told_as_they_were_when_they_were_sent(house: House):
    await seen_by_webhook(house)
    for path in ("/patients/P-2", "/sessions/V-1"):
        body = CHILD if "patients" in path else VISIT
        assert await done(house, "GET", path, scope="read") == await done(house, "PUT", path, body)
    for path in ("/patients/P-9", "/sessions/V-9"):
        assert await refused(house, "GET", path) == (404, ["not_found"])


CHILD = {"first_name": "Ana", "last_name": "Lopez", "location": "downtown", "bill_to": "client", "guarantor": "P-1"}
VISIT = {"patient": "P-2", "location": "downtown", "provider": "Dr. Ade", "date": "2026-03-01",
         "items": [{"code": "visit", "quantity": 1.5}]}  # fmt: skip


async def seen_by_webhook(house: House) -> None:
    await patient("P-1")
    await seen("P-1")
    await done(house, "PUT", "/patients/P-2", CHILD)
    await done(house, "PUT", "/sessions/V-1", VISIT)


async def test_what_is_not_billed_goes_with_who_pays(house: House):
    await seen_by_webhook(house)
    assert (await done(house, "GET", "/patients/P-2"))["guarantor"] == "P-1"
    alone = await done(house, "PUT", "/patients/P-2/guarantor", {"guarantor": None})
    child = await Patient.get(external_id="P-2")
    assert (alone["guarantor"], (await Charge.get(patient_id=child.id)).guarantor_id) == (None, child.id)
    again = await done(house, "PUT", "/patients/P-2/guarantor", {"guarantor": "P-1"})
    assert (again["guarantor"], (await Charge.get(patient_id=child.id)).guarantor_id) == ("P-1", again["id"] - 1)
    path = "/patients/P-1/guarantor"
    for body in ({"guarantor": "P-2"}, {}, {"guarantor": 1}):
        assert await refused(house, "PUT", path, body) == (422, ["guarantor"]), body
    assert await refused(house, "PUT", path, {"guarantor": "P-9"}) == (404, ["guarantor"])


async def test_two_records_of_one_patient_become_one_once(house: House):
    kept, merged = await patient("P-1", phone=None), await patient("P-2")
    first, second = await bill(kept, cents=5_000), await bill(merged, cents=7_000)
    said = {"merged": "P-2", "reason": "Came under her maiden name"}
    for _ in range(2):
        answer = await house.call("POST", "/patients/P-1/merge", said, once="merge-1")
        told = await answer.json()
        assert (answer.status, told["external_id"], told["phone"]) == (200, "P-1", "+15125550111")
    assert {invoice.guarantor_id for invoice in await Invoice.all()} == {kept.id}
    assert (await done(house, "GET", "/patients/P-2")) == told
    assert [each["external_id"] for each in (await done(house, "GET", "/patients"))["items"]] == ["P-1"]
    await done(house, "POST", f"/invoices/{first.id}/payments", MONEY)
    for path in ("/invoices?guarantor=", "/payments?guarantor=", "/charges?patient="):
        listed = [await done(house, "GET", f"{path}{name}") for name in ("P-1", "P-2", "P-3")]
        assert listed[0] == listed[1] != listed[2], path
    whole = await done(house, "GET", "/patients/P-2/statement")
    assert (whole["guarantor"], whole["owed_cents"]) == (
        "P-1",
        first.balance_cents + second.balance_cents - MONEY["amount_cents"],
    )
    assert await refused(house, "POST", "/patients/P-1/merge", said) == (422, ["merged"])
    assert await refused(house, "POST", "/patients/P-1/merge", {**said, "merged": "P-9"}) == (404, ["merged"])
    assert await refused(house, "POST", "/patients/P-1/merge", {"merged": "P-2"}) == (422, ["reason"])


async def test_a_statement_says_everything_between_two_balances(house: House):
    payer = await patient("P-1")
    invoice = await bill(payer, cents=12_000)
    await done(house, "POST", f"/invoices/{invoice.id}/payments", MONEY)
    told = await done(house, "GET", "/patients/P-1/statement?from=2026-03-01&to=2026-03-31", scope="read")
    assert told == {
        "guarantor": "P-1", "first": "2026-03-01", "last": "2026-03-31",
        "opening_cents": 0, "closing_cents": 8_000, "owed_cents": 8_000, "credit_cents": 0,
        "lines": [
            {"date": "2026-03-02", "act": "issue", "amount_cents": 12_000, "invoice": invoice.number, "method": None},
            {"date": "2026-03-02", "act": "payment", "amount_cents": -4_000, "invoice": None, "method": "check"},
        ],
        "ageing": [
            {"age": "0–30", "amount_cents": 8_000}, {"age": "31–60", "amount_cents": 0},
            {"age": "61–90", "amount_cents": 0}, {"age": "90+", "amount_cents": 0},
        ],
        "billed": [{"patient": "P-1", "amount_cents": 12_000}],
    }  # fmt: skip
    month = await done(house, "GET", "/patients/P-1/statement")
    assert (month["first"], month["last"], month["closing_cents"]) == ("2026-03-01", "2026-03-02", 8_000)
    after = await done(house, "GET", "/patients/P-1/statement?from=2026-03-03&to=2026-05-01")
    assert (after["opening_cents"], after["lines"], after["ageing"][1]["amount_cents"]) == (8_000, [], 8_000)
    assert await refused(house, "GET", "/patients/P-1/statement?from=2026-04-01&to=2026-03-01") == (422, ["from"])
    assert await refused(house, "GET", "/patients/P-9/statement") == (404, ["not_found"])
