"""Decisions on a claim: each written down once, and what follows from all of them together."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from billing.books import held_in_order
from billing.discrepancies import ask_about_claim
from billing.patient_share import move_share
from domain.access import Actor
from domain.claim import CLAIM, MOVE_TO
from domain.claims import Decision, Standing, standing
from domain.practice import Practice
from domain.remittances import Doubt
from models.by_hand import add_row, rows_of
from models.care import Charge
from models.change import Change
from models.firing import fire
from models.insurance import Claim, ClaimPosting, Remittance
from models.people import Patient

T = TypeVar("T")
AT_ONCE = 500


async def held_claims(ids: Iterable[int]) -> list[Claim]:
    """Claims under lock, after their guarantors and before their invoices, each in order of ids, as everybody does."""
    wanted = sorted(ids)
    payers = {claim.guarantor_id for part in parts(wanted) for claim in await rows_of(Claim, id__in=part)}
    for part in parts(sorted(payers)):
        await rows_of(Patient, lock=True, id__in=part)
    held = [claim for part in parts(wanted) for claim in await rows_of(Claim, lock=True, id__in=part)]
    billed = {charge.invoice_id for part in parts(wanted) for charge in await rows_of(Charge, claim_id__in=part)}
    for part in parts(sorted(number for number in billed if number)):
        await held_in_order(id__in=part)
    return held


def parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many as one statement takes."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


async def keep(
    decision: Decision,
    claim: Claim,
    *,
    key: str,
    source: str,
    told: Change,
    remittance: Remittance | None = None,
    reason: str = "",
) -> None:
    """Write a decision down; `follow` draws the consequences, once for all that came together."""
    await add_row(
        ClaimPosting,
        claim_id=claim.id,
        key=key,
        source=source,
        remittance_id=remittance.id if remittance else None,
        word=decision.word,
        payer=decision.payer,
        rank=decision.rank,
        charged_cents=decision.charged_cents,
        allowed_cents=decision.allowed_cents,
        paid_cents=decision.paid_cents,
        patient_cents=decision.patient_cents,
        share_cents=decision.share_cents,
        decided_on=decision.on,
        trace=decision.trace,
        place=decision.place,
        reason=reason,
        at=told.now,
    )


def as_decided(row: ClaimPosting) -> Decision:
    return Decision(
        word=row.word,  # type: ignore[arg-type]  # it was one when it was written down
        payer=row.payer,
        share_cents=row.share_cents,
        charged_cents=row.charged_cents,
        allowed_cents=row.allowed_cents,
        paid_cents=row.paid_cents,
        patient_cents=row.patient_cents,
        rank=row.rank,
        on=row.decided_on,
        trace=row.trace,
        place=row.place,
        ours=row.source != "835",
    )


async def standing_of(claim: Claim) -> Standing:
    return standing([as_decided(row) for row in await rows_of(ClaimPosting, claim_id=claim.id)])


async def follow(
    claim: Claim,
    *,
    practice: Practice,
    actor: Actor,
    told: Change,
    move: str | None = None,
    reason: str = "",
    remittance: Remittance | None = None,
) -> None:
    """Bring a claim, under lock, to what stands of its decisions: its state, its figures, the patient's share. What
    comes of it that nobody here can decide is shown to a person."""
    stands, reached = await standing_of(claim), claim.share_cents
    if stands.word is not None and _differs(claim, stands):
        await fire(
            claim,
            move or MOVE_TO[stands.word],
            machine=CLAIM,
            actor=actor,
            told=told,
            facts={"share_cents": stands.share_cents, "share_before_cents": claim.share_cents}
            | ({"reason": reason} if reason else {}),
            **_figures(stands),
        )
        reached = await move_share(claim, stands.share_cents, practice=practice, actor=actor, told=told)
    doubts = _doubts(claim, stands, reached)
    await ask_about_claim(doubts, claim, practice=practice, actor=actor, told=told, remittance=remittance)


def _doubts(claim: Claim, stands: Standing, reached: int) -> list[Doubt]:
    doubts = [_loose(decision, stands) for decision in stands.loose]
    if stands.word == "denied" and not stands.share_cents:
        doubts.append(Doubt("denied", claim.patient_cents or 0, reached))
    if reached != stands.share_cents:
        doubts.append(Doubt("not_creditable", stands.share_cents, reached))
    return doubts


def _figures(stands: Standing) -> dict[str, int | None]:
    """What a claim says of the decision that stands; all taken back, nothing is paid and nothing is the patient's."""
    decision = stands.decision
    if decision is None:
        return {"allowed_cents": None, "paid_cents": 0, "patient_cents": 0}
    return {
        "allowed_cents": decision.allowed_cents,
        "paid_cents": decision.paid_cents,
        "patient_cents": decision.patient_cents,
    }


def _differs(claim: Claim, stands: Standing) -> bool:
    said: dict[str, str | int | None] = {"status": stands.word, "share_cents": stands.share_cents}
    said |= _figures(stands)
    return any(getattr(claim, name) != value for name, value in said.items())


def _loose(decision: Decision, stands: Standing) -> Doubt:
    if decision.word == "reversed":
        paid = stands.decision.paid_cents if stands.decision else 0
        return Doubt("loose_reversal", -decision.paid_cents, paid)
    return Doubt("overruled", decision.patient_cents, stands.share_cents)
