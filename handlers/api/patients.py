"""Patients, as the practice's own system tells of them."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from billing.patients import PatientRecord, keep_patient
from handlers.api.body import Body
from handlers.api.fields import Day, Email, ExternalId, Locale, Phone, Place, Short, Words, Zone
from handlers.api.operation import Call, Created
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
    told = shown(patient, guarantor=record.guarantor)
    return Created(told) if is_new else told


def shown(patient: Patient, *, guarantor: str | None) -> PatientAnswer:
    names = PatientAnswer.__dataclass_fields__.keys() - {"guarantor"}
    return PatientAnswer(**{name: getattr(patient, name) for name in names}, guarantor=guarantor)
