"""Late fees over time: repeated, caught up, capped, passed over while the practice itself waits, and waived."""

from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

from billing.audit import audit
from billing.invoices import void_invoice
from billing.late_fees import charge_late_fee, waive_late_fee
from domain.access import CLOCK, Actor
from domain.errors import Refusal
from domain.replies import DISPUTED
from domain.terms import LateFee
from models.chasing import InvoiceSet
from models.database import execute, read
from models.invoices import Invoice, InvoiceAdjustment
from models.money import Dispute
from models.people import Patient
from tests.billing.clinic import DANA, MIA, MONDAY, VERA, Clinic, everything, the_practice

MONTHLY = LateFee(after_days=10, flat_cents=1_500, every_days=30)
TENTH = LateFee(after_days=10, basis_points=1_000, every_days=10)


async def fee(clinic: Clinic, invoice: Invoice) -> int:
    return await charge_late_fee(invoice.id, practice=clinic.practice, actor=CLOCK, now=clinic.now)


async def late(clinic: Clinic, policy: LateFee, payer: Patient | None = None) -> Invoice:
    clinic.practice = the_practice(late_fee=policy)
    return await clinic.is_late_with(await clinic.bills(payer or await clinic.patient()))


def after(clinic: Clinic, invoice: Invoice, days: int) -> None:
    assert invoice.due_date
    clinic.forward(days=(invoice.due_date + timedelta(days=days) - clinic.today).days)


async def waives(clinic: Clinic, invoice: Invoice, period: int, actor: Actor = MIA) -> int:
    return await waive_late_fee(
        invoice, period, practice=clinic.practice, reason="Goodwill", actor=actor, now=clinic.now
    )


async def fees() -> list[tuple[int, int]]:
    rows = await InvoiceAdjustment.all().order_by("id").values_list("period", "amount_cents")
    return [(int(str(period)), int(str(cents))) for period, cents in rows]


async def test_a_fee_comes_again_each_time_so_many_days_have_passed(clinic: Clinic) -> None:
    invoice = await late(clinic, MONTHLY)
    charged = []
    for day in range(1, 75):
        after(clinic, invoice, day)
        charged += [day] if await fee(clinic, invoice) else []
    assert charged == [10, 40, 70]
    assert await fees() == [(1, 1_500), (2, 1_500), (3, 1_500)]
    assert (await Invoice.get()).balance_cents == 12_500 + 4_500
    assert await audit(full=True) == []


async def test_an_outage_costs_the_patient_what_a_running_clock_would_have(clinic: Clinic) -> None:
    maria = await clinic.patient()
    invoice = await late(clinic, TENTH, maria)
    after(clinic, invoice, 15)
    await clinic.is_paid(maria, 2_500)
    after(clinic, invoice, 32)
    assert await fee(clinic, invoice) == 1_250 + 1_125 + 1_238
    assert await fees() == [(1, 1_250), (2, 1_125), (3, 1_238)]  # of 12,500; of 11,250; of 12,375 half-even
    assert await fee(clinic, invoice) == 0
    assert await audit(full=True) == []


async def test_what_is_paid_on_the_fee_s_day_counts_for_the_next_one(clinic: Clinic) -> None:
    maria = await clinic.patient()
    invoice = await late(clinic, TENTH, maria)
    after(clinic, invoice, 10)
    await clinic.is_paid(maria, 2_500)
    assert await fee(clinic, invoice) == 1_250
    after(clinic, invoice, 20)
    assert await fee(clinic, invoice) == 1_125


async def test_a_clock_that_ticks_daily_charges_the_same(clinic: Clinic) -> None:
    maria = await clinic.patient()
    invoice = await late(clinic, TENTH, maria)
    for day in range(1, 33):
        after(clinic, invoice, day)
        if day == 15:
            await clinic.is_paid(maria, 2_500)
        await fee(clinic, invoice)
    assert await fees() == [(1, 1_250), (2, 1_125), (3, 1_238)]


async def test_what_is_found_late_after_an_outage_bears_all_its_fees_at_once(clinic: Clinic) -> None:
    clinic.practice = the_practice(late_fee=MONTHLY)
    invoice = await clinic.bills(await clinic.patient())
    clinic.now = MONDAY + timedelta(days=30 + 45)
    found = await clinic.is_late_with(invoice)
    assert (found.balance_cents, found.fee_periods) == (15_500, 2)
    assert found.next_fee_on == invoice.due_date + timedelta(days=70)  # type: ignore[operator]


async def test_all_fees_together_stay_under_the_cap_even_after_one_was_waived(clinic: Clinic) -> None:
    invoice = await late(clinic, LateFee(after_days=1, flat_cents=1_500, every_days=10, cap_cents=4_000))
    after(clinic, invoice, 25)
    await fee(clinic, invoice)
    await waives(clinic, invoice, 1)
    after(clinic, invoice, 95)
    assert await fee(clinic, invoice) == 0
    assert await fees() == [(1, 1_500), (2, 1_500), (3, 1_000), (1, -1_500)]
    assert (await Invoice.get()).next_fee_on is None


async def test_grace_lets_who_pays_in_time_go_free(clinic: Clinic) -> None:
    maria = await clinic.patient()
    graceful = LateFee(after_days=10, flat_cents=1_500, grace_days=5)
    paid, unpaid = await late(clinic, graceful, maria), await late(clinic, graceful)
    after(clinic, paid, 14)
    await clinic.is_paid(maria, 12_500, invoice_first=paid.id)
    assert [await fee(clinic, each) for each in (paid, unpaid)] == [0, 0]
    after(clinic, unpaid, 15)
    assert [await fee(clinic, each) for each in (paid, unpaid)] == [0, 1_500]


async def test_fees_that_fall_due_while_the_practice_waits_are_passed_over_for_good(clinic: Clinic) -> None:
    maria = await clinic.patient()
    for wait in ("plan", "collections", "dispute", "words"):
        invoice = await late(clinic, MONTHLY, maria)
        chased = await clinic.chases(invoice)
        after(clinic, invoice, 12)
        assert await fee(clinic, invoice) == 1_500
        if wait == "plan":
            await Invoice.filter(id=invoice.id).update(plan_id=7)
        elif wait == "collections":
            await InvoiceSet.filter(id=chased.id).update(status="collections")
        elif wait == "words":
            until = clinic.now + timedelta(days=70)
            await InvoiceSet.filter(id=chased.id).update(hold_reason=DISPUTED, held_until=until)
        else:
            payment = await clinic.is_paid(maria, 100, invoice_first=invoice.id)
            dispute = await Dispute.create(
                payment=payment, processor_id="dp_1", amount_cents=100, status="open", opened_at=clinic.now
            )
        after(clinic, invoice, 75)
        assert await fee(clinic, invoice) == 0
        await Invoice.filter(id=invoice.id).update(plan_id=None)
        await InvoiceSet.filter(id=chased.id).update(status="active", hold_reason=None, held_until=None)
        if wait == "dispute":
            await Dispute.filter(id=dispute.id).update(status="won")
        after(clinic, invoice, 99)
        assert await fee(clinic, invoice) == 0
        after(clinic, invoice, 100)
        assert await fee(clinic, invoice) == 1_500
        assert (await Invoice.get(id=invoice.id)).fee_periods == 4
        await clinic.is_paid(maria, (await Invoice.get(id=invoice.id)).balance_cents, invoice_first=invoice.id)
        await InvoiceSet.filter(id=chased.id).update(status="paid")


async def test_a_waived_fee_is_taken_off_the_balance_and_the_books_and_not_charged_again(clinic: Clinic) -> None:
    invoice = await late(clinic, MONTHLY)
    after(clinic, invoice, 45)
    await fee(clinic, invoice)
    assert await waives(clinic, invoice, 1) == 1_500
    assert await fee(clinic, invoice) == 0
    assert (await Invoice.get()).balance_cents == 14_000
    [row] = await InvoiceAdjustment.filter(kind="late_fee_waived")
    assert (row.period, row.amount_cents, row.reason) == (1, -1_500, "Goodwill")
    [booked] = await read("SELECT debit, credit, amount_cents FROM ledger_entry WHERE act = 'waive_late_fee'")
    assert tuple(dict(booked).values()) == ("late_fees", "receivable", 1_500)
    assert await audit(full=True) == []


async def test_an_invoice_that_owed_nothing_but_its_fee_is_paid_once_that_is_waived(clinic: Clinic) -> None:
    maria = await clinic.patient()
    invoice = await late(clinic, LateFee(flat_cents=1_500), maria)
    await clinic.is_paid(maria, 12_500)
    await waives(clinic, invoice, 1)
    found = await Invoice.get()
    assert (found.status, found.balance_cents, found.total_cents) == ("paid", 0, 12_500)
    assert await audit(full=True) == []


async def test_what_cannot_be_waived_is_refused_and_changes_nothing(clinic: Clinic) -> None:
    maria = await clinic.patient()
    invoice = await late(clinic, MONTHLY, maria)
    after(clinic, invoice, 45)
    await fee(clinic, invoice)
    await waives(clinic, invoice, 1)
    await clinic.is_paid(maria, 13_000)
    before = await everything()
    for period, actor, words in (
        (1, MIA, "waived already"),
        (2, MIA, r"Only \$10\.00 of INV-1001 is still owed"),
        (3, MIA, "has no late fee 3"),
        (2, VERA, "needs the role biller"),
    ):
        with pytest.raises(Refusal, match=words):
            await waives(clinic, invoice, period, actor)
    assert await everything() == before


async def test_a_void_bill_takes_back_the_fees_that_stand(clinic: Clinic) -> None:
    invoice = await late(clinic, MONTHLY)
    after(clinic, invoice, 45)
    await fee(clinic, invoice)
    await waives(clinic, invoice, 2)
    await void_invoice(invoice, reason="Wrong", actor=DANA, now=clinic.now, on=clinic.today)
    sql = "SELECT SUM(CASE WHEN credit = $1 THEN amount_cents ELSE -amount_cents END) AS cents FROM ledger_entry"
    for account in ("late_fees", "revenue"):
        [row] = await read(f"{sql} WHERE credit = $1 OR debit = $1", [account])
        assert int(row["cents"]) == 0
    assert await fee(clinic, invoice) == 0
    assert await audit(full=True) == []


async def test_the_database_takes_one_fee_a_period(clinic: Clinic) -> None:
    await late(clinic, LateFee(flat_cents=1_500))
    with pytest.raises(IntegrityError):
        await execute(
            "INSERT INTO invoice_adjustment (invoice_id, kind, period, description, amount_cents, reason, at)"
            " SELECT invoice_id, kind, period, description, amount_cents, reason, at FROM invoice_adjustment"
        )


async def test_a_policy_holds_for_what_becomes_overdue_under_it(clinic: Clinic) -> None:
    clinic.practice = the_practice(late_fee=None)
    invoice = await clinic.is_late_with(await clinic.bills(await clinic.patient()))
    assert (await Invoice.get()).next_fee_on is None
    clinic.practice = the_practice(late_fee=LateFee(after_days=1, flat_cents=1_500))
    assert (await Invoice.filter(next_fee_on__lte=clinic.today).count(), invoice.balance_cents) == (0, 12_500)
