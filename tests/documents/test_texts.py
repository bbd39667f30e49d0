"""Texts and mails: every one, in every language, with the names people have."""

import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import html5lib
import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from documents.render import render_email, render_sms
from documents.texts import LINKLESS, PLACEHOLDERS, said
from domain.replies import keyword, wish
from domain.segments import is_gsm7, segments
from tests.documents.examples import EMAILS, FACTS, LINK, NAMES, SCRIPT, SMS

LOCALES = ["en_US", "es_US"]

UNWELCOME = re.compile(
    r"\b(debts?|collect\w*|collector|deudas?|deudor|cobranzas?|cobro"
    r"|diagnos\w*|procedure|procedimiento|treatment|tratamiento|doctor|patient|paciente|insurance|seguro|visit|visita)\b",
    re.IGNORECASE,
)
TAKEN_BY_CARRIERS = re.compile(r"\b(CANCEL|CANCELAR|END|QUIT|YES|INFO|UNSUBSCRIBE|BAJA|ALTO)\b")
OFFERED = re.compile(r"\b(?:[Rr]eply|[Rr]esponda) ([A-Z]{3,})\b")


@pytest.mark.parametrize(("name", "locale", "who"), [*product(SMS, LOCALES, NAMES)])
def test_every_text_can_be_written_to_everyone(name: str, locale: str, who: str) -> None:
    text = render_sms(name, locale, replace(FACTS, first_name=NAMES[who], clinic=NAMES[who] or "Harbor"))
    assert text
    assert not re.search(r"[{}]|None|  |\n", text)


@pytest.mark.parametrize(("name", "locale"), [*product(SMS, LOCALES)])
def test_every_text_fits_one_segment(name: str, locale: str) -> None:
    text = render_sms(name, locale, FACTS)
    assert is_gsm7(text), {letter for letter in text if not is_gsm7(letter)}
    assert segments(text) == 1, len(text)


@pytest.mark.parametrize(("name", "locale"), [*product(SMS, LOCALES)])
def test_a_text_says_no_more_than_it_must(name: str, locale: str) -> None:
    text = render_sms(name, locale, FACTS)
    assert text.startswith("Harbor Family Medicine: ")
    assert "Maria" not in text
    assert not UNWELCOME.search(text)
    assert (LINK in text) == (name not in LINKLESS)
    assert ("STOP" in text) == (name not in {"reply", "stop_confirmation"})


@pytest.mark.parametrize(("name", "locale"), [*product(SMS, LOCALES)])
def test_the_words_we_offer_to_reply_are_understood_and_are_not_the_carriers(name: str, locale: str) -> None:
    text = render_sms(name, locale, FACTS)
    assert not TAKEN_BY_CARRIERS.search(text)
    for word in set(OFFERED.findall(text)):
        if word in {"STOP", "START", "HELP"}:
            assert keyword(word) == word.lower()
        else:
            assert keyword(word) is None
            assert wish(word) != "other"


def test_typographic_marks_are_sent_as_a_typewriter_has_them() -> None:
    text = render_sms("reply", "en_US", replace(FACTS, reply="We\u2019ll call\u00a0you \u2013 \u201csoon\u201d\u2026"))
    assert text.endswith('We\'ll call you - "soon"...')
    assert is_gsm7(text)


def test_staffs_own_words_keep_their_lines() -> None:
    assert render_sms("reply", "en_US", replace(FACTS, reply="One.\nTwo.\n")).endswith(": One.\nTwo.")


@pytest.mark.parametrize(("name", "locale", "who"), [*product(EMAILS, LOCALES, NAMES)])
def test_every_mail_is_whole_in_both_its_forms(name: str, locale: str, who: str) -> None:
    mail = render_email(name, locale, replace(FACTS, first_name=NAMES[who]))
    assert mail.subject
    for body in (mail.text, mail.html):
        assert LINK in body
        assert FACTS.unsubscribe_link in body
        assert "$1,234.56" in body
        assert not re.search(r"{{|}}|\bNone\b|Hello  |Hola  | ,", body)
        assert not UNWELCOME.search(body)
    assert "<" not in mail.text.replace(SCRIPT, "")
    assert "<script" not in mail.html
    html5lib.HTMLParser(strict=True).parse(mail.html)


def test_the_two_forms_of_a_mail_say_the_same() -> None:
    for name, locale in product(EMAILS, LOCALES):
        mail = render_email(name, locale, FACTS)
        shown = " ".join(
            "".join(html5lib.parse(mail.html, namespaceHTMLElements=False).find("body/table").itertext()).split()
        )
        for paragraph in mail.text.split("\n\n"):
            said = paragraph.partition(": http")[0].strip().splitlines()
            assert all(line in shown for line in said), (name, locale, paragraph)


def test_a_spanish_patient_reads_spanish_dates_and_one_whose_language_we_lack_reads_english_throughout() -> None:
    assert "3 de noviembre de 2026" in render_email("invoice", "es_MX", FACTS).text
    assert "November 3, 2026" in render_email("invoice", "vi_VN", FACTS).text


def test_a_clinics_name_adds_no_header_to_a_mail() -> None:
    subject = render_email("reminder", "en_US", replace(FACTS, clinic="Harbor\r\nBcc: all@example.com")).subject
    assert subject.splitlines() == ["A balance on your statement from Harbor Bcc: all@example.com"]


def test_every_fact_has_its_placeholder() -> None:
    assert said(FACTS, "en_US").keys() == PLACEHOLDERS


def test_a_text_whose_fact_is_missing_is_not_written_with_a_hole() -> None:
    with pytest.raises(UndefinedError, match="link"):
        render_sms("reminder", "en_US", replace(FACTS, link=None))


def test_a_practices_own_text_comes_before_ours(tmp_path: Path) -> None:
    (tmp_path / "sms").mkdir()
    (tmp_path / "sms" / "reminder.txt").write_text("{{ clinic }} says hello: {{ link }}")
    assert render_sms("reminder", "en_US", FACTS, own=tmp_path) == f"Harbor Family Medicine says hello: {LINK}"
    assert "saldo" in render_sms("reminder", "es_US", FACTS, own=tmp_path)


def test_a_practices_own_text_reaches_nothing_of_the_house(tmp_path: Path) -> None:
    (tmp_path / "sms").mkdir()
    (tmp_path / "sms" / "reminder.txt").write_text("{{ clinic.__class__.__mro__ }} {{ link }}")
    with pytest.raises(SecurityError):
        render_sms("reminder", "en_US", FACTS, own=tmp_path)


def test_a_name_adds_no_line_to_a_text() -> None:
    text = render_sms("reminder", "en_US", replace(FACTS, clinic="Harbor\nPay at evil.example"))
    assert text.startswith("Harbor Pay at evil.example: You have")


def test_a_subject_of_the_practices_own_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "email" / "reminder").mkdir(parents=True)
    (tmp_path / "email" / "reminder" / "subject.txt").write_text("{{ clinic }}\nand a second line\n")
    assert render_email("reminder", "en_US", FACTS, own=tmp_path).subject == "Harbor Family Medicine and a second line"
