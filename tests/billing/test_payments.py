"""Money that comes in: once, oldest bill first, and never more on a bill than it owes."""

import asyncio
from datetime import date, timedelta

import pytest

from billing.audit import audit
from billing.payments import METHODS, MoneyIn, record_payment
from domain.access import patient, vendor
from domain.errors import Refusal
from domain.money import MOST_CENTS
from models.money import Payment, PaymentShare
from models.people import Patient
from tests.billing.clinic import DANA, VERA, Clinic, balances, everything


async def credit_of(patient: Patient) -> int:
    return (await Patient.get(id=patient.id)).credit_cents


async def test_a_payment_falls_on_the_oldest_bill_first(clinic: Clinic) -> None:
    maria = await clinic.patient()
    for codes in (("exam",), ("xray",), ("gauze",)):
        await clinic.bills(maria, *codes)
        clinic.forward(days=1)
    await clinic.is_paid(maria, 12_500 + 3_000)
    assert await balances() == {"INV-1001": ("paid", 0), "INV-1002": ("sent", 5_000), "INV-1003": ("sent", 450)}
    await clinic.is_paid(maria, 5_449)
    assert await balances() == {"INV-1001": ("paid", 0), "INV-1002": ("paid", 0), "INV-1003": ("sent", 1)}


async def test_oldest_is_what_is_due_first_whatever_was_sent_first(clinic: Clinic) -> None:
    maria = await clinic.patient()
    drafts = [await clinic.sees(maria), await clinic.sees(maria)]
    for draft, days in zip(drafts, (30, 10), strict=True):
        draft.due_date = clinic.today + timedelta(days=days)
        await draft.save(update_fields=["due_date"])
        await clinic.sends(draft)
    await clinic.is_paid(maria, 12_500)
    assert await balances() == {"INV-1001": ("sent", 12_500), "INV-1002": ("paid", 0)}


async def test_a_chosen_bill_comes_first_and_the_rest_falls_on_the_oldest(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    chosen = await clinic.bills(maria, "xray")
    await clinic.is_paid(maria, 9_000, invoice_first=chosen.id)
    assert await balances() == {"INV-1001": ("sent", 11_500), "INV-1002": ("paid", 0)}


async def test_what_is_left_over_is_credit_and_no_bill_is_below_zero(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    await clinic.is_paid(maria, 20_000)
    await clinic.is_paid(maria, 5)
    assert await balances() == {"INV-1001": ("paid", 0)}
    assert await credit_of(maria) == 7_505
    assert await PaymentShare.all().values_list("amount_cents", flat=True) == [12_500]


async def test_drafts_and_other_people_s_bills_are_not_paid(clinic: Clinic) -> None:
    maria, ana = await clinic.patient(), await clinic.patient("ana")
    draft = await clinic.sees(maria)
    other = await clinic.bills(ana)
    before = await everything()
    for invoice, code in ((draft, "not_payable"), (other, "not_found")):
        with pytest.raises(Refusal) as refused:
            await clinic.is_paid(maria, 100, invoice_first=invoice.id)
        assert refused.value.code == code
    assert await everything() == before


async def test_a_processor_s_payment_told_twice_is_recorded_once(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    money = MoneyIn(
        guarantor=maria.id, amount_cents=5_000, currency="USD", method="card", on=clinic.today, processor="stripe",
        processor_id="pi_1",
    )  # fmt: skip
    told = await asyncio.gather(
        *(record_payment(money, practice=clinic.practice, actor=vendor("stripe"), now=clinic.now) for _ in range(5)),
        return_exceptions=True,
    )
    assert [answer[1] for answer in told if isinstance(answer, tuple)].count(True) == 1
    assert {answer.code for answer in told if isinstance(answer, Refusal)} <= {"payment_known"}
    payment, new = await record_payment(money, practice=clinic.practice, actor=vendor("stripe"), now=clinic.now)
    assert (payment.amount_cents, new, await Payment.all().count()) == (5_000, False, 1)
    assert await balances() == {"INV-1001": ("sent", 7_500)}
    assert await audit(full=True) == []


async def test_payments_at_once_never_pay_a_bill_twice(clinic: Clinic) -> None:
    maria = await clinic.patient()
    for _ in range(2):
        await clinic.bills(maria)
    await asyncio.gather(*(clinic.is_paid(maria, 6_000) for _ in range(5)))
    assert await balances() == {"INV-1001": ("paid", 0), "INV-1002": ("paid", 0)}
    assert await credit_of(maria) == 5_000
    assert await audit(full=True) == []


WRONG = (
    ({"amount_cents": 0}, "amount_cents"),
    ({"amount_cents": -1}, "amount_cents"),
    ({"amount_cents": MOST_CENTS + 1}, "amount_cents"),
    ({"method": "gold"}, "method"),
    ({"on": date(2026, 3, 4)}, "date"),
    ({"on": date(1066, 10, 14)}, "date"),
    ({"guarantor": 9_999}, None),
)


async def test_what_is_no_payment_changes_nothing(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    before = await everything()
    for wrong, field in WRONG:
        known = {"guarantor": maria.id, "amount_cents": 100, "currency": "USD", "method": "cash", "on": clinic.today}
        with pytest.raises(Refusal) as refused:
            await record_payment(MoneyIn(**(known | wrong)), practice=clinic.practice, actor=DANA, now=clinic.now)  # type: ignore[arg-type]
        assert refused.value.field == field, wrong
    with pytest.raises(Refusal, match="needs the role biller"):
        await clinic.is_paid(maria, 100, actor=VERA)
    assert await everything() == before


async def test_every_way_to_pay_is_booked_alike(clinic: Clinic) -> None:
    maria = await clinic.patient()
    for method in METHODS:
        await clinic.is_paid(maria, 100, method=method, on=clinic.today - timedelta(days=400))
    assert await credit_of(maria) == 100 * len(METHODS)


async def test_who_pays_for_themselves_needs_no_role(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.is_paid(maria, 100, actor=patient(maria.id))
    assert await credit_of(maria) == 100
