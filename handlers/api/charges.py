"""Charges: what sessions have left to bill, and what has been billed of it."""

from collections.abc import Sequence
from typing import Annotated, Literal

from aiohttp import web

from handlers.api.body import Words, read_query
from handlers.api.paging import Page, page_of
from models.care import Charge


class Which(Page):
    status: Literal["unbilled", "billed"] | None = None
    patient: Annotated[str, Words(120)] | None = None


async def list_them(request: web.Request) -> web.Response:
    which = read_query(request, Which)
    rows = Charge.all().prefetch_related("patient")
    if which.status is not None:
        rows = rows.filter(invoice_id__isnull=which.status == "unbilled")
    if which.patient is not None:
        rows = rows.filter(patient__external_id=which.patient)
    return await page_of(rows, which, shown)


async def shown(charges: Sequence[Charge]) -> list[dict[str, object]]:
    return [
        {
            "id": charge.id,
            "status": "unbilled" if charge.invoice_id is None else "billed",
            "patient": charge.patient.external_id,
            "location": charge.location,
            "provider": charge.provider,
            "date": charge.served_on,
            "code": charge.code,
            "kind": charge.kind,
            "description": charge.description,
            "quantity": quantity(charge.quantity_thousandths),
            "unit_price_cents": charge.unit_price_cents,
            "amount_cents": charge.amount_cents,
            "invoice": charge.invoice_id,
        }
        for charge in charges
    ]


def quantity(thousandths: int) -> int | float:
    """As it was sent: 2, or 1.5. Three decimals of a number this size survive the way through a float."""
    whole, part = divmod(thousandths, 1000)
    return thousandths / 1000 if part else whole
