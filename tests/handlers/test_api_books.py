"""The rest of the books over the API: drafts, money taken back and given back, plans, the drawer, stock, claims."""

from typing import Any

from billing.sessions import Item, SessionRecord, complete_session
from domain.access import CLOCK
from models.care import Charge
from models.invoices import Invoice
from tests.handlers.house import NOW, PRACTICE, House, bill, patient, seen

MONEY = {"amount_cents": 4_000, "method": "check", "date": "2026-03-02"}


async def done(house: House, method: str, path: str, body: object = None, status: int = 200) -> Any:
    answer = await house.call(method, path, body, scope="write")
    assert answer.status == status, await answer.text()
    return await answer.json() if status != 204 else None


async def test_a_draft_is_made_by_hand_changed_and_deleted(house: House):
    await patient("P-1")
    await seen("P-1", cents=12_000)
    brace = {"description": "Knee brace", "quantity": 2, "unit_price_cents": 4_500, "discount": {"basis_points": 1_000}}
    off = {"kind": "discount", "amount_cents": 1_000, "description": "Hardship"}
    draft = await done(house, "POST", "/invoices", {"guarantor": "P-1", "lines": [brace], "adjustments": [off]}, 201)
    assert [(line["position"], line["description"], line["amount_cents"]) for line in draft["lines"]] == [
        (1, "Office visit", 12_000),
        (2, "Knee brace", 9_000),
    ]
    assert draft["total_cents"] == 12_000 + 9_000 - 900 - 1_000
    assert [(row["line"], row["amount_cents"]) for row in draft["adjustments"]] == [(2, -900), (None, -1_000)]
    path = f"/invoices/{draft['id']}"
    dearer = {"position": 1, "unit_price_cents": 15_000, "reason": "Longer than planned"}
    changed = await done(
        house, "PATCH", path, {"remove": [2], "lines": [dearer], "adjustments": [], "notes": "Thank you"}
    )
    assert (changed["total_cents"], changed["adjustments"], changed["notes"]) == (15_000, [], "Thank you")
    assert changed == await done(house, "GET", path)
    await done(house, "DELETE", path, None, 204)
    assert (await house.call("GET", path)).status == 404
    assert [charge.invoice_id for charge in await Charge.all()] == [None]


async def test_a_line_s_discount_and_surcharge_are_changed_each_by_itself(house: House):
    await patient("P-1")
    await seen("P-1", cents=10_000)
    draft = await done(house, "POST", "/invoices", {"guarantor": "P-1"}, 201)
    for said, left in (
        ({"discount": {"amount_cents": 100}}, [("discount", -100)]),
        ({"surcharge": {"amount_cents": 250}}, [("discount", -100), ("surcharge", 250)]),
        ({"discount": {"amount_cents": 50}}, [("discount", -50), ("surcharge", 250)]),
        ({}, [("discount", -50), ("surcharge", 250)]),
        ({"discount": None}, [("surcharge", 250)]),
        ({"discount": None, "surcharge": None}, []),
    ):
        body = {"lines": [{"position": 1, **said}]}
        changed = await done(house, "PATCH", f"/invoices/{draft['id']}", body)
        assert sorted((row["kind"], row["amount_cents"]) for row in changed["adjustments"]) == left
    assert changed["total_cents"] == 10_000


async def test_the_queue_says_who_has_something_to_be_billed(house: House):
    for number in (1, 2, 3):
        await patient(f"P-{number}", first_name="Maria" if number > 1 else "Ivo")
        await seen(f"P-{number}", cents=1_000)
    page = await done(house, "GET", "/unbilled?limit=2")
    rest = await done(house, "GET", f"/unbilled?limit=2&cursor={page['next']}")
    told = [(each["guarantor"], each["charges"], each["amount_cents"]) for each in page["items"] + rest["items"]]
    assert told == [("P-1", 1, 1_000), ("P-2", 1, 1_000), ("P-3", 1, 1_000)]
    assert (rest["next"], (await done(house, "GET", "/unbilled?location=harbor"))["items"]) == (None, [])


async def test_a_payment_falls_where_it_is_meant_to_and_is_taken_back(house: House):
    payer = await patient("P-1")
    first, second = await bill(payer), await bill(payer)
    to = [{"invoice": second.id, "amount_cents": 3_000}]
    paid = await done(house, "POST", "/patients/P-1/payments", {**MONEY, "to": to, "group": "Monday"}, 201)
    assert (paid["applied"], paid["unapplied_cents"], paid["group"]) == (to, 1_000, "Monday")
    used = await done(house, "POST", "/patients/P-1/credit", {"invoice": first.id})
    assert used == {"used_cents": 1_000}
    shown = await done(house, "GET", "/payments?group=Monday&guarantor=P-1")
    assert [payment["applied"] for payment in shown["items"]] == [
        [{"invoice": second.id, "amount_cents": 3_000}, {"invoice": first.id, "amount_cents": 1_000}]
    ]
    gone = await done(house, "POST", f"/payments/{paid['id']}/cancel", {"reason": "wrong patient"})
    assert (gone["status"], gone["applied"], gone["returned_cents"]) == ("cancelled", [], 4_000)
    assert [i.balance_cents for i in await Invoice.all().order_by("id")] == [12_000, 12_000]


async def test_a_refund_does_to_the_balance_what_it_says(house: House):
    invoice = await bill(await patient("P-1"))
    paid = await done(house, "POST", f"/invoices/{invoice.id}/payments", MONEY, 201)
    back = {"amount_cents": 1_500, "reason": "goodwill", "disposition": "reopen"}
    refund = await done(house, "POST", f"/payments/{paid['id']}/refund", back, 201)
    assert (refund["payment"], refund["amount_cents"], refund["status"]) == (paid["id"], 1_500, "done")
    assert (await done(house, "GET", f"/invoices/{invoice.id}"))["balance_cents"] == 9_500
    assert (await done(house, "GET", f"/payments/{paid['id']}"))["returned_cents"] == 1_500


async def test_a_plan_is_made_paid_on_changed_and_cancelled(house: House):
    invoice = await bill(await patient("P-1"))
    parts = [{"due_on": "2026-04-01", "amount_cents": 6_000}, {"due_on": "2026-05-01", "amount_cents": 6_000}]
    plan = await done(house, "POST", "/patients/P-1/plans", {"parts": parts}, 201)
    assert (plan["guarantor"], plan["status"], plan["total_cents"]) == ("P-1", "active", 12_000)
    assert plan["invoices"] == [invoice.id]
    await done(house, "POST", f"/invoices/{invoice.id}/payments", MONEY, 201)
    shown = await done(house, "GET", f"/plans/{plan['id']}")
    assert [part["open_cents"] for part in shown["parts"]] == [2_000, 6_000]
    once = {"parts": [{"due_on": "2026-06-01", "amount_cents": 8_000}]}
    assert len((await done(house, "POST", f"/plans/{plan['id']}/change", once))["parts"]) == 1
    ended = await done(house, "POST", f"/plans/{plan['id']}/cancel", {"reason": "moved away"})
    assert ended["status"] == "cancelled"


async def test_a_drawer_is_opened_counted_and_closed(house: House):
    invoice = await bill(await patient("P-1"))
    day = await done(house, "POST", "/cash-days", {"location": "downtown", "float_cents": 10_000}, 201)
    path = f"/cash-days/{day['id']}"
    await done(house, "POST", f"/invoices/{invoice.id}/payments", {**MONEY, "method": "cash"}, 201)
    await done(house, "POST", f"{path}/pay_in", {"amount_cents": 500, "reason": "change"})
    now = await done(house, "POST", f"{path}/pay_out", {"amount_cents": 200, "reason": "stamps"})
    assert (now["expected_cents"], now["counted_cents"]) == (14_300, None)
    counted = {"counted": [{"value_cents": 10_000, "pieces": 1}, {"value_cents": 2_000, "pieces": 2}]}
    off = await house.call("POST", f"{path}/close", counted)
    assert (off.status, list((await off.json())["fields"])) == (422, ["note"])
    closed = await done(house, "POST", f"{path}/close", {**counted, "note": "Three short"})
    assert (closed["status"], closed["counted_cents"], closed["expected_cents"]) == ("closed", 14_000, 14_300)
    assert [each["id"] for each in (await done(house, "GET", "/cash-days?location=downtown"))["items"]] == [day["id"]]


async def test_products_and_prices_are_kept_and_stock_is_counted(house: House):
    brace = {"name": "Knee brace", "unit_price_cents": 4_500}
    assert (await done(house, "PUT", "/products/B-1", brace, 201))["stock"] == 0
    assert (await done(house, "PUT", "/products/B-1", {**brace, "unit_price_cents": 4_900}))[
        "unit_price_cents"
    ] == 4_900
    assert (await done(house, "POST", "/products/B-1/receive", {"quantity": 10}))["stock"] == 10
    assert (await done(house, "POST", "/products/B-1/count", {"quantity": 8.5, "reason": "broken"}))["stock"] == 8.5
    assert (await done(house, "POST", "/products/B-1/count", {"quantity": 0, "reason": "sold out"}))["stock"] == 0
    price = {"description": "Office visit", "unit_price_cents": 9_000, "valid_from": "2026-01-01"}
    await done(house, "PUT", "/prices/visit", price, 201)
    listed = await done(house, "GET", "/prices?code=visit")
    assert [(each["price_list"], each["unit_price_cents"]) for each in listed["items"]] == [("standard", 9_000)]
    later = {**price, "unit_price_cents": 9_500, "valid_from": "2026-03-01"}
    assert await done(house, "PUT", "/prices/visit", later, 201) == await done(house, "GET", "/prices/visit")
    assert (await done(house, "GET", "/prices/visit?on=2026-02-28"))["unit_price_cents"] == 9_000
    for nothing in ("/prices/visit?on=2025-12-31", "/prices/visit?price_list=staff", "/prices/visits"):
        assert (await house.call("GET", nothing)).status == 404
    [listed_product] = (await done(house, "GET", "/products"))["items"]
    assert listed_product == await done(house, "GET", "/products/B-1")
    assert (await house.call("GET", "/products/B-2")).status == 404


async def test_a_claim_moves_the_patients_share_once(house: House):
    await patient("P-9")
    await seen("P-9", cents=12_000)
    await patient("P-1", bill_to="insurance")
    visit = SessionRecord(
        external_id="S-C",
        patient="P-1",
        location="downtown",
        provider="Dr. Ade",
        items=(Item("visit"),),
        date=NOW.date(),
    )
    await complete_session(visit, practice=PRACTICE, actor=CLOCK, now=NOW)
    decided = {"session": "S-C", "payer": "Acme", "status": "paid", "allowed_cents": 10_000, "paid_cents": 8_000,
               "patient_cents": 2_000}  # fmt: skip
    for _ in range(2):
        claim = await done(house, "PUT", "/claims/C-1", decided)
    assert (claim["external_id"], claim["session"], claim["status"], claim["share_cents"]) == (
        "C-1",
        "S-C",
        "paid",
        2_000,
    )
    queue = await done(house, "GET", "/charges?patient=P-1")
    assert [charge["amount_cents"] for charge in queue["items"]] == [2_000]
    listed = await done(house, "GET", "/claims?status=paid")
    assert [each["id"] for each in listed["items"]] == [claim["id"]]


async def test_the_trail_is_read_on_from_where_one_has_come_to(house: House):
    await bill(await patient("P-1"))
    first = await done(house, "GET", "/events?limit=2")
    rest = await done(house, "GET", f"/events?after={first['last']}")
    seqs = [event["seq"] for event in first["items"] + rest["items"]]
    assert seqs == list(range(1, len(seqs) + 1))
    assert rest["items"][0]["previous_hash"] == first["items"][-1]["hash"]
    assert await done(house, "GET", f"/events?after={seqs[-1]}") == {"items": [], "last": seqs[-1]}
