"""Payers' files, posted: the share moves once whatever comes twice, and what doesn't add up is a person's."""

import asyncio
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from billing.audit import audit
from billing.discrepancies import settle_discrepancy
from billing.sessions import complete_session
from domain.access import CLOCK, Actor, Grant
from domain.errors import Refusal
from models.insurance import Claim, ClaimPosting, Discrepancy, Remittance
from models.invoices import Invoice
from models.people import Patient
from tests.billing.clinic import DANA, MIA, VERA, Clinic, everything
from tests.billing.insured import CHARGED, asked, charges, check, claim_of, comes, comes_as, state, tales, told
from tests.support.era import BLUE, cas, era, line, paid, reversal
from tests.support.era import Claim as Said

GREEN = "1999999999"
LATER = date(2026, 3, 20)


def decided(share: int, account: str = "S-1", **more: str) -> Said:
    return paid(account, CHARGED, share, written_down=500, **more)


def from_second(code: str) -> Said:
    """The next payer's word, of what the first one has left."""
    left = [cas("OA", ("23", CHARGED - 6_000)), cas("PR", ("2", 1_000))]
    return Said("S-1", code, CHARGED, 5_000, 1_000, left)


async def test_a_check_posts_each_claim_s_share_to_its_patient(clinic: Clinic) -> None:
    first, second = await claim_of(clinic), await claim_of(clinic, "joe", bill_to="insurance")
    done = await comes(clinic, check(decided(4_000), decided(1_500, "S-2")))
    assert (done.posted, done.known, done.held) == (2, 0, [])
    assert (await state(first), await charges(first)) == (("paid", 4_000), [(4_000, "unbilled")])
    assert (await state(second), await charges(second)) == (("paid", 1_500), [(1_500, "draft")])
    [check_kept] = await Remittance.all()
    assert (check_kept.payer, check_kept.trace, check_kept.amount_cents) == (
        BLUE,
        "EFT00017",
        2 * (CHARGED - 500) - 5_500,
    )
    claim = await Claim.get(id=first.id)
    assert (claim.payer, claim.paid_cents, claim.patient_cents) == ("BLUE SHIELD OF NOWHERE", CHARGED - 4_500, 4_000)


async def test_shares_at_claim_and_line_come_together(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    lines = [
        line("D0150", 12_500, 8_500, cas("PR", ("1", 1_000), ("2", 500), ("3", 2_500))),
        line("D0210", 8_000, 6_000, cas("CO", ("45", 700)), cas("OA", ("23", 1_000)), cas("PI", ("94", 300))),
    ]
    said = Said("S-1", "1", CHARGED, 14_200, 4_300, [cas("PR", ("66", 300))], lines)
    assert (await comes(clinic, check(said))).posted == 1
    assert await state(claim) == ("paid", 4_300)


async def test_the_same_file_twice_and_the_same_check_in_another_file_move_nothing(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    once = check(decided(4_000))
    await comes(clinic, once)
    before = await everything()
    for again in (era(once), era(check(trace="EFT00099"), once, end="~")):
        done = await comes_as(clinic, again)
        assert (done.posted, done.known, done.held) == (0, 1, [])
    after = await everything()
    assert {name for name in after if after[name] != before[name]} == {"remittance"}
    assert await state(claim) == ("paid", 4_000)


async def test_a_payer_that_knows_capitals_only_means_the_claim_that_differs_by_nothing_else(clinic: Clinic) -> None:
    low, lower = await claim_of(clinic), await claim_of(clinic, "joe")
    await Claim.filter(id=low.id).update(external_id="visit-7a")
    assert (await comes(clinic, check(decided(4_000, "VISIT-7A")))).posted == 1
    assert await state(low) == ("paid", 4_000)
    await Claim.filter(id=lower.id).update(external_id="Visit-7a")
    for account, posted in (("VISIT-7A", 0), ("Visit-7a", 1)):
        done = await comes(clinic, check(decided(1_000, account), trace=f"EFT-{account}"))
        assert (done.posted, [what for what, *_ in await asked()]) == (posted, ["no_claim"])
    assert (await state(low), await state(lower)) == (("paid", 4_000), ("paid", 1_000))


async def test_a_check_twice_in_one_file_counts_once(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    done = await comes(clinic, check(decided(4_000)), check(decided(4_000)))
    assert (done.posted, done.known) == (1, 1)
    assert (await state(claim), await charges(claim)) == (("paid", 4_000), [(4_000, "unbilled")])


async def test_a_correction_moves_the_share_by_the_difference(clinic: Clinic) -> None:
    """Reversal and new decision in one check: a sent invoice is not credited whole and billed anew."""
    claim = await claim_of(clinic, bill_to="insurance")
    await comes(clinic, check(decided(4_000)))
    invoice = await clinic.sends(await Invoice.get())
    correction = check(reversal(decided(4_000)), decided(1_500, number="77"), trace="EFT00018", on=LATER)
    for posted in (2, 0):
        assert (await comes(clinic, correction)).posted == posted
        await invoice.refresh_from_db()
        assert (invoice.balance_cents, invoice.forgiven_cents) == (1_500, 2_500)
        assert (await state(claim), await charges(claim)) == (("paid", 1_500), [(4_000, "sent")])
    more = check(reversal(decided(1_500, number="77")), decided(6_000, number="78"), trace="EFT00019", on=LATER)
    await comes(clinic, more)
    assert await charges(claim) == [(4_000, "sent"), (4_500, "draft")]
    assert (await state(claim), await asked(), await audit(full=True)) == (("paid", 6_000), [], [])


async def test_a_correction_under_the_same_number_is_another_decision(clinic: Clinic) -> None:
    """Payers that keep their claim number: the second of one number in one check is not the first again."""
    claim = await claim_of(clinic)
    await comes(clinic, check(decided(4_000)))
    done = await comes(clinic, check(reversal(decided(4_000)), decided(1_500), trace="EFT00018", on=LATER))
    assert (done.posted, await state(claim)) == (2, ("paid", 1_500))


async def test_what_is_taken_back_without_a_new_decision_leaves_nothing_billed(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    await comes(clinic, check(decided(4_000)))
    taken_back = check(reversal(decided(4_000)), trace="EFT00018", on=LATER, provider=[("FB", -(CHARGED - 4_500))])
    await comes(clinic, taken_back)
    assert (await state(claim), await charges(claim), await asked()) == (("reversed", 0), [], [])


async def test_a_reversal_of_what_is_not_here_is_a_person_s_until_it_is(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    original = check(decided(4_000))
    taken_back = check(
        reversal(decided(4_000)), trace="EFT00018", on=LATER, provider=[("FB", -(CHARGED - 4_500))], amount=0
    )
    await comes(clinic, taken_back)
    assert (await state(claim), await asked()) == (("open", 0), [("loose_reversal", CHARGED - 4_500, 0)])
    await comes(clinic, original)
    assert (await state(claim), await charges(claim), await asked()) == (("reversed", 0), [], [])


async def test_a_denial_bills_nobody_and_is_a_person_s(clinic: Clinic) -> None:
    claim = await claim_of(clinic, bill_to="insurance")
    denied = Said("S-1", "4", CHARGED, 0, CHARGED, [cas("PR", ("96", CHARGED))])
    for _ in range(2):
        await comes(clinic, check(denied))
        assert (await state(claim), await charges(claim)) == (("denied", 0), [])
        assert await asked() == [("denied", CHARGED, 0)]
    assert len(await tales("claim.needs_person")) == 1
    await comes(clinic, check(decided(2_000), trace="EFT00018", on=LATER))
    assert (await state(claim), await charges(claim), await asked()) == (("paid", 2_000), [(2_000, "draft")], [])


@pytest.mark.parametrize(("first", "second"), [("19", "2"), ("20", "3"), ("23", "1")])
async def test_what_goes_on_to_the_next_payer_waits_for_it(clinic: Clinic, first: str, second: str) -> None:
    claim = await claim_of(clinic)
    await comes(clinic, check(replace(decided(6_000), code=first)))
    assert (await state(claim), await charges(claim), await asked()) == (("forwarded", 0), [], [])
    secondary = Said(
        "S-1", second, CHARGED, 5_000, 1_000, [cas("OA", ("23", CHARGED - 6_000)), cas("PR", ("2", 1_000))]
    )
    await comes(clinic, check(secondary, payer=GREEN, on=LATER))
    assert (await state(claim), await charges(claim)) == (("paid", 1_000), [(1_000, "unbilled")])


async def test_the_later_payer_s_word_stands_when_its_file_comes_first(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    await comes(clinic, check(from_second("2"), payer=GREEN, on=LATER))
    await comes(clinic, check(replace(decided(6_000), code="1")))
    assert (await state(claim), await asked()) == (("paid", 1_000), [])
    await comes(clinic, check(decided(7_000), trace="EFT00020", on=LATER + timedelta(days=9)))
    assert (await state(claim), await asked()) == (("paid", 1_000), [("overruled", 7_000, 1_000)])


# -- what doesn't add up -----------------------------------------------------------------------------------------------

MISMATCHES = {
    "patient_share": (replace(decided(4_000), share=6_000), 6_000, 4_000),
    "claim_total": (replace(decided(4_000), paid=CHARGED), CHARGED, CHARGED - 4_500),
    "charged": (paid("S-1", CHARGED + 100, 4_000), CHARGED + 100, CHARGED),
    "no_claim": (decided(4_000, "S-404"), CHARGED, 0),
    "code": (replace(decided(4_000), code="25"), CHARGED - 4_500, 0),
    "line_total": (
        Said("S-1", "1", CHARGED, CHARGED - 1_000, 500, [cas("CO", ("45", 500))],
             [line("D0150", 12_500, 12_000), line("D0210", 8_000, 7_500, cas("PR", ("1", 500)))]),
        12_000, 12_500,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", MISMATCHES)
async def test_a_mismatch_goes_to_a_person_with_both_numbers_and_the_rest_is_posted(clinic: Clinic, what: str) -> None:
    claim, other = await claim_of(clinic), await claim_of(clinic, "joe")
    wrong, theirs, ours = MISMATCHES[what]
    for time in range(2):
        done = await comes(clinic, check(wrong, decided(1_500, "S-2")))
        assert (done.posted, done.known) == ((1, 0), (0, 1))[time]
        assert (await state(claim), await state(other)) == (("open", 0), ("paid", 1_500))
        assert (what, theirs, ours) in await asked()
    [tale] = [tale for tale in await tales("claim.needs_person") if tale["what"] == what]
    assert tale["sentence"] in done.held
    assert (tale["theirs_cents"], tale["ours_cents"]) == (theirs, ours)
    assert "EFT00017" in str(tale["sentence"])


async def test_a_sentence_names_claim_check_and_both_amounts(clinic: Clinic) -> None:
    await claim_of(clinic)
    done = await comes(clinic, check(replace(decided(4_000), share=6_000)))
    assert done.held == [
        "Claim S-1 (check EFT00017 of BLUE SHIELD OF NOWHERE): the payer says that the patient owes $60.00,"
        " its adjustments say $40.00. It is not posted."
    ]


async def test_what_was_mended_is_posted_when_its_file_comes_again(clinic: Clinic) -> None:
    early = check(decided(4_000))
    await comes(clinic, early)
    assert await asked() == [("no_claim", CHARGED, 0)]
    claim = await claim_of(clinic)
    assert (await comes(clinic, early)).posted == 1
    assert (await state(claim), await asked()) == (("paid", 4_000), [])


async def test_a_reversal_is_held_with_the_decision_that_should_take_its_place(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    await comes(clinic, check(decided(4_000)))
    halves = check(reversal(decided(4_000)), replace(decided(1_500), share=9_000), trace="EFT00018", on=LATER)
    done = await comes(clinic, halves)
    assert (done.posted, len(done.held)) == (0, 1)
    assert await state(claim) == ("paid", 4_000)


async def test_a_check_that_does_not_add_up_posts_nothing(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    right = check(decided(1_500, "S-2"), trace="EFT00018")
    other = await claim_of(clinic, "joe")
    done = await comes(clinic, check(decided(4_000), amount=CHARGED), right)
    assert (done.posted, await asked()) == (1, [("check_total", CHARGED, CHARGED - 4_500)])
    assert (await state(claim), await state(other)) == (("open", 0), ("paid", 1_500))
    [tale] = await tales("claim.needs_person")
    assert tale["sentence"] == (
        "Check EFT00017 of BLUE SHIELD OF NOWHERE: it pays $205.00, its claims and the provider's adjustments $160.00."
        " Nothing on it is posted."
    )


async def test_what_the_payer_keeps_back_or_adds_is_a_part_of_the_check(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    done = await comes(clinic, check(decided(4_000), provider=[("WO", 1_250), ("L6", -40), ("FB", 300)]))
    assert (done.posted, done.held, await state(claim)) == (1, [], ("paid", 4_000))


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"extra": ["CUR*PR*CAD"]}, "currency"),
        ({"on": date(2062, 3, 10)}, "check_day"),
        ({"on": date(1066, 10, 14)}, "check_day"),
    ],
)
async def test_a_check_that_cannot_be_ours_posts_nothing(clinic: Clinic, changed: dict[str, object], what: str) -> None:
    claim = await claim_of(clinic)
    await comes(clinic, check(decided(4_000), **changed))  # type: ignore[arg-type]
    assert ([row[0] for row in await asked()], await state(claim)) == ([what], ("open", 0))


async def test_a_known_check_that_says_something_else_now_posts_nothing(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    await comes(clinic, check(decided(4_000)))
    await comes(clinic, check(decided(3_000)))
    assert [row[0] for row in await asked()] == ["check_changed"]
    same_total = Said("S-1", "1", CHARGED, CHARGED - 4_500, 4_500, [cas("PR", ("1", 4_500))])
    await comes(clinic, check(same_total))
    assert ("posting_changed", CHARGED - 4_500, CHARGED - 4_500) in await asked()
    assert await state(claim) == ("paid", 4_000)


BACK = [("FB", -(CHARGED - 501))]
"""A payer that has nothing to pay keeps what it takes back for the next check."""


async def test_a_file_is_posted_whole_or_not_at_all(clinic: Clinic) -> None:
    """Truncated, it is refused when read; what goes wrong further on undoes the whole."""
    await claim_of(clinic)
    seen = await clinic.patient("joe", bill_to="hybrid", location="northside")
    visit = clinic.visit(seen, "exam", "xray", location="northside")
    await complete_session(visit, practice=clinic.practice, actor=CLOCK, now=clinic.now)
    file = era(check(decided(4_000), decided(1_500, "S-2")))
    downtown = Actor("person", "U9", "Dee", "cli", (Grant("biller", ("downtown",)),))
    before = await everything()
    unknown, loose = era(check(decided(1, "S-404"))), era(check(reversal(decided(1, "S-2")), amount=0, provider=BACK))
    for content, who in ((file[:-40], DANA), (file, downtown), (file, VERA), (unknown, VERA), (loose, downtown)):
        with pytest.raises(Refusal):
            await comes_as(clinic, content, actor=who)
        assert await everything() == before
    assert (await comes_as(clinic, file)).posted == 2


async def test_two_who_post_the_same_file_at_once_post_it_once(clinic: Clinic) -> None:
    claims = [await claim_of(clinic, name, bill_to="insurance") for name in ("maria", "joe", "ann")]
    file = era(check(*(decided(1_000 * n, f"S-{n}") for n in (1, 2, 3))))
    done = await asyncio.gather(*(comes_as(clinic, file) for _ in range(3)))
    assert sorted((each.posted, each.known) for each in done) == [(0, 3), (0, 3), (3, 0)]
    assert [await charges(claim) for claim in claims] == [[(1_000 * n, "draft")] for n in (1, 2, 3)]
    assert await audit(full=True) == []


async def test_a_person_settles_what_was_asked_with_a_note(clinic: Clinic) -> None:
    await claim_of(clinic)
    await comes(clinic, check(replace(decided(4_000), share=6_000)))
    [row] = await Discrepancy.all()
    before = await everything()
    with pytest.raises(Refusal, match="needs the role biller"):
        await settle_discrepancy(row.id, note="x", actor=VERA, now=clinic.now)
    with pytest.raises(Refusal, match="There is no discrepancy 404"):
        await settle_discrepancy(404, note="x", actor=DANA, now=clinic.now)
    for note in (" ", "x" * 501):
        with pytest.raises(Refusal, match="Say in up to 500 characters"):
            await settle_discrepancy(row.id, note=note, actor=DANA, now=clinic.now)
    assert await everything() == before
    settled = await settle_discrepancy(row.id, note="They send a corrected one", actor=DANA, now=clinic.now)
    assert (settled.note, settled.settled_at, await asked()) == ("They send a corrected one", clinic.now, [])
    with pytest.raises(Refusal, match="settled this already"):
        await settle_discrepancy(row.id, note="x", actor=MIA, now=clinic.now)
    assert await tales("discrepancy.settled") == [{"note": "They send a corrected one"}]


async def test_the_practice_s_own_word_and_the_payer_s_agree_and_nothing_moves(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    await told(clinic, claim, "paid", None, CHARGED - 4_500, 4_000, payer="Blue Shield of Nowhere")
    await comes(clinic, check(decided(4_000), on=LATER))
    assert (await state(claim), await charges(claim), await asked()) == (("paid", 4_000), [(4_000, "unbilled")], [])
    assert await ClaimPosting.filter(claim_id=claim.id).count() == 2
    assert (await Claim.get(id=claim.id)).payer == "Blue Shield of Nowhere"


async def test_the_practice_s_own_word_prevails_over_a_check_that_is_announced(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    await comes(clinic, check(decided(4_000), on=clinic.today + timedelta(days=2)))
    await told(clinic, claim, "paid", None, None, 1_000)
    assert await state(claim) == ("paid", 1_000)


async def test_the_practice_s_own_word_stands_in_for_the_payer_that_had_the_last(clinic: Clinic) -> None:
    claim = await claim_of(clinic)
    await comes(clinic, check(decided(6_000)), check(from_second("2"), payer=GREEN, on=LATER))
    await told(clinic, claim, "paid", None, None, 900, payer="Green")
    await comes(clinic, check(decided(7_000), trace="EFT00020", on=LATER + timedelta(days=9)))
    assert (await state(claim), await asked()) == (("paid", 900), [("overruled", 7_000, 900)])


@pytest.mark.parametrize("seed", range(3))
async def test_in_whatever_order_and_however_often_files_come_the_latest_decision_is_the_share(
    clinic: Clinic, seed: int
) -> None:
    """A claim's story as its payer tells it, its files shuffled and repeated, bills sent and paid in between."""
    chance = random.Random(seed)
    claim = await claim_of(clinic, bill_to=chance.choice(("insurance", "hybrid")))
    payer = await Patient.get(id=claim.guarantor_id)
    story, share = _story(chance)
    files = [*story, *chance.choices(story, k=4)]
    chance.shuffle(files)
    for file in files:
        await comes_as(clinic, file)
        _, now_billed = await state(claim)
        assert sum(cents for cents, _ in await charges(claim)) >= now_billed
        if chance.random() < 0.5:
            for draft in await Invoice.filter(status="draft"):
                await clinic.sends(draft)
        owed = sum(invoice.balance_cents for invoice in await Invoice.filter(status="sent"))
        if owed and chance.random() < 0.5:
            await clinic.is_paid(payer, chance.randrange(1, owed + 1))
        assert await audit(full=True) == []
    assert (await state(claim), await asked()) == (("paid", share), [])


def _story(chance: random.Random) -> tuple[list[bytes], int]:
    """One check after the other, each taking back the one before; the last share."""
    shares = [chance.randrange(0, 15_000, 500) for _ in range(4)]
    said = [decided(share, number=f"N{place}") for place, share in enumerate(shares)]
    checks = [check(said[0])]
    for place in range(1, len(said)):
        day = LATER + timedelta(days=place)
        taken_back = reversal(said[place - 1])
        less = min(0, taken_back.paid + said[place].paid)
        provider = [("FB", less)] if less else []
        checks.append(check(taken_back, said[place], trace=f"EFT{place}", on=day, provider=provider))
    return [era(each) for each in checks], shares[-1]
