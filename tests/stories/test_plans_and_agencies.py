"""Two ways out of a long reminding: paying by instalments, and a collection agency."""

from datetime import timedelta

from billing.plans import make_plan
from domain.access import CLOCK
from domain.instalments import Part
from jobs.timetable import run_ticks
from models.invoices import Invoice
from models.plans import PaymentPlan
from tests.stories.clinic import Clinic


async def test_instalments_are_reminded_of_and_a_missed_one_sets_the_sequence_going_again(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.staff("biller").card(await maria.is_late())
    house, today = clinic.house, clinic.world.clock.now().date()
    parts = [Part(today + timedelta(days=days), 7_000) for days in (2, 32)]
    plan = await make_plan(1, parts, practice=house.practice, actor=CLOCK, now=clinic.world.clock.now())
    await clinic.settle()
    assert "An instalment plan is on track." in card.words
    await clinic.forward(days=2)
    assert [text for text in maria.reminders if "payment plan" in text] == maria.reminders
    assert "$70.00" in maria.mails[-1].text
    assert any("Instalment reminder by text sent" in line for line in card.thread)
    await maria.pays("70.00")
    await clinic.forward(days=20)
    assert len(maria.reminders) == 1
    assert (await Invoice.get(id=1)).balance_cents == 7_000, "no late fee"
    await clinic.forward(days=12)
    assert (await PaymentPlan.get(id=plan.id)).status == "late"
    assert any("The sequence goes on: The instalment plan has fallen behind." in line for line in card.thread)
    assert "On hold" not in card.words
    await clinic.forward(days=2)
    assert any("You have a balance" in text for text in maria.reminders)


async def test_an_agency_has_it_until_it_is_recalled(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.staff("biller").card(await maria.is_late())
    dana = card.person
    await card.press("Collections")
    await dana.submits({"reason": "Two letters, no answer"})
    assert "With collections · $140.00" in card.words
    assert "Handed to collections ($140.00): Two letters, no answer by Dana Biller" in card.thread[-1]
    await clinic.forward(days=40)
    assert maria.reminders == []
    await maria.pays("40.00")
    assert any("Tell the collection agency: INV-1001 stands at $100.00 now" in line for line in card.thread)
    await card.press("Recall from collections")
    assert "Overdue · $100.00" in card.words
    await clinic.forward(days=1)
    assert len(maria.reminders) == 1


async def test_the_clock_makes_statements_and_follows_plans_once(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await maria.is_billed()
    house, now = clinic.house, clinic.world.clock.now()
    await make_plan(1, [Part(now.date(), 12_500)], practice=house.practice, actor=CLOCK, now=now)
    ticks = ("instalments", "statements")
    assert await run_ticks(ticks, practice=house.practice, ports=house.ports) == {"instalments": 1, "statements": 0}
    assert await run_ticks(ticks, practice=house.practice, ports=house.ports) == {"instalments": 0, "statements": 0}
    clinic.world.clock.forward(days=35)
    assert await run_ticks(ticks, practice=house.practice, ports=house.ports) == {"instalments": 1, "statements": 1}
    assert await run_ticks(ticks, practice=house.practice, ports=house.ports) == {"instalments": 0, "statements": 0}
    assert (await Invoice.get(id=1)).plan_id is None
