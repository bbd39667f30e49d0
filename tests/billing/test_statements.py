"""Statements agree with the ledger to the cent, chain, and fall due once."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from billing.audit import audit
from billing.cancels import cancel_payment
from billing.credit import apply_credit
from billing.late_fees import waive_late_fee
from billing.refunds import refund_payment
from billing.statements import make_statement, owing, statement
from billing.write_offs import undo_write_off, write_off
from domain.errors import Refusal
from domain.periods import Period
from domain.statement import Billed
from domain.terms import Statements
from models.chasing import InvoiceSet
from models.database import day, execute, read
from models.invoices import Invoice
from models.money import Payment
from models.people import Patient
from models.record import Event
from models.statements import DueStatement
from tests.billing.clinic import DANA, MIA, Clinic, everything

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
APRIL = Period(date(2026, 4, 1), date(2026, 4, 30))


async def test_a_statement_says_everything_of_its_period_in_order(clinic: Clinic) -> None:
    maria = await clinic.patient()
    child = await clinic.patient("leo", guarantor="maria")
    await clinic.bills(maria)
    clinic.forward(days=2)
    await clinic.bills(child, "xray")
    await clinic.is_paid(maria, 30_000, method="cash")
    clinic.forward(days=1)
    await refund_payment(1, amount=1_000, reason="Too much", practice=clinic.practice, actor=MIA, now=clinic.now)
    found = await statement(maria.id, MARCH)
    assert [(line.act, line.amount_cents, line.invoice, line.method) for line in found.lines] == [
        ("issue", 12_500, "INV-1001", None),
        ("issue", 8_000, "INV-1002", None),
        ("payment", -30_000, None, "cash"),
        ("refund", 1_000, None, "cash"),
    ]
    assert (found.opening_cents, found.owed_cents, found.credit_cents, found.closing_cents) == (0, 0, 8_500, -8_500)
    assert found.billed == (Billed("maria", 12_500), Billed("leo", 8_000))
    april = await statement(maria.id, APRIL)
    assert (april.opening_cents, april.lines, april.closing_cents) == (-8_500, (), -8_500)


async def test_the_same_done_twice_on_a_day_is_two_lines(clinic: Clinic) -> None:
    maria = await clinic.patient()
    payment = await clinic.is_paid(maria, 5_000)
    for _ in range(2):
        clinic.forward(minutes=5)
        await refund_payment(
            payment.id, amount=1_000, reason="Too much", practice=clinic.practice, actor=MIA, now=clinic.now
        )
    assert [line.amount_cents for line in (await statement(maria.id, MARCH)).lines] == [-5_000, 1_000, 1_000]


async def test_fees_and_write_offs_are_lines_and_ageing_is_as_of_the_last_day(clinic: Clinic) -> None:
    maria = await clinic.patient()
    chased = await clinic.late_set(maria)
    how = {"actor": DANA, "now": clinic.now}
    await write_off(chased, reason="Goodwill", amount=2_000, on=clinic.today, **how)
    march, april = await statement(maria.id, MARCH), await statement(maria.id, APRIL)
    assert (march.closing_cents, march.ageing_cents) == (12_500, (12_500, 0, 0, 0))
    assert [(line.act, line.amount_cents) for line in april.lines] == [("late_fee", 1_500), ("write_off", -2_000)]
    assert (april.closing_cents, april.ageing_cents) == (12_000, (0, 12_000, 0, 0))


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_statements_chain_and_agree_with_the_ledger(clinic: Clinic, seed: int) -> None:
    dice = random.Random(seed)
    maria, ana = await clinic.patient(), await clinic.patient("ana")
    begins = clinic.today
    for _ in range(25):
        clinic.forward(days=dice.randint(0, 6))
        await _something(clinic, dice, dice.choice((maria, ana)))
    for who in (maria, ana):
        closing, first = 0, begins
        while first <= clinic.today:
            last = first + timedelta(days=dice.randint(0, 40))
            found = await statement(who.id, Period(first, last))
            assert found.opening_cents == closing
            closing = found.opening_cents + sum(line.amount_cents for line in found.lines)
            assert closing == found.closing_cents
            assert sum(found.ageing_cents) == found.owed_cents
            first = last + timedelta(days=1)
        owed = sum(i.balance_cents for i in await Invoice.filter(guarantor_id=who.id).exclude(status="draft"))
        assert closing == owed - (await Patient.get(id=who.id)).credit_cents
        [ledger] = await read(
            "SELECT COALESCE(SUM(CASE WHEN debit IN ('receivable', 'credit') THEN amount_cents ELSE 0 END"
            " - CASE WHEN credit IN ('receivable', 'credit') THEN amount_cents ELSE 0 END), 0) AS cents"
            " FROM ledger_entry WHERE guarantor_id = $1",
            [who.id],
        )
        assert closing == int(ledger["cents"])
    assert await audit() == []


async def _something(clinic: Clinic, dice: random.Random, who: Patient) -> None:  # noqa: C901  # a line for each verb
    how = {"practice": clinic.practice, "actor": MIA, "now": clinic.now}
    late = await Invoice.filter(guarantor_id=who.id, status__in=("sent", "overdue")).order_by("id").first()
    payment = await Payment.filter(guarantor_id=who.id).order_by("-id").first()
    open_set = await InvoiceSet.filter(guarantor_id=who.id, status__in=("active", "written_off")).first()
    try:
        match dice.randint(0, 7):
            case 0 | 1:
                await clinic.bills(who, dice.choice(("exam", "xray", "odd")))
            case 2:
                await clinic.is_paid(who, dice.randint(1, 20_000))
            case 3 if payment:
                amount, then = dice.randint(1, payment.amount_cents), dice.choice(("settled", "reopen", None))
                await refund_payment(payment.id, amount=amount, reason="x", disposition=then, **how)  # type: ignore[arg-type]
            case 4 if payment:
                await cancel_payment(payment.id, reason="x", **how)
            case 5 if late:
                await clinic.chases(await clinic.is_late_with(late) if late.status == "sent" else late)
                if dice.random() < 0.5:
                    await waive_late_fee(late, 1, reason="x", **how)
            case 6:
                await apply_credit(who.id, **how)
            case 7 if open_set:
                moved = {"actor": MIA, "now": clinic.now, "on": clinic.today}
                if open_set.status == "written_off":
                    await undo_write_off(open_set, **moved)
                else:
                    await write_off(open_set, reason="x", amount=dice.choice((None, 500)), **moved)
    except Refusal:
        pass


def monthly(clinic: Clinic, **rules: int) -> None:
    clinic.practice = replace(clinic.practice, statements=Statements(**rules))


async def ticks(clinic: Clinic) -> list[DueStatement | None]:
    found = [(who, last) async for who, last in owing("downtown", practice=clinic.practice, now=clinic.now)]
    return [await make_statement(who, last, practice=clinic.practice, now=clinic.now) for who, last in found]


async def test_statements_fall_due_once_a_month_and_an_outage_is_one_statement(clinic: Clinic) -> None:
    monthly(clinic)
    maria = await clinic.patient()
    await clinic.bills(maria)
    assert await ticks(clinic) == [], "March is not over"
    clinic.forward(days=30)
    [first] = await ticks(clinic)
    assert first
    assert (first.first_on, first.last_on, first.owed_cents) == (
        date(2026, 3, 2),
        MARCH.last,
        12_500,
    )
    assert await ticks(clinic) == []
    clinic.forward(days=100)
    await clinic.is_paid(maria, 500)
    [next_one] = await ticks(clinic)
    assert next_one
    assert (next_one.first_on, next_one.last_on, next_one.opening_cents) == (
        date(2026, 4, 1),
        date(2026, 6, 30),
        12_500,
    )
    assert await make_statement(maria.id, MARCH.last, practice=clinic.practice, now=clinic.now) is None
    told = await Event.filter(kind="statement.due").order_by("seq")
    assert [event.after["to"] for event in told] == ["2026-03-31", "2026-06-30"]
    assert await audit(full=True) == []


async def test_nobody_who_owes_less_than_the_minimum_gets_one(clinic: Clinic) -> None:
    monthly(clinic, minimum_cents=9_000)
    maria, ana, ali = await clinic.patient(), await clinic.patient("ana"), await clinic.patient("ali")
    await clinic.bills(maria, "xray")
    await clinic.is_paid(ana, 5_000)
    await clinic.bills(ana)
    clinic.forward(days=30)
    assert await ticks(clinic) == [None], "ana owes 12,500 and has 5,000 of credit"
    await clinic.bills(ali)
    assert await ticks(clinic) == [None], "what was billed in April is not March's"
    clinic.forward(days=30)
    assert [row.guarantor_id for row in await ticks(clinic) if row] == [ali.id]


async def test_a_month_is_over_when_it_is_over_at_every_location(clinic: Clinic) -> None:
    monthly(clinic)
    await clinic.bills(await clinic.patient())
    clinic.now = datetime(2026, 4, 1, 4, 30, tzinfo=UTC)
    assert await ticks(clinic) == [], "at the lake it is still March"
    clinic.forward(hours=1)
    assert len(await ticks(clinic)) == 1


async def test_without_statements_in_the_practice_none_fall_due(clinic: Clinic) -> None:
    clinic.practice = replace(clinic.practice, statements=None)
    await clinic.bills(await clinic.patient())
    clinic.forward(days=60)
    before = await everything()
    assert await ticks(clinic) == []
    assert await everything() == before


async def test_the_audit_finds_a_statement_that_the_ledger_no_longer_bears_out(clinic: Clinic) -> None:
    monthly(clinic)
    await clinic.bills(await clinic.patient())
    clinic.forward(days=30)
    await ticks(clinic)
    await execute(
        "INSERT INTO ledger_entry (act, booked_on, at, debit, credit, amount_cents, guarantor_id, invoice_id, location)"
        " VALUES ('late_fee', $1, $2, 'receivable', 'late_fees', 5, 1, 1, 'downtown')",
        [day("2026-03-05"), clinic.now],
    )
    assert "statements" in {finding.check for finding in await audit()}
