"""Who pays for whom: one step from the patient to the payer, never a chain."""

import asyncio

import pytest

from domain.errors import Refusal
from models.people import Patient
from tests.billing.clinic import Clinic, everything


async def test_who_pays_for_others_is_not_billed_to_someone_else(clinic: Clinic) -> None:
    for name in ("maria", "ana"):
        await clinic.patient(name)
    await clinic.patient("leo", guarantor="maria")
    before = await everything()
    with pytest.raises(Refusal, match="maria is billed for others and cannot be billed to someone else") as refused:
        await clinic.patient("maria", guarantor="ana")
    assert (refused.value.code, refused.value.field) == ("invalid", "guarantor")
    with pytest.raises(Refusal, match="leo is billed to someone else and cannot be a guarantor"):
        await clinic.patient("ana", guarantor="leo")
    assert await everything() == before
    await clinic.patient("leo")
    await clinic.patient("maria", guarantor="ana")
    assert (await Patient.get(external_id="maria")).guarantor_id == (await Patient.get(external_id="ana")).id


async def test_two_records_at_once_make_no_chain_between_them(clinic: Clinic) -> None:
    for name in ("ana", "maria", "leo"):
        await clinic.patient(name)
    pairs = (("maria", "ana"), ("leo", "maria"), ("ana", "leo"))
    told = await asyncio.gather(
        *(clinic.patient(name, guarantor=payer) for name, payer in pairs), return_exceptions=True
    )
    assert all(isinstance(each, Patient | Refusal) for each in told), told
    rows = await Patient.all()
    paying = {row.guarantor_id for row in rows} - {None}
    assert paying
    assert not [row for row in rows if row.id in paying and row.guarantor_id is not None]
