"""Completed sessions become charges, and where the practice wants it, a draft invoice at once."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tortoise.exceptions import IntegrityError

from billing.invoices import draft_invoice, send_invoice
from billing.patients import patient_by
from billing.prices import price_for
from domain.access import Actor
from domain.errors import Refusal, invalid
from domain.money import extended
from domain.practice import Practice
from models.care import CareSession, Charge, Price
from models.change import change
from models.people import Patient


@dataclass(frozen=True, slots=True)
class Item:
    code: str
    quantity: Decimal = Decimal(1)
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    external_id: str
    patient: str
    location: str
    provider: str
    date: date
    items: tuple[Item, ...]

    def content_hash(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, default=_said).encode()).hexdigest()


def _said(value: object) -> str:
    """One and 1.0 are the same quantity."""
    return str(value.normalize() if isinstance(value, Decimal) else value)


async def complete_session(
    record: SessionRecord, *, practice: Practice, actor: Actor, now: datetime
) -> tuple[CareSession, bool]:
    """Price a completed session into charges; says also whether it is new. The same session twice is one session."""
    check(record, practice, now)
    async with change(now) as told:
        known = await CareSession.get_or_none(external_id=record.external_id)
        if known is not None:
            refuse_other(record, known.content_hash)
            return known, False
        patient = await patient_by(record.patient)
        session = await _keep(record, patient, now)
        charges = [await _charge(item, session, patient, practice) for item in record.items]
        told.tell(
            "session.completed",
            f"session:{session.id}",
            actor=actor,
            location=record.location,
            guarantor=patient.payer_id,
            after={"charges": len(charges), "amount_cents": sum(charge.amount_cents for charge in charges)},
        )
        if practice.terms.draft_on_completion and patient.bill_to == "client":
            invoice = await draft_invoice(
                guarantor=patient.payer_id,
                charges=[charge.id for charge in charges],
                practice=practice,
                actor=actor,
                now=now,
            )
            if practice.terms.send_on_completion:
                await send_invoice(invoice, practice=practice, actor=actor, now=now)
        return session, True


def check(record: SessionRecord, practice: Practice, now: datetime) -> None:
    if record.location not in practice.locations:
        raise invalid(f"There is no location “{record.location}” in app.yaml.", "location")
    if not record.items:
        raise invalid("A session needs at least one procedure or material.", "items")
    if record.date > now.astimezone(practice.locations[record.location].zone).date():
        raise invalid("A session that is completed cannot lie in the future.", "date")
    if record.date.year < 1990:
        raise invalid(f"A session in {record.date.year} is surely a slip.", "date")


async def _keep(record: SessionRecord, patient: Patient, now: datetime) -> CareSession:
    try:
        return await CareSession.create(
            external_id=record.external_id,
            patient=patient,
            location=record.location,
            provider=record.provider,
            served_on=record.date,
            content_hash=record.content_hash(),
            completed_at=now,
        )
    except IntegrityError as twice:
        raise Refusal("session_known", "This session is being completed at this very moment.") from twice


def refuse_other(record: SessionRecord, known_hash: str) -> None:
    """The same session twice is one session; another under the same id is a mistake."""
    if known_hash != record.content_hash():
        raise Refusal(
            "session_completed",
            f"Session {record.external_id} is completed already, with other content. Correct its invoice instead.",
        )


async def _charge(item: Item, session: CareSession, patient: Patient, practice: Practice) -> Charge:
    thousandths = thousandths_of(item)
    price = await price_for(patient, item.code, session.served_on, practice=practice)
    return await Charge.create(
        session=session,
        patient=patient,
        guarantor_id=patient.payer_id,
        location=session.location,
        provider=session.provider,
        served_on=session.served_on,
        **priced(item, thousandths, price),
    )


def thousandths_of(item: Item) -> int:
    thousandths = item.quantity * 1000
    if thousandths <= 0 or thousandths != int(thousandths) or thousandths > 10**9:
        raise invalid(f"“{item.code}”: a quantity is more than zero and has at most three decimals.", "items")
    return int(thousandths)


def priced(item: Item, quantity_thousandths: int, price: Price) -> dict[str, Any]:
    """What a charge has of its item and its price."""
    return {
        "code": item.code,
        "kind": item.kind or price.kind,
        "description": price.description,
        "quantity_thousandths": quantity_thousandths,
        "unit_price_cents": price.unit_price_cents,
        "amount_cents": extended(price.unit_price_cents, quantity_thousandths),
        "taxes": price.taxes,
    }
