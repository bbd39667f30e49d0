"""The cash register: a location's drawer, opened with a float, counted at the end, and closed for good."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from tortoise.exceptions import IntegrityError

from domain.access import Actor, require
from domain.cash_day import CASH_DAY, Drawer, counted_cents
from domain.errors import Refusal, invalid, not_found
from domain.money import MOST_CENTS, plain
from domain.practice import Practice
from models.cash import CashDay, CashMovement
from models.change import change
from models.database import read
from models.firing import fire

DRAWER = """
    SELECT (SELECT COALESCE(SUM(amount_cents), 0) FROM payment
             WHERE location = $1 AND received_on = $2 AND method = 'cash' AND status <> 'cancelled') AS payments,
           (SELECT COALESCE(SUM(r.amount_cents), 0) FROM refund r JOIN payment p ON p.id = r.payment_id
             WHERE p.location = $1 AND p.method = 'cash' AND r.status = 'done'
               AND r.done_at >= $3 AND r.done_at < $4) AS refunds,
           (SELECT COALESCE(SUM(amount_cents), 0) FROM cash_movement
             WHERE cash_day_id = $5 AND amount_cents > 0) AS paid_in,
           (SELECT COALESCE(SUM(-amount_cents), 0) FROM cash_movement
             WHERE cash_day_id = $5 AND amount_cents < 0) AS paid_out
"""


async def open_day(location: str, *, float_cents: int, practice: Practice, actor: Actor, now: datetime) -> CashDay:
    """Open today's drawer with the change that lies in it. Yesterday's is closed first."""
    if location not in practice.locations:
        raise invalid(f"There is no location “{location}” in app.yaml.", "location")
    require(actor, "biller", location, "Opening the cash register")
    if not 0 <= float_cents <= MOST_CENTS:
        raise invalid("A float cannot be less than nothing.", "float_cents")
    today = practice.today(location, now)
    async with change(now) as told:
        left = await CashDay.filter(location=location, status="open").first()
        if left is not None:
            raise Refusal("cash_day_open", f"The register of {_said(left)} is still open; close that day first.")
        try:
            day = await CashDay.create(
                location=location, day=today, float_cents=float_cents, counted={}, opened_by=actor.name, opened_at=now
            )
        except IntegrityError as twice:
            raise Refusal("cash_day_known", "Today's register has been opened already.") from twice
        told.tell(
            "cash_day.opened",
            f"cash_day:{day.id}",
            actor=actor,
            location=location,
            after={"status": "open", "float_cents": float_cents},
        )
        return day


async def move_cash(
    day_id: int,
    *,
    amount: int,
    reason: str,
    practice: Practice,
    actor: Actor,
    now: datetime,
    out: bool = False,
    seen_version: int | None = None,
) -> CashDay:
    """Put cash into the drawer, or take it out, for something that is no payment (change from the bank, stamps).
    Nobody takes out more than lies in it."""
    if not 0 < amount <= MOST_CENTS:
        raise invalid("An amount is more than zero.", "amount_cents")
    move = "pay_out" if out else "pay_in"
    async with change(now) as told:
        day = await _held(day_id)
        CASH_DAY.fire(move, status=day.status, before=None, actor=actor, location=day.location)
        if out and amount > (lies := (await drawer_of(day, practice=practice)).expected_cents):
            raise invalid(f"There is {plain(max(lies, 0), practice.currency)} in the drawer, not more.", "amount_cents")
        facts = {"amount_cents": amount, "reason": reason}
        await fire(day, move, machine=CASH_DAY, actor=actor, told=told, seen_version=seen_version, facts=facts)
        await CashMovement.create(
            cash_day=day, amount_cents=-amount if out else amount, reason=reason, actor_name=actor.name, at=now
        )
        return day


async def close_day(
    day_id: int,
    *,
    counted: Mapping[int, int],
    practice: Practice,
    actor: Actor,
    now: datetime,
    note: str = "",
    seen_version: int | None = None,
) -> CashDay:
    """Count the drawer and close the day. A difference takes a note; afterwards nothing about the day changes."""
    cents = counted_cents(counted, practice.currency)
    async with change(now) as told:
        day = await _held(day_id)
        CASH_DAY.fire("close", status=day.status, before=None, actor=actor, location=day.location)
        drawer = await drawer_of(day, practice=practice)
        difference = cents - drawer.expected_cents
        if difference and not note.strip():
            off, expected = plain(abs(difference), practice.currency), plain(drawer.expected_cents, practice.currency)
            side = "more" if difference > 0 else "less"
            raise invalid(f"{off} {side} than the {expected} there should be: say in a note why.", "note")
        await fire(
            day,
            "close",
            machine=CASH_DAY,
            actor=actor,
            told=told,
            seen_version=seen_version,
            facts={"expected_cents": drawer.expected_cents, "counted_cents": cents, "difference_cents": difference},
            payments_cents=drawer.payments_cents,
            refunds_cents=drawer.refunds_cents,
            paid_in_cents=drawer.paid_in_cents,
            paid_out_cents=drawer.paid_out_cents,
            expected_cents=drawer.expected_cents,
            counted_cents=cents,
            counted={str(value): number for value, number in counted.items() if number},
            note=note.strip(),
            closed_by=actor.name,
            closed_at=now,
        )
        return day


async def drawer_of(day: CashDay, *, practice: Practice) -> Drawer:
    """What should lie in the drawer: as it is now, or as it was when the day was closed."""
    if day.status == "closed":
        return Drawer(day.float_cents, day.payments_cents, day.refunds_cents, day.paid_in_cents, day.paid_out_cents)
    begins, ends = _bounds(day, practice)
    [row] = await read(DRAWER, [day.location, day.day, begins, ends, day.id])
    sums = (int(row[name]) for name in ("payments", "refunds", "paid_in", "paid_out"))
    return Drawer(day.float_cents, *sums)


def _bounds(day: CashDay, practice: Practice) -> tuple[datetime, datetime]:
    zone = practice.locations[day.location].zone
    begins = datetime.combine(day.day, datetime.min.time(), zone)
    return begins, datetime.combine(day.day + timedelta(days=1), datetime.min.time(), zone)


async def refuse_if_closed(location: str, on: date) -> None:
    """Cash of a closed day doesn't change. The day is held until the verb's commit: it cannot close meanwhile."""
    day = await CashDay.filter(location=location, day=on).select_for_update(no_key=True).first()
    if day is not None and day.status == "closed":
        raise Refusal(
            "cash_day_closed", f"The register of {_said(day)} is closed; record the cash on a day that is open."
        )


def _said(day: CashDay) -> str:
    return f"{day.location} for {day.day:%B} {day.day.day}, {day.day.year}"


async def _held(day_id: int) -> CashDay:
    day = await CashDay.select_for_update(no_key=True).get_or_none(id=day_id)
    if day is None:
        raise not_found("day of the cash register", day_id)
    return day
