"""Sending many drafts at once: all those of some days, say of September."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta

from billing.bulk_jobs import begin
from billing.invoices import send_invoice
from domain.access import Actor, require
from domain.errors import Refusal, invalid, not_found
from domain.practice import Practice
from models.bulk import BulkJob
from models.change import Facts, change
from models.invoices import Invoice

SEND = "send"


async def send_many(
    *,
    first: date,
    last: date,
    practice: Practice,
    actor: Actor,
    now: datetime,
    location: str | None = None,
) -> BulkJob:
    """Send every draft made on these days where its clinic is, at one location or wherever this person may. The job is
    done in the background; each draft that cannot be sent says why, and holds up none of the others."""
    if last < first:
        raise invalid("The last day lies before the first.", "to")
    if location is not None and location not in practice.locations:
        raise invalid(f"There is no location “{location[:40]}” in app.yaml.", "location")
    if location is not None:
        require(actor, "biller", location, "Sending invoices")
    places = [location] if location else _where(actor, practice)
    async with change(now) as told:
        drafts = [number for place in places for number in await _drafts(place, first, last, practice)]
        if not drafts:
            raise Refusal("nothing_to_send", "There are no drafts of those days.", status=404)
        asked = {"from": str(first), "to": str(last), "location": location}
        return await begin(SEND, drafts, asked=asked, actor=actor, told=told)


def sending(practice: Practice) -> Callable[[int, Facts, Actor, datetime], Awaitable[str]]:
    """What the job does with each draft; the number it got is its result."""

    async def send(draft: int, _asked: Facts, actor: Actor, now: datetime) -> str:
        found = await Invoice.get_or_none(id=draft)
        if found is None:
            raise not_found("draft any more under the id", draft)
        sent = await send_invoice(found, practice=practice, actor=actor, now=now)
        return sent.number or ""

    return send


def _where(actor: Actor, practice: Practice) -> list[str]:
    return [place for place in practice.locations if actor.kind != "person" or actor.may("biller", place)]


async def _drafts(place: str, first: date, last: date, practice: Practice) -> list[int]:
    zone = practice.locations[place].zone
    begun, over = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    drafts = Invoice.filter(status="draft", location=place, created_at__gte=begun, created_at__lt=over)
    return [int(str(number)) for number in await drafts.order_by("id").values_list("id", flat=True)]
