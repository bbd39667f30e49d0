"""Opting out and back in: obeyed at once, for every invoice of that address."""

from datetime import datetime

from domain.access import Actor
from domain.practice import Channel
from models.by_hand import add_row, change_rows, row_of, rows_of
from models.change import Change, change
from models.chasing import Message
from models.people import Consent, Patient, Suppression
from outreach.situation import address_of


async def suppress(
    channel: Channel, address: str, reason: str, *, actor: Actor, now: datetime, wording: str, source: str
) -> None:
    """Nothing more goes to this address; what was queued for it stays here. Twice is once."""
    async with change(now) as told:
        if await row_of(Suppression, channel=channel, address=address, lifted_at=None, reason=reason):
            return
        await add_row(Suppression, channel=channel, address=address, reason=reason, at=now)
        await (
            Message.filter(channel=channel, address=address, direction="out", status="queued")
            .exclude(purpose="keyword")
            .update(status="dropped", error="Opted out.", settled_at=now)
        )
        for owner in await owners_of(channel, address):
            await _note(owner, channel, address, told, actor=actor, given=False, wording=wording, source=source)


async def lift(channel: Channel, address: str, *, actor: Actor, now: datetime, wording: str, source: str) -> None:
    """The patient themselves has opted in again. A number that belongs to someone else stays suppressed."""
    async with change(now) as told:
        stopped = {"channel": channel, "address": address, "lifted_at": None, "reason": "stop"}
        if not await change_rows(Suppression, {"lifted_at": now}, **stopped):
            return
        for owner in await owners_of(channel, address):
            await _note(owner, channel, address, told, actor=actor, given=True, wording=wording, source=source)


async def opt_out(guarantor: int, channel: Channel, *, actor: Actor, now: datetime, source: str) -> None:
    """From the patient's own page or mail."""
    [payer] = await rows_of(Patient, id=guarantor)
    if address := address_of(payer, channel):
        await suppress(channel, address, "stop", actor=actor, now=now, wording="opted out", source=source)


async def opt_in(guarantor: int, channel: Channel, *, actor: Actor, now: datetime, source: str) -> None:
    [payer] = await rows_of(Patient, id=guarantor)
    if address := address_of(payer, channel):
        await lift(channel, address, actor=actor, now=now, wording="opted in again", source=source)


async def owners_of(channel: Channel, address: str) -> list[Patient]:
    if channel == "sms":
        return await rows_of(Patient, phone=address)
    return await Patient.filter(email__iexact=address).order_by("id")


async def _note(
    owner: Patient,
    channel: Channel,
    address: str,
    told: Change,
    *,
    actor: Actor,
    given: bool,
    wording: str,
    source: str,
) -> None:
    said = {"channel": channel, "address": address, "given": given, "source": source, "wording": wording[:200]}
    await add_row(Consent, patient_id=owner.id, at=told.now, **said)
    told.tell(
        "patient.opted_in" if given else "patient.opted_out",
        f"patient:{owner.id}",
        actor=actor,
        location=owner.location,
        guarantor=owner.payer_id,
        after={"channel": channel, "source": source},
    )
