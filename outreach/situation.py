"""What the gates need to know about one set and one channel, gathered from the books."""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as phone_timezone

from billing.write_offs import outstanding_cents
from domain.gates import Situation
from domain.ports import Ports
from domain.practice import Channel
from models.chasing import InvoiceSet, Message
from models.people import Consent, Patient, Suppression
from outreach.plan import plan_of

MOST_ZONES = 3
"""A number that could be in more zones than this (toll-free, satellite) tells nothing about where its owner is."""

NOT_DELIVERABLE = ("bad_number", "landline")
"""An opt-out that the carrier told us of is a suppression, which the patient can lift."""
SUPPRESSED = {"stop": "The patient has opted out.", "wrong": "The number belongs to someone else."}
DOOR_OFF = {"sms": "Texts are not set up for this practice.", "email": "Mail is not set up for this practice."}


async def situation_of(invoice_set: InvoiceSet, channel: Channel, *, ports: Ports, now: datetime) -> Situation:
    payer = await Patient.get(id=invoice_set.guarantor_id)
    address = address_of(payer, channel)
    return Situation(
        channel=channel,
        address=address,
        consented=await has_consented(payer, channel),
        zones=zones_of(payer.timezone, payer.phone if channel == "sms" else None),
        balance_cents=await outstanding_cents(invoice_set.id),
        minimum_cents=plan_of(invoice_set).minimum_cents,
        suppressed=await suppressed(channel, address),
        undeliverable=await _undeliverable(channel, address, ports=ports),
        held_until=invoice_set.held_until,
        hold_reason=invoice_set.hold_reason,
        recent=await _recent(channel, address, now) if channel == "sms" else (),
    )


def address_of(payer: Patient, channel: Channel) -> str | None:
    return payer.phone if channel == "sms" else payer.email


def zones_of(home: str | None, phone: str | None) -> tuple[ZoneInfo, ...]:
    """Every zone the patient may be in: where they live, and where their number is from."""
    names = {home} if home else set()
    from_number = _zones_of_number(phone) if phone else ()
    names |= set(from_number) if len(from_number) <= MOST_ZONES else set()
    return tuple(ZoneInfo(name) for name in sorted(names))


@lru_cache(maxsize=4096)
def _zones_of_number(phone: str) -> tuple[str, ...]:
    try:
        zones = phone_timezone.time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return ()
    return tuple(zone for zone in zones if zone != "Etc/Unknown")


async def has_consented(payer: Patient, channel: Channel) -> bool:
    """The last word on this address counts."""
    address = address_of(payer, channel)
    last = await Consent.filter(patient_id=payer.id, channel=channel, address=address).order_by("-id").first()
    return last is not None and last.given


async def suppressed(channel: Channel, address: str | None) -> str | None:
    if address is None:
        return None
    found = await Suppression.filter(channel=channel, address=address, lifted_at=None).order_by("id").first()
    return SUPPRESSED.get(found.reason, "Nothing may be sent to this address.") if found else None


async def _undeliverable(channel: Channel, address: str | None, *, ports: Ports) -> str | None:
    """What the last message to this address met, if that was final."""
    if (ports.sms if channel == "sms" else ports.mail) is None:
        return DOOR_OFF[channel]
    last = (
        await Message.filter(
            channel=channel, address=address, direction="out", status__in=("sent", "delivered", "failed")
        )
        .order_by("-id")
        .first()
    )
    if last is None or last.status != "failed" or last.error_code not in (*NOT_DELIVERABLE, "bad_address"):
        return None
    return last.error


async def _recent(channel: Channel, address: str | None, now: datetime) -> tuple[datetime, ...]:
    """When reminders went to this number within a week, whichever patient or invoice they were about."""
    sent = (
        await Message.filter(
            channel=channel,
            address=address,
            direction="out",
            purpose="reminder",
            created_at__gt=now - timedelta(days=7),
        )
        .exclude(status__in=("dropped", "failed"))
        .values_list("created_at", flat=True)
    )
    return tuple(sent)  # type: ignore[arg-type]
