"""app.yaml as an office manager would break it: every mistake in one go, each on its line."""

import re
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.choices import Impossible
from domain.practice import Person, Practice, Step
from domain.terms import LateFee
from duesday.practice_file import PracticeMistakes, read_practice
from duesday.reading import Mistake

SAMPLE = Path(__file__).parents[2] / "app.yaml"

SOUND = """\
name: Riverside
currency: USD
timezone: America/New_York
rule_set: standard
locations:
  downtown:
    name: Downtown
    timezone: America/New_York
    slack_channel: billing-downtown
    phone: (937) 555-0100
    sms_from: +19375550110
    email_from: billing@riverside.example
people:
  - slack: U0VIEWER1
    role: viewer
    locations: [downtown]
late_fee:
  flat: $15.00
rule_sets:
  standard:
    title: Standard
    minimum: $5.00
    steps:
      - after: 2 days
        send: [sms, email]
      - after: 60 days
        expire: yes
contact:
  opens: 9:00
  closes: 20:00
  days: [mon, tue]
  texts_per_day: 1
terms:
  due_in: 30 days
slack:
  privacy: initials
  replies_in_slack: no
links_last: 120 days
"""


def mistakes_in(text: str, folder: Path) -> list[Mistake]:
    file = folder / "broken.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        read_practice(file)
    except PracticeMistakes as refusal:
        return refusal.mistakes
    return []


def read(text: str, folder: Path) -> Practice:
    (folder / "whole.yaml").write_text(text)
    return read_practice(folder / "whole.yaml")


BROKEN = [
    # (what stands there, what was typed instead, line, path, what the sentence must say)
    ("name: Riverside", "name:", 1, "name", "nothing"),
    ("name: Riverside", "name: true", 1, "name", "words"),
    ("name: Riverside", "name: [Riverside]", 1, "name", "a list"),
    ("name: Riverside", "nam: Riverside", 1, "nam", "did you mean name?"),
    ("currency: USD", "currency: usd", 2, "currency", "did you mean USD?"),
    ("currency: USD", "currency: XYZ", 2, "currency", "EUR"),
    ("timezone: America/New_York", "timezone: EST", 3, "timezone", "America/New_York"),
    ("timezone: America/New_York", "timezone: ../etc/passwd", 3, "timezone", "America/New_York"),
    ("timezone: America/New_York", "timezone: America/New_Yrok", 3, "timezone", "did you mean America/New_York?"),
    ("rule_set: standard", "rule_set: standrd", 4, "rule_set", "did you mean standard?"),
    ("rule_set: standard", "rule_set: standard\nrule_set: gentle", 5, "rule_set", "first in line 4"),
    ("  downtown:\n", "  Down Town:\n", 6, "locations.Down Town", "small letters"),
    ("    name: Downtown\n", "", 6, "locations.downtown.name", "nothing"),
    ("    timezone: America/New_York", "    timezone: New York", 8, "locations.downtown.timezone", "America/New_York"),
    (
        "slack_channel: billing-downtown",
        "slack_channel: #billing",
        9,
        "locations.downtown.slack_channel",
        "without the #",
    ),
    ("slack_channel: billing-downtown", "slack_channel: Billing", 9, "locations.downtown.slack_channel", '"Billing"'),
    ("sms_from: +19375550110", "sms_from: 937-555-0110", 11, "locations.downtown.sms_from", "+15555550100"),
    ("email_from: billing@riverside.example", "email_from: billing", 12, "locations.downtown.email_from", "billing@"),
    ("    phone: (937) 555-0100", "    rule_set: gentle\n    phone: x", 10, "locations.downtown.rule_set", "standard"),
    ("  - slack: U0VIEWER1", "  - slack: alice", 14, "people[0].slack", "U012AB3CD"),
    ("  - slack: U0VIEWER1", "  - email: a@b.example\n    slack: U0VIEWER1", 14, "people[0]", "slack and email"),
    ("  - slack: U0VIEWER1\n    role", "  - role", 14, "people[0]", "exactly one of"),
    ("role: viewer", "role: owner", 15, "people[0].role", "viewer, biller, manager, admin"),
    ("role: viewer", "role: billr", 15, "people[0].role", "did you mean biller?"),
    ("    role: viewer\n", "", 14, "people[0].role", "nothing"),
    ("locations: [downtown]", "locations: []", 16, "people[0].locations", "all, or a list"),
    ("locations: [downtown]", "locations:", 16, "people[0].locations", "all, or a list"),
    ("locations: [downtown]", "locations: [downtown, dwntown]", 16, "people[0].locations[1]", "did you mean downtown?"),
    ("locations: [downtown]", "locations: [all, downtown]", 16, "people[0].locations[0]", "alone"),
    ("flat: $15.00", "flat: $15.005", 18, "late_fee.flat", "2 decimals"),
    ("flat: $15.00", "flat: $15,00", 18, "late_fee.flat", '"$15,00"'),
    ("flat: $15.00", "flat: -15", 18, "late_fee.flat", "$15.00"),
    ("flat: $15.00", "flat: $0.00", 18, "late_fee.flat", '"$0.00"'),
    ("flat: $15.00", "flat: EUR 15.00", 18, "late_fee.flat", "USD"),
    ("flat: $15.00", "flat: $15.00\n  percent: 1%", 17, "late_fee", "both"),
    ("flat: $15.00", "after: 1 day", 17, "late_fee", "neither"),
    ("flat: $15.00", "percent: 1.555%", 18, "late_fee.percent", "1.5%"),
    ("flat: $15.00", "percent: 101%", 18, "late_fee.percent", '"101%"'),
    ("flat: $15.00", "flat_cents: 1500", 18, "late_fee.flat_cents", "flat, percent"),
    ("  standard:\n", "  standard:\n    titel: x\n", 21, "rule_sets.standard.titel", "allowed: title"),
    ("minimum: $5.00", "minimum: five", 22, "rule_sets.standard.minimum", '"five"'),
    ("after: 2 days", "after: -2 days", 24, "rule_sets.standard.steps[0].after", "3 days"),
    ("after: 2 days", "after: 2 hours", 24, "rule_sets.standard.steps[0].after", "3 days"),
    ("after: 2 days", "after: 60 days", 26, "rule_sets.standard.steps[1].after", "later than"),
    ("send: [sms, email]", "send: [sms2, email]", 25, "rule_sets.standard.steps[0].send[0]", "did you mean sms?"),
    ("send: [sms, email]", "send: [sms, sms]", 25, "rule_sets.standard.steps[0].send", "a second time"),
    ("send: [sms, email]", "send: []", 24, "rule_sets.standard.steps[0]", "neither"),
    (
        "send: [sms, email]",
        "template: Final Notice!\n        send: sms",
        25,
        "rule_sets.standard.steps[0].template",
        "small",
    ),
    ("send: [sms, email]", "send: sms\n        expire: yes", 24, "rule_sets.standard.steps[0]", "both"),
    ("send: [sms, email]", "expire: yes", 25, "rule_sets.standard.steps[0].expire", "only the last"),
    ("expire: yes", "send: sms", 26, "rule_sets.standard.steps[1]", "expire: yes"),
    ("expire: yes", "expire: maybe", 27, "rule_sets.standard.steps[1].expire", "yes or no"),
    ("opens: 9:00", "opens: 9", 29, "contact.opens", "9:00"),
    ("opens: 9:00", "opens: 21:00", 30, "contact.closes", "after it opens"),
    ("closes: 20:00", "closes: 24:00", 30, "contact.closes", "5:30 pm"),
    ("days: [mon, tue]", "days: [mon, tuez, moon]", 31, "contact.days[2]", "mon"),
    ("days: [mon, tue]", "days: []", 31, "contact.days", "an empty list"),
    ("days: [mon, tue]", "days: [mon-wed, tue]", 31, "contact.days", "a second time"),
    ("texts_per_day: 1", "texts_per_day: one", 32, "contact.texts_per_day", "whole number"),
    ("texts_per_day: 1", "texts_per_day: 0", 32, "contact.texts_per_day", '"0"'),
    ("texts_per_day: 1", "texts_per_day: 2\n  texts_per_week: 1", 33, "contact.texts_per_week", "a day's worth"),
    ("due_in: 30 days", "due_in: a month", 34, "terms.due_in", "2 weeks"),
    (
        "due_in: 30 days",
        "draft_on_completion: no\n  send_on_completion: yes",
        35,
        "terms.send_on_completion",
        "only a bill",
    ),
    ("privacy: initials", "privacy: initial", 36, "slack.privacy", "did you mean initials?"),
    ("privacy: initials", "privacy: strict\n  replies_in_slack: yes", 37, "slack.replies_in_slack", "strict"),
    ("replies_in_slack: no", "replies_in_slack: maybe", 37, "slack.replies_in_slack", "yes or no"),
    ("links_last: 120 days", "links_last: 0 days", 38, "links_last", '"0 days"'),
    ("links_last: 120 days", "<<: {name: x}", 38, "<<", "the key"),
    ("links_last: 120 days", "? [a, b]\n: 1", 38, "?", "the key"),
    ("  privacy: initials\n  replies_in_slack: no", "  - privacy", 35, "slack", "a list"),
    # What is no YAML at all has a line, and no path.
    ("links_last: 120 days", "links_last: [", 39, "", "stream end"),
    ("  flat: $15.00", "\tflat: $15.00", 18, "", "indented with spaces"),
    ("links_last: 120 days", "a: b: c", 38, "", "not allowed"),
    ("links_last: 120 days", "---\nname: again", 38, "", "another document"),
]


@pytest.mark.parametrize(("sound", "typed", "line", "path", "said"), BROKEN)
def test_a_broken_file_says_where_and_what(
    tmp_path: Path, sound: str, typed: str, line: int, path: str, said: str
) -> None:
    assert sound in SOUND, "the table must break something that is there"
    mistakes = mistakes_in(SOUND.replace(sound, typed, 1), tmp_path)
    here = [mistake for mistake in mistakes if (mistake.line, mistake.path) == (line, path)]
    assert here, "\n".join(map(str, mistakes))
    assert any(said in str(mistake) for mistake in here), str(here[0])


@pytest.mark.parametrize(
    "text", ["", "# only a comment\n", "just words", "- a\n- list", "\x01", "[" * 5000, 'name: "\\UFFFFFFFF"']
)
def test_a_file_that_is_no_practice_is_one_mistake(tmp_path: Path, text: str) -> None:
    [mistake] = mistakes_in(text, tmp_path)
    assert mistake.line == 1


def test_a_file_that_is_not_there_or_not_text_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"name: Cl\xednica")
    for file in (tmp_path / "none.yaml", tmp_path, tmp_path / "latin.yaml"):
        with pytest.raises(PracticeMistakes):
            read_practice(file)


def test_half_a_letter_is_a_mistake_that_can_be_printed(tmp_path: Path) -> None:
    [mistake] = mistakes_in(SOUND.replace("name: Riverside", 'name: "\\ud800"'), tmp_path)
    str(mistake).encode()


def test_mistakes_in_many_places_come_at_once_and_do_not_hide_each_other(tmp_path: Path) -> None:
    text = SOUND
    for sound, typed in [
        ("currency: USD", "curency: USD"),
        ("    name: Downtown\n", ""),
        ("role: viewer", "role: billr"),
        ("[downtown]", "[uptown]"),
        ("rule_set: standard", "rule_set: gone"),
        ("send: [sms, email]", "send: [sms2]"),
        ("closes: 20:00", "closes: 8:00"),
    ]:
        text = text.replace(sound, typed, 1)
    assert [(mistake.line, mistake.path) for mistake in mistakes_in(text, tmp_path)] == [
        (2, "curency"),
        (4, "rule_set"),
        (6, "locations.downtown.name"),
        (14, "people[0].role"),
        (15, "people[0].locations[0]"),
        (24, "rule_sets.standard.steps[0].send[0]"),
        (29, "contact.closes"),
    ]


@pytest.mark.parametrize(
    ("sound", "typed"),
    [
        ("rule_sets:\n  standard:", "rule_sets:\n  standrd:"),
        ("flat: $15.00", "flat: lots"),
        ("flat: $15.00", "flt: $15.00"),
        ("slack: U0VIEWER1", "slack: {id: U0VIEWER1}"),
        ("opens: 9:00", "opens: late"),
        ("closes: 20:00", "closes: late"),
        ("after: 60 days", "after: later"),
        ("send: [sms, email]", "send: [post]"),
        ("expire: yes", "expire: maybe"),
        ("currency: USD", "currency: dollars"),
        ("texts_per_day: 1", "texts_per_day: one"),
        (SOUND[SOUND.index("  downtown:") : SOUND.index("people:")], "  downtown: later\n"),
        (SOUND[SOUND.index("rule_sets:") : SOUND.index("contact:")], "rule_sets: none yet\n"),
    ],
)
def test_one_slip_is_one_mistake_and_nothing_is_held_against_it(tmp_path: Path, sound: str, typed: str) -> None:
    assert sound in SOUND
    assert len(mistakes_in(SOUND.replace(sound, typed, 1), tmp_path)) == 1


def test_a_mistake_reads_as_one_line_for_people(tmp_path: Path) -> None:
    [mistake] = mistakes_in(SOUND.replace("[sms, email]", "[sms2, email]"), tmp_path)
    expected = 'rule_sets.standard.steps[0].send[0]: found "sms2"; allowed: sms, email (did you mean sms?)'
    assert str(mistake) == f"{tmp_path}/broken.yaml:25  {expected}"


@pytest.mark.parametrize(
    ("sound", "typed"),
    [
        ("$15.00", "15"), ("$15.00", '"15.00"'), ("$15.00", "USD 15.00"), ("9:00", "09:00"), ("9:00", "9 am"),
        ("20:00", "8 pm"), ("[mon, tue]", "mon-tue"), ("[mon, tue]", "[Monday, tuesday]"), ("60 days", "60"),
        ("[sms, email]", "[ sms,email ]"), ("[downtown]", "downtown"), ("yes", "true"),
        ("yes", "on"), ("+19375550110", "'+19375550110'"),
        ("Riverside\n", "Riverside\r\n"), ("name: Riverside", "---\nname: Riverside"), ("30 days", "30 Days"),
    ],
)  # fmt: skip
def test_people_may_write_the_same_thing_in_more_ways(tmp_path: Path, sound: str, typed: str) -> None:
    assert sound in SOUND
    assert read(SOUND.replace(sound, typed, 1), tmp_path) == read(SOUND, tmp_path)


def test_what_is_typed_arrives_in_the_domains_units(tmp_path: Path) -> None:
    text = SOUND.replace("flat: $15.00", "percent: 1.5%\n  cap: $1,050.50\n  after: 2 weeks").replace(
        "[downtown]", "all"
    )
    practice = read(text.replace("9:00", "5:30 pm").replace("[mon, tue]", "fri-mon"), tmp_path)
    assert practice.late_fee == LateFee(after_days=14, basis_points=150, cap_cents=105_050)
    assert practice.people == (Person(role="viewer", slack="U0VIEWER1", locations=()),)
    assert practice.contact.opens == time(17, 30)
    assert practice.contact.days == (4, 5, 6, 0)
    assert practice.locations["downtown"].sms_from == "+19375550110"
    assert practice.rule_sets["standard"].steps[1] == Step(after_days=60, expire=True)


def test_a_currency_without_decimals_takes_none(tmp_path: Path) -> None:
    yen = SOUND.replace("USD", "JPY").replace("$5.00", "500")
    assert read(yen.replace("$15.00", "1500"), tmp_path).late_fee == LateFee(flat_cents=1500)
    [mistake] = mistakes_in(yen.replace("$15.00", "15.00"), tmp_path)
    assert "no decimals" in mistake.allowed


def test_the_domain_refuses_the_same_choices_from_code() -> None:
    with pytest.raises(Impossible, match="either flat or percent"):
        LateFee()
    with pytest.raises(Impossible, match="exactly one of"):
        Person(role="admin")


def test_the_sample_is_a_practice_and_its_parts_are_the_domains_own() -> None:
    practice = read_practice(SAMPLE)
    assert list(practice.locations) == ["downtown", "northside", "lakeside"]
    assert {person.role for person in practice.people} == {"viewer", "biller", "manager", "admin"}
    assert not list(practice.wrongs())
    assert all(steps.steps[-1].expire for steps in practice.rule_sets.values())


KEYS = [
    (number, line)
    for number, line in enumerate(SAMPLE.read_text().splitlines(), start=1)
    if re.match(r"\s*(- )?\w+:", line) and not line.lstrip().startswith("#")
]
HARM = {
    "renamed": lambda line: re.sub(r"(\w+):", r"\1zz:", line, count=1),
    "removed": lambda line: re.sub(r"\w+:.*", "", line, count=1),
    "emptied": lambda line: re.sub(r"(\w+:).*", r"\1", line, count=1),
    "made a list": lambda line: re.sub(r"(\w+:).*", r"\1 [1, [2], {a: b}]", line, count=1),
    "made a map": lambda line: re.sub(r"(\w+:).*", r"\1 {a: {b: [c]}}", line, count=1),
    "made a number": lambda line: re.sub(r"(\w+:).*", r"\1 7.5", line, count=1),
    "made words": lambda line: re.sub(r"(\w+:).*", r"\1 almost anything", line, count=1),
    "made true": lambda line: re.sub(r"(\w+:).*", r"\1 true", line, count=1),
}


@given(st.sampled_from(KEYS), st.sampled_from(sorted(HARM)))
def test_any_key_of_the_sample_may_be_harmed_and_is_a_mistake_on_its_line_or_still_a_practice(
    tmp_path_factory: pytest.TempPathFactory, key: tuple[int, str], harm: str
) -> None:
    (number, line), lines = key, SAMPLE.read_text().splitlines()
    lines[number - 1] = HARM[harm](line)
    mistakes = mistakes_in("\n".join(lines), tmp_path_factory.getbasetemp())
    is_a_name = re.match(r"  \w", line) is not None  # of a clinic or a rule set, or a key of an optional block
    if harm == "renamed" and not is_a_name:
        assert any(mistake.line == number for mistake in mistakes), f"{number}: {line}"
    is_one_word = re.search(r"(?<!send|days|ress)(?<!locations): +[^\s#>]", line) is not None
    if harm == "made a list" and is_one_word:
        assert any(mistake.line == number for mistake in mistakes), f"{number}: {line}"
    for mistake in mistakes:
        assert 1 <= mistake.line <= len(lines) + 1
        assert mistake.found
        assert mistake.allowed


@given(st.text(max_size=60), st.integers(min_value=0, max_value=len(SOUND)))
def test_anything_typed_anywhere_is_a_mistake_or_a_practice_and_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, typed: str, place: int
) -> None:
    mistakes_in(SOUND[:place] + typed + SOUND[place:], tmp_path_factory.getbasetemp())
