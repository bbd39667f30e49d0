"""Who is billed for whom: what is not billed yet follows a change, what was sent stays."""

from dataclasses import replace

import pytest

from billing.added_lines import NewLine
from billing.audit import audit
from billing.drafts import DraftChange, change_draft, delete_draft
from billing.families import set_guarantor
from billing.invoices import void_invoice
from billing.patients import patient_by
from billing.sessions import complete_session
from domain.access import CLOCK
from domain.errors import Refusal
from models.care import Charge
from models.invoices import Invoice
from models.people import Patient
from models.record import Event
from tests.billing.clinic import DANA, VERA, Clinic, everything


def drafts_by_hand(clinic: Clinic) -> None:
    clinic.practice = replace(clinic.practice, terms=replace(clinic.practice.terms, draft_on_completion=False))


async def is_seen(clinic: Clinic, patient: Patient, *codes: str) -> None:
    visit = clinic.visit(patient, *codes)
    await complete_session(visit, practice=clinic.practice, actor=CLOCK, now=clinic.now)


async def pays(clinic: Clinic, child: Patient, payer: Patient | None) -> Patient:
    return await set_guarantor(child.id, payer.id if payer else None, actor=DANA, now=clinic.now)


async def payers() -> list[tuple[int, int | None]]:
    return [(charge.guarantor_id, charge.invoice_id) for charge in await Charge.all().order_by("id")]


async def test_unbilled_charges_follow_and_sent_invoices_stay(clinic: Clinic) -> None:
    drafts_by_hand(clinic)
    maria, leo = await clinic.patient(), await clinic.patient("leo")
    sent = await clinic.bills(leo)
    await is_seen(clinic, leo, "xray")
    assert await payers() == [(leo.id, sent.id), (leo.id, None)]
    await pays(clinic, leo, maria)
    assert await payers() == [(leo.id, sent.id), (maria.id, None)]
    assert (await Invoice.get(id=sent.id)).guarantor_id == leo.id
    [told] = await Event.filter(kind="patient.guarantor_changed")
    assert (told.before, told.after) == ({"guarantor": leo.id}, {"guarantor": maria.id, "charges": 1})
    await pays(clinic, leo, None)
    assert await payers() == [(leo.id, sent.id), (leo.id, None)]
    assert await audit(full=True) == []


async def test_a_record_with_another_guarantor_moves_what_is_unbilled_too(clinic: Clinic) -> None:
    drafts_by_hand(clinic)
    maria, leo = await clinic.patient(), await clinic.patient("leo")
    await is_seen(clinic, leo)
    await clinic.patient("leo", guarantor="maria")
    assert await payers() == [(maria.id, None)]


async def test_the_same_again_tells_nothing(clinic: Clinic) -> None:
    maria, leo = await clinic.patient(), await clinic.patient("leo")
    await pays(clinic, leo, maria)
    before = await everything()
    await pays(clinic, leo, maria)
    assert await everything() == before


async def test_chains_and_strangers_are_refused_and_change_nothing(clinic: Clinic) -> None:
    maria, leo, ana = await clinic.patient(), await clinic.patient("leo"), await clinic.patient("ana")
    await pays(clinic, leo, maria)
    leo = await patient_by("leo")
    before = await everything()
    for child, payer, sentence in ((ana, leo, "billed to someone else"), (maria, ana, "billed for others")):
        with pytest.raises(Refusal, match=sentence):
            await pays(clinic, child, payer)
    with pytest.raises(Refusal, match="no patient"):
        await set_guarantor(999, maria.id, actor=DANA, now=clinic.now)
    with pytest.raises(Refusal, match="no patient"):
        await set_guarantor(ana.id, 999, actor=DANA, now=clinic.now)
    with pytest.raises(Refusal, match="role biller"):
        await set_guarantor(ana.id, maria.id, actor=VERA, now=clinic.now)
    assert await everything() == before


@pytest.mark.parametrize("back", ["removed", "deleted", "voided"])
async def test_what_leaves_a_bill_goes_to_who_pays_by_then(clinic: Clinic, back: str) -> None:
    maria, leo = await clinic.patient(), await clinic.patient("leo", guarantor="maria")
    draft = await clinic.sees(leo)
    await pays(clinic, leo, None)
    assert await payers() == [(maria.id, draft.id)]
    known = {"actor": DANA, "now": clinic.now}
    if back == "removed":
        by_hand = NewLine(description="Copies", unit_price_cents=500)
        await change_draft(draft, DraftChange(remove=(1,), add=(by_hand,)), practice=clinic.practice, **known)
    elif back == "deleted":
        await delete_draft(draft, **known)
    else:
        await void_invoice(await clinic.sends(draft), reason="Hers no more", on=clinic.today, **known)
    assert await payers() == [(leo.id, None)]
    assert await audit(full=True) == []
