"""The audit trail, from any place in it on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from handlers.api.body import Query
from handlers.api.fields import MOST_ID, Number
from handlers.api.operation import Call
from models.record import Event


class WhichEvents(Query):
    after: Annotated[Number, Field(ge=0, le=MOST_ID, description="The last `seq` that is known.")] = 0
    limit: Annotated[Number, Field(ge=1, le=1000)] = 100


@dataclass(frozen=True, slots=True)
class EventAnswer:
    """One past fact. `hash` covers everything it says and the hash of the one before."""

    seq: int
    at: datetime
    kind: str
    subject: str
    location: str
    guarantor_id: int | None
    invoice_set_id: int | None
    actor: str
    actor_name: str
    via: str
    correlation: str
    before: dict[str, Any]
    after: dict[str, Any]
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class EventsAnswer:
    """Oldest first. Ask again with `after` set to `last`: no event comes in before one that was told."""

    items: list[EventAnswer]
    last: int


async def list_them(call: Call[WhichEvents]) -> EventsAnswer:
    """Read the audit trail on from a place."""
    which = call.asked
    found = await Event.filter(seq__gt=which.after).order_by("seq").limit(which.limit)
    return EventsAnswer([_shown(event) for event in found], found[-1].seq if found else which.after)


def _shown(event: Event) -> EventAnswer:
    return EventAnswer(**{name: getattr(event, name) for name in EventAnswer.__dataclass_fields__})
