"""Whether the practice itself has put an invoice aside for now: being late costs nothing then, and what an agency has
stays as it was handed over."""

from collections.abc import Iterable
from datetime import datetime

from domain.errors import Refusal
from domain.replies import DISPUTED
from models.chasing import InvoiceSet
from models.database import read
from models.invoices import Invoice

WAITS = """
    SELECT EXISTS (SELECT 1 FROM invoice_set WHERE id = $1
                      AND (status = 'collections' OR (hold_reason = $3 AND held_until > $4)))
        OR EXISTS (SELECT 1 FROM dispute d JOIN payment_share s ON s.payment_id = d.payment_id
                    WHERE s.invoice_id = $2 AND d.status = 'open') AS waits
"""


async def waits(invoice: Invoice, now: datetime) -> bool:
    """On a plan that is on track, in collections, disputed by the patient and not answered yet, or with a payment on it
    that the payer's bank disputes."""
    if invoice.plan_id is not None:
        return True
    [row] = await read(WAITS, [invoice.invoice_set_id, invoice.id, DISPUTED, now])
    return bool(row["waits"])


async def refuse_if_with_agency(invoices: Iterable[Invoice]) -> None:
    """Only money changes what an agency has: it was told another balance."""
    if await with_agency(invoices):
        raise Refusal("with_agency", "This is with the collection agency; recall it first.")


async def with_agency(invoices: Iterable[Invoice]) -> bool:
    sets = {invoice.invoice_set_id for invoice in invoices if invoice.invoice_set_id is not None}
    return bool(sets) and await InvoiceSet.filter(id__in=sets, status="collections").exists()
