"""Money that goes back: cancelled, refunded in every disposition, disputed; and credit that is used."""

from datetime import timedelta
from functools import partial

import pytest

from billing.audit import audit
from billing.cancels import cancel_payment
from billing.checkouts import follow_card_event
from billing.credit import apply_credit
from billing.paying_back import settle
from billing.refunds import foresee_refund, refund_payment
from billing.write_offs import write_off
from bot.notices import notice_of
from domain.access import CLOCK, vendor
from domain.errors import Refusal
from domain.ports import CardEvent
from models.database import read
from models.invoices import Invoice
from models.money import Dispute, Payment, Refund
from models.people import Patient
from models.record import Event
from tests.billing.clinic import DANA, VERA, Clinic, balances, everything


async def refunds(clinic: Clinic, payment: Payment, amount: int, disposition: str | None = None) -> Refund:
    return await refund_payment(
        payment.id, amount=amount, reason="Asked for", disposition=disposition,  # type: ignore[arg-type]
        practice=clinic.practice, actor=DANA, now=clinic.now,
    )  # fmt: skip


async def cancels(clinic: Clinic, payment: Payment, **more: object) -> Payment:
    return await cancel_payment(
        payment.id,
        reason="Slip",
        **({"practice": clinic.practice, "actor": DANA, "now": clinic.now} | more),  # type: ignore[arg-type]
    )


async def credit_of(maria: Patient) -> int:
    return (await Patient.get(id=maria.id)).credit_cents


def told(kind: str, clinic: Clinic, cents: int, *, id: str = "re_1", ref: str | None = None) -> CardEvent:
    return CardEvent(
        kind=kind, processor_id="pi_1", ref=ref, amount_cents=cents, currency="USD", occurred_at=clinic.now,  # type: ignore[arg-type]
        return_id=id,
    )  # fmt: skip


async def says(clinic: Clinic, event: CardEvent) -> None:
    await follow_card_event(event, processor="stripe", practice=clinic.practice, now=clinic.now)


async def by_card(clinic: Clinic, maria: Patient, cents: int) -> Payment:
    return await clinic.is_paid(
        maria, cents, method="card", processor="stripe", processor_id="pi_1", actor=vendor("stripe")
    )


# -- cancelling --------------------------------------------------------------------------------------------------------


async def test_a_cancelled_payment_leaves_every_balance_as_it_was_before(clinic: Clinic) -> None:
    maria = await clinic.patient()
    for _ in range(2):
        await clinic.bills(maria)
    clinic.forward(days=40)
    await clinic.is_late_with(await Invoice.get(number="INV-1001"))
    before = await balances()
    payment = await clinic.is_paid(maria, 20_000)
    await cancels(clinic, payment)
    assert await balances() == before
    assert (await Payment.get(id=payment.id)).status == "cancelled"
    assert await audit(full=True) == []


async def test_a_payment_whose_surplus_was_used_elsewhere_is_cancelled_whole(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    payment = await clinic.is_paid(maria, 20_000)
    await clinic.bills(maria)
    assert await apply_credit(maria.id, practice=clinic.practice, actor=DANA, now=clinic.now) == 7_500
    await cancels(clinic, payment)
    assert await balances() == {"INV-1001": ("sent", 12_500), "INV-1002": ("sent", 12_500)}
    assert await credit_of(maria) == 0
    assert await audit(full=True) == []


async def test_what_cannot_be_cancelled_is_refused_and_changes_nothing(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    card = await by_card(clinic, maria, 5_000)
    gone, cash = await clinic.is_paid(maria, 100), await clinic.is_paid(maria, 200)
    await cancels(clinic, gone)
    await refunds(clinic, cash, 50)
    before = await everything()
    for payment, more, code in (
        (card, {}, "processor_payment"), (gone, {}, "stale"), (cash, {}, "has_refunds"), (cash, {"actor": VERA}, None),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            await cancels(clinic, payment, **more)
        assert code in (None, refused.value.code)
    assert await everything() == before


# -- refunds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid", "amount", "asked", "ends", "credit"),
    [
        (14_000, 1_500, None, ("paid", 0), 0),
        (14_000, 1_500, "from_credit", ("paid", 0), 0),
        (14_000, 1_000, None, ("paid", 0), 500),
        (12_500, 4_000, "settled", ("paid", 0), 0),
        (12_500, 12_500, "settled", ("refunded", 0), 0),
        (12_500, 12_500, None, ("refunded", 0), 0),
        (12_500, 4_000, "reopen", ("sent", 4_000), 0),
        (12_500, 12_500, "reopen", ("sent", 12_500), 0),
        (14_000, 14_000, "reopen", ("sent", 12_500), 0),
        (14_000, 4_000, "settled", ("paid", 0), 1_500),
        (10_000, 10_000, "settled", ("sent", 2_500), 0),
    ],
)
async def test_a_refund_does_to_the_balance_what_it_was_told_to(
    clinic: Clinic, paid: int, amount: int, asked: str | None, ends: tuple[str, int], credit: int
) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    payment = await clinic.is_paid(maria, paid)
    seen = await foresee_refund(payment.id, amount=amount, disposition=asked, practice=clinic.practice)  # type: ignore[arg-type]
    refund = await refunds(clinic, payment, amount, asked)
    assert refund.status == "done"
    assert await balances() == {"INV-1001": ends}
    assert await credit_of(maria) == credit == seen.credit_cents[1]
    assert {number: after for number, (_, after) in seen.balances.items()} in ({}, {"INV-1001": ends[1]})
    assert (await Payment.get(id=payment.id)).status == ("refunded" if amount == paid else "received")
    assert await audit(full=True) == []


async def test_no_more_goes_back_than_came_in(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    payment = await clinic.is_paid(maria, 14_000)
    await refunds(clinic, payment, 3_000)
    before = await everything()
    for amount, asked in ((11_001, None), (1, "from_credit"), (0, None), (-5, "settled")):
        with pytest.raises(Refusal):
            await refunds(clinic, payment, amount, asked)
    assert await everything() == before
    await refunds(clinic, payment, 11_000)
    with pytest.raises(Refusal, match="refunded now"):
        await refunds(clinic, payment, 1)


async def test_a_processor_s_refund_is_booked_when_it_says_so_and_never_asked_for_twice(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    payment = await by_card(clinic, maria, 12_500)
    refund = await refunds(clinic, payment, 10_000, "reopen")
    assert (refund.status, await balances()) == ("pending", {"INV-1001": ("paid", 0)})
    with pytest.raises(Refusal, match="on its way back"):
        await refunds(clinic, payment, 3_000)
    for _ in range(2):
        await says(clinic, told("refunded", clinic, 10_000, ref=refund.ref))
        await settle(refund.id, practice=clinic.practice, actor=CLOCK, now=clinic.now)
    assert await balances() == {"INV-1001": ("sent", 10_000)}
    await says(clinic, told("refund_failed", clinic, 10_000))
    await says(clinic, told("refund_failed", clinic, 10_000))
    assert await balances() == {"INV-1001": ("paid", 0)}
    assert await audit(full=True) == []


async def test_a_refund_of_credit_that_was_used_meanwhile_is_booked_all_the_same(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    payment = await by_card(clinic, maria, 14_000)
    refund = await refunds(clinic, payment, 1_500, "from_credit")
    await clinic.bills(maria)
    await apply_credit(maria.id, practice=clinic.practice, actor=DANA, now=clinic.now)
    await says(clinic, told("refunded", clinic, 1_500, ref=refund.ref))
    assert (await Payment.get(id=payment.id)).returned_cents == 1_500
    assert await balances() == {"INV-1001": ("paid", 0), "INV-1002": ("sent", 11_000)}, "adjusted away, as settled says"
    assert await audit(full=True) == []


@pytest.mark.parametrize(("asked", "owed", "credit"), [("settled", 0, 10_000), ("reopen", 0, 0)])
async def test_a_refund_that_comes_back_is_the_patient_s_again(
    clinic: Clinic, asked: str, owed: int, credit: int
) -> None:
    """Settled was an agreement on the balance, which stands: the money is credit, to be given back by another way."""
    maria = await clinic.patient()
    await clinic.bills(maria)
    payment = await by_card(clinic, maria, 12_500)
    refund = await refunds(clinic, payment, 10_000, asked)
    await says(clinic, told("refunded", clinic, 10_000, ref=refund.ref))
    await says(clinic, told("refund_failed", clinic, 10_000))
    assert (await balances(), await credit_of(maria)) == ({"INV-1001": ("paid", owed)}, credit)
    assert (await Payment.get(id=payment.id)).status == "received"
    assert await audit(full=True) == []


async def test_what_a_refund_does_to_recovered_money_is_foreseen(clinic: Clinic) -> None:
    maria = await clinic.patient()
    chased = await clinic.late_set(maria)
    await write_off(chased, reason="Hardship", actor=DANA, now=clinic.now, on=clinic.today)
    payment = await clinic.is_paid(maria, 5_000)
    seen = await foresee_refund(payment.id, amount=5_000, disposition="reopen", practice=clinic.practice)
    assert seen.balances == {"INV-1001": (0, 0)}
    await refunds(clinic, payment, 5_000, "reopen")
    assert await balances() == {"INV-1001": ("archived", 0)}, "it is written off again"


async def test_a_refund_made_in_the_processor_s_dashboard_is_booked_by_the_practice_s_choice(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    await by_card(clinic, maria, 12_500)
    for _ in range(2):
        await says(clinic, told("refunded", clinic, 12_500))
    assert await balances() == {"INV-1001": ("refunded", 0)}
    assert await Refund.all().count() == 1
    assert await audit(full=True) == []


async def test_a_refund_of_a_payment_that_is_not_there_yet_is_tried_again(clinic: Clinic) -> None:
    with pytest.raises(Refusal, match="not in the books yet"):
        await says(clinic, told("refunded", clinic, 100))


# -- disputes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "status", "invoice"),
    [
        (("dispute_opened",), "disputed", ("paid", 0)),
        (("dispute_opened", "dispute_opened", "dispute_won", "dispute_won", "dispute_opened"), "received", ("paid", 0)),
        (("dispute_opened", "dispute_lost", "dispute_lost"), "lost", ("sent", 12_500)),
        (("dispute_lost", "dispute_opened"), "lost", ("sent", 12_500)),
    ],
)
async def test_a_dispute_is_booked_once_however_its_events_come(
    clinic: Clinic, events: tuple[str, ...], status: str, invoice: tuple[str, int]
) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    payment = await by_card(clinic, maria, 14_000)
    for kind in events:
        await says(clinic, told(kind, clinic, 14_000, id="dp_1"))
    assert (await Payment.get(id=payment.id)).status == status
    assert await balances() == {"INV-1001": invoice}
    assert await audit(full=True) == []


async def test_of_a_payment_that_is_lost_in_part_the_rest_can_be_refunded(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    payment = await by_card(clinic, maria, 12_500)
    for kind in ("dispute_opened", "dispute_lost"):
        await says(clinic, told(kind, clinic, 4_000, id="dp_1"))
    assert (await Payment.get(id=payment.id)).status == "received"
    assert await balances() == {"INV-1001": ("sent", 4_000)}
    refund = await refunds(clinic, payment, 8_500, "reopen")
    await says(clinic, told("refunded", clinic, 8_500, ref=refund.ref))
    assert await balances() == {"INV-1001": ("sent", 12_500)}
    assert (await Payment.get(id=payment.id)).status == "refunded"
    assert await audit(full=True) == []


@pytest.mark.parametrize(("end", "status", "owed"), [("dispute_won", "received", 0), ("dispute_lost", "lost", 8_500)])
async def test_a_refund_that_is_told_amid_a_dispute_is_booked(clinic: Clinic, end: str, status: str, owed: int) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    payment = await by_card(clinic, maria, 12_500)
    await says(clinic, told("dispute_opened", clinic, 8_500, id="dp_1"))
    await says(clinic, told("refunded", clinic, 4_000))
    assert ((await Payment.get(id=payment.id)).status, await balances()) == ("disputed", {"INV-1001": ("paid", 0)})
    await says(clinic, told(end, clinic, 8_500, id="dp_1"))
    assert (await Payment.get(id=payment.id)).status == status
    assert (await balances())["INV-1001"][1] == owed
    assert await audit(full=True) == []


async def test_a_bank_takes_no_more_out_of_the_books_than_is_left_of_the_payment(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    await by_card(clinic, maria, 12_500)
    await says(clinic, told("refunded", clinic, 12_500))
    for kind, status in (("dispute_opened", "disputed"), ("dispute_won", "refunded")):
        await says(clinic, told(kind, clinic, 12_500, id="dp_1"))
        assert (await Payment.get()).status == status
    [event] = await Event.filter(kind="payment.disputed")
    assert (event.after["amount_cents"], event.after["taken_cents"]) == (0, 12_500)
    assert await audit(full=True) == []


@pytest.mark.parametrize(("end", "status", "owed"), [("dispute_won", "received", 0), ("dispute_lost", "lost", 8_500)])
async def test_what_is_refunded_amid_a_dispute_about_all_of_it_is_not_lost_twice(
    clinic: Clinic, end: str, status: str, owed: int
) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    await by_card(clinic, maria, 12_500)
    await says(clinic, told("dispute_opened", clinic, 12_500, id="dp_1"))
    await says(clinic, told("refunded", clinic, 4_000))
    await says(clinic, told(end, clinic, 12_500, id="dp_1"))
    assert ((await Payment.get()).status, await balances()) == (
        status,
        {"INV-1001": ("sent" if owed else "paid", owed)},
    )
    [disputed] = await read(
        "SELECT SUM(CASE WHEN debit = 'disputed' THEN amount_cents ELSE -amount_cents END) AS cents FROM ledger_entry"
        " WHERE 'disputed' IN (debit, credit)"
    )
    assert (disputed["cents"], await audit(full=True)) == (0, [])
    if owed:
        [lost] = await Event.filter(kind="payment.lost_to_a_dispute")
        assert "What $85.00 had paid is owed again. $40.00 more had been" in str(await notice_of(lost, clinic.practice))


@pytest.mark.parametrize(
    ("ends", "status", "owed"),
    [
        ((("dispute_won", "dp_1"), ("dispute_lost", "dp_2")), "received", 5_000),
        ((("dispute_lost", "dp_2"), ("dispute_won", "dp_1")), "received", 5_000),
        ((("dispute_lost", "dp_1"), ("dispute_lost", "dp_2")), "lost", 12_500),
        ((("dispute_won", "dp_2"), ("dispute_won", "dp_1")), "received", 0),
    ],
)
async def test_of_two_disputes_at_once_each_is_booked_and_told_by_its_own_name(
    clinic: Clinic, ends: tuple[tuple[str, str], ...], status: str, owed: int
) -> None:
    maria = await clinic.patient()
    await clinic.bills(maria)
    await by_card(clinic, maria, 12_500)
    for cents, name in ((7_500, "dp_1"), (6_000, "dp_2")):
        await says(clinic, told("dispute_opened", clinic, cents, id=name))
    assert (await Payment.get()).status == "disputed"
    assert [each.amount_cents for each in await Dispute.all().order_by("id")] == [7_500, 5_000]
    for kind, name in ends:
        assert (await Payment.get()).status == "disputed"
        await says(clinic, told(kind, clinic, 0, id=name))
    assert ((await Payment.get()).status, (await balances())["INV-1001"][1]) == (status, owed)
    assert await audit(full=True) == []
    notices = [
        str(await notice_of(event, clinic.practice)) for event in await Event.filter(kind__startswith="payment.")
    ]
    assert [("dp_1" in said, "dp_2" in said) for said in notices if "dispute" in said] == [
        (True, False), (False, True), *((name == "dp_1", name == "dp_2") for _, name in ends),
    ]  # fmt: skip


# -- credit ------------------------------------------------------------------------------------------------------------


async def test_credit_is_used_when_somebody_says_so_oldest_first(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await clinic.is_paid(maria, 10_000)
    await clinic.is_paid(maria, 10_000)
    first, second = await clinic.bills(maria), await clinic.bills(maria)
    use = partial(apply_credit, maria.id, practice=clinic.practice, actor=DANA, now=clinic.now + timedelta(hours=1))
    assert await use(invoice=second.id, amount=500) == 500
    assert await use() == 19_500
    assert await balances() == {"INV-1001": ("paid", 0), "INV-1002": ("sent", 5_000)}
    assert await audit(full=True) == []
    before = await everything()
    for more in ({}, {"invoice": first.id}, {"amount": 10}):
        with pytest.raises(Refusal):
            await use(**more)
    assert await everything() == before


async def test_a_payment_falls_on_the_invoices_it_was_told_to(clinic: Clinic) -> None:
    maria = await clinic.patient()
    first, second = await clinic.bills(maria), await clinic.bills(maria)
    await clinic.is_paid(maria, 6_000, to=[(second.id, 4_000), (first.id, 1_000)])
    assert await balances() == {"INV-1001": ("sent", 11_500), "INV-1002": ("sent", 8_500)}
    assert await credit_of(maria) == 1_000
    before = await everything()
    for to in ([(first.id, 20_000)], [(first.id, 5_000), (second.id, 5_000)], [(999, 5)], [(first.id, 0)],
               [(first.id, 1), (first.id, 1)]):  # fmt: skip
        with pytest.raises(Refusal):
            await clinic.is_paid(maria, 6_000, to=to)
    assert await everything() == before
