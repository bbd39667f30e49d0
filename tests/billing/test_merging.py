"""Two records of one patient become one: everything moves, nothing that was booked changes, and both ids are known."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from billing.audit import audit
from billing.cancels import cancel_payment
from billing.collections import hand_over
from billing.credit import apply_credit
from billing.families import set_guarantor
from billing.links import guarantor_of, link_for
from billing.merging import merge_patients
from billing.patients import patient_by
from billing.plans import make_plan
from billing.refunds import refund_payment
from billing.sessions import complete_session
from billing.statements import statement
from billing.write_offs import undo_write_off, write_off
from domain.access import CLOCK
from domain.errors import Refusal
from domain.instalments import Part
from domain.periods import Period
from domain.statement import Statement
from models.chasing import InvoiceSet
from models.database import read
from models.invoices import Invoice
from models.money import LedgerEntry, Payment
from models.people import Consent, Patient
from models.record import Event
from reports.ageing import AGEING
from reports.report import Asked
from tests.billing.clinic import DANA, MIA, Clinic, balances, everything

KEY = b"k" * 32


async def merges(clinic: Clinic, kept: Patient, merged: Patient, **more: object) -> Patient:
    known = {"reason": "Twice in the list", "practice": clinic.practice, "actor": MIA, "now": clinic.now} | more
    return await merge_patients(kept.id, merged.id, **known)  # type: ignore[arg-type]


async def owned() -> dict[str, set[int]]:
    """Whose everything is, by table."""
    columns = {
        "guarantor_id": "charge claim invoice payment payment_plan invoice_set message patient_link",
        "patient_id": "care_session charge invoice_line",
    }
    found: dict[str, set[int]] = {}
    for column, tables in columns.items():
        for table in tables.split():
            rows = await read(f"SELECT DISTINCT {column} AS whose FROM {table}")
            found.setdefault(table, set()).update(int(row["whose"]) for row in rows if row["whose"])
    return found


async def figures(patient: Patient, period: Period) -> Statement:
    """All but whose visits it was for: those are the kept record's by now."""
    found = await statement(patient.id, period)
    return replace(found, billed=())


async def net(patient: Patient) -> int:
    rows = await LedgerEntry.filter(guarantor_id=patient.id)
    return sum(
        row.amount_cents * ((row.debit in ("receivable", "credit")) - (row.credit in ("receivable", "credit")))
        for row in rows
    )


async def test_everything_of_the_one_becomes_the_others(clinic: Clinic) -> None:
    kept, merged = await clinic.patient("maria"), await clinic.patient("marie")
    await clinic.late_set(merged)
    await clinic.is_paid(merged, 4_000)
    await clinic.bills(kept, "xray")
    insured = await clinic.patient("marie", bill_to="hybrid")
    await complete_session(clinic.visit(insured), practice=clinic.practice, actor=CLOCK, now=clinic.now)
    parts = [Part(clinic.today, 10_000)]
    await make_plan(merged.id, parts, practice=clinic.practice, actor=DANA, now=clinic.now)
    link = await link_for(merged.id, secret_key=KEY, now=clinic.now, days=120)
    before = await balances()
    await merges(clinic, kept, merged)
    assert {table: who for table, who in (await owned()).items() if who not in ({kept.id}, set())} == {}
    assert await balances() == before
    assert (await net(merged), await net(kept)) == (0, 18_000)
    assert await guarantor_of(link, secret_key=KEY, now=clinic.now) == kept.id
    assert (await patient_by("marie")).id == (await patient_by("maria")).id == kept.id
    [told] = await Event.filter(kind="patient.merged")
    assert (told.before["external_id"], told.after["reason"]) == ("marie", "Twice in the list")
    assert await audit(full=True) == []


async def test_credit_goes_over_and_can_be_used_refunded_and_cancelled(clinic: Clinic) -> None:
    kept, merged = await clinic.patient("maria"), await clinic.patient("marie")
    payments = [await clinic.is_paid(merged, cents) for cents in (5_000, 3_000, 2_000)]
    await clinic.bills(kept)
    await merges(clinic, kept, merged)
    assert [p.credit_cents for p in await Patient.all().order_by("id")] == [10_000, 0]
    known = {"practice": clinic.practice, "actor": MIA, "now": clinic.now}
    await refund_payment(payments[1].id, amount=3_000, reason="Asked", **known)
    await apply_credit(kept.id, **known)
    await cancel_payment(payments[0].id, reason="Slip", **known)
    assert (await balances())["INV-1001"] == ("sent", 10_500)
    assert await audit(full=True) == []


async def test_no_past_day_changes_and_statements_chain_over_a_merge(clinic: Clinic) -> None:
    kept, merged = await clinic.patient("maria"), await clinic.patient("marie")
    await clinic.bills(merged)
    await clinic.bills(kept, "xray")
    clinic.forward(days=5)
    past = Period(clinic.today - timedelta(days=20), clinic.today - timedelta(days=1))
    asked = Asked(past, ("downtown",), "USD")
    before = [await figures(who, past) for who in (kept, merged)]
    aged = AGEING.totals(await AGEING.rows(asked))
    await merges(clinic, kept, merged)
    assert [await figures(who, past) for who in (kept, merged)] == before
    assert AGEING.totals(await AGEING.rows(asked)) == aged
    today = Period(clinic.today, clinic.today)
    ours, theirs = [await statement(who.id, today) for who in (kept, merged)]
    assert [(line.act, line.amount_cents) for line in ours.lines] == [("merge", 12_500)]
    assert (ours.opening_cents, ours.closing_cents) == (8_000, 20_500)
    assert (theirs.opening_cents, theirs.closing_cents, theirs.ageing_cents) == (12_500, 0, (0, 0, 0, 0))


async def test_two_open_sets_become_one_with_what_was_written_off_of_both(clinic: Clinic) -> None:
    kept, merged = await clinic.patient("maria"), await clinic.patient("marie")
    ours, theirs = await clinic.late_set(kept), await clinic.late_set(merged)
    how = {"actor": MIA, "now": clinic.now, "on": clinic.today}
    await write_off(theirs, reason="Goodwill", amount=500, **how)
    await merges(clinic, kept, merged)
    closed, one = await InvoiceSet.get(id=theirs.id), await InvoiceSet.get(id=ours.id)
    assert (closed.status, closed.written_off_cents, one.status, one.written_off_cents) == (
        "cancelled",
        0,
        "active",
        500,
    )
    assert {i.invoice_set_id for i in await Invoice.all()} == {ours.id}
    assert await undo_write_off(one, **how) == 500
    assert await audit(full=True) == []


async def test_one_open_set_goes_over_as_it_stands(clinic: Clinic) -> None:
    kept, merged = await clinic.patient("maria"), await clinic.patient("marie")
    theirs = await clinic.late_set(merged)
    await merges(clinic, kept, merged)
    found = await InvoiceSet.get(id=theirs.id)
    assert (found.guarantor_id, found.status, found.next_send_at) == (kept.id, "active", theirs.next_send_at)


async def test_a_family_goes_over_and_nobody_pays_through_two(clinic: Clinic) -> None:
    kept, merged, other = await clinic.patient("maria"), await clinic.patient("marie"), await clinic.patient("ana")
    leo = await clinic.patient("leo", guarantor="marie")
    await clinic.bills(leo)
    await set_guarantor(kept.id, other.id, actor=DANA, now=clinic.now)
    before = await everything()
    with pytest.raises(Refusal, match="marie is billed for others, and maria is billed to someone else"):
        await merges(clinic, kept, merged)
    assert await everything() == before
    await set_guarantor(kept.id, None, actor=DANA, now=clinic.now)
    await merges(clinic, await patient_by("maria"), merged)
    assert (await patient_by("leo")).guarantor_id == kept.id
    assert (await Invoice.get(id=1)).guarantor_id == kept.id


async def test_the_guarantor_of_the_other_may_be_either_of_them(clinic: Clinic) -> None:
    maria = await clinic.patient("maria")
    marie = await clinic.patient("marie", guarantor="maria")
    await merges(clinic, marie, maria)
    found = await patient_by("maria")
    assert (found.id, found.guarantor_id, found.payer_id) == (marie.id, None, marie.id)


async def test_the_kept_record_takes_what_it_lacks_with_the_last_word_on_it(
    clinic: Clinic,
) -> None:
    kept = await clinic.patient("maria", email="maria@patients.example")
    merged = await clinic.patient("marie", email="old@patients.example", phone="+12125550123")
    await Consent.create(
        patient_id=merged.id, channel="sms", address="+12125550123", given=False, source="reply", at=clinic.now
    )
    await merges(clinic, kept, merged)
    found = await patient_by("marie")
    assert (found.email, found.phone) == ("maria@patients.example", "+12125550123")
    [last] = await Consent.filter(patient_id=kept.id, channel="sms")
    assert (last.given, last.source) == (False, "merged record")


async def test_both_ids_mean_the_kept_record_whatever_comes_later(clinic: Clinic) -> None:
    first, second, third = [await clinic.patient(name) for name in ("maria", "marie", "mary")]
    await merges(clinic, second, first)
    await merges(clinic, third, second)
    assert {(await patient_by(name)).id for name in ("maria", "marie", "mary")} == {third.id}
    known = await clinic.patient("maria", phone="+12125550123")
    assert (known.id, known.external_id, await Patient.all().count()) == (third.id, "mary", 3)
    await clinic.patient("leo", guarantor="marie")
    assert (await patient_by("leo")).guarantor_id == third.id
    await clinic.patient("maria", guarantor="mary")
    assert (await patient_by("mary")).guarantor_id is None


async def test_what_is_meant_for_a_merged_record_by_its_number_is_refused(clinic: Clinic) -> None:
    kept, merged = await clinic.patient("maria"), await clinic.patient("marie")
    await merges(clinic, kept, merged)
    before = await everything()
    with pytest.raises(Refusal, match="marie has been merged into another record"):
        await clinic.is_paid(merged, 1_000)
    for one, other in ((kept, merged), (merged, kept)):
        with pytest.raises(Refusal, match="merged into another record"):
            await merges(clinic, one, other)
    assert await everything() == before


async def test_what_cannot_be_merged_changes_nothing(clinic: Clinic) -> None:
    kept, merged = await clinic.patient("maria"), await clinic.patient("marie")
    chased = await clinic.late_set(merged)
    await hand_over(chased, note="Agency", actor=DANA, now=clinic.now)
    before = await everything()
    for sentence, more in (
        ("recall it first", {}),
        ("needs the role manager", {"actor": DANA}),
        ("Say why", {"reason": " "}),
    ):
        with pytest.raises(Refusal, match=sentence):
            await merges(clinic, kept, merged, **more)
    with pytest.raises(Refusal, match="the same record"):
        await merges(clinic, kept, kept)
    assert await everything() == before


async def test_merging_while_money_comes_to_both_loses_none_of_it(clinic: Clinic) -> None:
    kept, merged = await clinic.patient("maria"), await clinic.patient("marie")
    for who in (kept, merged):
        await clinic.bills(who)
    done = await asyncio.gather(
        *(clinic.is_paid(who, 1_000) for who in (kept, merged) * 2),
        merges(clinic, kept, merged),
        merges(clinic, merged, kept),
        *(clinic.is_paid(who, 1_000) for who in (kept, merged) * 2),
        return_exceptions=True,
    )
    assert all(isinstance(each, Patient | Payment | Refusal) for each in done), done
    assert sum(isinstance(each, Patient) for each in done) == 1
    came = 1_000 * sum(isinstance(each, Payment) for each in done)
    assert sum(i.balance_cents for i in await Invoice.all()) == 25_000 - came
    assert {i.guarantor_id for i in await Invoice.all()} == {(await patient_by("maria")).id}
    assert await audit(full=True) == []
