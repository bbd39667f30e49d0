"""What a text about a set may say of it: how much, since when, on which invoice."""

from datetime import datetime
from operator import attrgetter

from documents.texts import TextFacts
from domain.ports import Ports
from domain.practice import Practice
from models.by_hand import rows_of
from models.invoices import Invoice
from models.people import Patient
from outreach.writing import facts_for


async def facts_of_set(
    invoice_set_id: int, payer: Patient, *, practice: Practice, ports: Ports, now: datetime
) -> TextFacts:
    owed = await rows_of(Invoice, invoice_set_id=invoice_set_id, balance_cents__gt=0)
    owed.sort(key=attrgetter("due_date", "id"))
    owed = [invoice for invoice in owed if invoice.plan_id is None] or owed
    if not owed:
        return await facts_for(payer, practice=practice, ports=ports, now=now)
    return await facts_for(
        payer,
        practice=practice,
        ports=ports,
        now=now,
        amount_cents=sum(invoice.balance_cents for invoice in owed),
        due_on=owed[0].due_date,
        invoice_number=owed[0].number,
    )
