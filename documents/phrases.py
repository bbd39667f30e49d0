"""Pages, papers and mail frames in other languages: templates speak English, templates/locale/ the rest."""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from documents.words import DEFAULT_LANGUAGE, fallbacks

TEMPLATES = Path(__file__).parent.parent / "templates"

METHODS = {
    "cash": "Cash",
    "card": "Card",
    "check": "Check",
    "ach": "Bank account",
    "bank_transfer": "Bank transfer",
    "card_on_file": "Card on file",
    "other": "Other",
}


@cache
def languages() -> frozenset[str]:
    """Every language that pages and papers speak."""
    return frozenset({DEFAULT_LANGUAGE, *(file.stem for file in (TEMPLATES / "locale").glob("*.po"))})


@cache
def phrases(locale: str) -> NullTranslations:
    """The phrase book of the nearest language we speak; English needs none, the templates are it."""
    language = next(name for name in fallbacks(locale) if name in languages())
    file = TEMPLATES / "locale" / f"{language}.po"
    if not file.exists():
        return NullTranslations()
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return Translations(compiled)


def method_name(method: str, locale: str) -> str:
    return phrases(locale).gettext(METHODS.get(method, METHODS["other"]))
