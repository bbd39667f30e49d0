"""The verbs behind the words of the deeds: those that everybody uses, none of its own."""

from collections.abc import Mapping

from duesday.sample.telling import care, chasing, claims, drafts, money, office, records
from duesday.sample.telling.care import complete_visits
from duesday.sample.telling.stage import Stage, Tell

DEEDS: Mapping[str, Tell] = {
    **care.DEEDS, **drafts.DEEDS, **money.DEEDS, **chasing.DEEDS, **claims.DEEDS, **office.DEEDS,
    **records.DEEDS,
}  # fmt: skip

__all__ = ["DEEDS", "Stage", "complete_visits"]
