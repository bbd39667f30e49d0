"""Card numbers never reach the books, and other figures are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.redaction import REMOVED, redact_card_numbers

CARDS = [
    "4111111111111111",
    "5555555555554444",
    "378282246310005",
    "6011000990139424",
    "30569309025904",
    "4222222222222",
    "6304000000000000000",
]


def luhn(body: str) -> str:
    """An independent check digit: the one that makes the table of doubled digits add up to a multiple of ten."""
    doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
    total = sum(doubled[int(ch)] if place % 2 == 0 else int(ch) for place, ch in enumerate(reversed(body)))
    return str(-total % 10)


@pytest.mark.parametrize("card", CARDS)
def test_a_card_number_is_taken_out_and_the_words_around_it_stay(card: str):
    assert redact_card_numbers(f"please use {card}, thanks") == f"please use {REMOVED}, thanks"


@pytest.mark.parametrize(
    "typed",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111 - 1111 - 1111 - 1111",
        "4111–1111–1111–1111",
    ],
)
def test_a_card_number_is_known_however_its_groups_are_typed(typed: str):
    assert redact_card_numbers(f"My card: {typed}.") == f"My card: {REMOVED}."


def test_what_follows_a_card_number_does_not_hide_it():
    assert redact_card_numbers("4111 1111 1111 1111 12/27 123") == f"{REMOVED} 12/27 123"
    assert redact_card_numbers("4111 1111 1111 1111 0429") == f"{REMOVED} 0429"
    assert "4111" not in redact_card_numbers("41111111111111110429123")


def test_two_cards_are_both_taken_out():
    found = redact_card_numbers("4111111111111111 or 5555555555554444")
    assert found == f"{REMOVED} or {REMOVED}"
    assert redact_card_numbers("4111111111111111 5555555555554444") == f"{REMOVED} {REMOVED}"


@pytest.mark.parametrize(
    "words",
    [
        "I can pay $40.00 on 03/15/2026",
        "call me at +1 (555) 123-4567",
        "INV-1042 and INV-1043, 120.50 each",
        "order 4111111111111112",
        "",
        "no figures at all",
    ],
)
def test_other_figures_are_left_alone(words: str):
    assert redact_card_numbers(words) == words


@given(st.text(alphabet="0123456789", min_size=12, max_size=18), st.sampled_from(["", " ", "-"]), st.integers(2, 6))
def test_every_number_with_the_check_digit_is_taken_out(body: str, mark: str, every: int):
    card = body + luhn(body)
    typed = mark.join(card[at : at + every] for at in range(0, len(card), every))
    assert REMOVED in redact_card_numbers(f"card {typed} ok")


@given(st.text())
def test_whatever_is_written_once_redacted_stays_as_it_is(words: str):
    once = redact_card_numbers(words)
    assert redact_card_numbers(once) == once
