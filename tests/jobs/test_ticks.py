"""What falls due by the clock: in each clinic's own timezone, caught up after outages, once however often it ticks."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from domain.access import CLOCK
from domain.ports import PdfPrinter
from jobs.ticks import TICKS
from jobs.timetable import no_turns, run_ticks, take_turn
from models.chasing import InvoiceSet
from models.invoices import Invoice, InvoiceAdjustment
from models.record import Event
from tests.stories.clinic import Clinic, clinic_in, frozen_world
from tests.stories.reading import words_of
from tests.support.practice import the_practice

MIDNIGHT_IN_NEW_YORK = datetime(2026, 10, 11, 4, 0, tzinfo=UTC)


@pytest.fixture
async def clinic(database_url: str, pdf: PdfPrinter) -> AsyncIterator[Clinic]:
    async with frozen_world() as world, clinic_in(database_url, the_practice(), world, pdf) as clinic:
        yield clinic


async def test_the_books_are_audited_once_a_night_and_staff_are_told_what_is_off(clinic: Clinic) -> None:
    patient = await clinic.patient("Maria Garcia")
    await patient.is_billed()
    three_in_new_york = MIDNIGHT_IN_NEW_YORK.replace(hour=7)
    clinic.world.clock.move_to(three_in_new_york)
    assert (await run_ticks(("audit",), practice=clinic.house.practice, ports=clinic.house.ports)) == {"audit": 0}
    await Invoice.all().update(total_cents=1, balance_cents=1)
    for days, found in ((0, 0), (7, 2), (7, 0)):
        clinic.world.clock.move_to(three_in_new_york + timedelta(days=days, hours=1))
        done = await run_ticks(("audit",), practice=clinic.house.practice, ports=clinic.house.ports)
        assert bool(done["audit"]) == bool(found)
    told = await Event.filter(kind="audit.found")
    assert [set(event.after["checks"]) for event in told] == [{"invoice balance", "invoice arithmetic"}]
    await clinic.settle()
    channel = clinic.world.slack.channel("billing-downtown")
    assert any("night's audit found the books off" in words_of(message) for message in channel.messages)


async def statuses() -> list[str]:
    return [invoice.status for invoice in await Invoice.all().order_by("id")]


async def test_an_invoice_is_late_when_its_day_is_over_where_its_clinic_is(clinic: Clinic) -> None:
    east = await clinic.patient("Maria Garcia")
    west = await clinic.patient("Ali Hassan", location="lakeside")
    await east.is_billed()
    await west.is_billed(location="lakeside")
    clinic.world.clock.move_to(MIDNIGHT_IN_NEW_YORK.replace(hour=3, minute=59))
    await clinic.house.tick()
    assert await statuses() == ["sent", "sent"]
    clinic.world.clock.move_to(MIDNIGHT_IN_NEW_YORK)
    await clinic.house.tick()
    assert await statuses() == ["overdue", "sent"], "in Chicago it is eleven in the evening"
    clinic.world.clock.forward(hours=1)
    await clinic.house.tick()
    assert await statuses() == ["overdue", "overdue"]


async def test_weeks_of_outage_are_caught_up_once(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await maria.is_billed()
    clinic.world.clock.forward(days=60)
    await clinic.house.tick()
    await clinic.house.tick()
    await clinic.settle()
    assert await InvoiceAdjustment.all().count() == 1
    assert len(maria.texts) + len([m for m in maria.mailbox.mails if "INV-1001.pdf" not in str(m.attachments)]) <= 2


async def test_one_row_that_goes_wrong_stops_none_of_the_others(clinic: Clinic) -> None:
    maria, ali = await clinic.patient(), await clinic.patient("Ali Hassan", phone="+12125550124")
    await maria.is_billed()
    await ali.is_billed()
    await Invoice.filter(id=1).update(currency="USD", balance_cents=0, paid_cents=12_500, version=7)
    clinic.world.clock.forward(days=31)
    done = await run_ticks(("overdue",), practice=clinic.house.practice, ports=clinic.house.ports)
    assert done == {"overdue": 2}
    assert await statuses() == ["overdue", "overdue"]


async def test_a_slot_is_one_replicas(clinic: Clinic) -> None:
    await (await clinic.patient()).is_billed()
    clinic.world.clock.forward(days=31)
    practice, ports = clinic.house.practice, clinic.house.ports
    [overdue] = [tick for tick in TICKS if tick.name == "overdue"]
    assert [await take_turn(overdue, practice, ports, no_turns()) for _ in range(2)] == [1, None]
    late = await Event.filter(kind="invoice.overdue")
    assert [event.actor for event in late] == [f"{CLOCK.kind}:{CLOCK.id}"]


async def test_a_tick_by_hand_waits_for_the_one_by_the_clock(clinic: Clinic) -> None:
    """What that has claimed is nobody else's to do, and not done yet."""
    async with clinic.house.turns["steps"]:
        ticking = asyncio.create_task(clinic.house.tick("steps"))
        await asyncio.sleep(0.05)
        assert not ticking.done()
    assert await ticking == {"steps": 0}


async def test_a_set_whose_step_always_fails_keeps_its_lease_and_the_tick_ends(clinic: Clinic) -> None:
    maria, ali = await clinic.patient(), await clinic.patient("Ali Hassan", phone="+12125550124")
    await maria.is_billed()
    await ali.is_billed()
    await clinic.clock.forward(days=31)
    await InvoiceSet.filter(id=1).update(plan={})
    clinic.world.clock.forward(days=3)
    async with asyncio.timeout(10):
        done = await run_ticks(("steps",), practice=clinic.house.practice, ports=clinic.house.ports)
    assert done == {"steps": 1}, "the other set's step is taken"
    assert (await InvoiceSet.get(id=1)).claimed_until is not None
