"""Completed sessions: sending one is the act of completing it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field

from billing.sessions import Item, SessionRecord, complete_session
from domain.errors import not_found
from handlers.api.body import Body, NoQuery
from handlers.api.charges import ChargeAnswer
from handlers.api.charges import shown as shown_charges
from handlers.api.fields import Day, ExternalId, Place, Quantity, Words
from handlers.api.invoice_answer import external_ids
from handlers.api.operation import Call, Created
from models.care import CareSession, Charge


class ItemBody(Body):
    code: Annotated[str, Words(60), Field(examples=["99213"])]
    quantity: Quantity
    kind: Annotated[str, Words(20), Field(description="Of the price, unless it is another.")] | None = None


class SessionBody(Body):
    patient: ExternalId
    location: Place
    provider: Annotated[str, Words(120), Field(examples=["Dr. Ade"])]
    date: Day
    items: Annotated[tuple[ItemBody, ...], Field(min_length=1, max_length=200)]

    def record(self, external_id: str) -> SessionRecord:
        return SessionRecord(
            external_id=external_id,
            patient=self.patient,
            location=self.location,
            provider=self.provider,
            date=self.date,
            items=tuple(Item(item.code, item.quantity, item.kind) for item in self.items),
        )


@dataclass(frozen=True, slots=True)
class SessionAnswer:
    """A completed visit and what it costs."""

    id: int
    external_id: str
    patient: str
    location: str
    provider: str
    date: date
    charges: list[ChargeAnswer]


async def complete(call: Call[SessionBody]) -> SessionAnswer | Created[SessionAnswer]:
    """Complete a session: each of its items is priced and becomes a charge."""
    record = call.asked.record(call.external_id)
    session, is_new = await complete_session(record, practice=call.practice, actor=call.actor, now=call.now)
    told = await _told(session)
    return Created(told) if is_new else told


async def show(call: Call[NoQuery]) -> SessionAnswer:
    """Show a completed session and what it costs."""
    session = await CareSession.get_or_none(external_id=call.external_id)
    if session is None:
        raise not_found("session", call.external_id)
    return await _told(session)


async def _told(session: CareSession) -> SessionAnswer:
    charges = await Charge.filter(session_id=session.id).order_by("id").prefetch_related("patient")
    return SessionAnswer(
        id=session.id,
        external_id=session.external_id,
        patient=(await external_ids({session.patient_id}))[session.patient_id],
        location=session.location,
        provider=session.provider,
        date=session.served_on,
        charges=await shown_charges(charges),
    )
