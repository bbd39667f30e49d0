"""Whether the practice itself has put an invoice aside for now, so that being late costs nothing."""

from models.database import read
from models.invoices import Invoice

WAITS = """
    SELECT EXISTS (SELECT 1 FROM invoice_set WHERE id = $1 AND status = 'collections')
        OR EXISTS (SELECT 1 FROM dispute d JOIN payment_share s ON s.payment_id = d.payment_id
                    WHERE s.invoice_id = $2 AND d.status = 'open') AS waits
"""


async def waits(invoice: Invoice) -> bool:
    """On a plan that is on track, in collections, or with a payment on it that the payer's bank disputes."""
    if invoice.plan_id is not None:
        return True
    [row] = await read(WAITS, [invoice.invoice_set_id, invoice.id])
    return bool(row["waits"])
