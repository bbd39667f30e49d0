"""What a collection agency was handed: the cases, and the packet of each as a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billing.collections import packet
from domain.agency import packet_csv
from domain.errors import not_found
from handlers.api.body import NoQuery
from handlers.api.fields import Told
from handlers.api.invoice_answer import external_ids
from handlers.api.operation import Call, Csv
from handlers.api.paging import Listed, Page, page_of
from models.agency import AgencyCase
from models.chasing import InvoiceSet


@dataclass(frozen=True, slots=True)
class AgencyCaseAnswer:
    """One hand-over of an invoice set, with the balance as it was then."""

    id: int
    invoice_set: int
    guarantor: str
    balance_cents: Told
    note: str
    handed_at: datetime
    handed_by: str
    recalled_at: datetime | None
    recalled_by: str | None


async def list_them(call: Call[Page]) -> Listed[AgencyCaseAnswer]:
    """List what was handed to a collection agency."""
    return await page_of(AgencyCase.all(), call.asked, shown)


async def show_packet(call: Call[NoQuery]) -> Csv:
    """Tell an agency everything about a case: a row for each of its invoices."""
    number = call.id("agency case")
    case = await AgencyCase.get_or_none(id=number)
    if case is None:
        raise not_found("agency case", number)
    whole = await packet(case, practice=call.practice)
    return Csv(f"agency-case-{case.id}.csv", packet_csv(whole.rows))


async def shown(cases: Sequence[AgencyCase]) -> list[AgencyCaseAnswer]:
    sets = {each.id: each for each in await InvoiceSet.filter(id__in={case.invoice_set_id for case in cases})}
    payers = await external_ids({each.guarantor_id for each in sets.values()})
    names = AgencyCaseAnswer.__dataclass_fields__.keys() - {"invoice_set", "guarantor"}
    return [
        AgencyCaseAnswer(
            invoice_set=case.invoice_set_id,
            guarantor=payers[sets[case.invoice_set_id].guarantor_id],
            **{name: getattr(case, name) for name in names},
        )
        for case in cases
    ]
