"""Drafts, sending, being late, late fees, and taking back: each once, each whole."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from billing.audit import audit
from billing.drafts import draft_invoice
from billing.invoices import mark_overdue, send_invoice, void_invoice
from billing.late_fees import charge_late_fee
from domain.access import CLOCK, Actor
from domain.errors import Refusal
from domain.terms import LateFee
from models.care import Charge
from models.database import dialect
from models.invoices import Invoice, InvoiceAdjustment
from tests.billing.clinic import DANA, VERA, Clinic, balances, everything
from tests.support.practice import the_practice


async def voids(clinic: Clinic, invoice: Invoice, actor: Actor = DANA) -> Invoice:
    return await void_invoice(invoice, reason="Wrong patient", actor=actor, now=clinic.now, on=clinic.today)


async def fee(clinic: Clinic, invoice: Invoice) -> int:
    return await charge_late_fee(invoice.id, practice=clinic.practice, actor=CLOCK, now=clinic.now)


async def test_a_draft_takes_what_it_is_told_and_each_charge_goes_on_one_invoice(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.sees(maria, "exam", "xray")
    await voids(clinic, await clinic.sends(await Invoice.get()))
    exam, xray = await Charge.all().order_by("id")
    known = {"guarantor": maria.id, "practice": clinic.practice, "actor": DANA, "now": clinic.now}
    draft = await draft_invoice(charges=[xray.id, xray.id], **known)
    assert draft.total_cents == 8_000
    before = await everything()
    for charges in ([xray.id], [exam.id, xray.id], [9_999], []):
        with pytest.raises(Refusal) as refused:
            await draft_invoice(charges=charges, **known)
        assert refused.value.field == "charges"
    assert await everything() == before
    assert (await draft_invoice(charges="all", **known)).total_cents == 12_500
    with pytest.raises(Refusal, match="no unbilled charges"):
        await draft_invoice(charges="all", **known)


async def test_nobody_else_s_charges_go_on_an_invoice(clinic: Clinic) -> None:
    maria, ana = await clinic.patient(), await clinic.patient("ana")
    await voids(clinic, await clinic.bills(maria))
    charge = await Charge.get()
    with pytest.raises(Refusal, match="not in this guarantor's unbilled queue"):
        await draft_invoice(guarantor=ana.id, charges=[charge.id], practice=clinic.practice, actor=DANA, now=clinic.now)


async def test_numbers_run_without_gaps_whatever_is_refused_between(clinic: Clinic) -> None:
    maria = await clinic.patient()
    first, second = await clinic.sees(maria), await clinic.sees(maria)
    await clinic.sends(first)
    for actor in (VERA, DANA):
        with pytest.raises(Refusal):
            await send_invoice(first, practice=clinic.practice, actor=actor, now=clinic.now)
    await Invoice.filter(id=second.id).update(due_date=clinic.today - timedelta(days=1))
    with pytest.raises(Refusal, match="in the past") as refused:
        await clinic.sends(second)
    assert refused.value.field == "due_date"
    await Invoice.filter(id=second.id).update(due_date=clinic.today)
    assert (await clinic.sends(second)).number == "INV-1002"


async def test_numbers_given_out_at_once_are_gapless_too(clinic: Clinic) -> None:
    maria = await clinic.patient()
    drafts = [await clinic.sees(maria) for _ in range(8)]
    sent = await asyncio.gather(*(clinic.sends(draft) for draft in drafts))
    assert sorted(invoice.number for invoice in sent) == [f"INV-{1001 + place}" for place in range(8)]
    assert await audit(full=True) == []


async def test_a_draft_of_nothing_is_not_sent(clinic: Clinic) -> None:
    draft = await clinic.sees(await clinic.patient())
    await Invoice.filter(id=draft.id).update(total_cents=0)
    with pytest.raises(Refusal, match="adds up to nothing"):
        await clinic.sends(draft)


async def test_an_invoice_is_late_once_with_its_fee(clinic: Clinic) -> None:
    invoice = await clinic.is_late_with(await clinic.bills(await clinic.patient()))
    assert (invoice.status, invoice.balance_cents) == ("overdue", 14_000)
    with pytest.raises(Refusal, match="is overdue now"):
        await mark_overdue(invoice.id, practice=clinic.practice, now=clinic.now)
    for _ in range(3):
        clinic.forward(days=40)
        assert await fee(clinic, invoice) == 0
    assert await balances() == {"INV-1001": ("overdue", 14_000)}


async def test_a_fee_is_charged_once_however_many_clocks_tick(clinic: Clinic) -> None:
    clinic.practice = the_practice(late_fee=LateFee(after_days=5, flat_cents=1_500))
    invoice = await clinic.is_late_with(await clinic.bills(await clinic.patient()))
    assert (invoice.balance_cents, await fee(clinic, invoice)) == (12_500, 0)
    clinic.forward(days=4)
    assert sorted(await asyncio.gather(*(fee(clinic, invoice) for _ in range(6)))) == [0] * 5 + [1_500]
    assert await InvoiceAdjustment.all().count() == 1


async def test_a_percentage_is_of_what_is_still_owed_and_capped(clinic: Clinic) -> None:
    clinic.practice = the_practice(late_fee=LateFee(after_days=1, basis_points=1_000, cap_cents=600))
    maria = await clinic.patient()
    invoice = await clinic.bills(maria)
    await clinic.is_paid(maria, 7_500)
    assert (await clinic.is_late_with(invoice)).balance_cents == 5_500
    assert (await clinic.is_late_with(await clinic.bills(maria))).balance_cents == 13_100


async def test_a_bill_that_was_paid_a_moment_ago_gets_no_fee(clinic: Clinic) -> None:
    clinic.practice = the_practice(late_fee=LateFee(after_days=5, flat_cents=1_500))
    maria = await clinic.patient()
    invoice = await clinic.is_late_with(await clinic.bills(maria))
    clinic.forward(days=9)
    await clinic.is_paid(maria, 12_500)
    assert await fee(clinic, invoice) == 0
    assert await balances() == {"INV-1001": ("paid", 0)}


async def test_without_a_policy_being_late_costs_nothing(clinic: Clinic) -> None:
    clinic.practice = the_practice(late_fee=None)
    assert (await clinic.is_late_with(await clinic.bills(await clinic.patient()))).balance_cents == 12_500


async def test_taking_a_bill_back_returns_its_charges_and_owes_nothing(clinic: Clinic) -> None:
    maria = await clinic.patient()
    invoice = await clinic.is_late_with(await clinic.bills(maria, "exam", "gauze"))
    await voids(clinic, invoice)
    assert await balances() == {"INV-1001": ("void", 0)}
    assert await Charge.filter(invoice_id=None).count() == 2
    again = await draft_invoice(guarantor=maria.id, practice=clinic.practice, actor=DANA, now=clinic.now)
    assert (await clinic.sends(again)).balance_cents == 12_950
    assert await audit(full=True) == []


async def test_what_has_been_paid_on_is_not_taken_back(clinic: Clinic) -> None:
    maria = await clinic.patient()
    invoice = await clinic.bills(maria)
    for paid in (1, 12_498, 1):
        await clinic.is_paid(maria, paid)
        before = await everything()
        with pytest.raises(Refusal, match="INV-1001 has payments or write-offs on it"):
            await voids(clinic, invoice)
        assert await everything() == before


async def test_a_viewer_takes_nothing_back(clinic: Clinic) -> None:
    invoice = await clinic.bills(await clinic.patient())
    with pytest.raises(Refusal, match="needs the role biller"):
        await voids(clinic, invoice, VERA)


async def test_who_saw_an_older_version_changes_nothing(clinic: Clinic) -> None:
    draft = await clinic.sees(await clinic.patient())
    before = await everything()
    with pytest.raises(Refusal, match="has changed since"):
        await send_invoice(draft, practice=clinic.practice, actor=DANA, now=clinic.now, seen_version=draft.version + 1)
    assert await everything() == before


async def test_an_invoice_paid_and_found_late_at_once_ends_as_one_of_the_two(clinic: Clinic) -> None:
    """Whoever is second sees what the first has done: no fee on what is paid, no payment that leaves a fee unseen."""
    maria = await clinic.patient()
    for _ in range(4 if dialect() == "postgres" else 1):
        invoice = await clinic.bills(maria)
        clinic.forward(days=31)
        told = await asyncio.gather(
            clinic.is_paid(maria, invoice.balance_cents),
            mark_overdue(invoice.id, practice=clinic.practice, now=clinic.now),
            return_exceptions=True,
        )
        assert not [e for e in told if isinstance(e, Exception) and not isinstance(e, Refusal)], [
            getattr(e, "detail", e) for e in told
        ]
        assert await audit() == []
        await clinic.is_paid(maria, 1_500)
        assert (await Invoice.get(id=invoice.id)).status == "paid"


async def test_a_practice_s_terms_say_when_a_bill_is_due(clinic: Clinic) -> None:
    practice = the_practice()
    clinic.practice = replace(practice, terms=replace(practice.terms, due_in_days=0))
    invoice = await clinic.bills(await clinic.patient())
    assert (invoice.due_date, invoice.issued_on) == (clinic.today, clinic.today)
