"""Templates into words: one environment for texts, mails, pages and papers. What they mean is said by their values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from jinja2 import FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import pass_context

from documents import words
from documents.phrases import TEMPLATES, languages, method_name, phrases
from documents.texts import TextFacts, said

EMAIL_PARTS = ("subject.txt", "body.txt", "body.html")


@dataclass(frozen=True, slots=True)
class EmailText:
    subject: str
    text: str
    html: str


def render_sms(name: str, locale: str, values: TextFacts, *, own: Path | None = None) -> str:
    """The text message `name` in the patient's language. `own` is a practice's folder that is looked in first."""
    return words.typewritten(_written(f"sms/{name}.txt", locale, values, own))


def render_email(name: str, locale: str, values: TextFacts, *, own: Path | None = None) -> EmailText:
    """The mail `name`: subject, plain text and its HTML twin, all three in one language."""
    subject, text, html = (_written(f"email/{name}/{part}", locale, values, own) for part in EMAIL_PARTS)
    return EmailText(words.one_line(subject), text + "\n", html)


def render_page(name: str, locale: str, values: Mapping[str, object]) -> str:
    """The patient's page `name` in the nearest language we speak."""
    return _set_in(f"pages/{name}.html", locale, values)


def render_pdf_html(name: str, locale: str, values: Mapping[str, object]) -> str:
    """The HTML of the paper `name`, for a `PdfPrinter` whose base directory is templates/pdf."""
    return _set_in(f"pdf/{name}.html", locale, values)


def file_in(path: str, locale: str, *, own: Path | None = None) -> tuple[str, str]:
    """The file and language in which this text exists nearest to the locale: `es_US` → es_US, es, the plain one."""
    stem, _, suffix = path.rpartition(".")
    for language in words.fallbacks(locale):
        plain = language == words.DEFAULT_LANGUAGE
        file = path if plain else f"{stem}.{language}.{suffix}"
        if plain or any((root / file).is_file() for root in _roots(own)):
            return file, language
    raise AssertionError("every list of fallbacks ends in the default language")


def _written(path: str, locale: str, facts: TextFacts, own: Path | None) -> str:
    file, language = file_in(path, locale, own=own)
    speaking = str(words.spoken(locale, {language}))
    values = {**said(facts, speaking), "locale": speaking, "lang": language}
    return environment(own).get_template(file).render(values).strip()


def _set_in(path: str, locale: str, values: Mapping[str, object]) -> str:
    speaking = words.spoken(locale, languages())
    return environment().get_template(path).render({**values, "locale": str(speaking), "lang": speaking.language})


def _roots(own: Path | None) -> tuple[Path, ...]:
    return (own, TEMPLATES) if own and own != TEMPLATES else (TEMPLATES,)


def environment(own: Path | None = None) -> SandboxedEnvironment:
    """What has been compiled to check it when the house starts is there for the first patient."""
    return _reading(_roots(own))


@cache
def _reading(roots: tuple[Path, ...]) -> SandboxedEnvironment:
    """Sandboxed because a practice may write its own texts; strict because a gap in a bill is worse than no bill."""
    house = SandboxedEnvironment(
        loader=FileSystemLoader(roots),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    house.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    house.filters |= {
        "money": _money,
        "plain_amount": _plain_amount,
        "day": _day,
        "number": _number,
        "method": _method,
        "foldable": words.foldable,
    }
    return house


def _locale(context: Context) -> str:
    return str(context["locale"])


@pass_context
def _gettext(context: Context, phrase: str) -> str:
    return phrases(_locale(context)).gettext(phrase)


@pass_context
def _ngettext(context: Context, one: str, many: str, count: int) -> str:
    return phrases(_locale(context)).ngettext(one, many, count)


@pass_context
def _money(context: Context, cents: int) -> str:
    return words.money(cents, str(context["currency"]), _locale(context))


@pass_context
def _plain_amount(context: Context, cents: int) -> str:
    return words.plain_amount(cents, str(context["currency"]), _locale(context))


@pass_context
def _day(context: Context, when: date, length: Literal["short", "medium", "long"] = "long") -> str:
    return words.day(when, _locale(context), length)


@pass_context
def _number(context: Context, value: int | Decimal) -> str:
    return words.number(value, _locale(context))


@pass_context
def _method(context: Context, method: str) -> str:
    return method_name(method, _locale(context))
