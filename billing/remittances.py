"""Payers' checks, posted: each decision once, however often its file comes; what doesn't add up goes to a person.

What can't be trusted is held together: of a check that doesn't add up as a whole nothing is posted, and what one check
says of one claim (a reversal and what comes in its place, say) is posted together or not at all.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from billing.discrepancies import ask_a_person, settle_posted
from billing.postings import as_decided, follow, held_claims, keep, parts
from domain.access import Actor, require
from domain.claims import Decision
from domain.errors import forbidden
from domain.practice import Practice
from domain.remittances import Check, ClaimPaid, Doubt, decision_of, doubts_about_check, doubts_about_claim
from models.by_hand import keep_row, rows_of
from models.change import Change, change
from models.database import execute, read
from models.insurance import Claim, ClaimPosting, Remittance

LONGEST_AHEAD = timedelta(days=60)
"""Money is announced before it comes, but not for longer."""
KEEP = """
    INSERT INTO remittance (payer, payer_name, trace, amount_cents, paid_on, file_hash, received_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (payer, trace) DO NOTHING
"""


@dataclass(slots=True)
class Posted:
    """What became of a file's decisions."""

    posted: int = 0
    known: int = 0
    """They had come before."""
    held: list[str] = field(default_factory=list)
    """What was not posted and waits for a person, a sentence each."""


async def post_remittances(
    checks: Sequence[Check], *, file_hash: str, practice: Practice, actor: Actor, now: datetime
) -> Posted:
    """Post a file that was read whole: in one transaction, so that all that can be posted of it is, or nothing."""
    if not actor.locations_for("biller", tuple(practice.locations)):
        raise forbidden("Posting remittances needs the role biller. Ask someone who has it.")
    async with change(now) as told:
        desk = _Desk(practice, actor, told, file_hash, await _claims_of(checks))
        for check in sorted(
            checks, key=lambda check: (check.payer, check.trace)
        ):  # two files never wait for each other
            await desk.post(check)
        await desk.follow_all()
        return desk.posted


@dataclass(slots=True)
class _Named:
    """A decision as the check gives it, with the key by which it is known."""

    paid: ClaimPaid
    key: str
    place: int


@dataclass(slots=True)
class _Desk:
    """Where a file is worked through: its claims are under lock."""

    practice: Practice
    actor: Actor
    told: Change
    file_hash: str
    claims: dict[str, Claim]
    posted: Posted = field(default_factory=Posted)
    touched: dict[int, tuple[Claim, Remittance]] = field(default_factory=dict)
    """Claims on which something new was decided, with the check that was the last to do so."""

    async def post(self, check: Check) -> None:
        remittance = await self._keep(check)
        doubts = [*doubts_about_check(check, self.practice.currency), *self._doubts_about(check, remittance)]
        await self._ask(doubts, remittance)
        if doubts:
            return
        await settle_posted(remittance, "", self.told)
        for account, decisions in _by_account(check).items():
            await self._post_claim(account, decisions, check, remittance)

    async def _keep(self, check: Check) -> Remittance:
        facts = [
            check.payer,
            check.payer_name,
            check.trace,
            check.amount_cents,
            check.on,
            self.file_hash,
            self.told.now,
        ]
        await execute(KEEP, facts)
        [kept] = await rows_of(Remittance, payer=check.payer, trace=check.trace)
        return kept

    def _doubts_about(self, check: Check, known: Remittance) -> Iterator[Doubt]:
        """Against what is known here: the same check as before, dated as checks are."""
        if check.amount_cents != known.amount_cents:
            yield Doubt("check_changed", check.amount_cents, known.amount_cents)
        if not check.on.year >= 1990 or check.on > self.told.now.date() + LONGEST_AHEAD:
            yield Doubt("check_day", check.amount_cents, 0, check.on.isoformat())

    async def _post_claim(
        self, account: str, decisions: Sequence[_Named], check: Check, remittance: Remittance
    ) -> None:
        claim = self.claims.get(account)
        rows = await rows_of(ClaimPosting, key__in=[each.key for each in decisions])
        known = {row.key: as_decided(row) for row in rows}
        doubts = list(_doubts_about_claim(decisions, check, claim, known))
        if claim is None or doubts:
            await self._ask(doubts, remittance, claim, account)
            return
        for each in decisions:
            if each.key not in known:
                await self._note(each, claim, check, remittance)
        self.posted.known += len(known)
        await settle_posted(remittance, account, self.told)

    async def _note(self, each: _Named, claim: Claim, check: Check, remittance: Remittance) -> None:
        require(self.actor, "biller", claim.location, "Posting claims")
        decision = decision_of(each.paid, check, each.place)
        await keep(decision, claim, key=each.key, source="835", told=self.told, remittance=remittance)
        self.touched[claim.id] = claim, remittance
        self.posted.posted += 1
        if not claim.payer:
            claim.payer = check.payer_name or check.payer
            await keep_row(claim, "payer")

    async def follow_all(self) -> None:
        """Once for each claim, when all of the file is written down: a correction moves the share by the difference."""
        for _, (claim, remittance) in sorted(self.touched.items()):
            await follow(claim, practice=self.practice, actor=self.actor, told=self.told, remittance=remittance)

    async def _ask(
        self, doubts: Sequence[Doubt], remittance: Remittance, claim: Claim | None = None, account: str = ""
    ) -> None:
        for doubt in doubts:
            row = await ask_a_person(
                doubt,
                practice=self.practice,
                actor=self.actor,
                told=self.told,
                remittance=remittance,
                claim=claim,
                account=account,
            )
            self.posted.held.append(row.sentence)


async def _claims_of(checks: Sequence[Check]) -> dict[str, Claim]:
    """By the numbers as the checks write them. Many payers know capitals only: a number that is nobody's as it stands
    means the one claim that is written differently by nothing else."""
    accounts = sorted({claim.account for check in checks for claim in check.claims})
    alike: dict[str, dict[str, int]] = defaultdict(dict)
    for part in parts(accounts):
        places = ", ".join(f"UPPER(${place})" for place in range(1, len(part) + 1))
        sql = f"SELECT id, external_id FROM claim WHERE UPPER(external_id) IN ({places})"  # noqa: S608  # placeholders
        for row in await read(sql, part):
            alike[row["external_id"].upper()][row["external_id"]] = row["id"]
    meant = {account: _meant(account, alike[account.upper()]) for account in accounts}
    held = {claim.id: claim for claim in await held_claims({number for number in meant.values() if number})}
    return {account: held[number] for account, number in meant.items() if number}


def _meant(account: str, alike: Mapping[str, int]) -> int | None:
    only = next(iter(alike.values())) if len(alike) == 1 else None
    return alike.get(account, only)


def _by_account(check: Check) -> dict[str, list[_Named]]:
    """What a check says of each claim, in its order. The key counts what bears the same numbers twice (a reversal and
    the decision in its place)."""
    seen: Counter[tuple[str, str]] = Counter()
    found: dict[str, list[_Named]] = defaultdict(list)
    for place, paid in enumerate(check.claims):
        numbers = paid.account, paid.payer_number
        key = "\n".join([check.payer, check.trace, *numbers, str(seen[numbers])])
        seen[numbers] += 1
        found[paid.account].append(_Named(paid, hashlib.sha256(key.encode()).hexdigest(), place))
    return found


def _doubts_about_claim(
    decisions: Sequence[_Named], check: Check, claim: Claim | None, known: dict[str, Decision]
) -> Iterator[Doubt]:
    """The payer's figures against each other, against the claim, and against what came before under the same key."""
    for each in decisions:
        yield from doubts_about_claim(each.paid)
        if claim is None:
            yield Doubt("no_claim", each.paid.charged_cents, 0)
        elif abs(each.paid.charged_cents) != claim.amount_cents:
            yield Doubt("charged", each.paid.charged_cents, claim.amount_cents)
        if (before := known.get(each.key)) and not _is_same(each.paid, before):
            yield Doubt("posting_changed", each.paid.paid_cents, before.paid_cents)


def _is_same(paid: ClaimPaid, before: Decision) -> bool:
    return (paid.charged_cents, paid.paid_cents, paid.share_cents) == (
        before.charged_cents,
        before.paid_cents,
        before.patient_cents,
    )
