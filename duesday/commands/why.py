"""`duesday why`: every gate before a set's next message, its verdict, and when it opens."""

import asyncio
from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from domain.errors import Refusal, not_found
from duesday.assembly import open_house
from duesday.environment import Environment
from duesday.logs import keep_logs
from duesday.opening import checked_practice
from duesday.terminal import say, show_json, show_table
from models.chasing import InvoiceSet
from models.invoices import Invoice
from outreach.why import Why
from outreach.why import why as explained

app = typer.Typer(add_completion=False)


@app.command()
def why(
    invoice_or_set: Annotated[str, typer.Argument(help="An invoice's number (INV-1042) or a set's (17).")],
    as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
) -> None:
    """Say why an invoice's next message was, or wasn't, sent: every gate, and when it opens."""
    keep_logs(quiet=True)
    found, zone = asyncio.run(_why(invoice_or_set))
    if as_json:
        show_json(asdict(found))
        return
    due = f" It is due {_told(found.due_at, zone)}." if found.due_at else ""
    say(f"{found.status}. {found.sentence}{due}")
    for channel in found.channels:
        rows = [
            ("open" if v.open else "shut", v.gate, v.sentence, _told(v.opens_at, zone), "" if v.open else v.fix or "")
            for v in channel.verdicts
        ]
        heads = ("", "Gate", "What it found", "Opens", "What would open it")
        show_table(heads, rows, title=f"By {'text' if channel.channel == 'sms' else 'mail'}")


async def _why(name: str) -> tuple[Why, ZoneInfo]:
    environment = Environment()
    practice = checked_practice(environment)
    async with open_house(environment, practice) as house:
        invoice_set = await _set(name)
        found = await explained(invoice_set, practice=practice, ports=house.ports)
        return found, practice.locations[invoice_set.location].zone


async def _set(name: str) -> InvoiceSet:
    invoice = await Invoice.get_or_none(number=name.upper())
    if invoice is not None and invoice.invoice_set_id is None:
        raise Refusal(
            "not_enrolled", f"{invoice.number} is {invoice.status} and in no sequence: nobody is chased for it."
        )
    number = invoice.invoice_set_id if invoice else int(name) if name.isdecimal() and len(name) < 19 else None
    invoice_set = await InvoiceSet.get_or_none(id=number) if number is not None else None
    if invoice_set is None:
        raise not_found("invoice or set", name)
    return invoice_set


def _told(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %b %d %Y, %H:%M %Z}" if at else ""
