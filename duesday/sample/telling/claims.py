"""Insurers: what is decided on claims, by a file or by the practice's own system."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from billing.claims import ClaimRecord, put_claim
from billing.remittances import post_remittances
from domain.access import CLOCK
from duesday.sample.deeds import Deed
from duesday.sample.people import DANA
from duesday.sample.remittance import Explained, remittance
from duesday.sample.telling.stage import Stage, Tell
from gateways.pyx12_remittance import read_835
from models.insurance import Claim

TAKES = timedelta(days=14)
OTHER = "Lakeland Mutual"
OF_THREE_BY_FILE = 2
DEDUCTIBLE = 1_500


async def sends_a_remittance(stage: Stage, deed: Deed, now: datetime) -> None:
    """Read out of the very file in which payers send such things."""
    claims = [claim for claim in await _waiting(now) if claim.id % 3 < OF_THREE_BY_FILE]
    if not claims:
        return
    practice, today = stage.practice, stage.day(stage.place("0"), now)
    file = remittance(f"EFT{today:%y%m%d}", today, [_explained(each) for each in claims])
    checks, hashed = read_835(file, currency=practice.currency), hashlib.sha256(file).hexdigest()
    await post_remittances(checks, file_hash=hashed, practice=practice, actor=DANA, now=now)


def _explained(claim: Claim) -> Explained:
    """Most are paid, one in eleven is denied."""
    cents = claim.amount_cents
    explained = Explained(
        account=claim.external_id,
        code="1",
        number=f"2026{claim.id:09}",
        charged_cents=cents,
        contract_cents=cents // 5,
        patient_cents=cents // 10 + DEDUCTIBLE,
    )
    return replace(explained, code="4", contract_cents=cents, patient_cents=0) if claim.id % 11 == 0 else explained


async def tells_of_claims(stage: Stage, deed: Deed, now: datetime) -> None:
    for claim in await _waiting(now):
        if claim.id % 3 >= OF_THREE_BY_FILE:
            await put_claim(await _decided(claim), practice=stage.practice, actor=CLOCK, now=now)


async def _decided(claim: Claim) -> ClaimRecord:
    """One in eight is denied."""
    session = await claim.session
    denied = ClaimRecord(external_id=claim.external_id, session=session.external_id, payer=OTHER, status="denied")
    if claim.id % 8 == 0:
        return denied
    allowed = claim.amount_cents * 4 // 5
    share = min(allowed, DEDUCTIBLE)
    return replace(denied, status="paid", allowed_cents=allowed, paid_cents=allowed - share, patient_cents=share)


async def _waiting(now: datetime) -> list[Claim]:
    return await Claim.filter(status="open", created_at__lte=now - TAKES).order_by("id")


DEEDS: Mapping[str, Tell] = {"sends a remittance": sends_a_remittance, "tells of claims": tells_of_claims}
