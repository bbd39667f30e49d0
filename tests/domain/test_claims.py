"""Several decisions on one claim: what stands of them, whatever order they were heard in."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.claims import Decision, Standing, standing

FIRST = date(2026, 3, 10)
BLUE, GREEN = "blue", "green"


def decision(share: int = 4_000, *, word: str = "paid", day: int = 0, **more: Any) -> Decision:
    facts = {"payer": BLUE, "charged_cents": 20_000, "paid_cents": 20_000 - share, "patient_cents": share}
    billed = share if word == "paid" else 0
    return Decision(word=word, share_cents=billed, on=FIRST + timedelta(days=day), **(facts | more))  # type: ignore[arg-type]


def reversal(of: Decision, *, day: int = 0, **more: Any) -> Decision:
    turned = {
        "charged_cents": -of.charged_cents,
        "paid_cents": -of.paid_cents,
        "patient_cents": -of.patient_cents,
    }
    return decision(word="reversed", day=day, **({"payer": of.payer} | turned | more))


def stands(*decisions: Decision) -> tuple[str | None, int, int]:
    """In whatever order they come: the word, the share, and how many are for a person."""
    seen = {_short(standing(order)) for order in permutations(decisions)}
    assert len(seen) == 1, seen
    return seen.pop()


def _short(found: Standing) -> tuple[str | None, int, int]:
    return found.word, found.share_cents, len(found.loose)


def test_nothing_decided_is_nothing() -> None:
    assert standing([]) == Standing()


def test_the_later_of_two_decisions_stands() -> None:
    assert stands(decision(4_000), decision(6_000, day=1)) == ("paid", 6_000, 0)
    assert stands(decision(4_000), decision(word="denied", rank=0, day=1)) == ("denied", 0, 0)
    assert stands(decision(word="denied", rank=0), decision(5_000, day=1)) == ("paid", 5_000, 0)


def test_what_is_taken_back_leaves_nothing_with_the_patient() -> None:
    first = decision(4_000)
    assert stands(first, reversal(first, day=3)) == ("reversed", 0, 0)


def test_a_correction_takes_the_place_of_what_was_taken_back() -> None:
    first = decision(4_000)
    assert stands(first, reversal(first, day=3), decision(1_500, day=3, place=1)) == ("paid", 1_500, 0)
    assert stands(first, decision(1_500, day=3), reversal(first, day=3, place=1)) == ("paid", 1_500, 0)


def test_a_reversal_takes_back_the_latest_decision_of_its_figures() -> None:
    first, second = decision(4_000), decision(6_000, day=1)
    again = replace(first, on=first.on + timedelta(days=2))
    assert stands(first, second, again, reversal(first, day=3)) == ("paid", 6_000, 0)
    assert stands(first, reversal(first, day=1), again) == ("paid", 4_000, 0)


def test_a_reversal_of_other_figures_takes_nothing_back_and_is_for_a_person() -> None:
    first = decision(4_000)
    for other in ({"paid_cents": -15_999}, {"patient_cents": -1}, {"charged_cents": -1}, {"payer": GREEN}):
        assert stands(first, reversal(first, day=1, **other)) == ("paid", 4_000, 1)
    assert stands(reversal(first)) == (None, 0, 1)


def test_a_reversal_takes_back_nothing_that_was_decided_after_it() -> None:
    first = decision(4_000, day=2)
    assert stands(first, reversal(first, day=1)) == ("paid", 4_000, 1)


def test_what_is_passed_on_waits_for_the_next_payer() -> None:
    passed_on = decision(4_000, word="forwarded")
    assert stands(passed_on) == ("forwarded", 0, 0)
    assert stands(passed_on, decision(1_000, payer=GREEN, rank=2, day=5)) == ("paid", 1_000, 0)
    assert stands(passed_on, decision(1_000, payer=GREEN, rank=2)) == ("paid", 1_000, 0)
    assert stands(passed_on, decision(word="denied", payer=GREEN, rank=0, day=5)) == ("denied", 0, 0)


def test_another_payer_s_denial_does_not_undo_a_payment() -> None:
    for day in (0, 5):
        later = decision(word="denied", payer=GREEN, rank=0, day=day, trace="2")
        assert stands(decision(4_000, trace="1"), later) == ("paid", 4_000, 1)


def test_an_earlier_payer_does_not_overrule_a_later_one_by_itself() -> None:
    second = decision(1_000, payer=GREEN, rank=2, day=1)
    assert stands(decision(4_000), second, decision(6_000, day=5)) == ("paid", 1_000, 1)


def test_of_two_payers_payments_on_one_day_the_one_further_down_the_line_stands() -> None:
    first, second = decision(4_000, trace="9"), decision(1_000, payer=GREEN, rank=2, trace="10")
    assert stands(first, second) == ("paid", 1_000, 0)
    assert stands(replace(first, trace="11"), second) == ("paid", 1_000, 0)


def test_of_one_day_s_checks_the_one_of_the_higher_number_is_later() -> None:
    assert stands(decision(4_000, trace="9"), decision(1_000, trace="10")) == ("paid", 1_000, 0)
    first = decision(4_000, trace="9")
    assert stands(first, reversal(first, trace="10")) == ("reversed", 0, 0)


def test_what_the_practice_decides_prevails_until_a_payer_decides_anew() -> None:
    denied = decision(word="denied", rank=0)
    ours = decision(5_000, ours=True)
    assert stands(denied, ours) == ("paid", 5_000, 0)
    assert stands(denied, replace(ours, rank=3), decision(0, day=1)) == ("paid", 0, 0)
    assert stands(decision(4_000, rank=3), replace(ours, on=FIRST + timedelta(days=1))) == ("paid", 5_000, 0)


@given(
    st.lists(st.tuples(st.sampled_from((0, 1_000, 4_000)), st.integers(0, 3), st.booleans()), max_size=5), st.randoms()
)
def test_the_order_in_which_they_are_heard_does_not_matter(told: list[tuple[int, int, bool]], chance: Any) -> None:
    heard = [
        reversal(decision(share), day=day, place=place) if back else decision(share, day=day, place=place)
        for place, (share, day, back) in enumerate(told)
    ]
    found = standing(heard)
    shuffled = list(heard)
    chance.shuffle(shuffled)
    assert standing(shuffled) == found
    if found.decision is None:
        assert found.share_cents == 0
    elif not any(each.word == "reversed" for each in heard):
        assert found.decision == max(heard, key=lambda each: (each.on, each.place))
