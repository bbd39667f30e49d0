"""Days that pass, and what they bring: late fees, sets, write-offs, plans."""

from datetime import timedelta

from billing.collections import hand_over as to_agency
from billing.collections import recall
from billing.late_fees import waive_late_fee
from billing.plans import cancel_plan, change_plan, make_plan
from billing.write_offs import outstanding_cents, undo_write_off, write_off
from domain.instalments import monthly
from domain.invoice_set import CHASED
from domain.plan import GOING
from jobs.ticks import archive, instalments, late_fees, overdue
from models.chasing import InvoiceSet
from models.invoices import Invoice, InvoiceAdjustment
from models.money import WriteOff
from models.plans import PaymentPlan, PlanInvoice
from tests.billing.clinic import DANA, balances
from tests.billing.histories.town import Town

Said = str | None


async def days_pass(town: Town) -> Said:
    """However often the clock ticks, it ticks once."""
    days = town.chance.choice((1, 1, 5, 31))
    town.clinic.forward(days=days)
    for repeated in (False, True):
        last = await InvoiceAdjustment.all().order_by("-id").first()
        for tick in (instalments, overdue, late_fees, archive):  # what a plan no longer holds becomes overdue
            await tick(town.practice, town.ports)
        fees = await InvoiceAdjustment.filter(id__gt=last.id if last else 0)
        assert not (repeated and fees)
        for fee in fees:
            town.book.bills[fee.invoice_id].balance += fee.amount_cents
    for invoice in await Invoice.filter(status="sent", plan_id=None):
        assert invoice.due_date
        assert invoice.due_date >= town.today(invoice.location)
    return f"{days} days pass"


async def waive(town: Town) -> Said:
    fees = await InvoiceAdjustment.filter(kind="late_fee").order_by("id")
    gone = {(row.invoice_id, row.period) for row in await InvoiceAdjustment.filter(kind="late_fee_waived")}
    owed = {invoice.id: invoice.balance_cents for invoice in await town.in_our_hands()}
    fine = [
        fee for fee in fees
        if (fee.invoice_id, fee.period) not in gone and owed.get(fee.invoice_id, 0) >= fee.amount_cents
    ]  # fmt: skip
    fee = town.pick(fine, fees)
    if fee is None:
        return None
    invoice = await Invoice.get(id=fee.invoice_id)
    await waive_late_fee(invoice, fee.period or 0, reason="Goodwill", actor=DANA, **town.known)
    town.book.bills[invoice.id].balance -= fee.amount_cents
    return f"a fee of {fee.amount_cents} on {invoice.number} is waived"


async def forgive(town: Town) -> Said:
    fine = [each for each in await town.chases(*CHASED) if await outstanding_cents(each.id)]
    chase = town.pick(fine, await town.chases())
    if chase is None:
        return None
    await forgives(town, chase, town.chance.choice((None, town.cents(max(1, await outstanding_cents(chase.id))))))
    return f"set {chase.id} is written off: {(await InvoiceSet.get(id=chase.id)).written_off_cents} by now"


async def forgives(town: Town, chase: InvoiceSet, amount: int | None) -> None:
    on = town.today(chase.location)
    cents = await write_off(chase, reason="Hardship", amount=amount, actor=DANA, now=town.now, on=on)
    mine = {invoice.id for invoice in await Invoice.filter(invoice_set_id=chase.id)}
    town.book.forgive(chase.id, [n for n in town.book.open_bills(chase.guarantor_id) if n in mine], cents)


async def bring_back(town: Town) -> Said:
    chase = town.pick(await that_can_be_brought_back(town))
    if chase is None:
        return None
    await undo_write_off(chase, actor=DANA, now=town.now, on=town.today(chase.location))
    town.book.bring_back(chase.id)
    return f"set {chase.id} is brought back"


async def that_can_be_brought_back(town: Town) -> list[InvoiceSet]:
    """A guarantor has one open set at a time."""
    found = await town.chases(*CHASED, "written_off")
    chased = {each.guarantor_id for each in found if each.status in CHASED}
    return [
        each for each in found
        if each.written_off_cents and (each.status in CHASED or each.guarantor_id not in chased)
    ]  # fmt: skip


async def forgive_and_regret(town: Town) -> Said:
    """Written off and brought back at once: everything is as it was."""
    fine = [each for each in await town.chases(*CHASED) if await outstanding_cents(each.id)]
    fine = [each for each in fine if not await WriteOff.filter(invoice_set_id=each.id, undone_at=None).exists()]
    chase = town.pick(fine)
    if chase is None:
        return None
    before, standing = await balances(), (chase.status, chase.written_off_cents)
    amount = town.chance.choice((None, max(1, await outstanding_cents(chase.id) // 2)))
    on = town.today(chase.location)
    await write_off(chase, reason="Slip", amount=amount, actor=DANA, now=town.now, on=on)
    await undo_write_off(await InvoiceSet.get(id=chase.id), actor=DANA, now=town.now, on=on)
    again = await InvoiceSet.get(id=chase.id)
    assert (await balances(), (again.status, again.written_off_cents)) == (before, standing)
    return f"set {chase.id} is written off and brought back at once"


async def agree(town: Town) -> Said:
    """A plan over everything that is on none; changed; cancelled."""
    payer = town.chance.choice(town.payers)
    plan = await PaymentPlan.filter(guarantor_id=payer.id, status__in=GOING).first()
    if plan is None:
        return await new_plan(town, payer.id)
    if town.chance.random() < 0.5:
        await cancel_plan(plan.id, reason="Other wishes", actor=DANA, now=town.now)
        return f"plan {plan.id} is cancelled"
    over = {row.invoice_id for row in await PlanInvoice.filter(plan_id=plan.id)}
    owed = town.book.owed(number for number in town.book.open_bills(payer.id) if number in over)
    if owed < 1_000:
        return None
    parts = monthly(owed, parts=3, first_on=town.today(plan.location), today=town.today(plan.location))
    await change_plan(plan.id, parts, actor=DANA, **town.known)
    return f"plan {plan.id} is changed"


async def new_plan(town: Town, payer: int) -> Said:
    ours = [invoice.id for invoice in await town.in_our_hands() if invoice.guarantor_id == payer]
    owed = town.book.owed(ours)
    if owed < 1_000 and not town.daring:
        return None
    place = next(each.location for each in town.payers if each.id == payer)
    first_on = town.today(place) + timedelta(days=town.chance.choice((0, 1, 10)))
    parts = monthly(max(owed, 1), parts=town.chance.randrange(1, 6), first_on=first_on, today=town.today(place))
    over = None if town.daring else ours
    plan = await make_plan(payer, parts, invoices=over, actor=DANA, **town.known)
    return f"plan {plan.id} over {owed}, from {first_on}"


async def hand_over(town: Town) -> Said:
    """To the agency, or back from it: neither moves any money."""
    before = await balances()
    if given := town.pick([each for each in await town.chases("collections") if not await another_is_open(each)]):
        await recall(given, actor=DANA, now=town.now)
        assert await balances() == before
        return f"set {given.id} is recalled"
    kept_to = {plan.guarantor_id for plan in await PaymentPlan.filter(status="active")}
    fine = [each for each in await town.chases(*CHASED) if await outstanding_cents(each.id)]
    chase = town.pick([each for each in fine if each.guarantor_id not in kept_to], await town.chases())
    if chase is None:
        return None
    await to_agency(chase, note="Three letters", actor=DANA, now=town.now)
    assert await balances() == before
    return f"set {chase.id} is handed over"


async def another_is_open(chase: InvoiceSet) -> bool:
    return await InvoiceSet.filter(guarantor_id=chase.guarantor_id, status__in=CHASED).exists()
