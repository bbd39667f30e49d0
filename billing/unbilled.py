"""The unbilled queue: what waits to be billed, by who pays for it and who was treated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.database import day, read
from models.people import Patient


@dataclass(frozen=True, slots=True)
class PatientWaiting:
    """One patient's charges in the queue."""

    patient: int
    name: str
    charges: int
    amount_cents: int
    oldest: date


@dataclass(frozen=True, slots=True)
class GuarantorWaiting:
    guarantor: int
    external_id: str
    name: str
    patients: tuple[PatientWaiting, ...]

    @property
    def charges(self) -> int:
        return sum(each.charges for each in self.patients)

    @property
    def amount_cents(self) -> int:
        return sum(each.amount_cents for each in self.patients)


@dataclass(frozen=True, slots=True)
class Queue:
    """All of it in two figures."""

    guarantors: int
    charges: int
    amount_cents: int


# Asked for in the order of the index over unbilled charges: a page costs what stands on it, however long the queue is.
PAGE = """
    SELECT guarantor_id, patient_id, COUNT(*) AS charges, SUM(amount_cents) AS cents, MIN(served_on) AS oldest
      FROM charge
     WHERE invoice_id IS NULL AND location IN ({places}) AND guarantor_id > $1 AND guarantor_id <= (
           SELECT MAX(guarantor_id) FROM (
               SELECT DISTINCT guarantor_id FROM charge
                WHERE invoice_id IS NULL AND location IN ({places}) AND guarantor_id > $1
                ORDER BY guarantor_id LIMIT $2) AS page)
     GROUP BY guarantor_id, patient_id ORDER BY guarantor_id, patient_id
"""
WHOLE = """
    SELECT COUNT(*) AS guarantors, COALESCE(SUM(charges), 0) AS charges, COALESCE(SUM(cents), 0) AS cents FROM (
        SELECT COUNT(*) AS charges, SUM(amount_cents) AS cents
          FROM charge WHERE invoice_id IS NULL AND location IN ({places}) GROUP BY guarantor_id) AS theirs
"""


async def unbilled(locations: Sequence[str], *, after: int = 0, limit: int = 50) -> list[GuarantorWaiting]:
    """A page of the queue at these locations, past the guarantor with the id `after`."""
    if not locations:
        return []
    rows = await read(PAGE.format(places=_places(locations, 3)), [after, limit, *locations])
    ids = {row["guarantor_id"] for row in rows} | {row["patient_id"] for row in rows}
    people = {person.id: person for person in await Patient.filter(id__in=ids)}
    waiting: dict[int, list[PatientWaiting]] = {}
    for row in rows:
        waiting.setdefault(row["guarantor_id"], []).append(
            PatientWaiting(
                patient=row["patient_id"],
                name=_name(people[row["patient_id"]]),
                charges=int(row["charges"]),
                amount_cents=int(row["cents"]),
                oldest=day(row["oldest"]),
            )
        )
    return [
        GuarantorWaiting(guarantor, people[guarantor].external_id, _name(people[guarantor]), tuple(patients))
        for guarantor, patients in waiting.items()
    ]


async def queue(locations: Sequence[str]) -> Queue:
    if not locations:
        return Queue(0, 0, 0)
    [row] = await read(WHOLE.format(places=_places(locations, 1)), list(locations))
    return Queue(int(row["guarantors"]), int(row["charges"]), int(row["cents"]))


def _places(locations: Sequence[str], first: int) -> str:
    return ", ".join(f"${number}" for number in range(first, first + len(locations)))


def _name(person: Patient) -> str:
    return f"{person.first_name} {person.last_name}".strip()
