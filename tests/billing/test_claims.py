"""Claims: what insurers are asked first, what comes of it to the patient, and what the practice's own system says."""

from dataclasses import replace
from datetime import timedelta

import pytest

from billing.audit import audit
from billing.claims import ClaimRecord, bill_patient, put_claim
from billing.drafts import DraftChange, LineChange, change_draft, draft_invoice
from billing.invoices import void_invoice
from billing.sessions import complete_session
from billing.write_offs import write_off
from domain.access import CLOCK
from domain.bill import Adjustment
from domain.errors import Refusal
from models.care import Charge
from models.insurance import Claim, ClaimLine, ClaimPosting
from models.invoices import Invoice
from models.people import Patient
from tests.billing.clinic import DANA, VERA, Clinic, everything
from tests.billing.insured import CHARGED, asked, charges, check, claim_of, comes, state, tales, told
from tests.support.era import paid, reversal


async def refusal_of(clinic: Clinic, claim: Claim, status: str, *cents: int | None, **more: str) -> Refusal:
    before = await everything()
    with pytest.raises(Refusal) as refused:
        await told(clinic, claim, status, *cents, **more)
    assert await everything() == before
    return refused.value


@pytest.mark.parametrize("bill_to", ["insurance", "hybrid"])
async def test_an_insured_session_is_priced_on_a_claim_and_asks_nothing_of_the_patient(
    clinic: Clinic, bill_to: str
) -> None:
    claim = await claim_of(clinic, bill_to=bill_to)
    assert (claim.status, claim.amount_cents, claim.share_cents, claim.bill_to) == ("open", CHARGED, 0, bill_to)
    lines = await ClaimLine.filter(claim_id=claim.id).order_by("position")
    assert [(line.code, line.amount_cents) for line in lines] == [("exam", 12_500), ("xray", 8_000)]
    assert (await Charge.all(), await Invoice.all()) == ([], [])
    with pytest.raises(Refusal, match="no unbilled charges"):
        await draft_invoice(guarantor=claim.guarantor_id, practice=clinic.practice, actor=DANA, now=clinic.now)


async def test_a_client_s_session_makes_no_claim(clinic: Clinic) -> None:
    await clinic.sees(await clinic.patient())
    assert await Claim.all() == []
    record = ClaimRecord(external_id="C-1", session="S-1", payer="Blue", status="filed")
    with pytest.raises(Refusal, match="Session S-1 is billed to the client") as refused:
        await put_claim(record, practice=clinic.practice, actor=DANA, now=clinic.now)
    assert (refused.value.code, refused.value.status) == ("billed_to_client", 409)


async def test_the_same_session_twice_is_one_claim(clinic: Clinic) -> None:
    visit = clinic.visit(await clinic.patient(bill_to="insurance"))
    for is_new in (True, False):
        _, new = await complete_session(visit, practice=clinic.practice, actor=CLOCK, now=clinic.now)
        assert new is is_new
    assert await Claim.all().count() == 1


async def test_hybrid_leaves_the_share_in_the_unbilled_queue(clinic: Clinic) -> None:
    claim = await claim_of(clinic, bill_to="hybrid")
    assert await told(clinic, claim, "paid", None, 15_000, 4_000)
    assert (await state(claim), await charges(claim)) == (("paid", 4_000), [(4_000, "unbilled")])
    assert await Invoice.all() == []


async def test_insurance_drafts_what_the_payer_leaves_at_once(clinic: Clinic) -> None:
    claim = await claim_of(clinic, bill_to="insurance")
    await told(clinic, claim, "paid", None, 15_000, 4_000)
    assert await charges(claim) == [(4_000, "draft")]
    [draft] = await Invoice.all().prefetch_related("lines")
    assert (draft.total_cents, [line.description for line in draft.lines]) == (4_000, ["Your share after insurance"])


async def test_insurance_sends_at_once_where_the_practice_sends_without_looking(clinic: Clinic) -> None:
    clinic.practice = replace(clinic.practice, terms=replace(clinic.practice.terms, send_on_completion=True))
    claim = await claim_of(clinic, bill_to="insurance")
    await told(clinic, claim, "paid", None, 15_000, 4_000)
    assert await charges(claim) == [(4_000, "sent")]


async def test_what_the_payer_pays_whole_asks_nothing_of_the_patient(clinic: Clinic) -> None:
    claim = await claim_of(clinic, bill_to="insurance")
    await told(clinic, claim, "paid", CHARGED, CHARGED, 0)
    assert (await state(claim), await charges(claim)) == (("paid", 0), [])
    assert await Invoice.all() == []


async def test_the_family_s_guarantor_is_asked_for_the_share(clinic: Clinic) -> None:
    parent = await clinic.patient("parent")
    await clinic.patient("child", guarantor="parent", bill_to="hybrid")
    session, _ = await complete_session(
        clinic.visit(await Patient.get(external_id="child")), practice=clinic.practice, actor=CLOCK, now=clinic.now
    )
    await told(clinic, await Claim.get(session_id=session.id), "paid", None, None, 1_000)
    [charge] = await Charge.all()
    assert (charge.guarantor_id, charge.patient_id == parent.id) == (parent.id, False)


async def test_a_claim_is_filed_decided_and_corrected_by_the_practice_s_own_system(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    assert await told(clinic, claim, "filed")
    assert await state(claim) == ("filed", 0)
    for status, cents, share in (
        ("forwarded", (), 0),
        ("paid", (19_000, 15_000, 4_000), 4_000),
        ("paid", (19_000, 13_000, 6_000), 6_000),
        ("reversed", (), 0),
        ("filed", (), 0),
        ("paid", (19_000, 15_000, 4_000), 4_000),
        ("denied", (None, None, 9_000), 0),
    ):
        assert await told(clinic, claim, status, *cents)
        assert not await told(clinic, claim, status, *cents), "the same once more is nothing new"
        assert await state(claim) == (status, share)
        assert sum(cents for cents, _ in await charges(claim)) == share
        assert await audit(full=True) == []
    assert [tale["status"] for tale in await tales("claim.paid")] == ["paid"] * 3


async def test_two_of_three_figures_say_the_third(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    await told(clinic, claim, "paid", 19_000, 15_000)
    assert await state(claim) == ("paid", 4_000)
    await told(clinic, claim, "paid", 19_000, None, 3_000)
    claim = await Claim.get(id=claim.id)
    assert (claim.paid_cents, claim.share_cents) == (16_000, 3_000)


async def test_what_cannot_be_is_refused_on_its_field(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    for status, cents, field, says in (
        ("lost", (), "status", "A claim is open, filed"),
        ("filed", (100,), "status", "A claim that is filed has no amounts yet"),
        ("paid", (), "patient_cents", "What the payer leaves to the patient is needed"),
        ("paid", (None, 15_000), "patient_cents", "What the payer leaves to the patient is needed"),
        ("paid", (19_000, 15_000, 4_001), "allowed_cents", "$190.00 is allowed, but paid and the patient's share"),
        ("paid", (19_000, 15_000, 4_001), "allowed_cents", "come to $190.01"),
        ("paid", (None, -1, 100), "patient_cents", "not below zero"),
        ("paid", (100, 200, None), "patient_cents", "not below zero"),
        ("denied", (None, None, -5), "patient_cents", "not below zero"),
        ("paid", (10**18, None, 100), "allowed_cents", "more than a claim can be about"),
        ("paid", (None, 0, CHARGED + 1), "patient_cents", "share is $205.01, the claim only $205.00"),
    ):
        refused = await refusal_of(clinic, claim, status, *cents)
        assert (refused.code, refused.status, refused.field) == ("invalid", 422, field)
        assert says in refused.sentence


async def test_a_payer_and_a_session_are_needed(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    for payer in ("  ", "x" * 121):
        assert (await refusal_of(clinic, claim, "filed", payer=payer)).field == "payer"
    record = ClaimRecord(external_id="C-1", session="S-404", payer="Blue", status="filed")
    with pytest.raises(Refusal, match="There is no session S-404") as refused:
        await put_claim(record, practice=clinic.practice, actor=DANA, now=clinic.now)
    assert refused.value.field == "session"


async def test_what_is_decided_is_not_merely_filed_again(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    await told(clinic, claim, "paid", None, 15_000, 4_000)
    for status in ("filed", "open"):
        assert (await refusal_of(clinic, claim, status)).code == "stale"


async def test_a_claim_takes_the_number_it_is_filed_under_and_keeps_it(clinic: Clinic) -> None:
    claim, other = await claim_of(clinic), await claim_of(clinic)
    for renamed, says in (("C-1", None), ("C-1", None), ("C-2", "has the claim C-1 already")):
        record = ClaimRecord(external_id=renamed, session=claim.external_id, payer="Blue", status="filed")
        if says is None:
            await put_claim(record, practice=clinic.practice, actor=DANA, now=clinic.now)
            assert (await Claim.get(id=claim.id)).external_id == "C-1"
            continue
        with pytest.raises(Refusal, match=says):
            await put_claim(record, practice=clinic.practice, actor=DANA, now=clinic.now)
    joe = await clinic.patient("joe", bill_to="hybrid")
    with pytest.raises(Refusal, match="Another session's claim is filed under C-1 already"):
        await complete_session(
            clinic.visit(joe, external_id="C-1"), practice=clinic.practice, actor=CLOCK, now=clinic.now
        )
    taken = ClaimRecord(external_id="C-1", session=other.external_id, payer="Blue", status="filed")
    with pytest.raises(Refusal, match="Claim C-1 is another session's"):
        await put_claim(taken, practice=clinic.practice, actor=DANA, now=clinic.now)


async def test_who_may_not_bill_may_not_post(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    record = ClaimRecord(external_id="S-1", session="S-1", payer="Blue", status="paid", patient_cents=100)
    before = await everything()
    for attempt in (record, replace(record, status="open", patient_cents=None)):
        with pytest.raises(Refusal, match="needs the role biller"):
            await put_claim(attempt, practice=clinic.practice, actor=VERA, now=clinic.now)
    assert await everything() == before
    assert await state(claim) == ("open", 0)


async def test_a_denied_claim_is_a_person_s_who_may_bill_the_patient(clinic: Clinic) -> None:
    claim = await claim_of(clinic, bill_to="insurance")
    await told(clinic, claim, "denied", None, None, 9_000)
    assert (await state(claim), await charges(claim)) == (("denied", 0), [])
    assert await asked() == [("denied", 9_000, 0)]
    [tale] = await tales("claim.needs_person")
    assert tale["sentence"] == "Claim S-1: it is denied. The payer calls $90.00 the patient's; $0.00 is billed."
    known = {"reason": "Not covered, agreed with her", "practice": clinic.practice, "now": clinic.now}
    before = await everything()
    for amount, actor in ((0, DANA), (CHARGED + 1, DANA), (5_000, VERA)):
        with pytest.raises(Refusal):
            await bill_patient(claim.id, amount=amount, actor=actor, **known)
    with pytest.raises(Refusal, match="has changed since you looked"):
        await bill_patient(claim.id, amount=5_000, actor=DANA, seen_version=1, **known)
    assert await everything() == before
    await bill_patient(claim.id, amount=5_000, actor=DANA, **known)
    assert (await state(claim), await charges(claim), await asked()) == (("denied", 5_000), [(5_000, "draft")], [])
    [tale] = await tales("claim.billed_to_the_patient")
    assert (tale["share_cents"], tale["reason"]) == (5_000, "Not covered, agreed with her")
    with pytest.raises(Refusal, match="Choose another amount"):
        await bill_patient(claim.id, amount=5_000, actor=DANA, **known)
    await told(clinic, claim, "paid", None, 19_500, 1_000)
    assert (await state(claim), await charges(claim)) == (("paid", 1_000), [(1_000, "draft")])


async def test_a_second_denial_asks_again(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    for time in (1, 2):
        await told(clinic, claim, "filed")
        await told(clinic, claim, "denied")
        assert await asked() == [("denied", 0, 0)]
        assert len(await tales("claim.needs_person")) == time


async def test_what_a_payer_has_paid_is_not_a_person_s_to_bill(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    known = {"amount": 100, "reason": "x", "practice": clinic.practice, "actor": DANA, "now": clinic.now}
    for status in ("open", "filed", "paid"):
        if status != "open":
            await told(clinic, claim, status, *((None, 0, 500) if status == "paid" else ()))
        with pytest.raises(Refusal, match="Bill the patient is not possible"):
            await bill_patient(claim.id, **known)  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="There is no claim 404"):
        await bill_patient(404, **known)  # type: ignore[arg-type]


# -- how a share moves -------------------------------------------------------------------------------------------------


async def billed(clinic: Clinic, share: int = 4_000) -> tuple[Claim, Invoice]:
    """A claim whose share is on a sent invoice."""
    claim = await claim_of(clinic, bill_to="insurance")
    await told(clinic, claim, "paid", None, None, share)
    draft = await Invoice.filter(status="draft").get()
    return claim, await clinic.sends(draft)


async def test_an_unbilled_share_is_corrected_in_the_queue(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    for share in (4_000, 6_500, 1_000, 0, 2_000):
        await told(clinic, claim, "paid", None, None, share)
        assert await charges(claim) == ([(share, "unbilled")] if share else [])
        assert await audit() == []


async def test_a_drafted_share_is_corrected_on_the_draft_and_an_empty_draft_goes(clinic: Clinic) -> None:
    claim = await claim_of(clinic, bill_to="insurance")
    for share in (4_000, 6_500, 1_000):
        await told(clinic, claim, "paid", None, None, share)
        assert await charges(claim) == [(share, "draft")]
        assert [draft.total_cents for draft in await Invoice.all()] == [share]
        assert await audit() == []
    await told(clinic, claim, "paid", None, None, 0)
    assert (await charges(claim), await Invoice.all(), await audit()) == ([], [], [])


async def test_what_else_stands_on_the_draft_stays(clinic: Clinic) -> None:
    claim = await claim_of(clinic, bill_to="hybrid")
    await told(clinic, claim, "paid", None, None, 4_000)
    other = await claim_of(clinic, bill_to="hybrid")
    await told(clinic, other, "paid", None, None, 700)
    draft = await draft_invoice(guarantor=claim.guarantor_id, practice=clinic.practice, actor=DANA, now=clinic.now)
    assert draft.total_cents == 4_700
    await told(clinic, claim, "reversed")
    assert [(i.id, i.total_cents) for i in await Invoice.all()] == [(draft.id, 700)]
    assert (await charges(claim), await charges(other), await audit()) == ([], [(700, "draft")], [])


async def test_more_than_was_sent_is_a_further_charge(clinic: Clinic) -> None:
    claim, invoice = await billed(clinic)
    await told(clinic, claim, "paid", None, None, 5_500)
    assert await charges(claim) == [(4_000, "sent"), (1_500, "draft")]
    await told(clinic, claim, "paid", None, None, 5_000)
    assert await charges(claim) == [(4_000, "sent"), (1_000, "draft")]
    await told(clinic, claim, "paid", None, None, 3_000)
    assert await charges(claim) == [(4_000, "sent")]
    await invoice.refresh_from_db()
    assert (invoice.balance_cents, await state(claim), await audit()) == (3_000, ("paid", 3_000), [])


async def test_less_than_was_sent_is_a_credit_note(clinic: Clinic) -> None:
    claim, invoice = await billed(clinic)
    await told(clinic, claim, "paid", None, None, 1_500)
    await invoice.refresh_from_db()
    assert (invoice.status, invoice.balance_cents, invoice.forgiven_cents) == ("sent", 1_500, 2_500)
    [tale] = await tales("invoice.credited")
    assert (tale["amount_cents"], tale["balance_cents"], tale["to_credit_cents"]) == (2_500, 1_500, 0)
    await told(clinic, claim, "reversed")
    await invoice.refresh_from_db()
    assert (invoice.status, invoice.balance_cents, await state(claim)) == ("archived", 0, ("reversed", 0))
    await told(clinic, claim, "paid", None, None, 800)
    assert (await charges(claim), await audit(full=True)) == ([(4_000, "archived"), (800, "draft")], [])


async def test_what_was_credited_of_a_charge_is_not_credited_again(clinic: Clinic) -> None:
    claim, first = await billed(clinic)
    other = await claim_of(clinic, bill_to="hybrid")
    await told(clinic, other, "paid", None, None, 700)
    await told(clinic, claim, "paid", None, None, 5_500)
    draft = await Invoice.get(status="draft")
    await change_draft(draft, DraftChange(charges="all"), practice=clinic.practice, actor=DANA, now=clinic.now)
    second = await clinic.sends(draft)
    for share, left in ((4_000, (4_000, 700)), (3_000, (3_000, 700)), (0, (0, 700))):
        await told(clinic, claim, "paid", None, None, share)
        await first.refresh_from_db()
        await second.refresh_from_db()
        assert (first.balance_cents, second.balance_cents) == left
        assert (await state(other), await audit()) == (("paid", 700), [])


async def test_what_was_paid_beyond_the_share_becomes_the_guarantor_s_credit(clinic: Clinic) -> None:
    claim, invoice = await billed(clinic)
    payer = await Patient.get(id=claim.guarantor_id)
    await clinic.is_paid(payer, 3_000)
    await told(clinic, claim, "paid", None, None, 2_500)
    await invoice.refresh_from_db()
    await payer.refresh_from_db()
    assert (invoice.status, invoice.balance_cents, invoice.paid_cents) == ("paid", 0, 2_500)
    assert (payer.credit_cents, await audit(full=True)) == (500, [])
    await told(clinic, claim, "denied")
    await payer.refresh_from_db()
    assert (payer.credit_cents, await state(claim), await audit(full=True)) == (3_000, ("denied", 0), [])


async def test_the_latest_payment_is_given_back_first(clinic: Clinic) -> None:
    claim, _ = await billed(clinic)
    payer = await Patient.get(id=claim.guarantor_id)
    first, second = await clinic.is_paid(payer, 1_000), await clinic.is_paid(payer, 3_000)
    await told(clinic, claim, "paid", None, None, 800)
    for payment, unapplied in ((first, 200), (second, 3_000)):
        await payment.refresh_from_db()
        assert payment.unapplied_cents == unapplied


async def test_a_void_invoice_gives_its_share_back_to_the_queue_once(clinic: Clinic) -> None:
    from_void, invoice = await billed(clinic)
    await void_invoice(invoice, reason="Wrong", actor=DANA, now=clinic.now, on=clinic.today)
    assert await charges(from_void) == [(4_000, "unbilled")]
    await told(clinic, from_void, "paid", None, None, 1_000)
    assert (await charges(from_void), await audit()) == ([(1_000, "unbilled")], [])


async def test_what_was_written_off_cannot_be_credited_again_and_is_a_person_s(clinic: Clinic) -> None:
    claim, invoice = await billed(clinic)
    chased = await clinic.chases(await clinic.is_late_with(invoice))
    await write_off(chased, reason="Gone", actor=DANA, now=clinic.now, on=clinic.today)
    await told(clinic, claim, "paid", None, None, 1_000)
    assert await asked() == [("not_creditable", 1_000, 4_000)]
    assert (await state(claim), await audit(full=True)) == (("paid", 4_000), [])


async def test_decisions_are_never_changed_or_removed(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    await told(clinic, claim, "paid", None, None, 1_000)
    for attempt in (ClaimPosting.filter(id__gt=0).update(share_cents=0), ClaimPosting.filter(id__gt=0).delete()):
        with pytest.raises(Exception, match="never changed or removed"):
            await attempt


async def test_a_later_day_s_word_of_the_practice_s_own_system_stands(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    await told(clinic, claim, "paid", None, None, 4_000)
    clinic.now += timedelta(days=3)
    await told(clinic, claim, "paid", None, None, 1_000)
    assert await state(claim) == ("paid", 1_000)


async def test_a_draft_whose_discounts_are_more_than_is_left_is_a_person_s_and_stops_nothing_else(
    clinic: Clinic,
) -> None:
    claim, other = await claim_of(clinic, bill_to="insurance"), await claim_of(clinic, "joe")
    await comes(clinic, check(paid("S-1", CHARGED, 4_000)))
    off = LineChange(adjustments=(Adjustment(kind="discount", cents=2_500),))
    draft = await change_draft(
        await Invoice.get(), DraftChange(lines={1: off}), practice=clinic.practice, actor=DANA, now=clinic.now
    )
    first, then = paid("S-1", CHARGED, 4_000), paid("S-1", CHARGED, 2_000)
    again = check(reversal(first), then, paid("S-2", CHARGED, 1_000), trace="EFT00018")
    assert (await comes(clinic, again)).posted == 3
    assert (await state(other), await state(claim)) == (("paid", 1_000), ("paid", 4_000))
    assert await asked() == [("not_creditable", 2_000, 4_000)]
    assert ((await Invoice.get(id=draft.id)).total_cents, await audit(full=True)) == (1_500, [])
