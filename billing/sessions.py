"""Completed sessions become charges or claims, and where the practice wants it, a draft invoice at once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from tortoise.exceptions import IntegrityError

from billing.claims import open_claim
from billing.drafts import draft_charges
from billing.invoices import send_invoice
from billing.patients import patient_by
from billing.prices import prices_for
from domain.access import Actor
from domain.errors import Refusal, invalid
from domain.money import extended
from domain.practice import Practice
from models.by_hand import add_row, add_rows, row_of
from models.care import CareSession, Charge, Price
from models.change import Change, change
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
        """One and 1.0 are the same quantity."""
        items = [(item.code, str(item.quantity.normalize()), item.kind) for item in self.items]
        said = [self.external_id, self.patient, self.location, self.provider, self.date, items]
        return hashlib.sha256(orjson.dumps(said)).hexdigest()


async def complete_session(
    record: SessionRecord, *, practice: Practice, actor: Actor, now: datetime
) -> tuple[CareSession, bool]:
    """Price a completed session into charges, or onto a claim where an insurer is asked first; says also whether it is
    new. The same session twice is one session."""
    check(record, practice, now)
    async with change(now) as told:
        known = await row_of(CareSession, external_id=record.external_id)
        if known is not None:
            refuse_other(record, known.content_hash)
            return known, False
        patient = await patient_by(record.patient, "patient")
        session = await _keep(record, patient, now)
        prices = await prices_for(patient, [item.code for item in record.items], record.date, practice=practice)
        wares = [priced(item, thousandths_of(item), prices[item.code]) for item in record.items]
        tell_completed(told, session.id, record, wares, guarantor=patient.payer_id, actor=actor)
        if patient.bill_to != "client":
            await open_claim(session, patient, wares, actor=actor, told=told)
            return session, True
        charges = await _charge(wares, session, patient)
        if practice.terms.draft_on_completion:
            invoice = await draft_charges(charges, practice=practice, actor=actor, told=told)
            if practice.terms.send_on_completion:
                await send_invoice(invoice, practice=practice, actor=actor, now=now)
        return session, True


def tell_completed(
    told: Change,
    session: int,
    record: SessionRecord,
    wares: Sequence[dict[str, Any]],
    *,
    guarantor: int,
    actor: Actor,
) -> None:
    told.tell(
        "session.completed",
        f"session:{session}",
        actor=actor,
        location=record.location,
        guarantor=guarantor,
        after={"items": len(wares), "amount_cents": sum(ware["amount_cents"] for ware in wares)},
    )


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
        return await add_row(
            CareSession,
            external_id=record.external_id,
            patient_id=patient.id,
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


async def _charge(wares: Sequence[dict[str, Any]], session: CareSession, patient: Patient) -> list[Charge]:
    return await add_rows(
        Charge(
            session_id=session.id,
            patient_id=patient.id,
            guarantor_id=patient.payer_id,
            location=session.location,
            provider=session.provider,
            served_on=session.served_on,
            **ware,
        )
        for ware in wares
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
