"""Whether it is an hour at which a patient may be texted, as whoever is about to do it should hear it."""

from datetime import datetime

from domain.gates import Situation, Verdict, verdicts
from domain.practice import Practice
from models.chasing import Message
from models.people import Patient
from outreach.situation import zones_of


async def hours_verdict(message: Message, *, practice: Practice, now: datetime) -> str:
    return (await hours_of(message, practice=practice, now=now)).sentence


async def hours_of(message: Message, *, practice: Practice, now: datetime) -> Verdict:
    payer = await Patient.get(id=message.guarantor_id)
    at = Situation(
        channel="sms",
        address=message.address,
        consented=True,
        balance_cents=1,
        zones=zones_of(payer.timezone, payer.phone),
    )
    return next(verdict for verdict in verdicts(at, practice.contact, now) if verdict.gate == "quiet hours")
