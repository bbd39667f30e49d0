"""Held against Twilio's own segment calculator (the figures of its 1.3.0) and the tables of GSM 03.38."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.segments import is_gsm7, segments

GSM_LETTERS = "abcXYZ019 @£$¥èéñÑ¿Δ_\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", 0),
        ("a", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" * 5, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 70 + "’", 2),
        ("a" * 69 + "’", 1),
    ],
)
def test_a_text_costs_what_the_networks_say(body: str, expected: int) -> None:
    assert segments(body) == expected


def test_a_letter_of_two_units_is_never_torn_over_two_segments() -> None:
    assert segments("a" * 152 + "€" + "a" * 152) == 3, "152 + (2 + 151) + 1, though 306 units would fill two"
    assert segments("ж" * 66 + "😀" + "ж" * 66) == 3


@pytest.mark.parametrize("letter", ["’", "“", "–", "á", "í", "ó", "ú", "ç", "😀", "\t", "`"])
def test_a_letter_outside_the_table_turns_the_text_to_ucs_2(letter: str) -> None:
    assert not is_gsm7(f"Pay {letter} here")


@pytest.mark.parametrize("letter", [*"éñÑü¿¡Ç€[]{}~^|\\", "\f"])
def test_these_letters_stay_in_gsm_7(letter: str) -> None:
    assert is_gsm7(letter)


@given(st.text(alphabet=GSM_LETTERS + "€ж😀", max_size=400), st.text(alphabet=GSM_LETTERS + "€ж😀", max_size=50))
def test_a_longer_text_never_costs_less(body: str, more: str) -> None:
    assert segments(body) <= segments(body + more)


@given(st.text(alphabet=GSM_LETTERS, min_size=1, max_size=700))
def test_plain_letters_cost_by_their_number(body: str) -> None:
    assert segments(body) == (1 if len(body) <= 160 else -(-len(body) // 153))
