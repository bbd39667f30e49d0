"""Whether it is an hour at which a patient may be texted, as whoever is about to do it should hear it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from domain.gates import Situation, Verdict, verdicts
from domain.practice import Practice
from models.by_hand import rows_of
from models.chasing import Message
from models.people import Patient
from outreach.situation import zones_of


async def hours_verdict(message: Message, *, practice: Practice, now: datetime) -> str:
    [payer] = await rows_of(Patient, id=message.guarantor_id)
    return hours_in(zones_of(payer.timezone, payer.phone), practice=practice, now=now).sentence


def hours_in(zones: tuple[ZoneInfo, ...], *, practice: Practice, now: datetime) -> Verdict:
    at = Situation(channel="sms", address=None, consented=True, balance_cents=1, zones=zones)
    return next(verdict for verdict in verdicts(at, practice.contact, now) if verdict.gate == "quiet hours")
