"""Completed sessions: sending one is the act of completing it."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from aiohttp import web
from pydantic import Field

from billing.sessions import Item, SessionRecord, complete_session
from handlers.api.body import Body, ExternalId, Words, external_id_in, read_body
from handlers.api.charges import shown as shown_charges
from handlers.api.keys import actor_of
from handlers.api.problem import json_response
from handlers.doors import doors
from models.care import Charge


class ItemBody(Body):
    code: Annotated[str, Words(60)]
    quantity: Annotated[Decimal, Field(gt=0, le=1_000_000)]
    kind: Annotated[str, Words(20)] | None = None


class SessionBody(Body):
    patient: ExternalId
    location: Annotated[str, Words(60)]
    provider: Annotated[str, Words(120)]
    date: date
    items: Annotated[tuple[ItemBody, ...], Field(min_length=1, max_length=200)]


async def complete(request: web.Request) -> web.Response:
    body, here = await read_body(request, SessionBody), doors(request)
    record = SessionRecord(
        external_id=external_id_in(request), patient=body.patient, location=body.location, provider=body.provider,
        date=body.date, items=tuple(Item(item.code, item.quantity, item.kind) for item in body.items),
    )  # fmt: skip
    session, is_new = await complete_session(
        record, practice=here.practice, actor=actor_of(request), now=here.ports.clock.now()
    )
    charges = await Charge.filter(session_id=session.id).order_by("id").prefetch_related("patient")
    told = {"id": session.id, "external_id": session.external_id, **body.model_dump(exclude={"items"})}
    return json_response({**told, "charges": await shown_charges(charges)}, 201 if is_new else 200)
