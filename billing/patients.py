"""Patients as the practice's own system tells us of them, and their consent to be contacted."""

from dataclasses import dataclass
from datetime import date, datetime

from billing.books import held_payer
from billing.families import follow_payer, refuse_chain
from billing.prices import refuse_unknown_list
from domain.access import Actor
from domain.errors import invalid, not_found
from domain.practice import Channel, Practice
from models.by_hand import add_row, row_of, rows_of
from models.change import Change, change
from models.people import Consent, Patient
from models.search import note_words

GIVEN_WITH_CONTACT = "The number or address was given to the practice for contact about care and bills."


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRecord:
    """What is said about a patient; the whole of it, each time."""

    external_id: str
    first_name: str
    last_name: str
    location: str
    birth_date: date | None = None
    phone: str | None = None
    email: str | None = None
    locale: str = "en_US"
    timezone: str | None = None
    bill_to: str = "client"
    guarantor: str | None = None
    price_list: str | None = None


async def keep_patient(
    record: PatientRecord, *, practice: Practice, actor: Actor, now: datetime
) -> tuple[Patient, bool]:
    """Write down a patient; says also whether they are new. The same record twice changes nothing."""
    if record.location not in practice.locations:
        raise invalid(f"There is no location “{record.location}” in app.yaml.", "location")
    if record.birth_date is not None and record.birth_date > practice.today(record.location, now):
        raise invalid("A date of birth cannot lie in the future.", "birth_date")
    async with change(now) as told:
        known, guarantor = await _known_and_guarantor(record)
        if record.price_list is not None and (known is None or record.price_list != known.price_list):
            await refuse_unknown_list(record.price_list, practice)
        columns = {name: getattr(record, name) for name in _COLUMNS}
        columns["guarantor_id"] = guarantor.id if guarantor else None
        if known is None:
            patient = await add_row(Patient, external_id=record.external_id, created_at=now, **columns)
            await note_words([patient])
        else:
            patient = known
            if all(getattr(known, name) == value for name, value in columns.items()):
                return known, False
            was = known.payer_id
            await known.update_from_dict(columns).save()
            if known.payer_id != was:
                await follow_payer(known, was, told, actor)
        await _note_consent(patient, now)
        _tell(patient, told, actor, is_new=known is None)
        return patient, known is None


_COLUMNS = (
    "first_name",
    "last_name",
    "birth_date",
    "phone",
    "email",
    "locale",
    "timezone",
    "bill_to",
    "location",
    "price_list",
)


async def patient_by(external_id: str, field: str | None = None) -> Patient:
    """One that was merged into another is that other. `field` is where they were named, unless it was in an address."""
    patient = await row_of(Patient, external_id=external_id)
    if patient is None:
        raise not_found("patient", external_id, field)
    into = await row_of(Patient, id=patient.merged_into_id) if patient.merged_into_id else None
    return into or patient


async def _known_and_guarantor(record: PatientRecord) -> tuple[Patient | None, Patient | None]:
    """Whoever of them is there, and who has paid so far, held in the order of their ids: two records at once make no
    chain between them."""
    named = [record.external_id, *([record.guarantor] if record.guarantor else [])]
    meant = {row.external_id: row.merged_into_id or row.id for row in await rows_of(Patient, external_id__in=named)}
    paying = await row_of(Patient, id=meant.get(record.external_id, 0))
    wanted = {*meant.values(), *([paying.payer_id] if paying else [])}
    held = {number: await held_payer(number) for number in sorted(wanted)}
    known, guarantor = (held.get(meant.get(name, 0)) for name in (record.external_id, record.guarantor or ""))
    if guarantor is None and record.guarantor not in (None, record.external_id):
        raise invalid(
            f"There is no patient {record.guarantor} who could be the guarantor; send that one first.", "guarantor"
        )
    if guarantor is None or (known is not None and guarantor.id == known.id):
        return known, None
    await refuse_chain(known, guarantor)
    return known, guarantor


async def _note_consent(patient: Patient, now: datetime) -> None:
    """A number given to a provider is consent within that scope; each address is noted once, with its source."""
    addresses: tuple[tuple[Channel, str | None], ...] = (("sms", patient.phone), ("email", patient.email))
    for channel, address in addresses:
        if address and not await rows_of(Consent, patient_id=patient.id, channel=channel, address=address):
            await add_row(
                Consent,
                patient_id=patient.id,
                channel=channel,
                address=address,
                given=True,
                source="practice record",
                wording=GIVEN_WITH_CONTACT,
                at=now,
            )


def _tell(patient: Patient, told: Change, actor: Actor, *, is_new: bool) -> None:
    told.tell(
        "patient.added" if is_new else "patient.changed",
        f"patient:{patient.id}",
        actor=actor,
        location=patient.location,
        guarantor=patient.payer_id,
    )
