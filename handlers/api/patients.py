"""Patients: written down as the practice's own system tells of them, found, billed to someone else, merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from billing.families import set_guarantor
from billing.merging import merge_patients
from billing.patients import PatientRecord, keep_patient, patient_by
from handlers.api.body import Body, NoQuery
from handlers.api.fields import Day, Email, ExternalId, Locale, Phone, Place, Reason, Short, Words, Zone
from handlers.api.invoice_answer import external_ids
from handlers.api.operation import Call, Created
from handlers.api.paging import Listed, Page, cursor_at, place_in
from models.finding import find_patients
from models.people import Patient

BillTo = Literal["insurance", "client", "hybrid"]
Name = Annotated[str, Words(200), Field(examples=["Maria"])]


class PatientBody(Body):
    first_name: Name
    last_name: Name
    bill_to: BillTo
    location: Place
    birth_date: Day | None = None
    phone: Phone | None = None
    email: Email | None = None
    locale: Locale = "en_US"
    timezone: Zone | None = None
    guarantor: ExternalId | None = None
    price_list: Short | None = None


class GuarantorBody(Body):
    guarantor: Annotated[ExternalId | None, Field(description="Who pays from now on; null: the patient themselves.")]


class MergeBody(Body):
    merged: Annotated[ExternalId, Field(description="The record that becomes a part of the one in the address.")]
    reason: Reason


class WhichPatients(Page):
    q: Annotated[str, Words(100), Field(description="Beginnings of names, an id or a phone.")] = ""


@dataclass(frozen=True, slots=True)
class PatientAnswer:
    """Who was treated; as a guarantor, who is billed and contacted."""

    id: int
    external_id: str
    first_name: str
    last_name: str
    bill_to: BillTo
    location: str
    birth_date: date | None
    phone: str | None
    email: str | None
    locale: str
    timezone: str | None
    guarantor: str | None
    price_list: str | None


async def keep(call: Call[PatientBody]) -> PatientAnswer | Created[PatientAnswer]:
    """Write down a patient, the whole of them each time."""
    record = PatientRecord(external_id=call.external_id, **call.asked.model_dump())
    patient, is_new = await keep_patient(record, practice=call.practice, actor=call.actor, now=call.now)
    told = await _told(patient)
    return Created(told) if is_new else told


async def show(call: Call[NoQuery]) -> PatientAnswer:
    """Show a patient; of one that was merged into another, that other."""
    return await _told(await patient_by(call.external_id))


async def list_them(call: Call[WhichPatients]) -> Listed[PatientAnswer]:
    """List patients, or find them."""
    which = call.asked
    after = place_in(which.cursor) if which.cursor is not None else None
    found = await find_patients(which.q, limit=which.limit, after=after)
    by_id = {patient.id: patient for patient in await Patient.filter(id__in=found.ids)}
    return Listed(await shown([by_id[number] for number in found.ids]), cursor_at(found.next) if found.next else None)


async def bill_to(call: Call[GuarantorBody]) -> PatientAnswer:
    """Say who pays for a patient from now on: what is not billed yet goes with it."""
    patient, named = await patient_by(call.external_id), call.asked.guarantor
    guarantor = (await patient_by(named, "guarantor")).id if named is not None else None
    return await _told(await set_guarantor(patient.id, guarantor, actor=call.actor, now=call.now))


async def merge(call: Call[MergeBody]) -> PatientAnswer:
    """Make two records of one patient one, for good: both ids mean this one from now on."""
    asked, kept = call.asked, await patient_by(call.external_id)
    merged = await patient_by(asked.merged, "merged")
    patient = await merge_patients(
        kept.id, merged.id, reason=asked.reason, practice=call.practice, actor=call.actor, now=call.now
    )
    return await _told(patient)


async def _told(patient: Patient) -> PatientAnswer:
    return (await shown([patient]))[0]


async def shown(patients: Sequence[Patient]) -> list[PatientAnswer]:
    payers = await external_ids({patient.guarantor_id for patient in patients if patient.guarantor_id})
    names = PatientAnswer.__dataclass_fields__.keys() - {"guarantor"}
    return [
        PatientAnswer(
            guarantor=payers[patient.guarantor_id] if patient.guarantor_id else None,
            **{name: getattr(patient, name) for name in names},
        )
        for patient in patients
    ]
