"""Handing a balance to a collection agency, what stays as it is meanwhile, and taking it back."""

from datetime import timedelta
from typing import Any

import pytest

from billing.audit import audit
from billing.cancels import cancel_payment
from billing.collections import case_of, hand_over, packet, recall, tell_agency
from billing.drafts import draft_invoice
from billing.invoices import void_invoice
from billing.late_fees import charge_late_fee, waive_late_fee
from billing.plans import follow_plan, make_plan
from billing.write_offs import write_off
from domain.access import CLOCK
from domain.errors import Refusal
from domain.instalments import Part
from models.agency import AgencyCase, AgencyInvoice
from models.chasing import InvoiceSet
from models.insurance import Discrepancy
from models.invoices import Invoice
from models.people import Patient
from models.plans import PaymentPlan
from models.record import Event
from tests.billing.clinic import DANA, VERA, Clinic, balances, everything
from tests.billing.insured import claim_of, told


async def hands_over(clinic: Clinic, chased: InvoiceSet, **more: Any) -> AgencyCase:
    known = {"note": "Two letters, no answer", "actor": DANA, "now": clinic.now} | more
    return await hand_over(await InvoiceSet.get(id=chased.id), **known)


async def takes_back(clinic: Clinic, chased: InvoiceSet) -> InvoiceSet:
    await recall(await InvoiceSet.get(id=chased.id), actor=DANA, now=clinic.now)
    return await InvoiceSet.get(id=chased.id)


async def test_what_is_handed_over_is_itemized_as_the_law_asks(clinic: Clinic) -> None:
    maria = await clinic.patient(phone="+12125550123")
    chased = await clinic.late_set(maria, ("exam",), ("xray",))
    payment = await clinic.is_paid(maria, 2_000)
    await write_off(chased, reason="Goodwill", amount=500, actor=DANA, now=clinic.now, on=clinic.today)
    await hands_over(clinic, chased)
    found = await packet(await case_of(chased.id), practice=clinic.practice)
    first, second = found.rows
    assert (first.principal_cents, first.fees_cents, first.payments_cents, first.credits_cents) == (
        12_500,
        1_500,
        2_000,
        500,
    )
    assert (first.balance_cents, second.balance_cents) == (11_500, 9_500)
    assert (first.itemized_by, first.itemized_on, first.last_payment_on) == (
        "last_statement",
        first.first_service_on,
        clinic.today,
    )
    assert (first.account, first.phone, first.note, first.invoice) == (
        "maria",
        "+12125550123",
        "Two letters, no answer",
        "INV-1001",
    )
    assert found.papers == ("invoice:1", "invoice:2", f"receipt:{payment.id}")
    assert await audit(full=True) == []


async def test_an_agencys_balance_stays_as_it_was_told(clinic: Clinic) -> None:
    maria = await clinic.patient()
    chased = await clinic.late_set(maria)
    await hands_over(clinic, chased)
    clinic.forward(days=60)
    assert await charge_late_fee(1, practice=clinic.practice, actor=CLOCK, now=clinic.now) == 0
    invoice, before = await Invoice.get(id=1), await everything()
    how = {"actor": DANA, "now": clinic.now}
    for refused in (
        void_invoice(invoice, reason="Wrong", on=clinic.today, **how),
        waive_late_fee(invoice, 1, reason="Kind", practice=clinic.practice, **how),
        make_plan(maria.id, [Part(clinic.today, 14_000)], practice=clinic.practice, **how),
        write_off(await InvoiceSet.get(id=chased.id), reason="Gone", on=clinic.today, **how),
    ):
        with pytest.raises(Refusal, match=r"recall it first|collections now"):
            await refused
    assert await everything() == before


async def test_money_that_comes_meanwhile_counts_and_the_agency_is_to_be_told(clinic: Clinic) -> None:
    maria = await clinic.patient()
    chased = await clinic.late_set(maria)
    case = await hands_over(clinic, chased)
    payment = await clinic.is_paid(maria, 4_000)
    await tell_agency(1, clinic.now)
    assert await balances() == {"INV-1001": ("overdue", 10_000)}
    [row] = (await packet(case, practice=clinic.practice)).rows
    assert (row.balance_cents, row.balance_now_cents) == (14_000, 10_000)
    await cancel_payment(payment.id, reason="Slip", practice=clinic.practice, actor=DANA, now=clinic.now)
    await tell_agency(1, clinic.now)
    heard = await Event.filter(kind="set.agency_to_be_told").order_by("seq")
    assert [event.after["balance_cents"] for event in heard] == [10_000, 14_000]
    await takes_back(clinic, chased)
    await tell_agency(1, clinic.now)
    assert await Event.filter(kind="set.agency_to_be_told").count() == 2


@pytest.mark.parametrize("before", ["active", "paused", "expired", "failed", "will_fail"])
async def test_a_recall_brings_back_the_state_before(clinic: Clinic, before: str) -> None:
    chased = await clinic.late_set(await clinic.patient())
    await InvoiceSet.filter(id=chased.id).update(status=before)
    await hands_over(clinic, chased)
    assert (await InvoiceSet.get(id=chased.id)).status == "collections"
    assert (await takes_back(clinic, chased)).status == before
    case = await case_of(chased.id)
    assert (case.recalled_at, case.recalled_by) == (clinic.now, "Dana Biller")
    await hands_over(clinic, chased)
    assert await AgencyCase.all().count() == 2


async def test_a_plan_on_track_is_not_handed_over_and_one_that_is_behind_ends(clinic: Clinic) -> None:
    maria: Patient = await clinic.patient()
    chased = await clinic.late_set(maria)
    parts = [Part(clinic.today + timedelta(days=days), 7_000) for days in (1, 40)]
    plan = await make_plan(maria.id, parts, practice=clinic.practice, actor=DANA, now=clinic.now)
    with pytest.raises(Refusal, match="cancel that first"):
        await hands_over(clinic, chased)
    clinic.forward(days=2)
    await follow_plan(plan.id, practice=clinic.practice, now=clinic.now)
    await hands_over(clinic, chased)
    assert (await PaymentPlan.get(id=plan.id)).status == "cancelled"


async def test_what_cannot_be_handed_over_changes_nothing(clinic: Clinic) -> None:
    maria = await clinic.patient()
    chased = await clinic.late_set(maria)
    before = await everything()
    with pytest.raises(Refusal, match="needs the role biller"):
        await hands_over(clinic, chased, actor=VERA)
    with pytest.raises(Refusal, match="has changed since"):
        await hands_over(clinic, chased, seen_version=7)
    with pytest.raises(Refusal, match="Recall from collections is not possible"):
        await takes_back(clinic, chased)
    assert await everything() == before
    await clinic.is_paid(maria, 14_000)
    with pytest.raises(Refusal, match="Nothing is owed here"):
        await hands_over(clinic, chased)
    assert await AgencyInvoice.all().count() == 0


async def test_an_insurers_correction_meanwhile_is_a_persons_to_decide(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    await told(clinic, claim, "paid", None, 10_500, 10_000)
    share = await clinic.sends(await draft_invoice(guarantor=1, practice=clinic.practice, actor=DANA, now=clinic.now))
    chased = await clinic.chases(await clinic.is_late_with(share))
    await hands_over(clinic, chased)
    await told(clinic, claim, "paid", None, 14_500, 6_000)
    assert (await Invoice.get(id=share.id)).balance_cents == 11_500
    [asked] = await Discrepancy.filter(settled_at=None)
    assert asked.what == "not_creditable"
    assert await audit(full=True) == []
