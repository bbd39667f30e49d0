"""Patient texts are checked before any is sent."""

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from documents.check import faults
from documents.phrases import METHODS, TEMPLATES


def test_the_texts_we_ship_have_no_fault() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Pay {{ link }}, {{ nickname }}", "no placeholder nickname"),
        ("You have a balance.", "pay link is missing"),
        ("{{ link }} {% if %}", "line 1"),
        ("{{ link }} " + "Ж" * 200, "takes 4 segments"),
    ],
)
def test_a_practices_mistake_is_named_with_its_file(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "sms").mkdir()
    (tmp_path / "sms" / "reminder.txt").write_text(text)
    (found,) = faults(own=tmp_path)
    assert fault in found
    assert str(tmp_path / "sms" / "reminder.txt") in found


def test_a_mail_of_the_practices_own_needs_all_its_parts(tmp_path: Path) -> None:
    (tmp_path / "email" / "farewell").mkdir(parents=True)
    (tmp_path / "email" / "farewell" / "subject.txt").write_text("Goodbye")
    assert [fault.rsplit(": ", 1)[1] for fault in faults(own=tmp_path)] == [
        "body.txt is missing",
        "body.html is missing",
    ]


def test_every_phrase_of_pages_and_papers_is_translated_and_none_is_left_over() -> None:
    spoken = {phrase for _, _, phrase, *_ in extract_from_dir(TEMPLATES, [("**.html", "jinja2")])} | {*METHODS.values()}
    for book in (TEMPLATES / "locale").glob("*.po"):
        with book.open("rb") as source:
            catalog = [entry for entry in read_po(source) if entry.id]
        assert {entry.id for entry in catalog} == spoken
        assert [entry.id for entry in catalog if not entry.string or list(entry.check())] == []
