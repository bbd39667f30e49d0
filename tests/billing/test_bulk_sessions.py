"""Many sessions at once leave what each of them would have left alone, and are refused for the same reasons."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.audit import audit
from billing.bulk import Refused
from billing.bulk_sessions import complete_sessions
from billing.prices import PriceRecord, keep_price
from billing.sessions import Item, SessionRecord, complete_session
from domain.access import CLOCK
from domain.errors import Refusal
from domain.terms import Tax
from models import database
from models.care import CareSession
from models.change import following
from models.migrate import migrate
from models.portable import drop_everything
from tests.billing.clinic import Clinic, everything, the_practice
from tests.billing.test_sessions import SLIPS


async def at_once(clinic: Clinic, *records: SessionRecord) -> list[Any]:
    return await complete_sessions(records, practice=clinic.practice, actor=CLOCK, now=clinic.now)


async def one_by_one(clinic: Clinic, *records: SessionRecord) -> None:
    for record in records:
        await complete_session(record, practice=clinic.practice, actor=CLOCK, now=clinic.now)


async def begin_anew() -> None:
    if database.dialect() == "sqlite":
        await database.execute("PRAGMA foreign_keys = OFF")
    await drop_everything()
    await migrate()
    if database.dialect() == "sqlite":
        await database.execute("PRAGMA foreign_keys = ON")


async def sets_up(clinic: Clinic) -> list[SessionRecord]:
    """Children, own price lists, prices of another day, parts of units, taxes, a second location, an insurer."""
    await clinic.lists_prices()
    for price_list, since, code in (("staff", 1, "exam"), ("standard", 2, "exam"), ("standard", 1, "taxed")):
        record = PriceRecord(
            price_list=price_list, code=code, description=code, unit_price_cents=5_005, valid_from=date(2026, 3, since),
            taxes=("vat", "city") if code == "taxed" else (),
        )  # fmt: skip
        await keep_price(record, practice=clinic.practice, actor=CLOCK, now=clinic.now)
    ana, leo = await clinic.patient("ana", price_list="staff"), await clinic.patient("leo", guarantor="ana")
    grace = await clinic.patient("grace", bill_to="insurance")
    return [
        clinic.visit(ana, "exam", "xray"),
        clinic.visit(leo, "exam", "exam", date=date(2026, 3, 1)),
        clinic.visit(leo, "taxed", "gauze", location="northside"),
        clinic.visit(ana, items=(Item("odd", Decimal("2.125"), "material"), Item("taxed", Decimal(3)))),
        clinic.visit(grace, "exam"),
    ]


TAXES = {"vat": Tax(title="VAT", basis_points=1_900, included=True), "city": Tax(title="City", basis_points=125)}
TERMS = {
    "drafting": {"draft_on_completion": True},
    "waiting": {"draft_on_completion": False},
    "sending": {"send_on_completion": True},
}


@pytest.mark.parametrize("terms", TERMS)
async def test_at_once_they_leave_the_very_rows_that_one_by_one_they_leave(open_database: str, terms: str) -> None:
    practice = the_practice(taxes=TAXES)
    practice = replace(practice, terms=replace(practice.terms, **TERMS[terms]))
    left = []
    for work in (one_by_one, at_once):
        await begin_anew()
        clinic = Clinic(practice)
        with following("the same cause"):
            await work(clinic, *await sets_up(clinic))
        left.append(await everything())
        assert await audit(full=True) == []
    assert left[0]["charge"]
    assert left[0] == left[1]


async def test_sessions_that_are_known_stay_as_they_are(clinic: Clinic) -> None:
    visits = [clinic.visit(await clinic.patient()) for _ in range(3)]
    assert await at_once(clinic, *visits[:2]) == ["added", "added"]
    assert await at_once(clinic, *visits) == ["unchanged", "unchanged", "added"]
    before = await everything()
    assert await at_once(clinic, *visits, visits[0]) == ["unchanged"] * 4
    assert await everything() == before


async def test_a_session_that_stands_twice_is_one_and_may_not_differ(clinic: Clinic) -> None:
    visit = clinic.visit(await clinic.patient())
    _, same, other = await at_once(clinic, visit, visit, replace(visit, provider="Dr. Who"))
    assert same == "unchanged"
    assert isinstance(other, Refused)
    assert other.refusal.code == "session_completed"
    assert await CareSession.all().count() == 1


async def test_each_is_refused_in_the_words_in_which_it_would_be_alone(clinic: Clinic) -> None:
    visit = clinic.visit(await clinic.patient())
    known = clinic.visit(await clinic.patient(), external_id="known")
    await one_by_one(clinic, known)
    wrong = [
        replace(visit, external_id=f"W-{number}", **changed)  # type: ignore[arg-type]
        for number, (changed, _) in enumerate((*SLIPS, ({"patient": "nobody"}, None)))
    ]
    wrong.append(replace(known, provider="Dr. Who"))
    before = await everything()
    outcomes = await at_once(clinic, *wrong)
    for record, outcome in zip(wrong, outcomes, strict=True):
        with pytest.raises(Refusal) as alone:
            await one_by_one(clinic, record)
        assert isinstance(outcome, Refused)
        assert (outcome.refusal.sentence, outcome.refusal.field) == (alone.value.sentence, alone.value.field)
    assert await everything() == before


async def test_the_item_at_fault_is_named_and_the_others_are_completed(clinic: Clinic) -> None:
    patient = await clinic.patient()
    fine, faulty = clinic.visit(patient), clinic.visit(patient, "exam", "mystery")
    added, refused = await at_once(clinic, fine, faulty)
    assert (added, refused.item) == ("added", 1)
    assert await CareSession.all().values_list("external_id", flat=True) == [fine.external_id]


async def test_what_comes_afterwards_gets_ids_of_its_own(clinic: Clinic) -> None:
    patient = await clinic.patient()
    await at_once(clinic, clinic.visit(patient))
    await clinic.sees(patient)
    await at_once(clinic, clinic.visit(patient), clinic.visit(patient))
    assert await CareSession.all().count() == 4
    assert await audit(full=True) == []
