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
    card = clinic.slack("biller").card(await maria.is_late())
    house, today = clinic.house, clinic.clock.today
    parts = [Part(today + timedelta(days=days), 7_000) for days in (2, 32)]
    plan = await make_plan(1, parts, practice=house.practice, actor=CLOCK, now=clinic.clock.now)
    await clinic.settle()
    await card.sees("An instalment plan is on track.")
    await clinic.clock.forward(days=2)
    await maria.phone.receives("payment plan").receives_nothing()
    await maria.mailbox.receives("$70.00").receives_nothing()
    await card.sees_in_the_thread("Instalment reminder by text sent")
    await maria.pays("70.00")
    await clinic.clock.forward(days=20)
    await maria.phone.receives_nothing()
    assert (await Invoice.get(id=1)).balance_cents == 7_000, "no late fee"
    await clinic.clock.forward(days=12)
    assert (await PaymentPlan.get(id=plan.id)).status == "late"
    await card.sees_in_the_thread("The sequence goes on: The instalment plan has fallen behind.")
    await card.does_not_see("On hold")
    await clinic.clock.forward(days=2)
    await maria.phone.receives("You have a balance").receives_nothing()


async def test_an_agency_has_it_until_it_is_recalled(clinic: Clinic) -> None:
    maria = await clinic.patient()
    card = clinic.slack("biller").card(await maria.is_late())
    await card.press("Collections").submits({"Note for the agency": "Two letters, no answer"})
    await card.sees("With collections · $140.00")
    await card.sees_last_in_the_thread("Handed to collections ($140.00): Two letters, no answer by Dana Biller")
    await clinic.clock.forward(days=40)
    await maria.phone.receives_nothing()
    await maria.pays("40.00")
    await card.sees_in_the_thread("Tell the collection agency: INV-1001 stands at $100.00 now")
    await card.press("Recall from collections").sees("Overdue · $100.00")
    await clinic.clock.forward(days=1)
    await maria.phone.receives("balance").receives_nothing()


async def test_the_clock_makes_statements_and_follows_plans_once(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await maria.is_billed()
    house, now = clinic.house, clinic.clock.now
    await make_plan(1, [Part(now.date(), 12_500)], practice=house.practice, actor=CLOCK, now=now)
    ticks = ("instalments", "statements")
    assert await run_ticks(ticks, practice=house.practice, ports=house.ports) == {"instalments": 1, "statements": 0}
    assert await run_ticks(ticks, practice=house.practice, ports=house.ports) == {"instalments": 0, "statements": 0}
    clinic.world.clock.forward(days=35)
    assert await run_ticks(ticks, practice=house.practice, ports=house.ports) == {"instalments": 1, "statements": 1}
    assert await run_ticks(ticks, practice=house.practice, ports=house.ports) == {"instalments": 0, "statements": 0}
    assert (await Invoice.get(id=1)).plan_id is None
