"""When something falls due next: what a moved clock must not jump over."""

from datetime import datetime, time, timedelta

from domain.invoice_set import SENDING
from domain.practice import Practice
from models.chasing import InvoiceSet, Message
from models.invoices import Invoice


async def next_due(practice: Practice, *, after: datetime) -> datetime | None:
    """The next step of a sequence, the next try of a message, or the midnight on which a bill becomes late."""
    step = await InvoiceSet.filter(status__in=SENDING, next_send_at__gt=after).order_by("next_send_at").first()
    message = await Message.filter(status__in=("queued", "sending"), due_at__gt=after).order_by("due_at").first()
    moments = [step and step.next_send_at, message and message.due_at, *await _midnights(practice, after)]
    return min((moment for moment in moments if moment), default=None)


async def _midnights(practice: Practice, after: datetime) -> list[datetime]:
    """A bill is late when the day after its due date begins where its clinic is."""
    found = []
    for name, location in practice.locations.items():
        today = after.astimezone(location.zone).date()
        due = Invoice.filter(status="sent", location=name, due_date__gte=today).order_by("due_date")
        if (invoice := await due.first()) and invoice.due_date:
            found.append(datetime.combine(invoice.due_date + timedelta(days=1), time(), location.zone))
    return found
