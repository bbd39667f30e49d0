"""Numbers that run without gaps: given out inside the transaction that uses them."""

from tortoise.expressions import F

from models.invoices import Counter


async def next_invoice_number() -> str:
    await Counter.bulk_create([Counter(name="invoice", given=1000)], ignore_conflicts=True)
    await Counter.filter(name="invoice").update(given=F("given") + 1)
    return f"INV-{(await Counter.get(name='invoice')).given}"
