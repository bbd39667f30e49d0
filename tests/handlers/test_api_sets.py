"""Invoice sets and reports over the API: the table's moves, and the numbers of the books."""

import csv
from io import StringIO

from domain.invoice_set import INVOICE_SET
from models.chasing import InvoiceSet
from models.invoices import Invoice
from models.money import WriteOff
from models.people import Patient
from outreach.enrol import enrol
from tests.handlers.house import NOW, PRACTICE, House, bill, everything, patient


async def chased(payer: Patient, *, cents: int = 12_000) -> InvoiceSet:
    invoice = await bill(payer, cents=cents)
    opened = await enrol(invoice.id, practice=PRACTICE, now=NOW)
    assert opened is not None
    return await InvoiceSet.get(id=opened.id)


async def test_a_set_says_what_is_owed_and_what_comes_next(house: House):
    invoice_set = await chased(await patient("P-1"))
    invoice = await Invoice.get()
    shown = await (await house.call("GET", f"/invoice-sets/{invoice_set.id}", scope="read")).json()
    assert shown == {
        "id": invoice_set.id,
        "status": invoice_set.status,
        "stage": "new",
        "guarantor": "P-1",
        "amount_outstanding_cents": 12_000,
        "rule_set": "standard",
        "step": 0,
        "next_send_at": "2026-03-02T15:00:00Z",
        "will_fail_reason": None,
        "invoices": [
            {
                "id": invoice.id,
                "number": invoice.number,
                "status": "sent",
                "balance_cents": 12_000,
                "due_date": "2026-04-01",
            }
        ],
    }


async def test_sets_are_found_by_status_place_name_and_number(house: House):
    maria = await chased(await patient("P-1", first_name="Maria", last_name="Lopez"))
    ivo = await chased(await patient("P-2", first_name="Ivo", last_name="100%_Lo"))
    number = (await Invoice.get(invoice_set_id=ivo.id)).number
    await house.call("POST", f"/invoice-sets/{maria.id}/pause")
    for query, found in (
        ("", [ivo, maria]),
        ("status=paused", [maria]),
        ("status=paused&status=active", [ivo, maria]),
        ("q=lopez", [maria]),
        ("q=MARIA+lop", [maria]),
        ("q=maria+ivo", []),
        ("q=P-2", [ivo]),
        (f"q={number}", [ivo]),
        ("q=100%25_", [ivo]),
        ("q=opez", []),
        ("q=%2B1+(512)+555-0111", [ivo, maria]),
        ("q=5550111", [ivo, maria]),
        ("amount_from=12000&amount_to=12000", [ivo, maria]),
        ("amount_from=12001", []),
        ("created_from=2026-03-02T15:00:00Z&created_before=2026-03-02T15:00:01Z", [ivo, maria]),
        ("created_before=2026-03-02T15:00:00Z", []),
        ("next_send_from=2026-03-02T15:00:00Z", [ivo, maria]),
        ("next_send_before=2026-03-02T15:00:00Z", []),
        ("stage=new", [ivo, maria]),
        ("location=downtown", [ivo, maria]),
        ("location=harbor", []),
        ("guarantor=P-1", [maria]),
        ("rule_set=gentle", []),
        ("limit=1", [ivo]),
    ):
        page = await (await house.call("GET", f"/invoice-sets?{query}", scope="read")).json()
        assert [item["id"] for item in page["items"]] == [each.id for each in found], query
    wrong = await house.call("GET", "/invoice-sets?status=asleep", scope="read")
    assert (wrong.status, "active" in (await wrong.json())["detail"]) == (422, True)


async def test_a_set_is_paused_and_resumed_and_a_stale_move_is_told(house: House):
    invoice_set = await chased(await patient("P-1"))
    path = f"/invoice-sets/{invoice_set.id}"
    paused = await house.call("POST", f"{path}/pause")
    assert (paused.status, (await paused.json())["status"]) == (200, "paused")
    again = await house.call("POST", f"{path}/pause")
    assert (again.status, (await again.json())["code"]) == (409, "stale")
    resumed = await (await house.call("POST", f"{path}/resume", {})).json()
    assert resumed["status"] in ("active", "will_fail")


async def test_a_write_off_is_asked_for_in_whole_cents(house: House):
    invoice_set = await chased(await patient("P-1"))
    path = f"/invoice-sets/{invoice_set.id}/write_off"
    before = await everything()
    for body, wrong in (
        ({"amount_cents": 4_050}, "reason"),
        ({"reason": "hardship", "amount_cents": 40.5}, "amount_cents"),
        ({"reason": "hardship", "amount_cents": True}, "amount_cents"),
        ({"reason": "hardship", "amount_cents": -4_050}, "amount_cents"),
        ({"reason": "hardship", "amount_cents": 12_001}, "amount_cents"),
        ({"reason": "hardship", "amount": "40.50"}, "amount"),
        ({"reason": "x" * 501, "amount_cents": 4_050}, "reason"),
    ):
        answer = await house.call("POST", path, body)
        said = await answer.json()
        assert answer.status == 422, body
        assert wrong in said["fields"], said
    assert await everything() == before
    done = await house.call("POST", path, {"reason": "hardship", "amount_cents": 4_050})
    assert (done.status, (await done.json())["amount_outstanding_cents"]) == (200, 7_950)
    rest = await house.call("POST", path, {"reason": "hardship"})
    assert (rest.status, (await rest.json())["status"]) == (200, "written_off")
    assert [off.amount_cents for off in await WriteOff.all().order_by("id")] == [4_050, 7_950]


async def test_what_the_house_does_by_itself_nobody_can_ask_for(house: House):
    invoice_set = await chased(await patient("P-1"))
    before = await everything()
    for move in INVOICE_SET.moves:
        if move.who == "house":
            answer = await house.call("POST", f"/invoice-sets/{invoice_set.id}/{move.name}")
            assert answer.status in (404, 405), move.name
    assert (await house.call("POST", "/invoice-sets/999/pause")).status == 404
    assert await everything() == before


# Reports


async def test_a_report_says_the_same_as_json_and_as_csv(house: House):
    await bill(await patient("P-1"), cents=12_000)
    await bill(await patient("P-2", first_name="Ivo", last_name="Berg"), cents=3_050)
    shown = await (await house.call("GET", "/reports/ageing?as_of=2026-03-02", scope="read")).json()
    assert [(row["name"], row["total_cents"]) for row in shown["rows"]] == [
        ("Maria Lopez", 12_000),
        ("Ivo Berg", 3_050),
    ]
    assert (shown["as_of"], shown["totals"]["total_cents"]) == ("2026-03-02", 15_050)
    assert [column["name"] for column in shown["columns"]] == list(shown["rows"][0])
    csv = await house.call("GET", "/reports/ageing?as_of=2026-03-02&format=csv", scope="read")
    lines = (await csv.text()).splitlines()
    assert csv.content_type == "text/csv"
    assert 'filename="ageing-2026-03-02.csv"' in csv.headers["Content-Disposition"]
    assert lines[0].split(",") == [column["name"] for column in shown["columns"]]
    assert lines[1:] == [",".join(str(cell) for cell in row.values()) for row in shown["rows"]]


async def test_a_report_is_as_of_today_where_the_practice_is_unless_it_is_said_otherwise(house: House):
    await bill(await patient("P-1"))
    today = await (await house.call("GET", "/reports/ageing", scope="read")).json()
    before = await (await house.call("GET", "/reports/ageing?as_of=2026-03-01", scope="read")).json()
    elsewhere = await (await house.call("GET", "/reports/ageing?location=harbor", scope="read")).json()
    assert (today["as_of"], len(today["rows"])) == ("2026-03-02", 1)
    assert (before["rows"], elsewhere["rows"]) == ([], [])


async def test_a_report_that_cannot_be_is_told_so(house: House):
    for path, status in (
        ("nonsense", 404),
        ("ageing?format=xls", 422),
        ("ageing?location=nowhere", 422),
        ("ageing?as_of=tomorrow", 422),
        ("ageing?to=2026-03-01&as_of=2026-03-01", 422),
        ("payments?from=2026-03-02&to=2026-03-01", 422),
    ):
        answer = await house.call("GET", f"/reports/{path}", scope="read")
        assert (answer.status, bool((await answer.json())["detail"])) == (status, True), path


async def test_an_agency_gets_its_case_as_a_file(house: House):
    handed = await chased(await patient("P-1"))
    note = "=Two letters, no answer"
    assert (await house.call("POST", f"/invoice-sets/{handed.id}/collections", {"reason": note})).status == 200
    [case] = (await (await house.call("GET", "/agency-cases", scope="read")).json())["items"]
    assert (case["invoice_set"], case["guarantor"], case["balance_cents"]) == (handed.id, "P-1", 12_000)
    assert (case["note"], case["recalled_at"]) == (note, None)
    packet = await house.call("GET", f"/agency-cases/{case['id']}/packet", scope="read")
    [row] = csv.DictReader(StringIO(await packet.text(), newline=""))
    assert (packet.status, packet.content_type) == (200, "text/csv")
    assert (row["account"], row["principal_cents"], row["balance_now_cents"]) == ("P-1", "12000", "12000")
    assert row["note"] == f"'{note}"
    assert (await house.call("POST", f"/invoice-sets/{handed.id}/recall")).status == 200
    page = await (await house.call("GET", "/agency-cases?limit=1")).json()
    assert (page["next"], page["items"][0]["recalled_at"]) == (None, "2026-03-02T15:00:00Z")
    assert (await house.call("GET", "/agency-cases/99/packet")).status == 404
