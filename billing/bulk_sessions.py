"""Many completed sessions at once: by the rules of billing.sessions, with a few statements for all of them.

What leads to more than charges and a draft (a claim, a bill that is sent at once) is completed one by one.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tortoise.exceptions import IntegrityError

from billing.bulk import Kept, Refused
from billing.bulk_drafts import NewDrafts
from billing.prices import lists_of, price_among
from billing.sessions import (
    Item,
    SessionRecord,
    check,
    complete_session,
    priced,
    refuse_other,
    tell_completed,
    thousandths_of,
)
from domain.access import Actor
from domain.bill import Bill, BillLine, reckon
from domain.errors import Refusal, not_found
from domain.practice import Practice
from models.care import CareSession, Charge, Price
from models.change import Change, change
from models.database import new_ids, read_named
from models.rows import NewRows


@dataclass(frozen=True, slots=True)
class Payable:
    """What is asked of a patient here."""

    id: int
    payer_id: int
    bill_to: str
    price_list: str | None
    merged: bool
    """Into another record, which then is meant."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A session that may be completed, with what each of its items is and costs."""

    record: SessionRecord
    content_hash: str
    patient: Payable
    wares: list[dict[str, Any]]
    bill: Bill | None
    """What its draft comes to, where the practice wants one at once."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known before the first of the sessions is looked at."""

    practice: Practice
    hashes: dict[str, str]
    """Of sessions that are completed already, and of those that will be."""
    patients: dict[str, Payable]
    prices: defaultdict[str, list[Price]] = field(default_factory=lambda: defaultdict(list))
    fine: set[tuple[str, date]] = field(default_factory=set)
    """Where and when there may be a session: all that `check` asks of one that has items."""
    wares: dict[tuple[object, ...], dict[str, Any]] = field(default_factory=dict)
    """What has been priced once: of five hundred sessions most are of one day and a few codes."""


async def complete_sessions(
    records: Sequence[SessionRecord], *, practice: Practice, actor: Actor, now: datetime, doomed: bool = False
) -> list[Kept | Refused]:
    """What became of each, in their order. Those that are refused leave nothing; some hundreds at a time are best.

    What is `doomed` will be taken back whatever it holds: it is only looked at, for what else is wrong with it.
    """
    async with change(now) as told:
        ground = await _ground(records, practice)
        looked_at = [_look_at(record, ground, now) for record in records]
        if not doomed:
            await _write([each for each in looked_at if isinstance(each, Priced)], practice, actor, told)
        outcomes: list[Kept | Refused] = []
        for each in looked_at:
            if isinstance(each, SessionRecord):
                outcomes.append(await _alone(each, practice, actor, now))
            else:
                outcomes.append("added" if isinstance(each, Priced) else each)
        return outcomes


async def _ground(records: Sequence[SessionRecord], practice: Practice) -> Ground:
    ids, patients = [record.external_id for record in records], {record.patient for record in records}
    known = await read_named("external_id, content_hash", "care_session", "external_id", ids)
    found = await read_named(
        "patient.id, external_id, guarantor_id, bill_to, price_list, merged_into_id", "patient", "external_id", patients
    )
    ground = Ground(
        practice,
        dict(map(tuple, known)),
        {
            external_id: Payable(number, guarantor or number, bill_to, price_list, merged_into is not None)
            for number, external_id, guarantor, bill_to, price_list, merged_into in found
        },
    )
    for price in await Price.filter(code__in={item.code for record in records for item in record.items}):
        ground.prices[price.code].append(price)
    return ground


def _look_at(record: SessionRecord, ground: Ground, now: datetime) -> Priced | SessionRecord | Kept | Refused:
    """What it costs; or itself, where that isn't all; or that it is known; or why not."""
    try:
        if not record.items or (record.location, record.date) not in ground.fine:
            check(record, ground.practice, now)
            ground.fine.add((record.location, record.date))
        if record.external_id in ground.hashes:
            refuse_other(record, ground.hashes[record.external_id])
            return "unchanged"
        if record.patient not in ground.patients:
            raise not_found("patient", record.patient, "patient")
        patient = ground.patients[record.patient]
        if patient.merged or patient.bill_to != "client" or ground.practice.terms.send_on_completion:
            return record
        wares = _wares(record, patient, ground)
        bill = _bill(wares, ground.practice)
    except Refusal as refusal:
        return Refused(refusal)
    except _AtItem as at:
        return Refused(at.refusal, at.place)
    ground.hashes[record.external_id] = record.content_hash()
    return Priced(record, ground.hashes[record.external_id], patient, wares, bill)


class _AtItem(Exception):
    def __init__(self, place: int, refusal: Refusal) -> None:
        super().__init__(place)
        self.place, self.refusal = place, refusal


def _wares(record: SessionRecord, patient: Payable, ground: Ground) -> list[dict[str, Any]]:
    wares = []
    for place, item in enumerate(record.items):
        asked = (item.code, item.quantity, item.kind, patient.price_list, record.date)
        if asked not in ground.wares:
            try:
                ground.wares[asked] = _ware(item, patient.price_list, record.date, ground)
            except Refusal as refusal:
                raise _AtItem(place, refusal) from refusal
        wares.append(ground.wares[asked])
    return wares


def _ware(item: Item, own_list: str | None, on: date, ground: Ground) -> dict[str, Any]:
    quantity = thousandths_of(item)
    lists = lists_of(own_list, ground.practice)
    return priced(item, quantity, price_among(ground.prices[item.code], lists, item.code, on))


def _bill(wares: Sequence[dict[str, Any]], practice: Practice) -> Bill | None:
    if not practice.terms.draft_on_completion:
        return None
    return reckon([BillLine(ware["amount_cents"], ware["taxes"]) for ware in wares], (), practice.taxes)


async def _alone(record: SessionRecord, practice: Practice, actor: Actor, now: datetime) -> Kept | Refused:
    try:
        _, is_new = await complete_session(record, practice=practice, actor=actor, now=now)
    except Refusal as refusal:
        return Refused(refusal)
    return "added" if is_new else "unchanged"


async def _write(sessions: Sequence[Priced], practice: Practice, actor: Actor, told: Change) -> None:
    kept, charged, drafts = NewRows(CareSession), NewRows(Charge), NewDrafts(practice, actor, told)
    ids = await new_ids("care_session", len(sessions))
    charge_ids = iter(await new_ids("charge", sum(len(session.wares) for session in sessions)))
    invoice_ids = iter(await new_ids("invoice", sum(session.bill is not None for session in sessions)))
    for number, session in zip(ids, sessions, strict=True):
        record, patient = session.record, session.patient
        seen = {
            "patient_id": patient.id,
            "location": record.location,
            "provider": record.provider,
            "served_on": record.date,
        }
        known = {"external_id": record.external_id, "content_hash": session.content_hash, "completed_at": told.now}
        kept.add({"id": number, **known, **seen})
        tell_completed(told, number, record, session.wares, guarantor=patient.payer_id, actor=actor)
        invoice = next(invoice_ids) if session.bill else None
        of = {"session_id": number, "guarantor_id": patient.payer_id, "invoice_id": invoice, **seen}
        charges = [{"id": next(charge_ids), **of, **ware} for ware in session.wares]
        for charge in charges:
            charged.add(charge)
        if invoice and session.bill:
            drafts.add(invoice, charges, session.bill)
    try:
        await kept.write()
    except IntegrityError as twice:
        raise Refusal("session_known", "One of these sessions is being completed at this very moment.") from twice
    for rows in (charged, drafts):
        await rows.write()
