"""Sessions become charges once, at the price of their day, and are refused whole or not at all."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing.prices import PriceRecord, keep_price
from billing.sessions import Item, SessionRecord, complete_session
from domain.access import CLOCK
from domain.errors import Refusal
from models.care import CareSession, Charge
from models.invoices import Invoice
from tests.billing.clinic import Clinic, everything
from tests.support.practice import the_practice


async def completes(clinic: Clinic, record: SessionRecord) -> bool:
    _, new = await complete_session(record, practice=clinic.practice, actor=CLOCK, now=clinic.now)
    return new


async def refusal_of(clinic: Clinic, record: SessionRecord) -> Refusal:
    before = await everything()
    with pytest.raises(Refusal) as refused:
        await completes(clinic, record)
    assert await everything() == before
    return refused.value


async def test_the_same_session_twice_is_one_session(clinic: Clinic) -> None:
    record = clinic.visit(await clinic.patient(), "exam", "gauze")
    assert [await completes(clinic, record), await completes(clinic, record)] == [True, False]
    assert await Charge.all().order_by("id").values_list("amount_cents", flat=True) == [12_500, 450]
    assert [i.total_cents for i in await Invoice.all()] == [12_950]


async def test_one_and_one_point_nought_are_the_same_quantity(clinic: Clinic) -> None:
    record = clinic.visit(await clinic.patient(), items=(Item("exam", Decimal("1")), Item("gauze", Decimal("20"))))
    assert await completes(clinic, record)
    again = replace(record, items=(Item("exam", Decimal("1.000")), Item("gauze", Decimal("2e1"))))
    assert not await completes(clinic, again)


async def test_a_completed_session_is_not_changed_by_sending_it_otherwise(clinic: Clinic) -> None:
    record = clinic.visit(await clinic.patient())
    await completes(clinic, record)
    for otherwise in (
        replace(record, provider="Dr. Who"),
        replace(record, date=date(2026, 2, 1)),
        replace(record, items=(Item("exam", Decimal(2)),)),
        replace(record, location="northside"),
    ):
        refused = await refusal_of(clinic, otherwise)
        assert (refused.code, refused.status) == ("session_completed", 409)


async def test_a_code_without_a_price_leaves_nothing_behind(clinic: Clinic) -> None:
    record = clinic.visit(await clinic.patient(), "exam", "mystery")
    refused = await refusal_of(clinic, record)
    assert (refused.field, refused.status) == ("items", 422)
    assert "“mystery” has no price on standard for March 2, 2026" in refused.sentence
    await keep_price(
        PriceRecord(
            price_list="standard",
            code="mystery",
            description="Found",
            unit_price_cents=100,
            valid_from=date(2026, 1, 1),
        ),
        practice=clinic.practice,
        actor=CLOCK,
        now=clinic.now,
    )
    assert await completes(clinic, record)


SLIPS = (
    ({"date": date(2026, 3, 3)}, "date"),
    ({"date": date(1066, 10, 14)}, "date"),
    ({"items": ()}, "items"),
    ({"items": (Item("exam", Decimal(0)),)}, "items"),
    ({"items": (Item("exam", Decimal(-1)),)}, "items"),
    ({"items": (Item("exam", Decimal("0.0001")),)}, "items"),
    ({"items": (Item("exam", Decimal(10**7)),)}, "items"),
    ({"location": "moon"}, "location"),
    ({"date": date(2025, 12, 31)}, "items"),
)


async def test_a_slip_is_refused_on_its_field(clinic: Clinic) -> None:
    visit = clinic.visit(await clinic.patient())
    for changed, field in SLIPS:
        refused = await refusal_of(clinic, replace(visit, **changed))  # type: ignore[arg-type]
        assert refused.by_field().keys() == {field}, changed


async def test_today_is_the_clinic_s_today(clinic: Clinic) -> None:
    patient = await clinic.patient()
    clinic.forward(hours=13.5)  # 23:30 in New York, tomorrow in Greenwich
    assert await completes(clinic, clinic.visit(patient, date=date(2026, 3, 2)))
    assert (await refusal_of(clinic, clinic.visit(patient, date=date(2026, 3, 3)))).field == "date"


async def test_a_child_s_visit_is_billed_to_who_pays_for_it(clinic: Clinic) -> None:
    parent, child = await clinic.patient("ana"), await clinic.patient("leo", guarantor="ana")
    draft = await clinic.sees(child)
    [charge] = await Charge.all()
    assert (draft.guarantor_id, charge.guarantor_id, charge.patient_id) == (parent.id, parent.id, child.id)


async def test_the_price_is_that_of_the_day_and_of_the_patient_s_own_list(clinic: Clinic) -> None:
    for price_list, since, cents in (("standard", 2, 13_000), ("staff", 1, 5_000)):
        await keep_price(
            PriceRecord(
                price_list=price_list,
                code="exam",
                description="exam",
                unit_price_cents=cents,
                valid_from=date(2026, 3, since),
            ),
            practice=clinic.practice,
            actor=CLOCK,
            now=clinic.now,
        )
    own, other = await clinic.patient("own", price_list="staff"), await clinic.patient("other")
    visits = [(other, 1), (other, 2), (own, 2)]
    for patient, day in visits:
        await completes(clinic, clinic.visit(patient, date=date(2026, 3, day)))
    assert await Charge.all().order_by("id").values_list("amount_cents", flat=True) == [12_500, 13_000, 5_000]
    await completes(clinic, clinic.visit(own, "xray"))
    assert (await Charge.filter(code="xray").first()).amount_cents == 8_000  # type: ignore[union-attr]


async def test_a_price_list_that_is_not_there_is_refused_where_the_patient_is_written_down(clinic: Clinic) -> None:
    before = await everything()
    with pytest.raises(Refusal, match=r"no price list “stuff”\. There are: standard\.") as refused:
        await clinic.patient("own", price_list="stuff")
    assert (refused.value.field, await everything()) == ("price_list", before)
    staff = PriceRecord(
        price_list="staff", code="exam", description="exam", unit_price_cents=1, valid_from=date(2026, 3, 1)
    )
    await keep_price(staff, practice=clinic.practice, actor=CLOCK, now=clinic.now)
    with pytest.raises(Refusal, match="There are: standard, staff"):
        await clinic.patient("own", price_list="stuff")
    assert (await clinic.patient("own", price_list="staff")).price_list == "staff"
    assert (await clinic.patient("other", price_list="standard")).price_list == "standard"


async def test_a_quantity_is_priced_and_rounded_once(clinic: Clinic) -> None:
    patient = await clinic.patient()
    await completes(clinic, clinic.visit(patient, items=(Item("odd", Decimal("0.5")), Item("odd", Decimal("2.125")))))
    assert sorted(await Charge.all().values_list("amount_cents", flat=True)) == [166, 708]


async def test_where_the_practice_does_not_draft_by_itself_charges_wait(open_database: str) -> None:
    practice = the_practice()
    clinic = Clinic(replace(practice, terms=replace(practice.terms, draft_on_completion=False)))
    await clinic.lists_prices()
    await completes(clinic, clinic.visit(await clinic.patient()))
    assert await Invoice.all().count() == 0
    assert await Charge.filter(invoice_id=None).count() == 1


async def test_a_session_sent_many_times_at_once_is_one_session(clinic: Clinic) -> None:
    record = clinic.visit(await clinic.patient())
    answers = await asyncio.gather(*(completes(clinic, record) for _ in range(6)), return_exceptions=True)
    assert answers.count(True) == 1
    assert {answer.code for answer in answers if isinstance(answer, Refusal)} <= {"session_known"}
    assert all(isinstance(answer, bool | Refusal) for answer in answers)
    assert (await CareSession.all().count(), await Charge.all().count()) == (1, 1)


async def test_a_visit_may_lie_long_ago_but_not_tomorrow(clinic: Clinic) -> None:
    await keep_price(
        PriceRecord(
            price_list="standard", code="old", description="old", unit_price_cents=1, valid_from=date(1990, 1, 1)
        ),
        practice=clinic.practice,
        actor=CLOCK,
        now=clinic.now,
    )
    patient = await clinic.patient()
    assert await completes(clinic, clinic.visit(patient, "old", date=date(1990, 1, 1)))
    tomorrow = clinic.today + timedelta(days=1)
    assert (await refusal_of(clinic, clinic.visit(patient, date=tomorrow))).field == "date"
