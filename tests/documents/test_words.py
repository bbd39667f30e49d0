"""The locale's words."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import words


@pytest.mark.parametrize(
    ("cents", "currency", "locale", "written"),
    [
        (1, "USD", "en_US", "$0.01"),
        (123_456_789, "USD", "en_US", "$1,234,567.89"),
        (-5_000, "USD", "en-US", "-$50.00"),
        (123_456, "USD", "es_US", "$1,234.56"),
        (123_456, "USD", "es", "$1,234.56"),
        (123_456, "EUR", "es_ES", "1.234,56\u00a0€"),
        (500, "JPY", "en_US", "¥500"),
        (5, "USD", "nobody speaks this", "$0.05"),
    ],
)
def test_money_is_written_as_the_locale_writes_it(cents: int, currency: str, locale: str, written: str) -> None:
    assert words.money(cents, currency, locale) == written


@pytest.mark.parametrize(
    ("typed", "locale", "cents"),
    [
        ("12.5", "en_US", 1250),
        (" $1,240.50 ", "en_US", 124_050),
        ("12,50", "es_ES", 1250),
        ("12,50", "es_US", None),
        ("0.001", "en_US", None),
        ("-3", "en_US", -300),
        ("all of it", "en_US", None),
        ("1e3", "en_US", None),
        ("2 or 3", "en_US", None),
        ("", "en_US", None),
    ],
)
def test_an_amount_is_read_as_its_writer_meant_it_or_not_at_all(typed: str, locale: str, cents: int | None) -> None:
    assert words.read_amount(typed, "USD", locale) == cents


@given(st.integers(0, 10**12), st.sampled_from(["en_US", "es_US", "es_ES", "fr_CA", "de_CH", "vi_VN"]))
def test_what_we_write_we_can_read(cents: int, locale: str) -> None:
    assert words.read_amount(words.money(cents, "EUR", locale), "EUR", locale) == cents
    assert words.read_amount(words.plain_amount(cents, "EUR", locale), "EUR", locale) == cents


def test_days_are_written_out_so_that_no_month_is_taken_for_a_day() -> None:
    assert words.day(date(2026, 11, 3), "en_US") == "November 3, 2026"
    assert words.day(date(2026, 11, 3), "es_US") == "3 de noviembre de 2026"


@pytest.mark.parametrize(
    ("first", "last", "letters"),
    [
        ("Maria", "Lopez", "M. L."),
        ("A\u0301ngel", "", "Á."),
        ("", "o'Neil", "O."),
        ("عبد", "محمد", "ع. م."),
        ("", "", "?"),
        ("7", "-", "?"),
    ],
)
def test_initials_are_made_of_what_names_there_are(first: str, last: str, letters: str) -> None:
    assert words.initials(first, last) == letters


def test_a_masked_phone_shows_two_digits_and_a_short_one_none() -> None:
    assert words.masked_phone("+15551234567") == "••• ••67"
    assert words.masked_phone("911") == "•••"


def test_a_text_is_looked_for_from_the_nearest_language_to_english() -> None:
    assert words.fallbacks("es_US") == ["es_US", "es", "en"]
    assert words.fallbacks("vi-VN") == ["vi_VN", "vi", "en"]
    assert words.fallbacks("en_GB") == ["en_GB", "en"]


def test_dates_and_money_keep_to_the_language_of_the_sentence_around_them() -> None:
    assert str(words.spoken("es_MX", {"en", "es"})) == "es_MX"
    assert str(words.spoken("vi_VN", {"en", "es"})) == "en_US"


def test_only_what_runs_right_to_left_is_fenced_off() -> None:
    assert words.isolated("Maria") == "Maria"
    assert words.isolated("محمد") == "\u2068محمد\u2069"


def test_a_name_adds_no_line_to_what_it_stands_in() -> None:
    assert words.one_line("Maria\r\nBcc: all@example.com\u2028now\x00") == "Maria Bcc: all@example.com now"


def test_a_word_no_column_holds_can_be_broken_and_others_stay_whole() -> None:
    assert words.foldable("x" * 50, 24) == "x" * 24 + " " + "x" * 24 + " xx"
    assert words.foldable("Nguyễn Thị Minh Khai") == "Nguyễn Thị Minh Khai"
