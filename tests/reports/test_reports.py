"""Every report: true to the ledger to the cent, of the locations that were asked for, and alike on both databases."""

from datetime import date, timedelta

import pytest

from billing.cancels import cancel_payment
from billing.cash_register import close_day, open_day
from billing.refunds import refund_payment
from billing.write_offs import undo_write_off, write_off
from domain.periods import Period
from models.chasing import InvoiceSet
from models.database import read
from reports.registry import REPORTS
from reports.report import Asked, Report, Row, to_csv
from tests.billing.clinic import DANA, Clinic

ALWAYS = Period(date(2026, 1, 1), date(2026, 12, 31))
HERE = ("downtown", "northside", "lakeside")


async def rows(name: str, period: Period = ALWAYS, places: tuple[str, ...] = HERE) -> list[Row]:
    return await REPORTS[name].rows(Asked(period, places, "USD"))


async def total(name: str, column: str, period: Period = ALWAYS, places: tuple[str, ...] = HERE) -> int:
    return int(REPORTS[name].totals(await rows(name, period, places))[column] or 0)


async def ledger(account: str) -> int:
    """What moved on an account, debits above zero."""
    sql = "SELECT SUM(CASE WHEN debit = $1 THEN amount_cents ELSE -amount_cents END) AS cents FROM ledger_entry"
    [row] = await read(f"{sql} WHERE debit = $1 OR credit = $1", [account])
    return int(row["cents"] or 0)


@pytest.fixture
async def busy(clinic: Clinic) -> Clinic:
    """A month with something of everything, in two clinics."""
    maria, ana = await clinic.patient(), await clinic.patient("ana", location="northside")
    await open_day("downtown", float_cents=5_000, practice=clinic.practice, actor=DANA, now=clinic.now)
    for patient in (maria, ana):
        await clinic.bills(patient, "exam", "xray")
    paid = await clinic.is_paid(maria, 30_000, method="cash", reference="R-1", group="Monday")
    await refund_payment(paid.id, amount=2_500, reason="Too much", practice=clinic.practice, actor=DANA, now=clinic.now)
    slip = await clinic.is_paid(ana, 1_000, location="northside")
    await cancel_payment(slip.id, reason="Slip", practice=clinic.practice, actor=DANA, now=clinic.now)
    late = await clinic.late_set(maria, ("exam",), ("gauze",))
    held = await InvoiceSet.get(id=late.id)
    await write_off(held, reason="Hardship", amount=3_000, actor=DANA, now=clinic.now, on=clinic.today)
    await undo_write_off(await InvoiceSet.get(id=late.id), actor=DANA, now=clinic.now, on=clinic.today)
    await write_off(
        await InvoiceSet.get(id=late.id), reason="Hardship", amount=1_000, actor=DANA, now=clinic.now, on=clinic.today
    )
    return clinic


@pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.name)
async def test_every_report_gives_its_columns_with_something_in_them(busy: Clinic, report: Report) -> None:
    if report.name == "unbilled":
        busy.practice = busy.practice
        await busy.sees(await busy.patient("tom"))
    found = await report.rows(Asked(ALWAYS, HERE, "USD"))
    assert found or report.name in ("tax", "unbilled")
    for row in found:
        assert list(row.keys()) == [column.name for column in report.columns]
        for column in report.columns:
            kind = int if column.kind in ("money", "count") else str
            assert isinstance(row[column.name], kind), (column.name, row[column.name])
            if column.kind == "date":
                assert date.fromisoformat(str(row[column.name]))
    assert to_csv(report, found).count("\n") == len(found) + 1


async def test_payments_come_to_what_moved_on_the_cash_account(busy: Clinic) -> None:
    assert await total("payments", "amount") == await ledger("cash") == 27_500
    assert await total("payments", "amount", places=("northside",)) == 0
    assert [row["what"] for row in await rows("payments", places=("northside",))] == ["Payment", "Cancelled"]
    assert await total("refunds", "amount") == 2_500


async def test_invoices_and_ageing_come_to_the_receivable(busy: Clinic) -> None:
    today = Period(busy.today, busy.today)
    assert await total("invoices", "balance") == await total("ageing", "total", today) == await ledger("receivable")


async def test_write_offs_and_late_fees_come_to_their_accounts(busy: Clinic) -> None:
    assert await total("write-offs", "amount") == await ledger("bad_debt") == 1_000
    assert await total("late-fees", "amount") == -await ledger("late_fees") > 0


async def test_procedures_and_providers_say_the_same_of_the_same_work(busy: Clinic) -> None:
    for column in ("amount", "billed"):
        assert await total("procedures", column) == await total("providers", column) > 0
    assert await total("procedures", "amount", places=("lakeside",)) == 0


async def test_a_period_without_anything_and_no_location_are_empty(busy: Clinic) -> None:
    before = Period(date(2020, 1, 1), date(2020, 1, 2))
    for name, report in REPORTS.items():
        assert await rows(name, places=()) == []
        if report.covers == "period":
            assert await rows(name, before) == []


async def test_the_cash_sheet_shows_the_day_as_it_was_closed(clinic: Clinic) -> None:
    day = await open_day("downtown", float_cents=5_000, practice=clinic.practice, actor=DANA, now=clinic.now)
    await clinic.is_paid(await clinic.patient(), 700, method="cash")
    await close_day(
        day.id, counted={5_000: 1, 500: 1}, note="Two dollars", practice=clinic.practice, actor=DANA, now=clinic.now
    )
    clinic.forward(days=1)
    [row] = await rows("cash")
    assert (row["expected"], row["counted"], row["difference"], row["note"]) == (5_700, 5_500, -200, "Two dollars")
    assert await rows("cash", Period(clinic.today, clinic.today + timedelta(days=1))) == []
