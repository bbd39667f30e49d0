"""A payer's check as it explains itself (X12 835), and whether its figures add up. Booking it is the billing room's."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from domain.claims import Decision, Word

REVERSAL = "22"
PATIENT = "PR"
GROUPS = (PATIENT, "CO", "OA", "PI")
"""Whose an adjustment is: the patient's responsibility, a contractual obligation, other, or the payer's own doing."""

MEANING: dict[str, tuple[Word, int]] = {
    "1": ("paid", 1),
    "2": ("paid", 2),
    "3": ("paid", 3),
    "4": ("denied", 0),
    "19": ("forwarded", 1),
    "20": ("forwarded", 2),
    "21": ("forwarded", 3),
    REVERSAL: ("reversed", 0),
    "23": ("forwarded", 0),
}
"""What CLP02 says: what became of the claim, and which payer in the patient's line says so (0: it does not tell)."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One triplet of a CAS segment: what was not paid, whose it is, and the reason's code."""

    group: str
    reason: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class ServiceLine:
    code: str
    charged_cents: int
    paid_cents: int
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPaid:
    """One claim on a check: a decision, in the payer's own figures."""

    account: str
    """The number under which the practice sent the claim (CLP01)."""
    code: str
    payer_number: str
    """The payer's own number of the claim (CLP07)."""
    charged_cents: int
    paid_cents: int
    patient_cents: int
    adjustments: tuple[Adjustment, ...] = ()
    lines: tuple[ServiceLine, ...] = ()

    @property
    def all_adjustments(self) -> tuple[Adjustment, ...]:
        return self.adjustments + tuple(each for line in self.lines for each in line.adjustments)

    @property
    def share_cents(self) -> int:
        """The patient's, as the adjustments tell it: they hold in reversals too, where nothing else does."""
        return sum(each.amount_cents for each in self.all_adjustments if each.group == PATIENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One transaction of an 835: a check or transfer, possibly of nothing, and what it is for."""

    payer: str
    payer_name: str
    trace: str
    amount_cents: int
    currency: str | None
    on: date
    claims: tuple[ClaimPaid, ...]
    provider_cents: int = 0
    """The provider's adjustments (PLB): what the payer kept back from the check; below zero what it added."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a person must look: two figures that should be one, the payer's and the one it was held against."""

    what: str
    theirs_cents: int
    ours_cents: int
    about: str = ""


def doubts_about_check(check: Check, currency: str) -> Iterator[Doubt]:
    """The check as a whole: when one of these is raised, nothing on it can be trusted."""
    explained = sum(claim.paid_cents for claim in check.claims) - check.provider_cents
    if check.amount_cents != explained:
        yield Doubt("check_total", check.amount_cents, explained)
    if check.currency not in (None, currency):
        yield Doubt("currency", check.amount_cents, 0, check.currency or "")


def doubts_about_claim(claim: ClaimPaid) -> Iterator[Doubt]:
    """The payer's figures for one claim, held against each other."""
    if claim.code not in MEANING:
        yield Doubt("code", claim.paid_cents, 0, claim.code)
    for line in claim.lines:
        left = line.charged_cents - _sum(line.adjustments)
        if left != line.paid_cents:
            yield Doubt("line_total", line.paid_cents, left, line.code)
    left = claim.charged_cents - _sum(claim.all_adjustments)
    if left != claim.paid_cents:
        yield Doubt("claim_total", claim.paid_cents, left)
    sign = -1 if claim.code == REVERSAL else 1
    if claim.patient_cents != claim.share_cents and sign > 0:
        yield Doubt("patient_share", claim.patient_cents, claim.share_cents)
    elif not 0 <= sign * claim.share_cents <= sign * claim.charged_cents:
        yield Doubt("impossible_share", claim.share_cents, claim.charged_cents)


def decision_of(claim: ClaimPaid, check: Check, place: int) -> Decision:
    word, rank = MEANING[claim.code]
    return Decision(
        word=word,
        payer=check.payer,
        share_cents=claim.share_cents if word == "paid" else 0,
        charged_cents=claim.charged_cents,
        paid_cents=claim.paid_cents,
        patient_cents=claim.share_cents,
        rank=rank,
        on=check.on,
        trace=check.trace,
        place=place,
    )


def _sum(adjustments: Iterable[Adjustment]) -> int:
    return sum(each.amount_cents for each in adjustments)
