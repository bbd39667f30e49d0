"""Payers' files over the API: taken as they are, each decision posted once; what doesn't add up waits for a person."""

import asyncio
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest

from billing.sessions import Item, SessionRecord, complete_session
from domain.access import CLOCK
from domain.ports import PdfPrinter
from domain.remittances import Check
from models.insurance import ClaimPosting, Discrepancy, Remittance
from tests.handlers.house import NOW, PRACTICE, House, everything, open_house, patient, seen
from tests.support.era import check, era, paid

X12 = "application/edi-x12"
DECIDED = paid("S-C", 12_000, 2_000, written_down=1_000)


async def sent(house: House, content: bytes, *, once: str | None = None, kind: str = X12) -> Any:
    answer = await house.call(
        "POST", "/remittances", scope="write", once=once, data=BytesIO(content), headers={"Content-Type": kind}
    )
    return answer.status, await answer.json()


async def told(house: House, method: str, path: str, body: object = None) -> Any:
    answer = await house.call(method, path, body, scope="write")
    return answer.status, await answer.json()


async def insured() -> None:
    await patient("P-9")
    await seen("P-9", cents=12_000)
    await patient("P-1", bill_to="insurance")
    visit = SessionRecord(external_id="S-C", patient="P-1", location="downtown", provider="Dr. Ade",
                          items=(Item("visit"),), date=NOW.date())  # fmt: skip
    await complete_session(visit, practice=PRACTICE, actor=CLOCK, now=NOW)


async def test_a_file_is_posted_once_however_often_it_is_sent(house: House):
    await insured()
    file = era(check(DECIDED))
    first = await sent(house, file, once="file-1")
    assert first == (200, {"posted": 1, "known": 0, "held": []})
    assert await sent(house, file, once="file-1") == first, "the same request is given the same answer"
    again = await sent(house, file, kind="text/plain; charset=latin-1")
    assert again == (200, {"posted": 0, "known": 1, "held": []})
    status, claim = await told(house, "GET", "/claims/S-C")
    assert (status, claim["status"], claim["paid_cents"], claim["share_cents"]) == (200, "paid", 9_000, 2_000)
    assert (await ClaimPosting.all().count(), await Remittance.all().count()) == (1, 1)


async def test_what_does_not_add_up_waits_for_a_person_who_settles_it(house: House):
    await insured()
    status, posted = await sent(house, era(check(DECIDED, amount=9_999), check(paid("S-X", 500, 0), trace="EFT00018")))
    assert (status, posted["posted"], posted["known"], len(posted["held"])) == (200, 0, 0, 2)
    _, page = await told(house, "GET", "/remittances/discrepancies?limit=1&status=open")
    _, rest = await told(house, "GET", f"/remittances/discrepancies?status=open&cursor={page['next']}")
    [stranger], [total] = page["items"], rest["items"]
    assert [total["sentence"], stranger["sentence"]] == posted["held"]
    assert (total["trace"], total["claim"], total["what"]) == ("EFT00017", "", "check_total")
    assert (total["theirs_cents"], total["ours_cents"]) == (9_999, 9_000)
    assert (stranger["payer"], stranger["claim"], stranger["what"]) == ("BLUE SHIELD OF NOWHERE", "S-X", "no_claim")
    path = f"/remittances/discrepancies/{stranger['id']}/settle"
    assert (await told(house, "POST", path, {"note": " "}))[0] == 422
    status, settled = await told(house, "POST", path, {"note": "Another clinic's"})
    assert (status, settled) == (
        200,
        {**stranger, "status": "settled", "settled_at": "2026-03-02T15:00:00Z", "note": "Another clinic's"},
    )
    assert (await told(house, "POST", path, {"note": "Again"}))[0] == 409
    assert (await told(house, "POST", "/remittances/discrepancies/99/settle", {"note": "Gone"}))[0] == 404
    for query, found in (("open", [total]), ("settled", [settled])):
        assert (await told(house, "GET", f"/remittances/discrepancies?status={query}"))[1]["items"] == found


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (era(check(DECIDED))[:-40], X12, 422, "unreadable_835"),
        (era(check(DECIDED), kind="837"), X12, 422, "unreadable_835"),
        (b"", "text/plain", 422, "unreadable_835"),
        (b"\x00\xff" * 50, "text/plain", 422, "unreadable_835"),
        (era(check(DECIDED)), "application/json", 415, "not_this_kind"),
        (era(check(DECIDED)), "multipart/form-data", 415, "not_this_kind"),
        (era(check(DECIDED)) + b" " * 1024 * 1024, "text/plain", 413, "request_entity_too_large"),
    ],
    ids=["cut off", "an 837", "empty", "no text", "as JSON", "as a form", "too large"],
)
async def test_what_is_no_835_is_refused_whole(house: House, content: bytes, kind: str, status: int, code: str):
    await insured()
    before = await everything()
    answered, said = await sent(house, content, kind=kind)
    assert (answered, said["code"], said["detail"][-1]) == (status, code, "."), said
    assert bool(said["fields"]) == (status == 422)
    assert (await everything(), await Remittance.all().count(), await Discrepancy.all().count()) == (before, 0, 0)


async def test_others_are_answered_while_a_file_is_read(open_database: str, pdf: PdfPrinter):
    begun, release = asyncio.Event(), asyncio.Event()

    async def slowly(_: bytes) -> Sequence[Check]:
        begun.set()
        await release.wait()
        return ()

    async with open_house(pdf=pdf, read_remittance=slowly) as house:
        await patient("P-1")
        reading = asyncio.create_task(sent(house, b"slow"))
        await begun.wait()
        async with asyncio.timeout(20):
            status, _ = await told(house, "POST", "/products/none/receive", {"quantity": 1})
            kept = await house.call("PUT", "/products/B-1", {"name": "Brace", "unit_price_cents": 100})
        release.set()
        assert (status, kept.status, await reading) == (404, 201, (200, {"posted": 0, "known": 0, "held": []}))
