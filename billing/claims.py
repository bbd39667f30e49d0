"""Claims: opened with the session, told of by the practice's own system, decided by a person where no payer did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from billing.postings import follow, held_claims, keep, standing_of
from domain.access import Actor, require
from domain.claim import CLAIM, DECISIONS
from domain.claims import Decision
from domain.errors import Refusal, invalid, not_found
from domain.money import MOST_CENTS, plain
from domain.practice import Practice
from models.by_hand import add_row, add_rows, keep_row, row_of, rows_of
from models.care import CareSession
from models.change import Change, change
from models.firing import fire
from models.insurance import Claim, ClaimLine, ClaimPosting
from models.people import Patient

LONGEST = 120
PRICED = ("code", "kind", "description", "quantity_thousandths", "unit_price_cents", "amount_cents")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRecord:
    """What is said about a claim; the whole of it, each time."""

    external_id: str
    session: str
    payer: str
    status: str
    allowed_cents: int | None = None
    paid_cents: int | None = None
    patient_cents: int | None = None


async def open_claim(
    session: CareSession, patient: Patient, wares: Sequence[Mapping[str, Any]], *, actor: Actor, told: Change
) -> Claim:
    """What was done is priced on the claim: the patient owes nothing of it until the payer has decided."""
    cents = sum(ware["amount_cents"] for ware in wares)
    if await row_of(Claim, external_id=session.external_id):
        raise Refusal("claim_known", f"Another session's claim is filed under {session.external_id} already.")
    claim = await add_row(
        Claim,
        external_id=session.external_id,
        session_id=session.id,
        guarantor_id=patient.payer_id,
        location=session.location,
        bill_to=patient.bill_to,
        amount_cents=cents,
        created_at=told.now,
    )
    await add_rows(
        ClaimLine(claim_id=claim.id, position=position, **{name: ware[name] for name in PRICED})
        for position, ware in enumerate(wares, 1)
    )
    told.tell(
        "claim.opened",
        f"claim:{claim.id}",
        actor=actor,
        location=claim.location,
        guarantor=claim.guarantor_id,
        after={"status": "open", "amount_cents": cents},
    )
    return claim


async def put_claim(record: ClaimRecord, *, practice: Practice, actor: Actor, now: datetime) -> tuple[Claim, bool]:
    """Bring a session's claim to what the practice's own system says of it; says also whether anything changed."""
    async with change(now) as told:
        claim = await _of_session(record.session)
        require(actor, "biller", claim.location, "Posting claims")
        record = _checked(record, claim, practice)
        if _says(claim, record):
            return claim, False
        await _name(claim, record)
        if record.status in DECISIONS:
            await _decide(record, claim, practice=practice, actor=actor, told=told)
        elif record.status != claim.status:
            if record.status == "open":
                raise Refusal("stale", f"This claim is {CLAIM.states[claim.status].lower()} now, and not opened again.")
            await fire(claim, "file", machine=CLAIM, actor=actor, told=told, facts={"payer": record.payer})
        return claim, True


async def bill_patient(
    claim_id: int,
    *,
    amount: int,
    reason: str,
    practice: Practice,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> Claim:
    """Where no payer decides any more, a person does: this much of the claim is the patient's."""
    async with change(now) as told:
        held = await held_claims([claim_id])
        if not held:
            raise not_found("claim", claim_id)
        claim = held[0]
        CLAIM.fire("bill_patient", status=claim.status, before=None, actor=actor, location=claim.location)
        if seen_version not in (None, claim.version):
            raise Refusal("stale", "This claim has changed since you looked. Look again, then decide.")
        if not 0 < amount <= claim.amount_cents or amount == claim.share_cents:
            most, billed = (plain(cents, practice.currency) for cents in (claim.amount_cents, claim.share_cents))
            raise invalid(f"The claim is over {most}; {billed} of it is billed. Choose another amount.", "amount_cents")
        decided = await _ours(claim, practice, told)
        await keep(
            replace(decided, share_cents=amount),
            claim,
            key=f"claim {claim.id} person {decided.place}",
            source="person",
            told=told,
            reason=reason,
        )
        await follow(claim, practice=practice, actor=actor, told=told, move="bill_patient", reason=reason)
        return claim


async def _of_session(external_id: str) -> Claim:
    session = await row_of(CareSession, external_id=external_id)
    if session is None:
        raise invalid(f"There is no session {external_id}; send that one first.", "session")
    claim = await row_of(Claim, session_id=session.id)
    if claim is None:
        raise Refusal("billed_to_client", f"Session {external_id} is billed to the client: it has no claim.")
    [held] = await held_claims([claim.id])
    return held


def _checked(record: ClaimRecord, claim: Claim, practice: Practice) -> ClaimRecord:
    """The record with the figures that follow from the others."""
    given = (record.allowed_cents, record.paid_cents, record.patient_cents)
    if record.status not in CLAIM.states:
        raise invalid(f"A claim is {', '.join(CLAIM.states)}.", "status")
    for name, text in (("external_id", record.external_id), ("payer", record.payer)):
        if not 0 < len(text.strip()) <= LONGEST:
            raise invalid(f"This has 1 to {LONGEST} characters.", name)
    if any(cents is not None and abs(cents) > MOST_CENTS for cents in given):
        raise invalid("That is more than a claim can be about.", "allowed_cents")
    if record.status not in DECISIONS:
        if any(cents is not None for cents in given):
            raise invalid(f"A claim that is {record.status} has no amounts yet.", "status")
        return record
    if record.status != "paid":
        record = replace(record, paid_cents=record.paid_cents or 0, patient_cents=record.patient_cents or 0)
    else:
        record = _added_up(record, practice)
    paid, share = record.paid_cents or 0, record.patient_cents or 0
    if min(paid, share) < 0:
        raise invalid("What is paid and what is the patient's are not below zero.", "patient_cents")
    if share > claim.amount_cents:
        most, much = plain(claim.amount_cents, practice.currency), plain(share, practice.currency)
        raise invalid(f"The patient's share is {much}, the claim only {most}.", "patient_cents")
    return record


def _added_up(record: ClaimRecord, practice: Practice) -> ClaimRecord:
    """Allowed is paid and the patient's share together: two of them say the third, all three must agree."""
    allowed, paid, share = record.allowed_cents, record.paid_cents, record.patient_cents
    if share is None:
        if allowed is None or paid is None:
            raise invalid("What the payer leaves to the patient is needed.", "patient_cents")
        share = allowed - paid
    if paid is None:
        paid = allowed - share if allowed is not None else 0
    if allowed not in (None, paid + share):
        of, both = plain(allowed or 0, practice.currency), plain(paid + share, practice.currency)
        raise invalid(f"{of} is allowed, but paid and the patient's share come to {both}.", "allowed_cents")
    return replace(record, paid_cents=paid, patient_cents=share)


def _says(claim: Claim, record: ClaimRecord) -> bool:
    """Whether that is what stands here already."""
    decided = record.status in DECISIONS
    return (record.external_id, record.payer, record.status) == (claim.external_id, claim.payer, claim.status) and (
        not decided
        or (record.allowed_cents, record.paid_cents, record.patient_cents)
        == (claim.allowed_cents, claim.paid_cents, claim.patient_cents)
    )


async def _name(claim: Claim, record: ClaimRecord) -> None:
    """The number it is filed under, once; and the payer."""
    if record.external_id != claim.external_id:
        if claim.external_id != record.session:
            raise Refusal("claim_known", f"Session {record.session} has the claim {claim.external_id} already.")
        if await row_of(Claim, external_id=record.external_id):
            raise Refusal("claim_known", f"Claim {record.external_id} is another session's.")
    claim.external_id, claim.payer = record.external_id, record.payer
    await keep_row(claim, "external_id", "payer")


async def _decide(record: ClaimRecord, claim: Claim, *, practice: Practice, actor: Actor, told: Change) -> None:
    decided = replace(
        await _ours(claim, practice, told),
        word=record.status,  # type: ignore[arg-type]  # it was looked up among the decisions
        payer=record.payer,
        allowed_cents=record.allowed_cents,
        paid_cents=record.paid_cents or 0,
        patient_cents=record.patient_cents or 0,
        share_cents=(record.patient_cents or 0) if record.status == "paid" else 0,
    )
    await keep(decided, claim, key=f"claim {claim.id} api {decided.place}", source="api", told=told)
    await follow(claim, practice=practice, actor=actor, told=told)


async def _ours(claim: Claim, practice: Practice, told: Change) -> Decision:
    """A decision of the practice's own, as the claim stands: later than every other, and heard by the same payers."""
    last = (await standing_of(claim)).decision
    return Decision(
        word=claim.status,  # type: ignore[arg-type]  # replaced, or one of the states in which a person decides
        payer=last.payer if last else claim.payer,
        share_cents=claim.share_cents,
        charged_cents=claim.amount_cents,
        allowed_cents=claim.allowed_cents,
        paid_cents=claim.paid_cents or 0,
        patient_cents=claim.patient_cents or 0,
        rank=max(1, last.rank) if last else 1,
        on=max(practice.today(claim.location, told.now), last.on if last else date.min),
        place=len(await rows_of(ClaimPosting, claim_id=claim.id)),
        ours=True,
    )
