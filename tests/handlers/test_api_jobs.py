"""Work on many at once over the API: begun by one request, done in the background, each with its result."""

from billing.bulk_jobs import work_through
from billing.bulk_send import SEND, sending
from models.bulk import BulkJob
from models.chasing import InvoiceSet
from models.record import Event
from outreach.bulk_moves import moving
from outreach.enrol import enrol
from tests.handlers.house import NOW, PRACTICE, House, bill, everything, patient


async def chased(count: int) -> list[int]:
    sets = []
    for number in range(count):
        payer = await patient(f"P-{number}", first_name="Maria" if number else "Ivo")
        opened = await enrol((await bill(payer)).id, practice=PRACTICE, now=NOW)
        assert opened is not None
        sets.append(opened.id)
    return sets


async def work(house: House) -> int:
    ports = house.doors.ports
    deeds = {SEND: sending(PRACTICE), **moving(PRACTICE, ports)}
    return await work_through(deeds, now=NOW, pulse=ports.clock.pulse())


async def test_one_move_is_made_with_many_and_each_has_its_result(house: House):
    sets = await chased(3)
    await house.call("POST", f"/invoice-sets/{sets[1]}/pause")
    begun = await house.call("POST", "/invoice-sets/bulk", {"move": "pause", "ids": [*sets, 999, sets[0]]})
    job = await begun.json()
    assert (begun.status, job["move"], job["waiting"], job["done_at"]) == (201, "pause", 4, None)
    assert await InvoiceSet.filter(status="paused").count() == 1, "nothing is done before the answer"
    assert await work(house) == 4
    shown = await (await house.call("GET", f"/jobs/{job['id']}", scope="read")).json()
    assert (shown["waiting"], shown["done"], shown["refused"], shown["done_at"]) == (0, 2, 2, "2026-03-02T15:00:00Z")
    results = {item["id"]: (item["status"], item["said"]) for item in shown["items"]}
    assert results == {
        sets[0]: ("done", "Paused"),
        sets[1]: ("refused", "Pause is not possible: this balance is paused now."),
        sets[2]: ("done", "Paused"),
        999: ("refused", "There is no invoice set 999."),
    }
    refused = await (await house.call("GET", f"/jobs/{job['id']}?status=refused&limit=1", scope="read")).json()
    rest = await (await house.call("GET", f"/jobs/{job['id']}?status=refused&cursor={refused['next']}")).json()
    assert [refused["items"][0]["id"], rest["items"][0]["id"], rest["next"]] == [999, sets[1], None]


async def test_who_asked_is_who_did_it_and_done_work_is_not_done_again(house: House):
    (invoice_set,) = await chased(1)
    await house.call("POST", "/invoice-sets/bulk", {"move": "pause", "ids": [invoice_set]}, scope="write")
    assert [await work(house), await work(house)] == [1, 0]
    event = await Event.get(kind="set.paused")
    assert (event.actor, event.via) == (f"program:{house.keys['write']}", "api")


async def test_those_are_moved_whom_a_filter_finds(house: House):
    sets = await chased(3)
    wanted = {"move": "write_off", "filter": {"q": "ivo", "status": ["active", "will_fail"]}, "reason": "hardship"}
    job = await (await house.call("POST", "/invoice-sets/bulk", {**wanted, "amount_cents": 2_000})).json()
    await work(house)
    shown = await (await house.call("GET", f"/jobs/{job['id']}")).json()
    assert [(item["id"], item["status"]) for item in shown["items"]] == [(sets[0], "done")]
    owed = await (await house.call("GET", f"/invoice-sets/{sets[0]}")).json()
    assert owed["amount_outstanding_cents"] == 10_000


async def test_the_same_request_begins_one_job(house: House):
    sets = await chased(1)
    for _ in range(2):
        await house.call("POST", "/invoice-sets/bulk", {"move": "pause", "ids": sets}, once="abc")
    assert await BulkJob.all().count() == 1


async def test_what_makes_no_job_is_refused_before_anything_begins(house: House):
    sets = await chased(1)
    before = await everything()
    for body, field in (
        ({"move": "pause"}, "body"),
        ({"move": "pause", "ids": sets, "filter": {}}, "body"),
        ({"move": "pause", "ids": []}, "ids"),
        ({"move": "pause", "ids": ["1"]}, "ids.0"),
        ({"move": "recall", "ids": sets}, "move"),
        ({"move": "settle", "ids": sets}, "move"),
        ({"move": "pause", "ids": sets, "reason": "why"}, "reason"),
        ({"move": "write_off", "ids": sets}, "reason"),
        ({"move": "write_off", "ids": sets, "reason": "x", "amount_cents": 1.5}, "amount_cents"),
        ({"move": "change_rule_set", "ids": sets, "rule_set": "nonsense"}, "rule_set"),
        ({"move": "pause", "filter": {"status": "active"}}, "filter.status"),
        ({"move": "pause", "filter": {"amount_from": "1"}}, "filter.amount_from"),
        ({"move": "pause", "filter": {"colour": "red"}}, "filter.colour"),
        ({"ids": sets}, "move"),
    ):
        answer = await house.call("POST", "/invoice-sets/bulk", body)
        said = await answer.json()
        assert (answer.status, next(iter(said["fields"]), None)) == (422, field), (body, said)
    nobody = await house.call("POST", "/invoice-sets/bulk", {"move": "pause", "filter": {"q": "nobody"}})
    assert (nobody.status, (await nobody.json())["code"]) == (404, "nothing_to_move")
    assert (await house.call("GET", "/jobs/7")).status == 404
    assert await everything() == before


async def test_the_drafts_of_some_days_are_sent(house: House):
    drafts = [await bill(await patient(f"P-{number}"), sent=False) for number in range(2)]
    job = await house.call("POST", "/invoices/bulk", {"move": "send", "from": "2026-03-01", "to": "2026-03-02"})
    assert job.status == 201, await job.text()
    await work(house)
    shown = await (await house.call("GET", f"/jobs/{(await job.json())['id']}")).json()
    assert {item["id"]: item["said"] for item in shown["items"]} == {
        drafts[0].id: "INV-1001",
        drafts[1].id: "INV-1002",
    }
    wrong = await house.call("POST", "/invoices/bulk", {"move": "send", "from": "2026-03-03", "to": "2026-03-02"})
    assert (wrong.status, list((await wrong.json())["fields"])) == (422, ["to"])
