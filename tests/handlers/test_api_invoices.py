"""Invoices over the API: drafted, sent, voided, paid on; each request once; money in whole cents only."""

import asyncio
import json
import signal
import subprocess
import sys

import pytest

from handlers.api.idempotency import IN_HAND
from models.care import Charge
from models.database import read, transaction
from models.invoices import Invoice
from models.keys import ApiKey, GivenAnswer
from models.money import Payment
from models.people import Patient
from tests.handlers.house import House, bill, everything, patient, seen
from tests.support.source import ROOT

PAYMENT = {"amount_cents": 4_000, "method": "check", "date": "2026-03-02", "reference": "No. 17"}


async def test_an_invoice_is_drafted_sent_and_paid(house: House):
    await patient("P-1")
    await seen("P-1", cents=12_000)
    draft = await (await house.call("POST", "/invoices", {"guarantor": "P-1"})).json()
    assert (draft["status"], draft["number"], draft["total_cents"], draft["guarantor"]) == (
        "draft",
        None,
        12_000,
        "P-1",
    )
    sent = await (await house.call("POST", f"/invoices/{draft['id']}/send")).json()
    assert (sent["status"], sent["number"], sent["balance_cents"]) == ("sent", "INV-1001", 12_000)
    paid = await house.call("POST", f"/invoices/{draft['id']}/payments", PAYMENT)
    payment = await paid.json()
    assert paid.status == 201
    assert payment == {
        "id": payment["id"],
        "guarantor": "P-1",
        "status": "received",
        "unapplied_cents": 0,
        "returned_cents": 0,
        "currency": "USD",
        "notes": "",
        "group": "",
        **PAYMENT,
        "applied": [{"invoice": draft["id"], "amount_cents": 4_000}],
    }
    shown = await (await house.call("GET", f"/invoices/{draft['id']}", scope="read")).json()
    charge = await Charge.get()
    assert shown == {
        "id": draft["id"],
        "number": "INV-1001",
        "status": "sent",
        "guarantor": "P-1",
        "currency": "USD",
        "total_cents": 12_000,
        "paid_cents": 4_000,
        "balance_cents": 8_000,
        "due_date": "2026-04-01",
        "notes": "",
        "lines": [
            {
                "position": 1,
                "description": "Office visit",
                "quantity": 1,
                "unit_price_cents": 12_000,
                "amount_cents": 12_000,
                "charge": charge.id,
                "patient": "P-1",
                "date": "2026-03-01",
            }
        ],
        "adjustments": [],
        "taxes": [],
        "payments": [
            {"id": payment["id"], "amount_cents": 4_000, "method": "check", "date": "2026-03-02", "reference": "No. 17"}
        ],
        "times": {
            "created_at": "2026-03-02T15:00:00Z",
            "sent_at": "2026-03-02T15:00:00Z",
            "overdue_at": None,
            "paid_at": None,
            "voided_at": None,
            "archived_at": None,
        },
    }


async def test_a_void_invoice_gives_its_charges_back(house: House):
    invoice = await bill(await patient("P-1"))
    unasked = await house.call("POST", f"/invoices/{invoice.id}/void", {})
    assert (unasked.status, (await unasked.json())["fields"]) == (422, {"reason": "It is needed."})
    void = await house.call("POST", f"/invoices/{invoice.id}/void", {"reason": "wrong patient"})
    assert (void.status, (await void.json())["status"]) == (200, "void")
    queue = await (await house.call("GET", "/charges?status=unbilled&patient=P-1", scope="read")).json()
    assert [charge["amount_cents"] for charge in queue["items"]] == [12_000]


async def test_only_chosen_charges_are_taken_and_none_twice(house: House):
    await patient("P-1")
    for _ in range(3):
        await seen("P-1")
    first, second, _ = await Charge.all().order_by("id")
    wanted = {"guarantor": "P-1", "charges": [first.id, second.id]}
    drafted = await house.call("POST", "/invoices", wanted)
    assert (drafted.status, len((await drafted.json())["lines"])) == (201, 2)
    again = await house.call("POST", "/invoices", wanted)
    assert (again.status, (await again.json())["code"]) == (409, "charge_taken")


async def test_sending_twice_is_refused_with_what_it_is_now(house: House):
    invoice = await bill(await patient("P-1"))
    answer = await house.call("POST", f"/invoices/{invoice.id}/send")
    assert (answer.status, (await answer.json())["code"]) == (409, "stale")


WRONG_PAYMENTS = [
    {"amount_cents": 40.0},
    {"amount_cents": 40.5},
    {"amount_cents": True},
    {"amount_cents": "4000"},
    {"amount_cents": -1},
    {"amount_cents": 0},
    {"amount_cents": 10**13},
    {"amount_cents": 10**400},
    {"amount_cents": None},
    {"method": "seashells"},
    {"date": "02/03/2026"},
    {"date": 1},
    {"reference": "x" * 121},
    {"notes": "\u0000"},
    {"amount": 4_000},
    {"group": 7},
    {"to": []},
]


async def test_a_wrong_payment_is_refused_and_no_cent_moves(house: House):
    invoice = await bill(await patient("P-1"))
    before = await everything()
    for wrong in WRONG_PAYMENTS:
        answer = await house.call("POST", f"/invoices/{invoice.id}/payments", {**PAYMENT, **wrong})
        said = await answer.json()
        assert (answer.status, list(said["fields"])) == (422, list(wrong)), said
    for text in (b'{"amount_cents": 1e3}', b'{"amount_cents": NaN}', b'{"amount_cents": Infinity}'):
        assert (await house.call("POST", f"/invoices/{invoice.id}/payments", text)).status in (400, 422)
    assert await everything() == before
    assert await Payment.all().count() == 0
    assert await GivenAnswer.all().count() == 0


async def test_what_is_not_there_is_not_found(house: House):
    await patient("P-1")
    for method, path in (
        ("GET", "/invoices/7"),
        ("POST", "/invoices/7/send"),
        ("GET", "/invoices/x"),
        ("GET", "/nothing"),
    ):
        answer = await house.call(method, path)
        said = await answer.json()
        assert (answer.status, said["code"], answer.content_type) == (404, "not_found", "application/problem+json")
    assert (await house.call("GET", f"/invoices/{'9' * 60}")).status == 404
    assert (await house.call("DELETE", "/invoices")).status == 405


# Idempotency


async def test_a_repeated_post_is_answered_the_same_and_done_once(house: House):
    invoice = await bill(await patient("P-1"))
    path = f"/invoices/{invoice.id}/payments"
    first = await house.call("POST", path, PAYMENT, once="abc")
    again = await house.call("POST", path, PAYMENT, once="abc")
    assert (again.status, await again.json()) == (first.status, await first.json())
    assert "Idempotency-Replayed" in again.headers
    assert await Payment.all().count() == 1


async def test_one_key_for_another_request_is_refused(house: House):
    invoice = await bill(await patient("P-1"))
    path = f"/invoices/{invoice.id}/payments"
    await house.call("POST", path, PAYMENT, once="abc")
    for where, body in ((path, {**PAYMENT, "amount_cents": 1}), (f"/invoices/{invoice.id}/void", {"reason": "x"})):
        answer = await house.call("POST", where, body, once="abc")
        assert (answer.status, (await answer.json())["code"]) == (422, "idempotency_key_reused")
    assert await Payment.all().count() == 1


async def test_two_programs_may_use_the_same_key(house: House):
    invoice = await bill(await patient("P-1"))
    path = f"/invoices/{invoice.id}/payments"
    answers = [await house.call("POST", path, PAYMENT, scope=scope, once="abc") for scope in ("write", "admin")]
    assert [answer.status for answer in answers] == [201, 201]
    assert await Payment.all().count() == 2


async def test_the_same_key_at_the_same_moment_is_done_once(house: House):
    invoice = await bill(await patient("P-1"))
    path, _ = f"/invoices/{invoice.id}/payments", await house.call("GET", "/invoices")
    answers = await asyncio.gather(*(house.call("POST", path, PAYMENT, once="abc") for _ in range(8)))
    assert {answer.status for answer in answers} <= {201, 409}
    assert len({(await answer.json())["id"] for answer in answers if answer.status == 201}) == 1
    assert await Payment.all().count() == 1


@pytest.mark.parametrize("database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_a_request_that_is_in_hand_is_not_waited_for(house: House):
    """Not even by another process, for which the database holds the key. (SQLite lets one at a time come this far.)"""
    invoice = await bill(await patient("P-1"))
    path = f"/invoices/{invoice.id}/payments"
    await house.call("GET", "/invoices")
    (caller,) = await ApiKey.all()
    async with transaction():
        await read("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [f"{caller.id} elsewhere"])
        busy = await house.call("POST", path, PAYMENT, once="elsewhere")
        assert (busy.status, (await busy.json())["code"]) == (409, "in_hand")
        await Invoice.select_for_update().get(id=invoice.id)
        first = asyncio.create_task(house.call("POST", path, PAYMENT, once="here"))
        await asyncio.wait_for(in_hand(house), 5)
        busy = await house.call("POST", path, PAYMENT, once="here")
        assert (busy.status, (await busy.json())["code"]) == (409, "in_hand")
    assert (await first).status == 201, await (await first).text()
    assert (await house.call("POST", path, PAYMENT, once="elsewhere")).status == 201
    assert await Payment.all().count() == 2


async def in_hand(house: House) -> None:
    while not house.client.app[IN_HAND]:  # noqa: ASYNC110  # the service has no reason to tell of it
        await asyncio.sleep(0.001)


async def test_what_was_killed_half_way_was_never_done_and_is_done_once(house: House, database_url: str):
    invoice = await bill(await patient("P-1"))
    key, path = await house.key("admin"), f"/invoices/{invoice.id}/payments"
    house.keys["admin"] = key
    dying = [sys.executable, "-m", "tests.handlers.dying", database_url, key, f"/api/v1{path}", json.dumps(PAYMENT)]
    killed = await asyncio.to_thread(subprocess.run, dying, cwd=ROOT, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (await Payment.all().count(), await GivenAnswer.all().count()) == (0, 0)
    done = await house.call("POST", path, PAYMENT, once="abc")
    again = await house.call("POST", path, PAYMENT, once="abc")
    assert [(each.status, "Idempotency-Replayed" in each.headers) for each in (done, again)] == [
        (201, False),
        (201, True),
    ]
    assert await Payment.all().count() == 1


async def test_a_refused_post_may_succeed_later_with_its_key(house: House):
    await patient("P-1")
    refused = await house.call("POST", "/invoices", {"guarantor": "P-1"}, once="abc")
    await seen("P-1")
    done = await house.call("POST", "/invoices", {"guarantor": "P-1"}, once="abc")
    assert (refused.status, done.status) == (409, 201)


async def test_every_post_needs_a_key(house: House):
    invoice = await bill(await patient("P-1"))
    for key in ("", "x" * 201, "é"):
        answer = await house.call("POST", f"/invoices/{invoice.id}/payments", PAYMENT, headers={"Idempotency-Key": key})
        assert (answer.status, (await answer.json())["code"]) == (400, "idempotency_key_needed"), key
    assert await Payment.all().count() == 0


# Lists


async def test_a_list_is_read_to_its_end_page_by_page(house: House):
    payer = await patient("P-1")
    made = [(await bill(payer)).id for _ in range(5)]
    found, path = [], "/invoices?limit=2"
    for _ in range(3):
        page = await (await house.call("GET", path, scope="read")).json()
        found += [invoice["id"] for invoice in page["items"]]
        made_meanwhile = await bill(payer)
        path = f"/invoices?limit=2&cursor={page['next']}"
    assert found == made[::-1], "newest first, each once, whatever is made meanwhile"
    assert page["next"] is None
    assert made_meanwhile.id not in found


async def test_a_list_is_narrowed_by_what_it_says(house: House):
    maria, ivo = await patient("P-1"), await patient("P-2", first_name="Ivo")
    await bill(maria)
    await bill(ivo)
    await bill(ivo, sent=False)
    for query, count in (
        ("", 3),
        ("?status=draft", 1),
        ("?status=draft&status=sent", 3),
        ("?guarantor=P-2", 2),
        ("?guarantor=P-2&status=sent", 1),
        ("?guarantor=P-9", 0),
    ):
        page = await (await house.call("GET", f"/invoices{query}", scope="read")).json()
        assert (len(page["items"]), page["next"]) == (count, None), query


async def test_a_filter_that_means_nothing_is_refused_rather_than_ignored(house: House):
    for query in (
        "status=drfat",
        "colour=red",
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=1&limit=2",
        "cursor=abc",
        "cursor=é",
    ):
        answer = await house.call("GET", f"/invoices?{query}", scope="read")
        said = await answer.json()
        assert (answer.status, next(iter(said["fields"])).split(".")[0]) == (422, query.partition("=")[0]), said


async def test_nobodys_invoice_has_nobodys_name_on_it(house: House):
    await bill(await patient("P-1"))
    shown = await (await house.call("GET", "/invoices", scope="read")).text()
    assert "Lopez" not in shown
    assert (await Invoice.get()).guarantor_id == (await Patient.get()).id
