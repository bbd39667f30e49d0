"""What a payer leaves to the patient, as charges: raised, lowered and credited until they add up to the share.

*Hybrid*: the share waits in the unbilled queue, like any charge. *Insurance*: the patient hears of the visit only by
this, so its draft is made at once (and sent, where the practice sends without looking).
"""

from billing.books import held_in_order, held_payer
from billing.credit_notes import credit
from billing.drafts import DraftChange, change_draft, delete_draft, draft_charges
from billing.invoices import send_invoice
from domain.access import CLOCK, Actor
from domain.errors import Refusal
from domain.practice import Practice
from models.by_hand import add_row, keep_row, rows_of
from models.care import CareSession, Charge
from models.change import Change
from models.database import transaction
from models.insurance import Claim, CreditNote
from models.invoices import Invoice, InvoiceLine

DESCRIPTION = "Your share after insurance"


async def move_share(claim: Claim, share_cents: int, *, practice: Practice, actor: Actor, told: Change) -> int:
    """Bring what is billed to the patient to this; what it could be brought to. The claim is under lock."""
    rise = share_cents - claim.share_cents
    if not rise:
        return share_cents
    await held_payer(claim.guarantor_id)
    charges = await rows_of(Charge, lock=True, claim_id=claim.id)
    invoices = {i.id: i for i in await held_in_order(id__in=[c.invoice_id for c in charges if c.invoice_id])}
    if rise > 0:
        await _raise(claim, rise, charges, invoices, practice=practice, actor=actor, told=told)
    else:
        rise = -await _lower(-rise, charges, invoices, practice=practice, told=told)
    claim.share_cents += rise
    await keep_row(claim, "share_cents")
    return int(claim.share_cents)


async def _raise(
    claim: Claim,
    cents: int,
    charges: list[Charge],
    invoices: dict[int, Invoice],
    *,
    practice: Practice,
    actor: Actor,
    told: Change,
) -> None:
    """On the charge that is not yet sent, if there is one; what is sent stays, and a further charge comes."""
    for charge in charges:
        if charge.invoice_id is None or invoices[charge.invoice_id].status == "draft":
            await _change(charge, cents, invoices, practice=practice, told=told)
            return
    charge = await _charge(claim, cents)
    if claim.bill_to == "insurance":
        draft = await draft_charges([charge], practice=practice, actor=actor, told=told)
        if practice.terms.send_on_completion:
            await send_invoice(draft, practice=practice, actor=actor, now=told.now)


async def _charge(claim: Claim, cents: int) -> Charge:
    [session] = await rows_of(CareSession, id=claim.session_id)
    return await add_row(
        Charge,
        session_id=session.id,
        patient_id=session.patient_id,
        guarantor_id=claim.guarantor_id,
        location=claim.location,
        provider=session.provider,
        served_on=session.served_on,
        code="share",
        kind="share",
        description=DESCRIPTION,
        quantity_thousandths=1000,
        unit_price_cents=cents,
        amount_cents=cents,
        claim_id=claim.id,
    )


async def _lower(
    cents: int, charges: list[Charge], invoices: dict[int, Invoice], *, practice: Practice, told: Change
) -> int:
    """First what is not sent, then by credit notes, the latest first; how much."""
    left = cents
    for charge in sorted(charges, key=lambda c: (_is_sent(c, invoices), -c.id)):
        part = min(left, charge.amount_cents - await _credited(charge))
        if part and _is_sent(charge, invoices):
            part = await credit(invoices[charge.invoice_id or 0], part, charge=charge, practice=practice, told=told)
        elif part and not await _shrunk(charge, part, invoices, practice=practice, told=told):
            part = 0
        left -= part
    return cents - left


async def _shrunk(charge: Charge, by: int, invoices: dict[int, Invoice], *, practice: Practice, told: Change) -> bool:
    """Whether its draft bears that: where staff have taken off more than would be left, they must look at it."""
    try:
        async with transaction():
            await _change(charge, -by, invoices, practice=practice, told=told)
    except Refusal:
        await charge.refresh_from_db()
        return False
    return True


def _is_sent(charge: Charge, invoices: dict[int, Invoice]) -> bool:
    return charge.invoice_id is not None and invoices[charge.invoice_id].status != "draft"


async def _credited(charge: Charge) -> int:
    return sum(note.amount_cents for note in await rows_of(CreditNote, charge_id=charge.id))


async def _change(charge: Charge, by: int, invoices: dict[int, Invoice], *, practice: Practice, told: Change) -> None:
    """A charge that no sent invoice carries is corrected, its draft with it; what comes to nothing goes."""
    cents = charge.unit_price_cents = charge.amount_cents = charge.amount_cents + by
    if cents:
        await keep_row(charge, "unit_price_cents", "amount_cents")
    if charge.invoice_id is not None:
        await _on_draft(charge, invoices[charge.invoice_id], practice=practice, told=told)
    if not cents:
        await charge.delete()


async def _on_draft(charge: Charge, draft: Invoice, *, practice: Practice, told: Change) -> None:
    """What staff have made of the old share's rate is void; discounts and taxes stay, reckoned anew."""
    [line] = await rows_of(InvoiceLine, charge_id=charge.id)
    cents = charge.amount_cents
    if cents:
        line.unit_price_cents = line.amount_cents = cents
        line.list_price_cents, line.rate_reason = None, ""
        await keep_row(line, "unit_price_cents", "amount_cents", "list_price_cents", "rate_reason")
    change = DraftChange(remove=() if cents else (line.position,))
    await change_draft(draft, change, practice=practice, actor=CLOCK, now=told.now, anew=True)
    if not await rows_of(InvoiceLine, invoice_id=draft.id):
        await delete_draft(draft, actor=CLOCK, now=told.now, reason="The payer leaves nothing to the patient.")
