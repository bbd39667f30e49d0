"""Refunds that the card processor gives no answer to: asked for ever more seldom, for a day, and then a person's."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise

import pytest

from billing.audit import audit
from billing.checkouts import follow_card_event
from billing.paying_back import pay_back
from billing.refunds import refund_payment
from bot.notices import notice_of
from domain.access import vendor
from domain.ports import CardEvent, Ports
from gateways.stripe_cards import StripeCards
from models.money import Payment, Refund
from models.record import Event
from sandbox import MovableClock, World
from tests.billing.clinic import DANA, MONDAY, Clinic


@pytest.fixture
async def silent() -> AsyncIterator[Ports]:
    """The doors of a clinic whose card processor has too much to do, for ever."""
    async with World(clock=MovableClock(frozen_at=MONDAY)) as world:
        settings = world.environment()
        door = StripeCards(
            settings["STRIPE_API_KEY"], settings["STRIPE_WEBHOOK_SECRET"], clock=world.clock,
            api_url=settings["STRIPE_API_URL"],
        )  # fmt: skip
        world.cards.desk.will("ratelimited", "refunds.create", times=1_000)
        yield Ports(clock=world.clock, pdf=None, cards=door)  # type: ignore[arg-type]  # prints nothing
        await door.close()


async def refunds(clinic: Clinic, payment: Payment) -> Refund:
    return await refund_payment(
        payment.id, amount=4_000, reason="Asked for", practice=clinic.practice, actor=DANA, now=clinic.now
    )


async def test_a_refund_without_an_answer_is_asked_for_ever_more_seldom_and_then_a_person_is_told(
    clinic: Clinic, silent: Ports
) -> None:
    maria = await clinic.patient()
    payment = await clinic.is_paid(
        maria, 4_000, method="card", processor="stripe", processor_id="pi_1", actor=vendor("stripe")
    )
    await refunds(clinic, payment)
    asked, clock = [clinic.now], silent.clock
    assert isinstance(clock, MovableClock)
    while (refund := await Refund.get()).status == "pending":
        asked.append(clock.move_to(refund.due_at))
        assert await pay_back(practice=clinic.practice, ports=silent) == 1
        assert await pay_back(practice=clinic.practice, ports=silent) == 0, "not before its time"
    waits = [(later - earlier) // timedelta(minutes=1) for earlier, later in pairwise(asked)]
    assert waits == [0, 1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240, 240]
    assert (refund.status, refund.attempts, asked[-1] - asked[0] >= timedelta(days=1)) == ("unanswered", 13, True)
    told = await Event.filter(kind="payment.refund_unanswered")
    assert [await notice_of(event, clinic.practice) for event in told] == [
        "M. G.: $40.00 was to be refunded by the card processor. It has given no answer for a day."
        " Look there whether it has gone back, and ask again if not."
    ]
    assert (await Payment.get()).returned_cents == 0
    assert await audit(full=True) == []


async def test_one_that_is_told_after_all_is_booked_once(clinic: Clinic) -> None:
    maria = await clinic.patient()
    payment = await clinic.is_paid(
        maria, 4_000, method="card", processor="stripe", processor_id="pi_1", actor=vendor("stripe")
    )
    refund = await refunds(clinic, payment)
    await Refund.filter(id=refund.id).update(status="unanswered")
    assert (await refunds(clinic, payment)).status == "pending", "it may be asked for again"
    gone = CardEvent(
        kind="refunded", processor_id="pi_1", ref=refund.ref, amount_cents=4_000, currency="USD",
        occurred_at=clinic.now, return_id="re_1",
    )  # fmt: skip
    for _ in range(2):
        await follow_card_event(gone, processor="stripe", practice=clinic.practice, now=clinic.now)
    assert (await Payment.get()).returned_cents == 4_000
    assert (await Refund.get(id=refund.id)).status == "done"
    assert await audit(full=True) == []
