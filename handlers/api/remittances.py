"""Payers' checks, posted from their files, and what a person must still look at because it doesn't add up."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from billing.discrepancies import settle_discrepancy
from billing.remittances import post_remittances
from domain.remittances import Check
from handlers.api.body import Body
from handlers.api.fields import Told, Words
from handlers.api.operation import Call
from handlers.api.paging import Listed, Page, page_of
from handlers.api.upload import Upload
from handlers.doors import Doors
from models.insurance import Discrepancy, Remittance

EXAMPLE = """\
ISA*00*          *00*          *ZZ*ACMEHEALTH     *ZZ*RIVERSIDE      *260302*0830*^*00501*000000001*0*P*:~
GS*HP*ACMEHEALTH*RIVERSIDE*20260302*0830*1*X*005010X221A1~
ST*835*0001~
BPR*I*80*C*ACH*CCP*01*999999992*DA*123456*1512345678**01*999988880*DA*98765*20260302~
TRN*1*EFT00017*1512345678~
N1*PR*ACME HEALTH~
N1*PE*RIVERSIDE*XX*1234567893~
LX*1~
CLP*S-1001*1*120*80*20*12*2026030112345~
CAS*CO*45*20~
CAS*PR*1*20~
SE*10*0001~
GE*1*1~
IEA*1*000000001~
"""
"""A check over one claim: 120.00 charged, 80.00 paid, 20.00 the patient's."""


@dataclass(frozen=True, slots=True)
class RemittanceFile(Upload):
    content_types = ("application/edi-x12", "text/plain")
    example = EXAMPLE

    checks: Sequence[Check]
    file_hash: str

    @classmethod
    async def opened(cls, content: bytes, here: Doors) -> Self:
        return cls(await here.read_remittance(content), hashlib.sha256(content).hexdigest())


class NoteBody(Body):
    note: Annotated[str, Words(500), Field(description="What became of it.", examples=["Called the payer"])]


class WhichDiscrepancies(Page):
    status: Literal["open", "settled"] | None = None


@dataclass(frozen=True, slots=True)
class PostedAnswer:
    """What became of a file's decisions: posted now, known from before, and what waits for a person, in sentences."""

    posted: int
    known: int
    held: list[str]


@dataclass(frozen=True, slots=True)
class DiscrepancyAnswer:
    """Something that a person must look at, with the payer's figure and ours."""

    id: int
    status: Literal["open", "settled"]
    payer: str | None
    trace: Annotated[str | None, Field(description="The check's number.", examples=["EFT00017"])]
    claim: Annotated[str, Field(description="As the payer names it; empty where it is about the whole check.")]
    what: str
    sentence: str
    theirs_cents: Told
    ours_cents: Told
    at: datetime
    settled_at: datetime | None
    note: str


async def post(call: Call[RemittanceFile]) -> PostedAnswer:
    """Post a payer's file (X12 835): each decision in it once, however often it is sent."""
    asked = call.asked
    done = await post_remittances(
        asked.checks, file_hash=asked.file_hash, practice=call.practice, actor=call.actor, now=call.now
    )
    return PostedAnswer(done.posted, done.known, done.held)


async def list_discrepancies(call: Call[WhichDiscrepancies]) -> Listed[DiscrepancyAnswer]:
    """List what a person must look at."""
    rows, which = Discrepancy.all(), call.asked
    if which.status is not None:
        rows = rows.filter(settled_at__isnull=which.status == "open")
    return await page_of(rows, which, shown)


async def settle(call: Call[NoteBody]) -> DiscrepancyAnswer:
    """Say what became of something that a person had to look at."""
    row = await settle_discrepancy(call.id("discrepancy"), note=call.asked.note, actor=call.actor, now=call.now)
    return (await shown([row]))[0]


async def shown(rows: Sequence[Discrepancy]) -> list[DiscrepancyAnswer]:
    ids = {row.remittance_id for row in rows if row.remittance_id}
    checks = {check.id: check for check in await Remittance.filter(id__in=ids)}
    return [_shown(row, checks.get(row.remittance_id or 0)) for row in rows]


def _shown(row: Discrepancy, check: Remittance | None) -> DiscrepancyAnswer:
    return DiscrepancyAnswer(
        id=row.id,
        status="open" if row.settled_at is None else "settled",
        payer=(check.payer_name or check.payer) if check else None,
        trace=check.trace if check else None,
        claim=row.account,
        what=row.what,
        sentence=row.sentence,
        theirs_cents=row.theirs_cents,
        ours_cents=row.ours_cents,
        at=row.at,
        settled_at=row.settled_at,
        note=row.note,
    )
