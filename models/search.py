"""What a patient can be found by: the words of their name, their id and their phone, of which a beginning is enough.

Words are kept as bytes: both databases order those alike, so that "begins with" is a range of an index, whatever the
language of the database.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Protocol

from models.database import execute, insert_rows, read

LONGEST = 120
PHONE = "~"
"""Phone numbers are kept from their end, since people leave out how they begin."""
_ASKED_PHONE = re.compile(r"\+?[\d\s().-]{7,}")


class Findable(Protocol):
    """A patient, as far as they are looked for."""

    id: int
    external_id: str
    first_name: str
    last_name: str
    phone: str | None

    @property
    def payer_id(self) -> int: ...


def folded(text: str) -> str:
    """Without case and accents: José is found by JOSE."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(ch for ch in plain if not unicodedata.combining(ch))


def words_of(patient: Findable) -> set[bytes]:
    said = {*folded(f"{patient.first_name} {patient.last_name}").split(), folded(patient.external_id)}
    return {_kept(word) for word in said} | ({_kept(_from_the_end(patient.phone))} if patient.phone else set())


def asked_words(q: str) -> list[bytes]:
    """What was typed, as it is looked for."""
    if _ASKED_PHONE.fullmatch(q.strip()) and len(re.findall(r"\d", q)) >= 7:
        return [_kept(_from_the_end(q))]
    return [_kept(word) for word in folded(q).split()]


def after_all(beginning: bytes) -> bytes:
    """The first word that no longer begins like this: no UTF-8 holds the byte 255."""
    return beginning + b"\xff"


async def note_words(patients: Sequence[Findable]) -> None:
    """Whoever writes down patients calls this in the same transaction; `Patient.save` does by itself."""
    if not patients:
        return
    known = await _known([patient.id for patient in patients])
    wanted = {(p.id, p.payer_id, word) for p in patients for word in words_of(p)}
    if gone := {patient_id for patient_id, *_ in known - wanted}:
        await execute(f"DELETE FROM patient_word WHERE patient_id IN ({_listed(gone)})")  # noqa: S608  # numbers
        known = {row for row in known if row[0] not in gone}
    if new := sorted(wanted - known):
        await insert_rows("patient_word", ("patient_id", "payer_id", "word"), new)


async def _known(ids: Sequence[int]) -> set[tuple[int, int, bytes]]:
    sql = f"SELECT patient_id, payer_id, word FROM patient_word WHERE patient_id IN ({_listed(ids)})"  # noqa: S608  # numbers
    return {(row["patient_id"], row["payer_id"], bytes(row["word"])) for row in await read(sql)}


def _listed(ids: Iterable[int]) -> str:
    return ", ".join(map(str, ids))


def _kept(word: str) -> bytes:
    return word.encode()[:LONGEST]


def _from_the_end(phone: str) -> str:
    return PHONE + "".join(re.findall(r"\d", phone))[::-1]
