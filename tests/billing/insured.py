"""Patients whose insurer is asked first, and payers' files that come in about them."""

import hashlib

from billing.claims import ClaimRecord, put_claim
from billing.remittances import Posted, post_remittances
from billing.sessions import complete_session
from domain.access import CLOCK, Actor
from gateways.pyx12_remittance import read_835
from models.care import Charge
from models.insurance import Claim, Discrepancy
from models.invoices import Invoice
from models.record import Event
from tests.billing.clinic import DANA, Clinic
from tests.support.era import check, era

CHARGED = 20_500
"""An exam and an x-ray."""


async def claim_of(clinic: Clinic, patient: str = "maria", *, bill_to: str = "hybrid") -> Claim:
    """A visit of a patient who is insured; its claim."""
    seen = await clinic.patient(patient, bill_to=bill_to)
    session, _ = await complete_session(
        clinic.visit(seen, "exam", "xray"), practice=clinic.practice, actor=CLOCK, now=clinic.now
    )
    return await Claim.get(session_id=session.id)


async def comes(clinic: Clinic, *checks: list[str], actor: Actor = DANA) -> Posted:
    """A payer's file is posted."""
    return await comes_as(clinic, era(*checks), actor=actor)


async def comes_as(clinic: Clinic, content: bytes, *, actor: Actor = DANA) -> Posted:
    read = read_835(content, currency="USD")
    file_hash = hashlib.sha256(content).hexdigest()
    return await post_remittances(read, file_hash=file_hash, practice=clinic.practice, actor=actor, now=clinic.now)


async def told(clinic: Clinic, claim: Claim, status: str, *cents: int | None, payer: str = "Blue Shield") -> bool:
    """What the practice's own system says of a claim: its status; allowed, paid, the patient's. Whether that is new."""
    allowed, paid, share = (*cents, None, None, None)[:3]
    record = ClaimRecord(
        external_id=claim.external_id, session=(await claim.session).external_id, payer=payer, status=status,
        allowed_cents=allowed, paid_cents=paid, patient_cents=share,
    )  # fmt: skip
    _, is_new = await put_claim(record, practice=clinic.practice, actor=DANA, now=clinic.now)
    return is_new


async def state(claim: Claim) -> tuple[str, int]:
    """Its status, and what is billed of it to the patient."""
    now = await Claim.get(id=claim.id)
    return now.status, now.share_cents


async def charges(claim: Claim) -> list[tuple[int, str]]:
    """What the patient is asked for it: how much, and where that stands."""
    invoices = {invoice.id: invoice.status for invoice in await Invoice.all()}
    found = await Charge.filter(claim_id=claim.id).order_by("id")
    return [(c.amount_cents, invoices[c.invoice_id] if c.invoice_id else "unbilled") for c in found]


async def asked() -> list[tuple[str, int, int]]:
    """What still waits for a person: about what, the payer's figure, ours."""
    rows = await Discrepancy.filter(settled_at=None).order_by("id")
    return [(row.what, row.theirs_cents, row.ours_cents) for row in rows]


async def tales(kind: str) -> list[dict[str, object]]:
    return [event.after for event in await Event.filter(kind=kind).order_by("seq")]


__all__ = ["CHARGED", "asked", "charges", "check", "claim_of", "comes", "comes_as", "state", "tales", "told"]
