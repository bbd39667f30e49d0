"""What the gates need to know about one guarantor and one channel, gathered from the books."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as phone_timezone

from billing.plans import off_plan_cents
from billing.write_offs import outstanding_cents
from domain.gates import GO_ON, Situation
from domain.plan import ON_TRACK
from domain.ports import Ports
from domain.practice import Channel, Location, Practice
from models.by_hand import row_of, rows_of
from models.chasing import InvoiceSet
from models.database import moment, read
from models.people import Patient, Suppression
from outreach.plan import plan_of

NORTH_AMERICAN = re.compile(r"\+1[2-9]\d{9}")
MOST_ZONES = 3
"""A number that could be in more zones than this (toll-free, satellite) tells nothing about where its owner is."""

NOT_DELIVERABLE = ("bad_number", "landline")
"""An opt-out that the carrier told us of is a suppression, which the patient can lift."""
SUPPRESSED = {"stop": "The patient has opted out.", "wrong": "The number belongs to someone else."}
DOOR_OFF = {"sms": "Texts are not set up for this practice.", "email": "Mail is not set up for this practice."}
SENDERLESS = {"sms": "This clinic sends no texts.", "email": "This clinic sends no mail."}
LONGEST_WAIT = timedelta(days=14)
"""From being written to leaving: two contact caps' worth, with nights, Sundays and what went wrong."""
COUNTED = ("reminder", "invoice", "instalment")
"""What the contact cap counts: whatever asks for money. A receipt, and what answers the patient, is none of it."""

SAID = """
    SELECT given FROM consent WHERE patient_id = $1 AND channel = $2 AND UPPER(address) = UPPER($3)
     ORDER BY id DESC LIMIT 1
"""
MET = """
    SELECT status, error_code, error FROM message
     WHERE channel = $1 AND address = $2 AND direction = 'out' AND status IN ('sent', 'delivered', 'failed')
     ORDER BY id DESC LIMIT 1
"""
ASKED = """
    SELECT sent_at FROM message
     WHERE channel = $1 AND address = $2 AND direction = 'out' AND created_at > $3 AND purpose IN ($4, $5, $6)
       AND status NOT IN ('dropped', 'failed')
"""


async def situation_of(
    invoice_set: InvoiceSet, channel: Channel, *, practice: Practice, ports: Ports, now: datetime
) -> Situation:
    """What stands between a set's reminder and its guarantor."""
    [payer] = await rows_of(Patient, id=invoice_set.guarantor_id)
    owed = await off_plan_cents(invoice_set.id) or await outstanding_cents(invoice_set.id)
    return replace(
        await situation_of_payer(payer, channel, owed_cents=owed, practice=practice, ports=ports, now=now),
        minimum_cents=plan_of(invoice_set).minimum_cents,
        held_until=invoice_set.held_until,
        hold_reason=invoice_set.hold_reason,
        hold_fix="Change or cancel the plan." if invoice_set.hold_reason == ON_TRACK else GO_ON,
    )


async def situation_of_payer(
    payer: Patient, channel: Channel, *, owed_cents: int, practice: Practice, ports: Ports, now: datetime
) -> Situation:
    """The same for what no sequence sends, such as a bill: nothing holds it, and no amount is too small."""
    address = address_of(payer, channel)
    return Situation(
        channel=channel,
        address=address,
        consented=await has_consented(payer, channel),
        zones=zones_of(payer.timezone, payer.phone if channel == "sms" else None),
        balance_cents=owed_cents,
        suppressed=await suppressed(channel, address),
        undeliverable=_closed(channel, practice.locations[payer.location], ports) or await _refused(channel, address),
        recent=await _recent(channel, address, now) if channel == "sms" else (),
    )


def address_of(payer: Patient, channel: Channel) -> str | None:
    """Mail systems don't tell capitals apart: one mailbox is one address here, however it was typed."""
    if channel == "sms":
        return payer.phone
    return payer.email.lower() if payer.email else None


def sender_of(channel: Channel, location: Location) -> str | None:
    return location.sms_from if channel == "sms" else location.email_from


def zones_of(home: str | None, phone: str | None) -> tuple[ZoneInfo, ...]:
    """Every zone the patient may be in: where they live, and where their number is from."""
    names = {home} if home else set()
    from_number = _zones_of_number(phone) if phone else ()
    names |= set(from_number) if len(from_number) <= MOST_ZONES else set()
    return tuple(ZoneInfo(name) for name in sorted(names))


@lru_cache(maxsize=4096)
def _zones_of_number(phone: str) -> tuple[str, ...]:
    try:
        if NORTH_AMERICAN.fullmatch(phone):  # read by its area code: thirty times as quick, and never less careful
            number = phonenumbers.PhoneNumber(country_code=1, national_number=int(phone[2:]))
            zones = phone_timezone.time_zones_for_geographical_number(number)
        else:
            zones = phone_timezone.time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return ()
    return tuple(zone for zone in zones if zone != "Etc/Unknown")


async def has_consented(payer: Patient, channel: Channel) -> bool:
    """The last word on this address counts."""
    said = await read(SAID, [payer.id, channel, address_of(payer, channel)])
    return bool(said and said[0]["given"])


async def suppressed(channel: Channel, address: str | None) -> str | None:
    if address is None:
        return None
    found = await row_of(Suppression, channel=channel, address=address, lifted_at=None)
    return SUPPRESSED.get(found.reason, "Nothing may be sent to this address.") if found else None


def _closed(channel: Channel, location: Location, ports: Ports) -> str | None:
    """Why nothing can leave by this channel, whomever it is to."""
    if (ports.sms if channel == "sms" else ports.mail) is None:
        return DOOR_OFF[channel]
    return None if sender_of(channel, location) else SENDERLESS[channel]


async def _refused(channel: Channel, address: str | None) -> str | None:
    """What the last message to this address met, if that was final."""
    for last in await read(MET, [channel, address]):
        if last["status"] == "failed" and last["error_code"] in (*NOT_DELIVERABLE, "bad_address"):
            error: str | None = last["error"]
            return error
    return None


async def _recent(channel: Channel, address: str | None, now: datetime) -> tuple[datetime, ...]:
    """When this number was asked for money within a week, whichever patient or invoice it was about. What still waits
    to leave counts as leaving now: it may at any moment, and must not meet another."""
    a_week_ago = now - timedelta(days=7)
    asked = await read(ASKED, [channel, address, a_week_ago - LONGEST_WAIT, *COUNTED])
    times = [moment(row["sent_at"]) if row["sent_at"] else now for row in asked]
    return tuple(at for at in times if at > a_week_ago)
