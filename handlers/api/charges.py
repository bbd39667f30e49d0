"""Charges: what sessions have left to bill, and what has been billed of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from domain.errors import not_found
from handlers.api.body import NoQuery
from handlers.api.fields import ExternalId, Told
from handlers.api.operation import Call
from handlers.api.paging import Listed, Page, page_of
from models.care import Charge
from models.finding import ids_of


class WhichCharges(Page):
    status: Literal["unbilled", "billed"] | None = None
    patient: ExternalId | None = None


@dataclass(frozen=True, slots=True)
class ChargeAnswer:
    """One billable line that came out of a session; unbilled until an invoice takes it."""

    id: int
    status: Literal["unbilled", "billed"]
    patient: str
    location: str
    provider: str
    date: date
    code: str
    kind: str
    description: str
    quantity: int | float
    unit_price_cents: Told
    amount_cents: Told
    invoice: int | None


async def list_them(call: Call[WhichCharges]) -> Listed[ChargeAnswer]:
    """List charges."""
    rows, which = Charge.all().prefetch_related("patient"), call.asked
    if which.status is not None:
        rows = rows.filter(invoice_id__isnull=which.status == "unbilled")
    if which.patient is not None:
        rows = rows.filter(patient_id__in=await ids_of(which.patient))
    return await page_of(rows, which, shown)


async def show(call: Call[NoQuery]) -> ChargeAnswer:
    """Show a charge."""
    number = call.id("charge")
    found = await shown(await Charge.filter(id=number).prefetch_related("patient"))
    if not found:
        raise not_found("charge", number)
    return found[0]


async def shown(charges: Sequence[Charge]) -> list[ChargeAnswer]:
    return [
        ChargeAnswer(
            id=charge.id,
            status="unbilled" if charge.invoice_id is None else "billed",
            patient=charge.patient.external_id,
            location=charge.location,
            provider=charge.provider,
            date=charge.served_on,
            code=charge.code,
            kind=charge.kind,
            description=charge.description,
            quantity=quantity(charge.quantity_thousandths),
            unit_price_cents=charge.unit_price_cents,
            amount_cents=charge.amount_cents,
            invoice=charge.invoice_id,
        )
        for charge in charges
    ]


def quantity(thousandths: int) -> int | float:
    """As it was sent: 2, or 1.5. Three decimals of a number this size survive the way through a float."""
    whole, part = divmod(thousandths, 1000)
    return thousandths / 1000 if part else whole
