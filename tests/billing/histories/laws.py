"""What is true after every step, whatever was done."""

from collections import Counter, defaultdict

from billing.audit import audit
from domain.invoice import OPEN
from domain.ledger import Account
from domain.periods import Period
from domain.plan import GOING
from models.by_hand import rows_of
from models.care import Charge
from models.cash import CashDay
from models.chasing import InvoiceSet
from models.database import read
from models.invoices import Invoice, InvoiceLine
from models.money import Payment
from models.people import Patient
from models.plans import PaymentPlan, PlanInvoice
from models.stock import Product
from reports.ageing import AGEING
from reports.report import Asked
from tests.billing.histories.town import Town

BOOKED = """
    SELECT account, SUM(cents) AS cents FROM (
        SELECT debit AS account, amount_cents AS cents FROM ledger_entry
        UNION ALL SELECT credit, -amount_cents FROM ledger_entry) AS sides GROUP BY account
"""
PLACES = ("downtown", "lakeside")


async def hold(town: Town) -> None:
    assert await audit() == []
    await bills_are_as_restated(town)
    await accounts_are_as_restated(town)
    await payments_are_as_restated(town)
    await charges_are_billed_once(town)
    await ages_add_up(town)
    for product in await Product.all():
        assert product.stock_thousandths == town.book.shelf[product.code]
    for day in await CashDay.filter(status="closed"):
        assert day.expected_cents == day.float_cents + day.payments_cents - day.refunds_cents + (
            day.paid_in_cents - day.paid_out_cents
        )


async def bills_are_as_restated(town: Town) -> None:
    invoices = await Invoice.exclude(status="draft").order_by("id")
    found = {invoice.id: invoice.balance_cents for invoice in invoices}
    assert found == {number: bill.balance for number, bill in town.book.bills.items()}
    for invoice in invoices:
        assert (invoice.balance_cents > 0) == (invoice.status in OPEN), (invoice.number, invoice.status)
    assert ([invoice.number for invoice in invoices if invoice.number] and not invoices) or True
    numbers = sorted(invoice.number or "" for invoice in invoices)
    assert numbers == [f"INV-{1001 + place}" for place in range(len(numbers))]


async def accounts_are_as_restated(town: Town) -> None:
    booked = defaultdict(int, {row["account"]: int(row["cents"]) for row in await read(BOOKED)})
    moneys = town.book.moneys.values()
    assert sum(booked.values()) == 0
    assert booked[Account.RECEIVABLE] == sum(bill.balance for bill in town.book.bills.values())
    assert booked[Account.CREDIT] == -sum(money.loose for money in moneys)
    assert booked[Account.CASH] == sum(money.cents - money.gone - money.disputed for money in moneys)
    assert booked[Account.DISPUTED] == sum(money.disputed for money in moneys)
    assert booked[Account.BAD_DEBT] == sum(each.left for each in town.book.forgiven)
    for payer in await rows_of(Patient, id__in=[payer.id for payer in town.payers]):
        assert payer.credit_cents == town.book.credit(payer.id)


async def payments_are_as_restated(town: Town) -> None:
    found = {p.id: (p.amount_cents, p.unapplied_cents, p.returned_cents) for p in await Payment.all()}
    assert found == {n: (money.cents, money.loose, money.gone) for n, money in town.book.moneys.items()}
    left: Counter[int] = Counter()
    for each in town.book.forgiven:
        left[each.chase] += each.left
    for chase in await InvoiceSet.all():
        assert chase.written_off_cents == left[chase.id], chase.id
    for plan in await rows_of(PaymentPlan, status__in=GOING):
        over = [row.invoice_id for row in await rows_of(PlanInvoice, plan_id=plan.id)]
        assert town.book.owed(over) > 0, f"plan {plan.id} goes on over nothing"


async def charges_are_billed_once(town: Town) -> None:
    charges = await Charge.all()
    assert sum(charge.amount_cents for charge in charges if charge.claim_id is None) == town.book.seen_cents
    lines = await rows_of(InvoiceLine, charge_id__not=None)
    billed = Counter((line.charge_id, line.invoice_id) for line in lines)
    assert billed == Counter((charge.id, charge.invoice_id) for charge in charges if charge.invoice_id)
    void = {invoice.id for invoice in await rows_of(Invoice, voided_at__not=None)}
    assert not void & {charge.invoice_id for charge in charges}


async def ages_add_up(town: Town) -> None:
    """Guarantors' figures come to the balances; and a past day's are those of that day."""
    for place in PLACES:
        today = town.today(place)
        rows = town.ages[place, today] = await AGEING.rows(Asked(Period(today, today), (place,), "USD"))
        owed = sum(invoice.balance_cents for invoice in await rows_of(Invoice, location=place, status__in=OPEN))
        assert AGEING.totals(rows).get("total", 0) == owed
    for place, day in town.chance.sample(sorted(town.ages), k=min(2, len(town.ages))):
        await was_as_it_was(town, place, day)


async def was_as_it_was(town: Town, place: str, day) -> None:
    was, found = town.ages[place, day], await AGEING.rows(Asked(Period(day, day), (place,), "USD"))
    assert AGEING.totals(found) == AGEING.totals(was), f"{place} on {day}"
    assert town.merged or found == was, f"{place} on {day}"


async def hold_in_the_end(town: Town) -> None:
    assert await audit(full=True) == []
    for place, day in town.ages:
        await was_as_it_was(town, place, day)
