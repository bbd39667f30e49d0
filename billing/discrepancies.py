"""What a person must look at before money moves, with both figures: kept, told once, and settled in the end."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

from domain.access import Actor, require
from domain.errors import Refusal, invalid, not_found
from domain.money import plain
from domain.practice import Practice
from domain.remittances import Doubt
from models.by_hand import add_row, change_rows, row_of, rows_of
from models.change import Change, change
from models.insurance import Claim, Discrepancy, Remittance

SENTENCES = {
    "check_total": "it pays {theirs}, its claims and the provider's adjustments {ours}. Nothing on it is posted",
    "check_changed": "it came with {ours} before and says {theirs} now. Nothing on it is posted",
    "currency": "it is in {about}: {theirs} there. Nothing on it is posted",
    "check_day": "it is dated {about}: {theirs} were not posted",
    "code": "its status {about} is not known here; it pays {theirs}. It is not posted",
    "line_total": "{about} is paid with {theirs}, but charge less adjustments is {ours}. It is not posted",
    "claim_total": "it is paid with {theirs}, but charge less adjustments is {ours}. It is not posted",
    "patient_share": "the payer says that the patient owes {theirs}, its adjustments say {ours}. It is not posted",
    "impossible_share": "the patient's share would be {theirs} of {ours}. It is not posted",
    "no_claim": "there is no such claim here; it charges {theirs}. It is not posted",
    "charged": "the payer was charged {theirs} as it says; the claim is over {ours}. It is not posted",
    "posting_changed": "the same decision came with {ours} paid before and says {theirs} now. It is not posted",
    "denied": "it is denied. The payer calls {theirs} the patient's; {ours} is billed",
    "loose_reversal": "a decision that paid {theirs} is taken back, but none such stands here ({ours} paid)",
    "overruled": "a payer earlier in line leaves {theirs} to the patient; {ours} by the later one stays",
    "not_creditable": "the patient's share is {theirs} now, but {ours} stays with them: the rest was written"
    " off, refunded or discounted",
}
LOOSE = ("loose_reversal", "overruled")
STANDING = (*LOOSE, "denied", "not_creditable")
"""Those about what stands on a claim: they are over when that is no longer so."""


async def ask_a_person(
    doubt: Doubt,
    *,
    practice: Practice,
    actor: Actor,
    told: Change,
    remittance: Remittance | None = None,
    claim: Claim | None = None,
    account: str = "",
) -> Discrepancy:
    """Keep it and tell it; the same thing a second time is neither kept nor told."""
    account = claim.external_id if claim else account
    sentence = _sentence(doubt, remittance, account, practice.currency)
    key = _key(doubt, claim, account, remittance)
    known = await row_of(Discrepancy, key=key)
    if known:
        return known
    row = await add_row(
        Discrepancy,
        key=key,
        remittance_id=remittance.id if remittance else None,
        claim_id=claim.id if claim else None,
        account=account,
        what=doubt.what,
        sentence=sentence,
        theirs_cents=doubt.theirs_cents,
        ours_cents=doubt.ours_cents,
        at=told.now,
    )
    told.tell(
        "claim.needs_person",
        f"discrepancy:{row.id}",
        actor=actor,
        location=claim.location if claim else "",
        guarantor=claim.guarantor_id if claim else None,
        after={
            "what": doubt.what,
            "sentence": sentence,
            "theirs_cents": doubt.theirs_cents,
            "ours_cents": doubt.ours_cents,
        },
    )
    return row


async def ask_about_claim(
    doubts: Sequence[Doubt],
    claim: Claim,
    *,
    practice: Practice,
    actor: Actor,
    told: Change,
    remittance: Remittance | None = None,
) -> None:
    """What is to be asked about how a claim stands: this, and nothing any more of what was asked before."""
    rows = [
        await ask_a_person(doubt, practice=practice, actor=actor, told=told, remittance=remittance, claim=claim)
        for doubt in doubts
    ]
    waiting = await rows_of(Discrepancy, claim_id=claim.id, what__in=STANDING, settled_at=None)
    await _settle({row.id for row in waiting} - {row.id for row in rows}, told)


def _key(doubt: Doubt, claim: Claim | None, account: str, remittance: Remittance | None) -> str:
    """What doesn't fit asks once for each check; what is loose once; a denial anew each time there is one."""
    if claim and doubt.what in LOOSE:
        about = f"{doubt.what} {claim.id} {doubt.theirs_cents}"
    elif claim and doubt.what in STANDING:
        about = f"{doubt.what} {claim.id} {claim.version}"
    else:
        about = f"{remittance.id if remittance else 0} {account} {doubt}"
    return hashlib.sha256(about.encode()).hexdigest()


def _sentence(doubt: Doubt, remittance: Remittance | None, account: str, currency: str) -> str:
    said = SENTENCES[doubt.what].format(
        theirs=plain(doubt.theirs_cents, currency), ours=plain(doubt.ours_cents, currency), about=doubt.about
    )
    check = f"check {remittance.trace} of {remittance.payer_name or remittance.payer}" if remittance else ""
    if not account:
        return f"C{check[1:]}: {said}."
    return f"Claim {account} ({check}): {said}." if check else f"Claim {account}: {said}."


async def settle_posted(remittance: Remittance, account: str, told: Change) -> None:
    """What had to wait for a person is posted now."""
    waiting = await rows_of(Discrepancy, remittance_id=remittance.id, account=account, settled_at=None)
    await _settle({row.id for row in waiting if row.what not in STANDING}, told)


async def _settle(over: Collection[int], told: Change) -> None:
    if over:
        await change_rows(Discrepancy, {"settled_at": told.now}, id__in=over, settled_at=None)


async def settle_discrepancy(discrepancy_id: int, *, note: str, actor: Actor, now: datetime) -> Discrepancy:
    """A person has dealt with it, and says how."""
    if not 0 < len(note.strip()) <= 500:
        raise invalid("Say in up to 500 characters what became of it.", "note")
    async with change(now) as told:
        row = await Discrepancy.get_or_none(id=discrepancy_id)
        if row is None:
            raise not_found("discrepancy", discrepancy_id)
        claim = await Claim.get_or_none(id=row.claim_id) if row.claim_id else None
        location = claim.location if claim else ""
        require(actor, "biller", location, "Settling a discrepancy")
        if not await Discrepancy.filter(id=row.id, settled_at=None).update(settled_at=now, note=note):
            raise Refusal("settled", "Someone has settled this already.")
        told.tell(
            "discrepancy.settled",
            f"discrepancy:{row.id}",
            actor=actor,
            location=location,
            guarantor=claim.guarantor_id if claim else None,
            after={"note": note},
        )
        return await Discrepancy.get(id=row.id)
