"""The unbilled queue: what waits to be billed, by who pays for it."""

from dataclasses import dataclass
from datetime import date

from billing.unbilled import GuarantorWaiting, unbilled
from handlers.api.fields import Place, Told
from handlers.api.finding import refuse_unknown
from handlers.api.operation import Call
from handlers.api.paging import Listed, Page, cursor_at, place_in


class WhichWaiting(Page):
    location: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitingAnswer:
    """A guarantor with charges that no invoice has taken."""

    guarantor: str
    name: str
    charges: int
    amount_cents: Told
    oldest: date


async def list_them(call: Call[WhichWaiting]) -> Listed[WaitingAnswer]:
    """List who has unbilled charges, in the order of their numbers here."""
    which, every = call.asked, call.actor.locations_for("viewer", tuple(call.practice.locations))
    refuse_unknown(which.location, every)
    after = place_in(which.cursor)[1] if which.cursor is not None else 0
    found = await unbilled(which.location or every, after=after, limit=which.limit + 1)
    here = found[: which.limit]
    more = len(found) > which.limit
    return Listed([_shown(waiting) for waiting in here], cursor_at((None, here[-1].guarantor)) if more else None)


def _shown(waiting: GuarantorWaiting) -> WaitingAnswer:
    return WaitingAnswer(
        guarantor=waiting.external_id,
        name=waiting.name,
        charges=waiting.charges,
        amount_cents=waiting.amount_cents,
        oldest=min(patient.oldest for patient in waiting.patients),
    )
