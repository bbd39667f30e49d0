"""Money for what had been written off: it is owed again to that amount, and paid in the same breath."""

from tortoise.expressions import F

from billing.books import held_in_order
from billing.shares import Shares
from models.chasing import InvoiceSet
from models.database import read
from models.money import WriteOff

WRITTEN_OFF = """
    SELECT w.id AS id FROM write_off w JOIN invoice_set s ON s.id = w.invoice_set_id
     WHERE s.guarantor_id = $1 AND s.status = 'written_off'
       AND w.undone_at IS NULL AND w.recovered_cents < w.amount_cents
"""


async def recover(shares: Shares) -> int:
    """What is left of a payment goes to what was written off whole, oldest first; how much.

    A part that was forgiven while the rest was still being asked for was an agreement: more than the rest is credit.
    """
    guarantor, before = shares.payment.guarantor_id, shares.payment.unapplied_cents
    ids = [row["id"] for row in await read(WRITTEN_OFF, [guarantor])]
    offs = await WriteOff.filter(id__in=ids).order_by("id").select_for_update(no_key=True) if ids else []
    invoices = {i.id: i for i in await held_in_order(id__in=[off.invoice_id for off in offs])} if offs else {}
    for off in sorted(offs, key=lambda off: (invoices[off.invoice_id].due_date, off.id)):
        cents = min(shares.payment.unapplied_cents, off.amount_cents - off.recovered_cents)
        if cents <= 0:
            continue
        await shares.put_on(invoices[off.invoice_id], cents, recovered=cents)
        await _note(off, cents)
    return int(before - shares.payment.unapplied_cents)


async def written_off_again(invoice_id: int, cents: int) -> None:
    """The payment that had recovered it is gone."""
    for off in await WriteOff.filter(invoice_id=invoice_id, undone_at=None, recovered_cents__gt=0).order_by("-id"):
        back = min(cents, off.recovered_cents)
        await _note(off, -back)
        cents -= back


async def _note(off: WriteOff, cents: int) -> None:
    off.recovered_cents += cents
    await off.save(update_fields=["recovered_cents"])
    await InvoiceSet.filter(id=off.invoice_set_id).update(written_off_cents=F("written_off_cents") - cents)
