"""Whether a payer's figures add up: at the check, the claim, each line, and the patient's share."""

from dataclasses import replace
from datetime import date

import pytest

from domain.claims import Word
from domain.remittances import (
    MEANING,
    Adjustment,
    Check,
    ClaimPaid,
    Doubt,
    ServiceLine,
    decision_of,
    doubts_about_check,
    doubts_about_claim,
)  # fmt: skip

PAID = ClaimPaid(
    account="S-1", code="1", payer_number="77", charged_cents=20_000, paid_cents=13_000, patient_cents=4_000,
    adjustments=(Adjustment("CO", "45", 3_000), Adjustment("PR", "1", 4_000)),
)  # fmt: skip
CHECK = Check(
    payer="1352033451", payer_name="BLUE", trace="17", amount_cents=13_000, currency=None, on=date(2026, 3, 10),
    claims=(PAID,),
)  # fmt: skip


def doubts(**changed: object) -> list[tuple[str, int, int]]:
    found = doubts_about_claim(replace(PAID, **changed))  # type: ignore[arg-type]
    return [(doubt.what, doubt.theirs_cents, doubt.ours_cents) for doubt in found]


def test_what_adds_up_raises_no_doubt() -> None:
    assert doubts() == []
    assert list(doubts_about_check(CHECK, "USD")) == []


def test_a_claim_that_does_not_add_up_is_told_with_both_figures() -> None:
    assert doubts(paid_cents=12_999) == [("claim_total", 12_999, 13_000)]


def test_the_patient_s_share_is_what_the_adjustments_say_at_claim_and_line_together() -> None:
    line = ServiceLine("99213", 20_000, 17_000, (Adjustment("PR", "2", 1_000), Adjustment("PR", "3", 2_000)))
    halves = {"adjustments": (Adjustment("PR", "1", 4_000),), "lines": (line,)}
    assert doubts(**halves, patient_cents=7_000) == []
    assert doubts(**halves, patient_cents=4_000) == [("patient_share", 4_000, 7_000)]
    assert doubts(**halves, patient_cents=0) == [("patient_share", 0, 7_000)]


@pytest.mark.parametrize("group", ["CO", "OA", "PI"])
def test_only_the_patient_s_own_group_is_the_patient_s(group: str) -> None:
    assert doubts(adjustments=(Adjustment(group, "1", 7_000),), patient_cents=0) == []
    assert replace(PAID, adjustments=(Adjustment(group, "1", 7_000),)).share_cents == 0


def test_a_line_that_does_not_add_up_is_named() -> None:
    line = ServiceLine("99213", 20_000, 12_000, (Adjustment("CO", "45", 7_000),))
    found = list(doubts_about_claim(replace(PAID, adjustments=(), lines=(line,), patient_cents=0)))
    assert found == [Doubt("line_total", 12_000, 13_000, "99213")]


def test_a_reversal_says_nothing_of_the_share_and_need_not() -> None:
    turned = tuple(replace(each, amount_cents=-each.amount_cents) for each in PAID.adjustments)
    back = {"code": "22", "charged_cents": -20_000, "paid_cents": -13_000, "adjustments": turned}
    assert doubts(**back, patient_cents=0) == []
    assert doubts(**back, patient_cents=-4_000) == []
    assert doubts(**(back | {"paid_cents": -12_000})) == [("claim_total", -12_000, -13_000)]


def test_a_share_that_cannot_be_is_doubted() -> None:
    more = (Adjustment("PR", "1", 21_000), Adjustment("CO", "45", -14_000))
    assert doubts(adjustments=more, patient_cents=21_000) == [("impossible_share", 21_000, 20_000)]
    less = (Adjustment("PR", "1", -1_000), Adjustment("CO", "45", 8_000))
    assert doubts(adjustments=less, patient_cents=-1_000) == [("impossible_share", -1_000, 20_000)]


def test_a_status_nobody_knows_is_a_person_s() -> None:
    assert doubts(code="25") == [("code", 13_000, 0)]


def test_a_check_is_its_claims_less_what_was_kept_back() -> None:
    assert list(doubts_about_check(replace(CHECK, amount_cents=12_000, provider_cents=1_000), "USD")) == []
    assert list(doubts_about_check(replace(CHECK, amount_cents=13_050, provider_cents=-50), "USD")) == []
    assert list(doubts_about_check(replace(CHECK, amount_cents=12_000), "USD")) == [
        Doubt("check_total", 12_000, 13_000)
    ]


def test_a_check_in_another_currency_is_a_person_s() -> None:
    assert list(doubts_about_check(replace(CHECK, currency="USD"), "USD")) == []
    assert [doubt.what for doubt in doubts_about_check(replace(CHECK, currency="CAD"), "USD")] == ["currency"]


@pytest.mark.parametrize(
    ("code", "word", "rank", "share"),
    [
        ("1", "paid", 1, 4_000), ("2", "paid", 2, 4_000), ("3", "paid", 3, 4_000), ("4", "denied", 0, 0),
        ("19", "forwarded", 1, 0), ("20", "forwarded", 2, 0), ("21", "forwarded", 3, 0), ("22", "reversed", 0, 0),
        ("23", "forwarded", 0, 0),
    ],
)  # fmt: skip
def test_only_a_final_payment_leaves_something_to_the_patient(code: str, word: Word, rank: int, share: int) -> None:
    decided = decision_of(replace(PAID, code=code), CHECK, 5)
    assert (decided.word, decided.rank, decided.share_cents) == (word, rank, share)
    assert (decided.patient_cents, decided.place, decided.trace, decided.on) == (4_000, 5, "17", CHECK.on)
    assert code in MEANING
