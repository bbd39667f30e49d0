"""People who work on the same bills at the same moment: nothing twice, nothing lost, nobody waits in a circle."""

import asyncio
import random
from functools import partial

import pytest

from billing.audit import audit
from billing.drafts import DraftChange, change_draft, delete_draft, draft_invoice
from billing.invoices import archive_due, void_invoice
from billing.late_fees import charge_late_fee, waive_late_fee
from domain.access import CLOCK
from domain.errors import Refusal
from domain.terms import LateFee
from models.care import Charge
from models.invoices import Invoice
from tests.billing.clinic import DANA, Clinic, the_practice


async def at_once(*attempts: object) -> list[Refusal]:
    """Whatever was refused; anything else that goes wrong fails the test."""
    answers = await asyncio.gather(*attempts, return_exceptions=True)  # type: ignore[call-overload]
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, Refusal):
            raise answer
    return [answer for answer in answers if isinstance(answer, Refusal)]


async def test_a_queue_that_many_draft_from_at_once_is_billed_once(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await delete_draft(await clinic.sees(maria, "exam", "xray"), actor=DANA, now=clinic.now)
    drafting = partial(draft_invoice, guarantor=maria.id, practice=clinic.practice, actor=DANA, now=clinic.now)
    assert [each.code for each in await at_once(*(drafting() for _ in range(6)))] == ["nothing_to_bill"] * 5
    assert [invoice.total_cents for invoice in await Invoice.all()] == [20_500]


async def test_of_two_who_change_the_same_version_one_is_told(clinic: Clinic) -> None:
    draft = await clinic.sees(await clinic.patient())
    changing = partial(
        change_draft, draft, practice=clinic.practice, actor=DANA, now=clinic.now, seen_version=draft.version
    )
    refused = await at_once(*(changing(DraftChange(notes=f"{place}")) for place in range(4)), clinic.sends(draft))
    assert {each.code for each in refused} <= {"stale", "not_a_draft"}
    assert len(refused) >= 3
    assert await audit(full=True) == []


@pytest.mark.parametrize("seed", range(3))
async def test_everybody_at_the_same_few_bills_leaves_clean_books(clinic: Clinic, seed: int) -> None:
    clinic.practice = the_practice(late_fee=LateFee(after_days=1, flat_cents=500, every_days=5))
    chance, maria = random.Random(seed), await clinic.patient()
    for _ in range(5):
        await clinic.is_late_with(await clinic.bills(maria, "exam", "gauze"))
    for _ in range(6):
        clinic.forward(days=5)
        await at_once(*[await deed(clinic, chance) for _ in range(8)])
        assert await audit(full=True) == []
    numbers = sorted([i.number for i in await Invoice.all() if i.number])
    assert numbers == [f"INV-{1001 + place}" for place in range(len(numbers))]
    live = set(await Invoice.filter(voided_at=None).values_list("id", flat=True))
    assert all(charge.invoice_id is None or charge.invoice_id in live for charge in await Charge.all())


async def deed(clinic: Clinic, chance: random.Random) -> object:
    invoice = chance.choice(await Invoice.all())
    known = {"actor": DANA, "now": clinic.now}
    deeds = (
        lambda: void_invoice(invoice, reason="x", on=clinic.today, **known),
        lambda: draft_invoice(guarantor=invoice.guarantor_id, practice=clinic.practice, **known),
        lambda: clinic.sends(invoice),
        lambda: charge_late_fee(invoice.id, practice=clinic.practice, actor=CLOCK, now=clinic.now),
        lambda: waive_late_fee(invoice, chance.randrange(1, 4), practice=clinic.practice, reason="x", **known),
        lambda: pays(clinic, invoice, chance.choice((500, 5_000, 12_950))),
        lambda: delete_draft(invoice, **known),
        lambda: archive_due(clinic.practice, clinic.now),
    )
    return chance.choice(deeds)()


async def pays(clinic: Clinic, invoice: Invoice, cents: int) -> None:
    await invoice.fetch_related("guarantor")
    await clinic.is_paid(invoice.guarantor, cents)
