"""Out of the lists: by hand, and by the clock when it has been long enough."""

from dataclasses import replace

import pytest

from billing.audit import audit
from billing.invoices import archive_due, archive_invoice, void_invoice
from domain.errors import Refusal
from models.invoices import Invoice
from tests.billing.clinic import DANA, VERA, Clinic, everything


async def statuses() -> dict[str, str]:
    return {invoice.number or "": invoice.status for invoice in await Invoice.all()}


async def test_what_is_paid_or_void_leaves_the_lists_after_a_while(clinic: Clinic) -> None:
    maria = await clinic.patient()
    paid, void, owed = [await clinic.bills(maria) for _ in range(3)]
    await clinic.is_paid(maria, 12_500, invoice_first=paid.id)
    await void_invoice(void, reason="Wrong", actor=DANA, now=clinic.now, on=clinic.today)
    clinic.forward(days=89, hours=23)
    assert await archive_due(clinic.practice, clinic.now) == 0
    clinic.forward(hours=1)
    assert [await archive_due(clinic.practice, clinic.now) for _ in range(2)] == [2, 0]
    assert await statuses() == {"INV-1001": "archived", "INV-1002": "archived", "INV-1003": "sent"}
    assert (await Invoice.get(id=void.id)).voided_at is not None
    assert (await Invoice.get(id=owed.id)).archived_at is None
    assert await audit(full=True) == []


async def test_a_practice_may_keep_everything_in_its_lists(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    await clinic.is_paid(maria, 12_500)
    clinic.practice = replace(clinic.practice, terms=replace(clinic.practice.terms, archive_after_days=None))
    clinic.forward(days=4_000)
    assert await archive_due(clinic.practice, clinic.now) == 0


async def test_staff_archive_by_hand_what_is_settled_and_nothing_else(clinic: Clinic) -> None:
    maria = await clinic.patient()
    paid = await clinic.bills(maria)
    await clinic.is_paid(maria, 12_500)
    owed, draft = await clinic.bills(maria), await clinic.sees(maria)
    before = await everything()
    for invoice, actor in ((paid, VERA), (owed, DANA), (draft, DANA)):
        with pytest.raises(Refusal):
            await archive_invoice(invoice, actor=actor, now=clinic.now)
    assert await everything() == before
    assert (await archive_invoice(paid, actor=DANA, now=clinic.now)).status == "archived"
