"""Why something was, or wasn't, sent, in the words of a private answer."""

from bot import blocks as b
from domain.ports import Ports
from domain.practice import Practice
from models.chasing import InvoiceSet
from outreach.why import why


async def explained(invoice_set: InvoiceSet, *, practice: Practice, ports: Ports) -> str:
    found = await why(invoice_set, practice=practice, ports=ports)
    due = f" It is due {b.moment(found.due_at)}." if found.due_at else ""
    lines = [f"*{found.status}.* {b.escaped(found.sentence)}{due}"]
    for channel in found.channels:
        lines.append(f"*By {'text' if channel.channel == 'sms' else 'mail'}*")
        for verdict in channel.verdicts:
            opens = f" Opens {b.moment(verdict.opens_at)}." if verdict.opens_at else ""
            fix = f" {verdict.fix}" if verdict.fix and not verdict.open else ""
            lines.append(
                f"{'Open' if verdict.open else '*Shut*'}  {verdict.gate}: {b.escaped(verdict.sentence)}{opens}{fix}"
            )
    return "\n".join(lines)
