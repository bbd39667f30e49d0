"""The locale's words: money, dates, names and numbers as a patient reads them. Sentences live in templates/."""

import re
import unicodedata
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import (
    NumberFormatError,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    parse_decimal,
)

DEFAULT_LANGUAGE = "en"
HOME_TERRITORY = "US"
"""Where a language said without a country is spoken: `es` reads $1,234.50, not 1.234,50 US$."""
_SPOKEN_AT_HOME = frozenset({"en", "es"})

_RIGHT_TO_LEFT = {"R", "AL"}
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


@lru_cache(maxsize=256)
def locale_named(name: str) -> Locale:
    """The locale of this name (`es_US`, `es-MX`, `es`); one nobody knows is read as US English."""
    try:
        locale = Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale(DEFAULT_LANGUAGE, HOME_TERRITORY)
    if locale.territory is None and locale.language in _SPOKEN_AT_HOME:
        return Locale(locale.language, HOME_TERRITORY)
    return locale


def fallbacks(locale: str) -> list[str]:
    """Where to look for a text, nearest first: `es_US` → es_US, es, en."""
    found = locale_named(locale)
    return list(dict.fromkeys([str(found), found.language, DEFAULT_LANGUAGE]))


def spoken(locale: str, languages: Collection[str]) -> Locale:
    """The locale to format in: the patient's, unless the sentence around it will be in another language."""
    found = locale_named(locale)
    known = {language.partition("_")[0] for language in languages}
    return found if found.language in known else Locale(DEFAULT_LANGUAGE, HOME_TERRITORY)


def money(cents: int, currency: str, locale: str) -> str:
    """An amount of minor units as this locale writes it; the currency says how many of them make one."""
    amount = Decimal(cents).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, locale=locale_named(locale))


def plain_amount(cents: int, currency: str, locale: str) -> str:
    """The amount without its sign or grouping, as it stands in a field to be typed over."""
    places = get_currency_precision(currency)
    pattern = f"0.{'0' * places}" if places else "0"
    return format_decimal(Decimal(cents).scaleb(-places), format=pattern, locale=locale_named(locale))


def read_amount(text: str, currency: str, locale: str) -> int | None:
    """What a patient typed as minor units, or None where it is no amount or has more decimals than the currency."""
    if re.search(r"\d\s*[^\W\d_]", text) and re.search(r"[^\W\d_]\s*\d", text):
        return None  # letters among the figures: "1e3", "2 or 3"
    digits = "".join(ch for ch in text if ch.isdigit() or ch in ",.'\u00a0\u202f-")
    try:
        amount = parse_decimal(digits.strip(), locale=locale_named(locale), strict=True)
    except NumberFormatError:
        return None
    cents = amount.scaleb(get_currency_precision(currency))
    return int(cents) if cents == cents.to_integral_value() else None


def number(value: int | Decimal, locale: str) -> str:
    return format_decimal(value, locale=locale_named(locale))


def percent(basis_points: int, locale: str) -> str:
    rate = Decimal(basis_points) / 10_000
    return format_percent(rate.normalize(), locale=locale_named(locale), decimal_quantization=False)


def day(when: date, locale: str, length: Literal["short", "medium", "long"] = "long") -> str:
    return format_date(when, format=length, locale=locale_named(locale))


def initials(first: str, last: str) -> str:
    """`M. L.` for Maria Lopez; one name gives one letter, no name gives a question mark."""
    letters = [_first_letter(name) for name in (first, last)]
    return " ".join(f"{letter}." for letter in letters if letter) or "?"


def _first_letter(name: str) -> str:
    composed = unicodedata.normalize("NFC", name)
    return next((ch.upper() for ch in composed if ch.isalpha()), "")


def masked_phone(phone: str) -> str:
    """Only the last two digits: enough to recognise one's own number, too little to learn another's."""
    digits = [ch for ch in phone if ch.isdigit()]
    return f"••• ••{''.join(digits[-2:])}" if len(digits) > 4 else "•••"


def isolated(text: str) -> str:
    """The text fenced off where it runs right to left, so that it does not pull the words around it out of order."""
    runs_left = any(unicodedata.bidirectional(ch) in _RIGHT_TO_LEFT for ch in text)
    return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}" if runs_left else text


def one_line(text: str) -> str:
    """The text without line breaks and control characters: a name can neither add a header nor a second sentence."""
    visible = "".join(" " if unicodedata.category(ch) in {"Cc", "Zl", "Zp"} else ch for ch in text)
    return " ".join(visible.split())


def foldable(text: str, longest: int = 24) -> str:
    """The text with room to break in words no column holds: the PDF printer folds lines at spaces only."""
    return re.sub(rf"(\S{{{longest}}})(?=\S)", r"\1 ", text)


_TYPEWRITER = str.maketrans(
    {
        "\u00a0": " ",
        "\u202f": " ",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "\u2022": "*",
    }
)


def typewritten(text: str) -> str:
    """Typographic marks as a typewriter has them: one curly quote would more than halve what a text message holds."""
    return text.translate(_TYPEWRITER)
