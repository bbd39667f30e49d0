"""Claims to insurers, as the practice's own system tells of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from billing.claims import ClaimRecord, bill_patient, put_claim
from domain.claim import CLAIM
from domain.errors import not_found
from domain.money import MOST_CENTS
from handlers.api.body import Body, NoQuery
from handlers.api.fields import Cents, ExternalId, Reason, Told, Words, a_status_of
from handlers.api.operation import Call
from handlers.api.paging import Listed, Page, page_of
from models.care import CareSession
from models.insurance import Claim

Figure = Annotated[int, Field(ge=0, le=MOST_CENTS, examples=[8_000])]


class ClaimBody(Body):
    session: ExternalId
    payer: Annotated[str, Words(120), Field(examples=["Acme Health"])]
    status: Annotated[str, a_status_of(CLAIM)]
    allowed_cents: Figure | None = None
    paid_cents: Figure | None = None
    patient_cents: Figure | None = None


class ShareBody(Body):
    amount_cents: Annotated[Cents, Field(description="The patient's share, all told.")]
    reason: Reason


class WhichClaims(Page):
    status: tuple[Annotated[str, a_status_of(CLAIM)], ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """What an insurer is asked to pay for a session, the decision that stands, and what the patient is billed of it."""

    id: int
    external_id: str
    session: str
    location: str
    payer: str
    status: Annotated[str, a_status_of(CLAIM)]
    amount_cents: Told
    allowed_cents: Told | None
    paid_cents: Told | None
    patient_cents: Told | None
    share_cents: Told


async def put(call: Call[ClaimBody]) -> ClaimAnswer:
    """Tell what has become of a session's claim, the whole of it each time."""
    record = ClaimRecord(external_id=call.external_id, **call.asked.model_dump())
    claim, _ = await put_claim(record, practice=call.practice, actor=call.actor, now=call.now)
    return await _told(claim.external_id)


async def show(call: Call[NoQuery]) -> ClaimAnswer:
    """Show a claim."""
    return await _told(call.external_id)


async def list_them(call: Call[WhichClaims]) -> Listed[ClaimAnswer]:
    """List claims."""
    rows, which = Claim.all(), call.asked
    return await page_of(rows.filter(status__in=which.status) if which.status else rows, which, shown)


async def bill(call: Call[ShareBody]) -> ClaimAnswer:
    """Bill the patient for so much of a claim, where no payer decides any more."""
    asked, claim = call.asked, await _claim(call.external_id)
    await bill_patient(
        claim.id, amount=asked.amount_cents, reason=asked.reason, practice=call.practice, actor=call.actor, now=call.now
    )
    return await _told(claim.external_id)


async def _claim(external_id: str) -> Claim:
    claim = await Claim.get_or_none(external_id=external_id)
    if claim is None:
        raise not_found("claim", external_id)
    return claim


async def _told(external_id: str) -> ClaimAnswer:
    return (await shown([await _claim(external_id)]))[0]


async def shown(claims: Sequence[Claim]) -> list[ClaimAnswer]:
    ids = {claim.session_id for claim in claims}
    sessions = dict(await CareSession.filter(id__in=ids).values_list("id", "external_id"))
    names = ClaimAnswer.__dataclass_fields__.keys() - {"session"}
    return [
        ClaimAnswer(session=sessions[claim.session_id], **{name: getattr(claim, name) for name in names})
        for claim in claims
    ]
