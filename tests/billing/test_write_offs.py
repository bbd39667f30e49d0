"""Writing off, whole or in part, and bringing it back exactly, whatever has happened in between."""

import asyncio

import pytest

from billing.audit import audit
from billing.cancels import cancel_payment
from billing.invoices import void_invoice
from billing.write_offs import outstanding_cents, undo_write_off, write_off
from domain.access import Actor
from domain.errors import Refusal
from domain.invoice_set import CHASED
from models.chasing import InvoiceSet
from models.invoices import Invoice
from models.money import WriteOff
from models.people import Patient
from outreach.enrol import settle_if_nothing_is_owed
from outreach.reopening import wait_for_staff
from tests.billing.clinic import DANA, VERA, Clinic, balances, everything

TWO = (("exam",), ("xray",))
"""14,000 and 9,500 cents with their late fees."""


async def forgives(clinic: Clinic, chased: InvoiceSet, amount: int | None = None, actor: Actor = DANA) -> int:
    chased = await InvoiceSet.get(id=chased.id)
    return await write_off(chased, reason="Hardship", amount=amount, actor=actor, now=clinic.now, on=clinic.today)


async def brings_back(clinic: Clinic, chased: InvoiceSet, actor: Actor = DANA) -> int:
    chased = await InvoiceSet.get(id=chased.id)
    return await undo_write_off(chased, actor=actor, now=clinic.now, on=clinic.today)


async def standing(chased: InvoiceSet) -> tuple[str, int, int]:
    found = await InvoiceSet.get(id=chased.id)
    return found.status, found.written_off_cents, await outstanding_cents(chased.id)


async def test_a_whole_write_off_closes_every_bill_and_its_undo_restores_everything(clinic: Clinic) -> None:
    chased = await clinic.late_set(await clinic.patient(), *TWO)
    before, then = await balances(), await standing(chased)
    assert await forgives(clinic, chased) == 23_500
    assert await balances() == {"INV-1001": ("archived", 0), "INV-1002": ("archived", 0)}
    assert await standing(chased) == ("written_off", 23_500, 0)
    assert await brings_back(clinic, chased) == 23_500
    assert (await balances(), await standing(chased)) == (before, then)
    assert await Invoice.filter(archived_at__isnull=False).count() == 0
    assert await audit(full=True) == []


async def test_a_set_comes_back_in_the_state_it_had(clinic: Clinic) -> None:
    chased = await clinic.late_set(await clinic.patient())
    for status in CHASED:
        await InvoiceSet.filter(id=chased.id).update(status=status)
        await forgives(clinic, chased)
        await brings_back(clinic, chased)
        assert (await standing(chased))[0] == status


async def test_a_part_falls_on_the_oldest_and_its_undo_restores_everything(clinic: Clinic) -> None:
    chased = await clinic.late_set(await clinic.patient(), *TWO)
    before, then = await balances(), await standing(chased)
    for amount in (1, 13_999, 14_000, 14_001, 23_499):
        assert await forgives(clinic, chased, amount) == amount
        assert await standing(chased) == ("active", amount, 23_500 - amount)
        assert (await balances())["INV-1001"] == (("archived", 0) if amount >= 14_000 else ("overdue", 14_000 - amount))
        assert await brings_back(clinic, chased) == amount
        assert (await balances(), await standing(chased)) == (before, then)


async def test_all_of_it_by_its_amount_is_a_whole_write_off(clinic: Clinic) -> None:
    chased = await clinic.late_set(await clinic.patient())
    await forgives(clinic, chased, 14_000)
    assert (await standing(chased))[0] == "written_off"


async def test_a_part_then_a_payment_then_the_rest_all_come_back_but_the_payment(clinic: Clinic) -> None:
    maria = await clinic.patient()
    chased = await clinic.late_set(maria)
    await forgives(clinic, chased, 4_000)
    await clinic.is_paid(maria, 3_000)
    assert await forgives(clinic, chased) == 7_000
    assert await standing(chased) == ("written_off", 11_000, 0)
    assert await brings_back(clinic, chased) == 11_000
    assert await balances() == {"INV-1001": ("overdue", 11_000)}
    assert await audit(full=True) == []


async def test_a_bill_paid_after_a_part_was_forgiven_is_owed_again_when_that_comes_back(clinic: Clinic) -> None:
    maria = await clinic.patient()
    chased = await clinic.late_set(maria, *TWO)
    await forgives(clinic, chased, 4_000)
    await clinic.is_paid(maria, 10_000)
    assert (await balances())["INV-1001"] == ("paid", 0)
    await brings_back(clinic, chased)
    assert await balances() == {"INV-1001": ("overdue", 4_000), "INV-1002": ("overdue", 9_500)}
    assert (await Invoice.get(number="INV-1001")).paid_at is None
    await clinic.is_paid(maria, 13_500)
    assert {status for status, _ in (await balances()).values()} == {"paid"}


async def test_two_parts_on_one_bill_come_back_together(clinic: Clinic) -> None:
    chased = await clinic.late_set(await clinic.patient(), *TWO)
    for amount in (1_000, 13_000):
        await forgives(clinic, chased, amount)
    assert (await balances())["INV-1001"] == ("archived", 0)
    assert await brings_back(clinic, chased) == 14_000
    assert (await balances())["INV-1001"] == ("overdue", 14_000)
    assert await WriteOff.filter(undone_at=None).count() == 0


async def test_money_that_comes_after_all_was_forgiven_is_a_recovery_and_the_rest_is_credit(clinic: Clinic) -> None:
    maria = await clinic.patient()
    chased = await clinic.late_set(maria)
    await forgives(clinic, chased)
    await clinic.is_paid(maria, 2_000)
    await brings_back(clinic, await InvoiceSet.get(id=chased.id))
    assert await balances() == {"INV-1001": ("overdue", 12_000)}
    await forgives(clinic, await InvoiceSet.get(id=chased.id))
    await clinic.is_paid(maria, 12_500)
    assert (await Patient.get(id=maria.id)).credit_cents == 500
    assert (await InvoiceSet.get(id=chased.id)).written_off_cents == 0
    assert await audit(full=True) == []


async def test_a_recovery_that_was_a_mistake_is_written_off_again(clinic: Clinic) -> None:
    maria = await clinic.patient()
    chased = await clinic.late_set(maria)
    await forgives(clinic, chased)
    payment = await clinic.is_paid(maria, 2_000)
    await cancel_payment(payment.id, reason="Slip", practice=clinic.practice, actor=DANA, now=clinic.now)
    assert await balances() == {"INV-1001": ("archived", 0)}
    assert (await InvoiceSet.get(id=chased.id)).written_off_cents == 14_000
    await brings_back(clinic, await InvoiceSet.get(id=chased.id))
    assert await balances() == {"INV-1001": ("overdue", 14_000)}
    assert await audit(full=True) == []


async def test_what_came_of_a_write_off_that_was_undone_is_owed_again_when_it_is_taken_back(clinic: Clinic) -> None:
    maria = await clinic.patient()
    chased = await clinic.late_set(maria)
    await forgives(clinic, chased)
    payment = await clinic.is_paid(maria, 2_000)
    await brings_back(clinic, chased)
    await cancel_payment(payment.id, reason="Bounced", practice=clinic.practice, actor=DANA, now=clinic.now)
    assert await balances() == {"INV-1001": ("overdue", 14_000)}
    assert await audit(full=True) == []


async def test_what_was_forgiven_of_a_bill_comes_back_in_the_set_that_asks_for_it_now(clinic: Clinic) -> None:
    maria = await clinic.patient()
    first = await clinic.late_set(maria)
    await forgives(clinic, first, 4_000)
    payment = await clinic.is_paid(maria, 10_000)
    await settle_if_nothing_is_owed(first.id, paid=True, now=clinic.now)
    second = await clinic.late_set(maria)
    await cancel_payment(payment.id, reason="Bounced", practice=clinic.practice, actor=DANA, now=clinic.now)
    await wait_for_staff((await Invoice.get(number="INV-1001")).id, now=clinic.now)
    assert await standing(second) == ("paused", 4_000, 10_000 + 14_000)
    assert await brings_back(clinic, second) == 4_000
    assert await standing(second) == ("paused", 0, 14_000 + 14_000)
    assert (await standing(first))[1] == 0
    assert await audit(full=True) == []


async def test_more_than_what_a_part_forgiven_left_over_is_credit(clinic: Clinic) -> None:
    maria = await clinic.patient()
    chased = await clinic.late_set(maria)
    await forgives(clinic, chased, 10_000)
    await clinic.is_paid(maria, 5_000)
    assert await balances() == {"INV-1001": ("paid", 0)}
    assert (await Patient.get(id=maria.id)).credit_cents == 1_000


async def test_what_is_paid_in_full_has_nothing_to_bring_back(clinic: Clinic) -> None:
    maria = await clinic.patient()
    chased = await clinic.late_set(maria)
    await forgives(clinic, chased, 4_000)
    await clinic.is_paid(maria, 10_000)
    await settle_if_nothing_is_owed(chased.id, paid=True, now=clinic.now)
    before = await everything()
    with pytest.raises(Refusal, match="this balance is paid now"):
        await brings_back(clinic, chased)
    assert await everything() == before


async def test_more_than_is_outstanding_or_nothing_is_refused_on_the_amount(clinic: Clinic) -> None:
    chased = await clinic.late_set(await clinic.patient())
    before = await everything()
    for amount in (0, -1, 14_001, 10**13):
        with pytest.raises(Refusal, match=r"\$140\.00 is outstanding") as refused:
            await forgives(clinic, chased, amount)
        assert (refused.value.field, refused.value.status) == ("amount", 422)
    assert await everything() == before


async def test_what_may_not_be_forgiven_or_brought_back_changes_nothing(clinic: Clinic) -> None:
    chased = await clinic.late_set(await clinic.patient())
    before = await everything()
    for attempt in (
        forgives(clinic, chased, None, VERA),
        forgives(clinic, chased, 1, VERA),
        brings_back(clinic, chased),
    ):
        with pytest.raises(Refusal):
            await attempt
    assert await everything() == before
    await forgives(clinic, chased)
    before = await everything()
    for attempt in (forgives(clinic, chased), brings_back(clinic, chased, VERA)):
        with pytest.raises(Refusal):
            await attempt
    assert await everything() == before


async def test_what_is_paid_and_forgiven_at_once_is_closed_once(clinic: Clinic) -> None:
    maria = await clinic.patient()
    for _ in range(4):
        chased = await clinic.late_set(maria)
        answers = await asyncio.gather(clinic.is_paid(maria, 14_000), forgives(clinic, chased), return_exceptions=True)
        assert all(not isinstance(answer, Exception) or isinstance(answer, Refusal) for answer in answers), answers
        assert await outstanding_cents(chased.id) == 0
        assert await audit() == []
        await settle_if_nothing_is_owed(chased.id, paid=True, now=clinic.now)


async def test_a_bill_that_was_partly_forgiven_is_not_taken_back(clinic: Clinic) -> None:
    chased = await clinic.late_set(await clinic.patient())
    await forgives(clinic, chased, 1)
    invoice = await Invoice.get()
    with pytest.raises(Refusal, match="write-offs on it"):
        await void_invoice(invoice, reason="x", actor=DANA, now=clinic.now, on=clinic.today)
    await brings_back(clinic, chased)
    await void_invoice(invoice, reason="x", actor=DANA, now=clinic.now, on=clinic.today)
    assert await balances() == {"INV-1001": ("void", 0)}
    assert await audit(full=True) == []
