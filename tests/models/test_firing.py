"""The one door for a change of state: who comes second is told so, and has changed nothing."""

import asyncio
from datetime import UTC, datetime

import pytest

from domain.access import CLOCK, Actor, Grant
from domain.errors import Refusal
from domain.invoice_set import INVOICE_SET
from models.change import change
from models.chasing import InvoiceSet
from models.firing import fire
from models.people import Patient
from models.record import Event

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DANA = Actor("person", "U0BILLER1", "Dana Biller", "slack", (Grant("biller"),))
VERA = Actor("person", "U0VIEWER1", "Vera Viewer", "slack", (Grant("viewer"),))


@pytest.fixture
async def chased(open_database: str) -> InvoiceSet:
    payer = await Patient.create(
        external_id="maria", first_name="M", last_name="G", location="downtown", created_at=NOON
    )
    return await InvoiceSet.create(guarantor=payer, location="downtown", rule_set="standard", plan={}, enrolled_at=NOON)


async def makes(row: InvoiceSet, move: str, actor: Actor = DANA, **more: object) -> str:
    async with change(NOON) as told:
        step = await fire(row, move, machine=INVOICE_SET, actor=actor, told=told, **more)  # type: ignore[arg-type]
        return step.to


async def again(row: InvoiceSet) -> InvoiceSet:
    return await InvoiceSet.get(id=row.id)


async def test_a_move_changes_state_version_and_what_was_before_and_tells_it(chased: InvoiceSet) -> None:
    assert await makes(chased, "pause", facts={"why": "asked"}, hold_reason="asked") == "paused"
    found = await again(chased)
    assert (found.status, found.status_before, found.version, found.hold_reason) == ("paused", "active", 2, "asked")
    assert (chased.status, chased.version) == ("paused", 2)
    event = await Event.get()
    assert (event.kind, event.subject, event.invoice_set_id) == ("set.paused", f"set:{chased.id}", chased.id)
    assert (event.before, event.after) == ({"status": "active"}, {"status": "paused", "why": "asked"})


async def test_back_leads_to_where_it_was_and_staying_changes_nothing_of_that(chased: InvoiceSet) -> None:
    await makes(chased, "pause")
    await makes(chased, "write_off_part")
    found = await again(chased)
    assert (found.status, found.status_before, found.version) == ("paused", "active", 3)
    await makes(chased, "write_off")
    assert await makes(chased, "undo_write_off") == "paused"


REFUSED = (
    ("pause", DANA, 2, "stale"),
    ("pause", DANA, 0, "stale"),
    ("resume", DANA, 1, "stale"),
    ("pause", VERA, 1, "forbidden"),
    ("settle", DANA, 1, "forbidden"),
    ("fly", DANA, 1, "unknown_move"),
)


async def test_what_is_refused_has_changed_nothing(chased: InvoiceSet) -> None:
    for move, actor, seen, code in REFUSED:
        with pytest.raises(Refusal) as refused:
            await makes(chased, move, actor, seen_version=seen, hold_reason="changed")
        assert refused.value.code == code
        for row in (chased, await again(chased)):
            assert (row.status, row.version, row.hold_reason) == ("active", 1, None)
    assert await Event.all().count() == 0


async def test_who_holds_an_old_row_is_told_that_somebody_was_first(chased: InvoiceSet) -> None:
    old = await again(chased)
    await makes(chased, "pause")
    for move in ("pause", "write_off"):
        with pytest.raises(Refusal, match="Someone else has just changed this balance"):
            await makes(old, move)
    await makes(chased, "resume")
    with pytest.raises(Refusal, match="Someone else"):  # active again, but not the one that was seen
        await makes(old, "pause")
    assert (old.status, old.version, (await again(chased)).version) == ("active", 1, 3)


async def test_of_many_who_press_at_once_exactly_one_moves_it(chased: InvoiceSet) -> None:
    rows = [await again(chased) for _ in range(8)]
    moves = ["pause", "write_off", "collections", "pause"] * 2
    answers = await asyncio.gather(
        *(makes(row, move) for row, move in zip(rows, moves, strict=True)), return_exceptions=True
    )
    [won] = [answer for answer in answers if isinstance(answer, str)]
    lost = [answer for answer in answers if isinstance(answer, Refusal)]
    assert (len(lost), {answer.code for answer in lost}) == (7, {"stale"})
    found = await again(chased)
    assert (found.status, found.version, await Event.all().count()) == (won, 2, 1)


async def test_what_happens_by_itself_needs_the_house(chased: InvoiceSet) -> None:
    assert await makes(chased, "expire", CLOCK) == "expired"
    assert (await Event.get()).via == "clock"
