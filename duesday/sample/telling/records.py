"""Records of the sample's patients: one was written down twice, and the two are made one again."""

from collections.abc import Mapping
from datetime import datetime

from billing.merging import merge_patients
from billing.patients import PatientRecord, keep_patient
from domain.access import CLOCK
from duesday.sample.deeds import Deed
from duesday.sample.people import MARCUS
from duesday.sample.stories import again
from duesday.sample.telling.stage import Stage, Tell
from models.people import Patient


async def is_registered_again(stage: Stage, deed: Deed, now: datetime) -> None:
    """Under another number, and with no address."""
    known = await Patient.get(external_id=deed.who)
    record = PatientRecord(
        external_id=again(deed.who), first_name=known.first_name, last_name=known.last_name, location=known.location
    )
    await keep_patient(record, practice=stage.practice, actor=CLOCK, now=now)


async def is_found_twice(stage: Stage, deed: Deed, now: datetime) -> None:
    kept, merged = await Patient.get(external_id=deed.who), await Patient.get(external_id=again(deed.who))
    why = "The same person, registered twice."
    await merge_patients(kept.id, merged.id, reason=why, practice=stage.practice, actor=MARCUS, now=now)


DEEDS: Mapping[str, Tell] = {"is registered again": is_registered_again, "is found twice": is_found_twice}
