"""Rows by SQL put together once are the very rows the ORM gives and writes."""

from datetime import UTC, datetime

import pytest

from models.by_hand import (
    ROWS_AT_ONCE,
    add_row,
    add_rows,
    change_row,
    change_rows,
    insertion,
    keep_row,
    row_of,
    rows_by,
    rows_of,
)
from models.database import execute, transaction
from models.people import Patient, Suppression

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NAMES = ("first_name", "last_name", "external_id", "location", "credit_cents", "created_at", "phone", "bill_to")


@pytest.fixture
async def three(open_database: str) -> list[Patient]:
    return [
        await Patient.create(
            external_id=name, first_name=name, last_name="x", location="downtown", created_at=NOON, credit_cents=cents,
            phone=f"+1937555010{cents}" if cents else None,
        )
        for name, cents in (("maria", 0), ("ali", 1), ("josé", 2))
    ]  # fmt: skip


def said(patient: Patient | None) -> tuple[object, ...]:
    return tuple(getattr(patient, name) for name in NAMES)


async def test_they_are_found_by_what_they_have_in_the_order_of_their_ids(three: list[Patient]) -> None:
    maria, ali, jose = three

    async def ids(**which: object) -> list[int]:
        return [patient.id for patient in await rows_of(Patient, **which)]

    assert await ids(phone=None) == [maria.id]
    assert await ids(phone__not=None) == [ali.id, jose.id]
    assert await ids(credit_cents__gte=1, credit_cents__lte=1) == await ids(phone__not=jose.phone) == [ali.id]
    assert await rows_by(Patient, "SELECT * FROM patient ORDER BY id DESC LIMIT $1", [1]) == [jose]
    assert await ids(id__in=[jose.id, maria.id]) == [maria.id, jose.id]
    assert await ids(id__in=[]) == []
    assert await ids(credit_cents__gt=0, location="downtown", created_at=NOON) == [ali.id, jose.id]
    assert await row_of(Patient, external_id="nobody") is None
    assert said(await row_of(Patient, external_id="josé")) == said(await Patient.get(id=jose.id))
    async with transaction():
        assert await rows_of(Patient, lock=True, id=ali.id) == [ali]


async def test_a_row_is_changed_only_while_it_is_still_what_it_was(three: list[Patient]) -> None:
    maria = three[0]
    later = {"created_at": NOON.replace(hour=13), "phone": "+19375550109", "credit_cents": 7}
    assert await change_row(maria, later, credit_cents=0)
    assert not await change_row(maria, {"credit_cents": 9}, credit_cents=0)
    written = await Patient.get(id=maria.id)
    assert (written.credit_cents, written.phone, written.created_at) == (7, "+19375550109", NOON.replace(hour=13))


async def test_what_was_set_on_a_row_is_kept_and_nothing_else_of_it(three: list[Patient]) -> None:
    maria = three[0]
    maria.phone, maria.location, maria.credit_cents = None, "uptown", 9
    await keep_row(maria, "phone", "location")
    assert said(await Patient.get(id=maria.id)) == (*said(maria)[:4], 0, *said(maria)[5:])


async def test_several_rows_are_changed_that_meet_the_conditions(three: list[Patient]) -> None:
    assert await change_rows(Patient, {"location": "uptown"}, credit_cents__gt=0) == 2
    assert await change_rows(Patient, {"location": "nowhere"}, id__in=[]) == 0
    assert await Patient.all().order_by("id").values_list("location", flat=True) == ["downtown", "uptown", "uptown"]


async def test_a_row_is_added_with_its_models_defaults_and_given_back_as_it_stands(open_database: str) -> None:
    known = {"external_id": "maria", "first_name": "Maria", "last_name": "Garcia", "location": "downtown"}
    maria = await add_row(Patient, **known, created_at=NOON)
    assert said(maria) == said(await Patient.get(id=maria.id))
    assert (maria.locale, maria.credit_cents, maria.created_at) == ("en_US", 0, NOON)


async def test_rows_that_were_made_are_written_as_they_are_and_know_their_ids(open_database: str) -> None:
    many = 2 * ROWS_AT_ONCE + 1
    new = await add_rows(
        Patient(external_id=f"P{n}", first_name="José", last_name="x", location="downtown", created_at=NOON)
        for n in range(many)
    )
    written = await Patient.all().order_by("id")
    assert [patient.external_id for patient in written] == [f"P{n}" for n in range(many)]
    assert [patient.id for patient in written] == [patient.id for patient in new]
    assert said(written[-1]) == said(new[-1])
    assert await add_rows([]) == []


async def test_rows_added_together_are_what_they_say(three: list[Patient]) -> None:
    maria = three[0]
    columns = ("channel", "address", "reason", "at")
    rows = [("sms", "+1", "stop", NOON), ("email", f"{maria.id}@x", "bounce", NOON)]
    await execute(*insertion("suppression", columns, rows))
    kept = await Suppression.all().order_by("id").values_list("channel", "address", "at")
    assert kept == [("sms", "+1", NOON), ("email", f"{maria.id}@x", NOON)]
