"""What stands between a planned contact and the patient, held against a brute search, minute by minute."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.gates import FORESIGHT, Situation, Verdict, for_good, opening, shut, verdicts
from domain.practice import ContactRules

NEW_YORK, CHICAGO, PHOENIX = map(ZoneInfo, ("America/New_York", "America/Chicago", "America/Phoenix"))
BANGKOK, KOLKATA = ZoneInfo("Asia/Bangkok"), ZoneInfo("Asia/Kolkata")
RULES = ContactRules()
MINUTE, DAY, WEEK = timedelta(minutes=1), timedelta(days=1), timedelta(days=7)
TUESDAY_NOON = datetime(2026, 3, 3, 17, tzinfo=UTC)
NIGHTS_OF_CHANGE = [date(2026, 3, 8), date(2026, 11, 1)]

OPEN = Situation(channel="sms", address="+12125550123", consented=True, zones=(NEW_YORK,), balance_cents=10_000)


def verdict(gate: str, at: Situation, now: datetime = TUESDAY_NOON) -> Verdict:
    [found] = [found for found in verdicts(at, RULES, now) if found.gate == gate]
    return found


def local(moment: datetime | None, zone: ZoneInfo = NEW_YORK) -> str:
    return "" if moment is None else f"{moment.astimezone(zone):%a %H:%M}"


def test_with_nothing_in_the_way_every_gate_is_open_and_now_is_the_moment() -> None:
    assert shut(verdicts(OPEN, RULES, TUESDAY_NOON)) == ()
    assert opening(OPEN, RULES, TUESDAY_NOON) == TUESDAY_NOON


@pytest.mark.parametrize(
    ("gate", "changed", "sentence", "mendable"),
    [
        ("balance", {"balance_cents": 0}, "Nothing is owed.", False),
        ("balance", {"balance_cents": 99, "minimum_cents": 100}, "The balance is below the rule set's minimum.", True),
        ("address", {"address": None}, "There is no mobile number on file.", True),
        ("address", {"address": ""}, "There is no mobile number on file.", True),
        ("address", {"address": None, "channel": "email"}, "There is no email address on file.", True),
        ("opt-out", {"suppressed": "The patient has opted out."}, "The patient has opted out.", True),
        ("consent", {"consented": False}, "No consent to texts is on file.", True),
        ("delivery", {"undeliverable": "The number is a landline."}, "The number is a landline.", True),
        ("hold", {"hold_reason": "In dispute."}, "In dispute.", True),
        ("quiet hours", {"zones": ()}, "The patient's timezone is not known.", True),
    ],
)
def test_a_gate_that_a_person_must_open_says_why_and_never_opens_by_itself(
    gate: str, changed: dict[str, object], sentence: str, mendable: bool
) -> None:
    at = replace(OPEN, **changed)  # type: ignore[arg-type]
    found = verdict(gate, at)
    assert (found.open, found.sentence, found.opens_at) == (False, sentence, None)
    assert bool(found.fix) == mendable
    assert for_good(verdicts(at, RULES, TUESDAY_NOON)) == found
    assert opening(at, RULES, TUESDAY_NOON) is None


def test_the_minimum_itself_is_enough() -> None:
    assert verdict("balance", replace(OPEN, balance_cents=100, minimum_cents=100)).open


def test_mail_asks_for_no_consent_to_texts_no_zone_and_no_hour() -> None:
    at = replace(OPEN, channel="email", address="maria@patients.example", consented=False, zones=())
    three_at_night = TUESDAY_NOON - timedelta(hours=9)
    assert opening(at, RULES, three_at_night) == three_at_night


def test_a_hold_ends_at_its_moment_and_not_before() -> None:
    at = replace(OPEN, hold_reason="The patient has written.", held_until=TUESDAY_NOON)
    before = verdict("hold", at, TUESDAY_NOON - MINUTE)
    assert (before.open, before.sentence, before.opens_at) == (False, "The patient has written.", TUESDAY_NOON)
    assert verdict("hold", at, TUESDAY_NOON).open


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-03 08:59:59", "Tue 09:00"),
        ("2026-03-03 09:00:00", "Tue 09:00"),
        ("2026-03-03 19:59:59", "Tue 19:59"),
        ("2026-03-03 20:00:00", "Wed 09:00"),
        ("2026-03-07 20:00:00", "Mon 09:00"),
        ("2026-03-08 12:00:00", "Mon 09:00"),
        ("2026-03-08 01:59:59", "Mon 09:00"),
        ("2026-10-31 23:59:00", "Mon 09:00"),
        ("2026-11-01 01:30:00", "Mon 09:00"),
    ],
)
def test_texts_leave_from_nine_to_eight_where_the_patient_is_and_never_on_a_sunday(now: str, opens: str) -> None:
    assert local(opening(OPEN, RULES, datetime.fromisoformat(now).replace(tzinfo=NEW_YORK))) == opens


def test_who_may_be_in_two_zones_is_texted_when_it_is_day_in_both() -> None:
    at = replace(OPEN, zones=(CHICAGO, NEW_YORK))
    nine_in_new_york = datetime(2026, 3, 3, 9, tzinfo=NEW_YORK)
    assert local(opening(at, RULES, nine_in_new_york)) == "Tue 10:00"
    assert local(opening(at, RULES, datetime(2026, 3, 3, 20, tzinfo=NEW_YORK))) == "Wed 10:00"


def test_zones_whose_days_never_meet_are_for_a_person_to_sort_out() -> None:
    at = replace(OPEN, zones=(NEW_YORK, BANGKOK))
    assert opening(at, RULES, TUESDAY_NOON) is None
    found = for_good(verdicts(at, RULES, TUESDAY_NOON))
    assert found is not None
    assert found.gate == "quiet hours"


def test_one_text_a_day_and_three_a_week() -> None:
    yesterday = replace(OPEN, recent=(TUESDAY_NOON - DAY + MINUTE,))
    assert verdict("contact cap", yesterday).opens_at == TUESDAY_NOON + MINUTE
    assert verdict("contact cap", replace(OPEN, recent=(TUESDAY_NOON - DAY,))).open
    busy = replace(OPEN, recent=tuple(TUESDAY_NOON - WEEK + MINUTE + DAY * place for place in (0, 2, 4)))
    assert verdict("contact cap", busy).opens_at == TUESDAY_NOON + MINUTE
    both = replace(OPEN, recent=(TUESDAY_NOON - 6 * DAY, TUESDAY_NOON - 3 * DAY, TUESDAY_NOON - 2 * MINUTE))
    assert verdict("contact cap", both).opens_at == TUESDAY_NOON + DAY
    just_freed = replace(OPEN, recent=tuple(TUESDAY_NOON - WEEK + DAY * place for place in (0, 2, 4)))
    assert verdict("contact cap", just_freed).open
    assert local(opening(busy, RULES, TUESDAY_NOON)) == "Tue 12:01"


@cache
def allowed(moment: datetime, zones: tuple[ZoneInfo, ...]) -> bool:
    """The hours, restated: what the wall clock says in each zone."""
    there = [moment.astimezone(zone) for zone in zones]
    return all(time(9) <= at.time() < time(20) and at.weekday() != 6 for at in there)


def may_leave(at: Situation, moment: datetime) -> bool:
    """The rules of FEATURES O4 and facts §4, restated for one moment."""
    for most, within in ((1, DAY), (3, WEEK)):
        if sum(moment - within < sent <= moment for sent in at.recent) >= most:
            return False
    held = at.held_until is not None and moment < at.held_until
    return not held and allowed(moment, at.zones)


ZONES = [(NEW_YORK,), (CHICAGO, NEW_YORK), (PHOENIX,), (PHOENIX, NEW_YORK), (KOLKATA,)]
starts = st.builds(
    lambda day, minutes: datetime(day.year, day.month, day.day, tzinfo=UTC) - 2 * DAY + MINUTE * minutes,
    st.sampled_from(NIGHTS_OF_CHANGE),
    st.integers(0, 4 * 24 * 60),
)
ago = st.lists(st.integers(0, 7 * 24 * 60 + 5), max_size=4)


@given(starts, st.sampled_from(ZONES), ago, st.none() | st.integers(-60, 3 * 24 * 60))
def test_the_opening_is_the_first_minute_at_which_a_plain_search_finds_everything_open(
    now: datetime, zones: tuple[ZoneInfo, ...], texted: list[int], held: int | None
) -> None:
    at = replace(
        OPEN,
        zones=zones,
        recent=tuple(now - MINUTE * minutes for minutes in texted),
        hold_reason=None if held is None else "The patient has written.",
        held_until=None if held is None else now + MINUTE * held,
    )
    searched = (now + MINUTE * minutes for minutes in range(12 * 24 * 60))
    assert opening(at, RULES, now) == next(moment for moment in searched if may_leave(at, moment))


@settings(max_examples=300)
@given(st.integers(0, 3 * 365 * 24 * 60), st.sampled_from(ZONES))
def test_nothing_ever_opens_at_night_or_on_a_sunday(minutes: int, zones: tuple[ZoneInfo, ...]) -> None:
    now = datetime(2025, 1, 1, tzinfo=UTC) + MINUTE * minutes
    found = opening(replace(OPEN, zones=zones), RULES, now)
    assert found is not None
    assert now <= found <= now + FORESIGHT
    assert allowed(found, zones)
    assert not shut(verdicts(replace(OPEN, zones=zones), RULES, found))


def test_a_practice_s_own_hours_and_days_count() -> None:
    rules = ContactRules(opens=time(10, 30), closes=time(11), days=(2,), texts_per_day=1, texts_per_week=1)
    assert local(opening(OPEN, rules, TUESDAY_NOON)) == "Wed 10:30"
    wednesday_eleven = datetime(2026, 3, 4, 11, tzinfo=NEW_YORK)
    assert opening(OPEN, rules, wednesday_eleven) == datetime(2026, 3, 11, 10, 30, tzinfo=NEW_YORK)


def test_an_hour_that_the_clocks_skip_opens_with_the_next_that_exists() -> None:
    rules = ContactRules(opens=time(2, 30), days=tuple(range(7)))
    found = opening(OPEN, rules, datetime(2026, 3, 8, 0, tzinfo=NEW_YORK))
    assert local(found) == "Sun 03:30"
