"""The cash register: opened, counted, closed; and a closed day that stays as it was."""

import asyncio

import pytest

from billing.audit import audit
from billing.cancels import cancel_payment
from billing.cash_register import close_day, drawer_of, move_cash, open_day
from billing.refunds import refund_payment
from domain.access import Actor, Grant
from domain.errors import Refusal
from models.cash import CashDay
from models.database import execute
from tests.billing.clinic import DANA, VERA, Clinic, everything

NORA = Actor("person", "U0NORTH", "Nora North", "slack", (Grant("biller", ("northside",)),))


async def opens(clinic: Clinic, cents: int = 10_000) -> CashDay:
    return await open_day("downtown", float_cents=cents, practice=clinic.practice, actor=DANA, now=clinic.now)


async def closes(clinic: Clinic, day: CashDay, counted: dict[int, int], note: str = "", actor: Actor = DANA) -> CashDay:
    return await close_day(day.id, counted=counted, note=note, practice=clinic.practice, actor=actor, now=clinic.now)


async def moves(
    clinic: Clinic, day: CashDay, cents: int, reason: str, *, out: bool = False, actor: Actor = DANA
) -> CashDay:
    return await move_cash(
        day.id, amount=cents, reason=reason, out=out, practice=clinic.practice, actor=actor, now=clinic.now
    )


async def test_a_day_is_closed_on_what_should_lie_in_the_drawer(clinic: Clinic) -> None:
    maria = await clinic.patient()
    day = await opens(clinic)
    await clinic.is_paid(maria, 5_000, method="cash")
    await clinic.is_paid(maria, 7_000, method="check")
    await clinic.is_paid(maria, 900, method="cash", location="northside")
    slip = await clinic.is_paid(maria, 300, method="cash")
    await cancel_payment(slip.id, reason="Slip", practice=clinic.practice, actor=DANA, now=clinic.now)
    back = await clinic.is_paid(maria, 2_000, method="cash")
    await refund_payment(back.id, amount=500, reason="Too much", practice=clinic.practice, actor=DANA, now=clinic.now)
    await moves(clinic, day, 2_000, "Change from the bank")
    await moves(clinic, day, 1_500, "Stamps", out=True)
    assert (await drawer_of(day, practice=clinic.practice)).expected_cents == 10_000 + 5_000 + 2_000 - 500 + 500
    closed = await closes(clinic, day, {10_000: 1, 5_000: 1, 1_000: 2})
    assert (closed.status, closed.expected_cents, closed.counted_cents, closed.note) == ("closed", 17_000, 17_000, "")
    assert await audit(full=True) == []


async def test_a_difference_needs_a_note(clinic: Clinic) -> None:
    day = await opens(clinic)
    with pytest.raises(Refusal, match=r"\$5.00 less than the \$100.00 there should be") as refused:
        await closes(clinic, day, {5_000: 1, 2_000: 2, 500: 1})
    assert refused.value.field == "note"
    closed = await closes(clinic, day, {5_000: 1, 2_000: 2, 500: 1}, "A five is missing.")
    assert (closed.expected_cents, closed.counted_cents, closed.note) == (10_000, 9_500, "A five is missing.")


async def test_a_closed_day_stays_as_it_was(clinic: Clinic) -> None:
    maria = await clinic.patient()
    day = await opens(clinic)
    cash = await clinic.is_paid(maria, 1_000, method="cash")
    await closes(clinic, day, {10_000: 1, 1_000: 1})
    before = await everything()
    again = (
        clinic.is_paid(maria, 100, method="cash"),
        refund_payment(cash.id, amount=50, reason="Back", practice=clinic.practice, actor=DANA, now=clinic.now),
        moves(clinic, day, 5, "Late"),
        closes(clinic, day, {10_000: 1}),
        opens(clinic),
    )
    for attempt in again:
        with pytest.raises(Refusal):
            await attempt
    assert await everything() == before
    clinic.forward(days=1)
    await opens(clinic)
    await cancel_payment(cash.id, reason="Never came", practice=clinic.practice, actor=DANA, now=clinic.now)
    sheet = await drawer_of(await CashDay.get(id=day.id), practice=clinic.practice)
    assert (sheet.payments_cents, sheet.expected_cents) == (1_000, 11_000)


async def test_one_drawer_is_open_at_a_time_and_only_for_whom_may(clinic: Clinic) -> None:
    day = await opens(clinic)
    clinic.forward(days=1)
    with pytest.raises(Refusal, match="downtown for March 2, 2026 is still open"):
        await opens(clinic)
    for actor in (VERA, NORA):
        with pytest.raises(Refusal, match="needs the role biller"):
            await closes(clinic, day, {10_000: 1}, actor=actor)
        with pytest.raises(Refusal, match="needs the role biller"):
            await moves(clinic, day, 5, "Mine", actor=actor)


@pytest.mark.parametrize("counted", [{3: 1}, {-100: 1}, {100: -1}, {100: 10**9}, {0: 5}])
async def test_what_cannot_be_counted_is_refused(clinic: Clinic, counted: dict[int, int]) -> None:
    day = await opens(clinic)
    with pytest.raises(Refusal) as refused:
        await closes(clinic, day, counted, "odd")
    assert refused.value.field == "counted"


async def test_nobody_takes_more_out_of_a_drawer_than_lies_in_it(clinic: Clinic) -> None:
    maria = await clinic.patient()
    day = await opens(clinic)
    await clinic.is_paid(maria, 2_500, method="cash")
    before = await everything()
    with pytest.raises(Refusal, match=r"There is \$125\.00 in the drawer, not more\.") as refused:
        await moves(clinic, day, 12_501, "To the bank", out=True)
    assert refused.value.field == "amount_cents"
    assert await everything() == before
    await moves(clinic, day, 12_500, "To the bank", out=True)
    assert (await drawer_of(day, practice=clinic.practice)).expected_cents == 0


async def test_two_who_take_out_at_once_do_not_empty_a_drawer_twice(clinic: Clinic) -> None:
    day = await opens(clinic)
    takes = (moves(clinic, day, 6_000, "To the bank", out=True) for _ in range(2))
    refused = [each for each in await asyncio.gather(*takes, return_exceptions=True) if isinstance(each, Refusal)]
    assert len(refused) == 1
    assert (await drawer_of(day, practice=clinic.practice)).expected_cents == 4_000


async def test_cash_and_closing_at_once_agree_on_who_was_first(clinic: Clinic) -> None:
    maria = await clinic.patient()
    for _ in range(4):
        day = await opens(clinic)
        paid, _ = await asyncio.gather(
            clinic.is_paid(maria, 1_000, method="cash"),
            closes(clinic, day, {10_000: 1}, "Counted."),
            return_exceptions=True,
        )
        sheet = await CashDay.get(id=day.id)
        assert sheet.status == "closed"
        assert sheet.payments_cents == (0 if isinstance(paid, Refusal) else 1_000)
        clinic.forward(days=1)


async def test_what_went_through_a_drawer_is_never_rewritten(clinic: Clinic) -> None:
    day = await opens(clinic)
    await moves(clinic, day, 5, "Found")
    for sql in ("UPDATE cash_movement SET amount_cents = 6", "DELETE FROM cash_movement"):
        with pytest.raises(Exception, match=r"(?i)added|append|never|only"):
            await execute(sql)
