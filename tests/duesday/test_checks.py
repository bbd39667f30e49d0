"""The practice's file held against its texts: real files, broken one at a time."""

import shutil
from pathlib import Path

import pytest

from documents.phrases import TEMPLATES
from duesday.checks import check

ROOT = Path(__file__).parents[2]


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A practice's own copy of every text."""
    return Path(shutil.copytree(TEMPLATES, tmp_path / "templates"))


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return Path(shutil.copy(ROOT / "app.yaml", tmp_path / "app.yaml"))


def change(file: Path, old: str, new: str) -> int:
    """Change one thing in a file; the line where it stood."""
    text = file.read_text()
    assert old in text, "the test must change something that is there"
    file.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def test_the_sample_and_every_text_it_names_are_right() -> None:
    assert check(ROOT / "app.yaml", TEMPLATES) == []


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("{{ clinic }}: pay {{ lnk }}", 1, 'placeholder "lnk"'),
        ("{{ clinic }}:\npay {{ link }} {{ diagnosis }}", 2, 'placeholder "diagnosis"'),
        ("{{ clinic }}: please pay", 1, "no {{ link }}"),
        ("{{ clinic }}\n{{ link }", 2, "allowed: a template like"),
        ("{{ clinic }}\n{% if first_name %} {{ link }}", 2, "allowed: a template like"),
        ("{{ link }} {{ reply }}", 1, "a template that can be written out"),
        ("{{ link }} {{ amount | dollars }}", 1, "dollars"),
        ("{{ link }} " + "word " * 70, 1, "3 segments"),
        ("{{ link }} " + "word " * 20 + "ж", 1, "outside GSM-7"),
    ],
)
@pytest.mark.parametrize("name", ["reminder.txt", "reminder.es.txt"])
def test_a_broken_text_message_is_found_in_every_language(
    practice: Path, texts: Path, name: str, text: str, line: int, said: str
) -> None:
    (texts / "sms" / name).write_text(text)
    [mistake] = check(practice, texts)
    assert (mistake.file, mistake.line) == (str(texts / "sms" / name), line)
    assert said in str(mistake)


@pytest.mark.parametrize("part", ["subject.txt", "body.txt", "body.html", "body.es.txt"])
def test_a_broken_part_of_a_mail_is_found(practice: Path, texts: Path, part: str) -> None:
    file = texts / "email" / "reminder" / part
    file.write_text(file.read_text() + "\n{{ diagnosis }}")
    [mistake] = check(practice, texts)
    assert mistake.file == str(file)
    assert mistake.line == len(file.read_text().splitlines())
    assert "diagnosis" in mistake.found


@pytest.mark.parametrize("part", ["body.txt", "body.html"])
def test_a_mail_without_the_link_is_found_and_its_subject_needs_none(practice: Path, texts: Path, part: str) -> None:
    (texts / "email" / "reminder" / part).write_text("{{ clinic }}, {{ unsubscribe_link }}")
    assert [mistake.found for mistake in check(practice, texts)] == ["no {{ link }}"]


def test_a_text_that_is_named_and_not_there_is_a_mistake_where_it_is_named(practice: Path, texts: Path) -> None:
    line = change(practice, "template: final_notice", "template: final_notise")
    mistakes = check(practice, texts)
    assert {(mistake.file, mistake.line) for mistake in mistakes} == {(str(practice), line)}
    assert mistakes[0].path == "rule_sets.standard.steps[4].template"
    assert "did you mean final_notice?" in mistakes[0].allowed


@pytest.mark.parametrize("part", ["subject.txt", "body.txt", "body.html"])
def test_a_mail_that_lacks_a_part_is_not_there(practice: Path, texts: Path, part: str) -> None:
    (texts / "email" / "final_notice" / part).unlink()
    found = [mistake for mistake in check(practice, texts) if mistake.file == str(practice)]
    assert {mistake.found for mistake in found} == {'"final_notice"'}


def test_a_clinic_without_the_sender_its_steps_need_is_a_mistake(practice: Path, texts: Path) -> None:
    change(practice, '    sms_from: "+13125550310"\n', "")
    [mistake] = check(practice, texts)
    assert mistake.path == "locations.lakeside.sms_from"
    assert "Gentle follow-up" in mistake.allowed


def test_a_clinic_whose_steps_may_fall_back_needs_only_one_sender(practice: Path, texts: Path) -> None:
    change(practice, '    sms_from: "+19375550110"', "    # no texts")
    assert check(practice, texts) == []
    change(practice, "    email_from: billing@riverside.example", "    # no mail")
    assert {mistake.path for mistake in check(practice, texts)} == {
        "locations.downtown.sms_from",
        "locations.downtown.email_from",
    }


def test_a_long_clinic_name_counts_against_the_length_of_its_texts(practice: Path, texts: Path) -> None:
    assert check(practice, texts) == []
    change(practice, "name: Riverside Lakeside", "name: Riverside Lakeside " + "and Riverside Harbour " * 12)
    assert any("segments" in mistake.found for mistake in check(practice, texts))


def test_mistakes_in_the_file_and_in_the_texts_come_together(practice: Path, texts: Path) -> None:
    change(practice, "privacy: initials", "privacy: some")
    (texts / "sms" / "reminder.txt").write_text("{{ clinic }}")
    assert [Path(mistake.file).name for mistake in check(practice, texts)] == ["app.yaml", "reminder.txt"]
