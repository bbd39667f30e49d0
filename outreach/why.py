"""Why something was, or wasn't, sent: every gate's verdict on a set's next step, and when it opens."""

from dataclasses import dataclass
from datetime import datetime

from domain.gates import Verdict, opening, verdicts
from domain.invoice_set import INVOICE_SET, SENDING
from domain.ports import Ports
from domain.practice import Practice
from models.chasing import InvoiceSet
from outreach.plan import channels_of, current_step
from outreach.situation import situation_of


@dataclass(frozen=True, slots=True)
class ChannelVerdicts:
    channel: str
    verdicts: tuple[Verdict, ...]
    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class Why:
    status: str
    due_at: datetime | None
    sentence: str
    channels: tuple[ChannelVerdicts, ...]


async def why(invoice_set: InvoiceSet, *, practice: Practice, ports: Ports) -> Why:
    now, step = ports.clock.now(), current_step(invoice_set)
    status = INVOICE_SET.states[invoice_set.status]
    if invoice_set.status not in SENDING:
        said = ["Nothing is planned in this status.", *([invoice_set.trouble] if invoice_set.trouble else [])]
        return Why(status, None, " ".join(said), ())
    if step is None or step.expire:
        return Why(status, invoice_set.next_send_at, "The sequence ends next; nothing more is sent.", ())
    found = []
    for channel in channels_of(invoice_set, step):
        at = await situation_of(invoice_set, channel, practice=practice, ports=ports, now=now)
        found.append(ChannelVerdicts(channel, verdicts(at, practice.contact, now), opening(at, practice.contact, now)))
    return Why(status, invoice_set.next_send_at, f"Step {invoice_set.step + 1} is planned.", tuple(found))
