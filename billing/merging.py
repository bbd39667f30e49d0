"""Merging two records of one patient: everything of the one becomes the other's, and its ledger is carried over.

What was booked stays as it was booked: the balances leave the merged record and come to the kept one by entries of
their own, so that no past day's figures change. ADR 18 says why.
"""

from dataclasses import dataclass
from datetime import datetime

from billing.books import Journal, held_payer
from billing.families import move_unbilled
from domain import ledger
from domain.access import Actor, require
from domain.errors import Refusal, invalid, not_found
from domain.invoice import OPEN
from domain.invoice_set import CHASED, INVOICE_SET
from domain.practice import Practice
from models.change import Change, change
from models.chasing import InvoiceSet
from models.database import execute
from models.firing import fire
from models.invoices import Invoice
from models.money import Payment, WriteOff
from models.people import Consent, Patient
from models.search import note_words

CONFIRM = "Two records become one, for good: merging cannot be undone."
CARRIED = {
    "patient_id": ("care_session", "charge", "invoice_line"),
    "guarantor_id": (
        "charge", "claim", "invoice", "payment", "checkout_attempt", "payment_plan", "invoice_set",
        "message", "document", "patient_link",
    ),
}  # fmt: skip
"""Whose rows say whose they are. Events, the ledger, consent and statements are history, and stay as they were."""
FILLED = ("birth_date", "phone", "email", "timezone")
"""What the kept record takes from the other where it says nothing itself."""


@dataclass(frozen=True, slots=True)
class Merge:
    kept: Patient
    merged: Patient
    reason: str
    practice: Practice
    actor: Actor
    told: Change


async def merge_patients(
    kept_id: int, merged_id: int, *, reason: str, practice: Practice, actor: Actor, now: datetime
) -> Patient:
    """From now on both external ids mean the kept record. Say `CONFIRM` before: there is no way back."""
    if kept_id == merged_id:
        raise invalid("These are the same record.", "merged")
    if not reason.strip():
        raise invalid("Say why these are one patient.", "reason")
    async with change(now) as told:
        paying = {row.payer_id for row in await Patient.filter(id__in=(kept_id, merged_id), merged_into_id=None)}
        held = {number: await held_payer(number) for number in sorted({kept_id, merged_id} | paying)}
        kept, merged = held[kept_id], held[merged_id]
        if kept is None or merged is None:
            raise not_found("patient", kept_id if kept is None else merged_id)
        for each in (kept, merged):
            require(actor, "manager", each.location, "Merging two patients' records")
        merge = Merge(kept, merged, reason.strip(), practice, actor, told)
        await _refuse_what_cannot_be_one(merge)
        await _carry_ledger(merge)
        await _join_sets(merge)
        await _carry_rows(merge)
        await _carry_person(merge)
        charges = await move_unbilled(kept)
        told.tell(
            "patient.merged",
            f"patient:{kept.id}",
            actor=actor,
            location=kept.location,
            guarantor=kept.id,
            before={"patient": merged.id, "external_id": merged.external_id},
            after={"patient": kept.id, "external_id": kept.external_id, "reason": merge.reason, "charges": charges},
        )
        return kept


async def _refuse_what_cannot_be_one(merge: Merge) -> None:
    kept, merged = merge.kept, merge.merged
    if await InvoiceSet.filter(guarantor_id=merged.id, status="collections").exists():
        raise Refusal(
            "with_agency", f"The collection agency knows a balance as {merged.external_id}'s; recall it first."
        )
    pays_for_others = await Patient.filter(guarantor_id=merged.id).exclude(id=kept.id).exists()
    if pays_for_others and kept.guarantor_id not in (None, merged.id):
        raise invalid(
            f"{merged.external_id} is billed for others, and {kept.external_id} is billed to someone else;"
            " move those first.",
            "merged",
        )


async def _carry_ledger(merge: Merge) -> None:
    """What is owed and what is credit, out of the one record and into the other."""
    out, into = Journal(merge.merged.id, merge.told.now), Journal(merge.kept.id, merge.told.now)
    for invoice in (
        await Invoice.filter(guarantor_id=merge.merged.id, status__in=OPEN)
        .order_by("id")
        .select_for_update(no_key=True)
    ):
        _carry(ledger.hand_on(invoice.id, invoice.balance_cents), invoice.location, None, out, into, merge)
    for payment in await Payment.filter(guarantor_id=merge.merged.id, unapplied_cents__gt=0).order_by("id"):
        entries = ledger.hand_on_credit(payment.unapplied_cents)
        _carry(entries, payment.location, payment.id, out, into, merge)
    await out.write()
    await into.write()


def _carry(
    entries: list[ledger.Entry], location: str, payment: int | None, out: Journal, into: Journal, merge: Merge
) -> None:
    on = merge.practice.today(location, merge.told.now)
    out.book("merge", entries, location=location, on=on, payment=payment)
    into.book("merge", ledger.reverse(entries), location=location, on=on, payment=payment)


async def _join_sets(merge: Merge) -> None:
    """A guarantor has one open set: with two of them, what is owed joins the kept record's, and the other is closed."""
    ours = await InvoiceSet.filter(guarantor_id=merge.kept.id, status__in=CHASED).first()
    theirs = await InvoiceSet.filter(guarantor_id=merge.merged.id, status__in=CHASED).first()
    if ours is None or theirs is None:
        return
    await Invoice.filter(invoice_set_id=theirs.id, status__in=OPEN).update(invoice_set_id=ours.id)
    await WriteOff.filter(invoice_set_id=theirs.id, undone_at=None).update(invoice_set_id=ours.id)
    written_off = ours.written_off_cents + theirs.written_off_cents
    await InvoiceSet.filter(id=ours.id).update(written_off_cents=written_off)
    reason = f"Merged into the balance of {merge.kept.external_id}."
    await fire(theirs, "cancel", machine=INVOICE_SET, actor=merge.actor, told=merge.told, facts={"reason": reason},
               written_off_cents=0, next_send_at=None, held_until=None, hold_reason=None)  # fmt: skip


async def _carry_rows(merge: Merge) -> None:
    for column, tables in CARRIED.items():
        for table in tables:
            sql = f"UPDATE {table} SET {column} = $1 WHERE {column} = $2"  # noqa: S608  # our own names
            await execute(sql, [merge.kept.id, merge.merged.id])


async def _carry_person(merge: Merge) -> None:
    kept, merged = merge.kept, merge.merged
    await kept.refresh_from_db(fields=["credit_cents"])
    if kept.guarantor_id == merged.id:
        kept.guarantor_id = None
    for name in FILLED:
        if getattr(kept, name) is None:
            setattr(kept, name, getattr(merged, name))
    await kept.save()
    await _carry_consent(merge)
    await Patient.filter(merged_into_id=merged.id).update(merged_into_id=kept.id)
    family = await Patient.filter(guarantor_id=merged.id)
    await Patient.filter(guarantor_id=merged.id).update(guarantor_id=kept.id)
    for each in family:
        each.guarantor_id = kept.id
    merged.merged_into_id, merged.guarantor_id = kept.id, None
    await Patient.filter(id=merged.id).update(merged_into_id=kept.id, guarantor_id=None)
    await note_words([*family, merged])


async def _carry_consent(merge: Merge) -> None:
    """The last word on an address counts, to whichever record it was said."""
    for channel, address in (("sms", merge.kept.phone), ("email", merge.kept.email)):
        said = Consent.filter(channel=channel, address__iexact=address or "").order_by("-at", "-id")
        last = await said.filter(patient_id__in=(merge.kept.id, merge.merged.id)).first()
        if last is not None and last.patient_id == merge.merged.id:
            await Consent.create(
                patient_id=merge.kept.id,
                channel=channel,
                address=last.address,
                given=last.given,
                source="merged record",
                wording=last.wording,
                at=merge.told.now,
            )
