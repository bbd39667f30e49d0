"""What became of each of many records that were kept at once."""

from dataclasses import dataclass
from typing import Literal

from domain.errors import Refusal

Kept = Literal["added", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a record was not kept. Whoever keeps many takes all of them back when there is one of these."""

    refusal: Refusal
    item: int | None = None
    """Which of the record's items it is about, where it has several."""
