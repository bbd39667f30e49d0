"""What stands between a planned contact and the patient: each gate's verdict, and when it opens.

The same gates decide a due step, foresee *Will Fail*, and answer "why was (or wasn't) this sent?".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.practice import Channel, ContactRules

FORESIGHT = timedelta(days=30)
"""How far ahead an opening is looked for; a gate that stays shut longer needs a person."""
GO_ON = "Press Send now to go on at once."


@dataclass(frozen=True, slots=True)
class Verdict:
    gate: str
    open: bool
    sentence: str
    opens_at: datetime | None = None
    """When a shut gate opens by itself; None means not before somebody mends it."""
    fix: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything the gates look at, about one guarantor, one channel and one moment."""

    channel: Channel
    address: str | None
    consented: bool
    zones: tuple[ZoneInfo, ...]
    balance_cents: int
    minimum_cents: int = 0
    suppressed: str | None = None
    """Why nothing may go to this address (opted out, wrong number), if so."""
    undeliverable: str | None = None
    """Why the carrier or mail host would not deliver, as it last said, if so."""
    held_until: datetime | None = None
    hold_reason: str | None = None
    hold_fix: str = GO_ON
    recent: tuple[datetime, ...] = ()
    """When this household was last contacted on this channel, within the last week."""


def verdicts(at: Situation, rules: ContactRules, now: datetime) -> tuple[Verdict, ...]:
    return (
        _balance(at),
        _address(at),
        _suppression(at),
        _consent(at),
        _delivery(at),
        _hold(at, now),
        _cap(at, rules, now),
        _hours(at, rules, now),
    )


def shut(found: Sequence[Verdict]) -> tuple[Verdict, ...]:
    return tuple(verdict for verdict in found if not verdict.open)


def for_good(found: Sequence[Verdict]) -> Verdict | None:
    """The first gate that will not open by itself, if there is one."""
    return next((verdict for verdict in shut(found) if verdict.opens_at is None), None)


def opening(at: Situation, rules: ContactRules, now: datetime) -> datetime | None:
    """The first moment from now on at which every gate is open; None if somebody must mend something first."""
    moment = now
    while moment <= now + FORESIGHT:
        closed = shut(verdicts(at, rules, moment))
        if not closed:
            return moment
        if for_good(closed):
            return None
        moment = max(verdict.opens_at for verdict in closed if verdict.opens_at)
    return None


def _opened(gate: str, sentence: str) -> Verdict:
    return Verdict(gate, True, sentence)


def _balance(at: Situation) -> Verdict:
    if at.balance_cents <= 0:
        return Verdict("balance", False, "Nothing is owed.")
    if at.balance_cents < at.minimum_cents:
        return Verdict("balance", False, "The balance is below the rule set's minimum.", fix="Lower the minimum.")
    return _opened("balance", "There is a balance to write about.")


def _address(at: Situation) -> Verdict:
    if at.address:
        return _opened("address", "There is an address for this channel.")
    what = "mobile number" if at.channel == "sms" else "email address"
    return Verdict("address", False, f"There is no {what} on file.", fix=f"Add a {what} to the patient's record.")


def _suppression(at: Situation) -> Verdict:
    if not at.suppressed:
        return _opened("opt-out", "Not opted out.")
    return Verdict("opt-out", False, at.suppressed, fix="Use another channel, or call.")


def _consent(at: Situation) -> Verdict:
    if at.consented or at.channel == "email":
        return _opened("consent", "Consent is on file.")
    return Verdict("consent", False, "No consent to texts is on file.", fix="Record consent, or use email.")


def _delivery(at: Situation) -> Verdict:
    if not at.undeliverable:
        return _opened("delivery", "The last message was not refused.")
    what = "number" if at.channel == "sms" else "address"
    fix = f"Correct the {what} in the patient's record, then Send now."
    return Verdict("delivery", False, at.undeliverable, fix=fix)


def _hold(at: Situation, now: datetime) -> Verdict:
    if at.hold_reason and (at.held_until is None or now < at.held_until):
        return Verdict("hold", False, at.hold_reason, opens_at=at.held_until, fix=at.hold_fix)
    return _opened("hold", "Nothing holds the sequence.")


def _cap(at: Situation, rules: ContactRules, now: datetime) -> Verdict:
    frees = []
    for most, days in ((rules.texts_per_day, 1), (rules.texts_per_week, 7)):
        window = sorted(sent for sent in at.recent if now - timedelta(days=days) < sent <= now)
        if len(window) >= most:
            frees.append(window[len(window) - most] + timedelta(days=days))
    if not frees:
        return _opened("contact cap", "Within the contact cap.")
    return Verdict("contact cap", False, "This household has been contacted often enough for now.", max(frees))


def _hours(at: Situation, rules: ContactRules, now: datetime) -> Verdict:
    if at.channel == "email":
        return _opened("quiet hours", "Mail may be sent at any hour.")
    if not at.zones:
        unknown = "The patient's timezone is not known."
        return Verdict("quiet hours", False, unknown, fix="Set it in the patient's record.")
    opens_at = _next_hour(at.zones, rules, now)
    if opens_at == now:
        return _opened("quiet hours", "It is within the patient's hours.")
    return Verdict("quiet hours", False, "It is outside the hours in which this patient may be texted.", opens_at)


def _next_hour(zones: tuple[ZoneInfo, ...], rules: ContactRules, now: datetime) -> datetime | None:
    """The first moment from now that lies inside the hours of every zone the patient may be in."""
    moment, latest = now, now + FORESIGHT
    while moment <= latest:
        later = max(_next_in_zone(zone, rules, moment) for zone in zones)
        if later == moment:
            return moment
        moment = later
    return None


def _next_in_zone(zone: ZoneInfo, rules: ContactRules, moment: datetime) -> datetime:
    local = moment.astimezone(zone)
    for days in range(9):
        day = local.date() + timedelta(days=days)
        if day.weekday() not in rules.days:
            continue
        opens = datetime.combine(day, rules.opens, zone).astimezone(UTC)
        closes = datetime.combine(day, rules.closes, zone).astimezone(UTC)
        if moment < closes:
            return max(moment, opens)
    raise ValueError("no day of the week allows contact")
