"""Families: who is billed for whom. What is not billed yet follows; what was sent stays with who got it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from billing.books import held_payer
from domain.access import Actor, require
from domain.errors import invalid, not_found
from models.by_hand import row_of, rows_of
from models.care import Charge
from models.change import Change, change
from models.database import execute
from models.invoices import Invoice, InvoiceLine
from models.people import Patient

CLAIMS_FOLLOW = """
    UPDATE claim SET guarantor_id = $2
     WHERE guarantor_id <> $2 AND session_id IN (SELECT id FROM care_session WHERE patient_id = $1)
       AND NOT EXISTS (SELECT 1 FROM charge c WHERE c.claim_id = claim.id AND c.invoice_id IS NOT NULL)
"""
"""What an insurer leaves of a visit is billed to one: a claim that has been billed in part stays where it is."""
CHARGES_FOLLOW = """
    UPDATE charge SET guarantor_id = $2
     WHERE guarantor_id <> $2 AND patient_id = $1 AND invoice_id IS NULL
       AND (claim_id IS NULL OR EXISTS (SELECT 1 FROM claim k WHERE k.id = claim_id AND k.guarantor_id = $2))
"""

BACK = """
    UPDATE charge SET invoice_id = NULL, guarantor_id = CASE WHEN claim_id IS NOT NULL THEN guarantor_id
           ELSE (SELECT COALESCE(p.guarantor_id, p.id) FROM patient p WHERE p.id = charge.patient_id) END
     WHERE id IN ({places})
"""
"""Into the queue of who pays by now, which may be another than who got the bill."""


async def set_guarantor(patient_id: int, guarantor_id: int | None, *, actor: Actor, now: datetime) -> Patient:
    """Who pays for a patient from now on; nobody else, if none is named."""
    async with change(now) as told:
        known = await Patient.get_or_none(id=patient_id)
        if known is None:
            raise not_found("patient", patient_id)
        require(actor, "biller", known.location, "Changing who pays for a patient")
        others = {known.payer_id, guarantor_id or patient_id, patient_id}
        held = {number: await held_payer(number) for number in sorted(others)}
        patient = held[patient_id]
        guarantor = held[guarantor_id] if guarantor_id not in (None, patient_id) else None
        if patient is None or (guarantor is None and guarantor_id not in (None, patient_id)):
            raise not_found("patient", guarantor_id)
        await refuse_chain(patient, guarantor)
        was = patient.payer_id
        patient.guarantor_id = guarantor.id if guarantor else None
        if patient.payer_id != was:
            await patient.save()
            await follow_payer(patient, was, told, actor)
        return patient


async def refuse_chain(patient: Patient | None, guarantor: Patient | None) -> None:
    """Who is billed for others is billed to nobody else. `patient` is None while they are new."""
    if guarantor is None:
        return
    if guarantor.guarantor_id is not None:
        raise invalid(f"{guarantor.external_id} is billed to someone else and cannot be a guarantor.", "guarantor")
    if patient is not None and await row_of(Patient, guarantor_id=patient.id):
        raise invalid(
            f"{patient.external_id} is billed for others and cannot be billed to someone else; move those first.",
            "guarantor",
        )


async def follow_payer(patient: Patient, was: int, told: Change, actor: Actor) -> None:
    """What is not billed yet goes to who pays now. Both payers are under lock."""
    charges = await move_unbilled(patient)
    told.tell(
        "patient.guarantor_changed",
        f"patient:{patient.id}",
        actor=actor,
        location=patient.location,
        guarantor=patient.payer_id,
        before={"guarantor": was},
        after={"guarantor": patient.payer_id, "charges": charges},
    )


async def held_for_return(invoice: Invoice, positions: Sequence[int] | None = None) -> None:
    """Who got a bill, and those whose charges are to leave it (all of them, or these lines' only)."""
    only: dict[str, Any] = {} if positions is None else {"position__in": list(positions)}
    lines = await rows_of(InvoiceLine, invoice_id=invoice.id, charge_id__not=None, **only)
    charges = await rows_of(Charge, id__in=[line.charge_id for line in lines], claim_id=None)
    for number in sorted({invoice.guarantor_id, *(charge.patient_id for charge in charges)}):
        await held_payer(number)


async def back_to_queue(**which: Any) -> None:
    """These charges leave their bill. Who may have to pay for them is under lock."""
    if ids := [charge.id for charge in await rows_of(Charge, **which)]:
        await execute(BACK.format(places=", ".join(f"${place}" for place in range(1, len(ids) + 1))), ids)


async def move_unbilled(patient: Patient) -> int:
    await execute(CLAIMS_FOLLOW, [patient.id, patient.payer_id])
    return await execute(CHARGES_FOLLOW, [patient.id, patient.payer_id])
