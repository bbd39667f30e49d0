"""Money that goes back by card: staff ask, Stripe gives, the books follow once, and everybody hears of it."""

import re
from collections.abc import AsyncIterator

import pytest

from billing.audit import audit
from domain.ports import PdfPrinter
from gateways.stripe_cards import StripeCards
from tests.stories.clinic import Clinic, clinic_in, frozen_world
from tests.stories.patients import Patient
from tests.stories.staff import Card
from tests.support.practice import the_practice


async def paid_late(clinic: Clinic) -> tuple[Patient, Card]:
    maria = await clinic.patient()
    card = clinic.slack("biller").card(await maria.is_late())
    await maria.pays()
    await card.sees("Paid · $140.00")
    maria.phone.is_looked_through()
    maria.mailbox.is_looked_through()
    return maria, card


async def refunds(clinic: Clinic, cents: int, **more: str) -> dict[str, object]:
    """A biller asks; how it stands when everything has settled."""
    [payment] = (await clinic.api("GET", "/payments"))["items"]
    asked = {"amount_cents": cents, "reason": "The visit was covered after all", **more}
    await clinic.api("POST", f"/payments/{payment['id']}/refund", asked)
    return await stands(clinic)


async def stands(clinic: Clinic) -> dict[str, object]:
    [payment] = (await clinic.api("GET", "/payments"))["items"]
    [invoice] = (await clinic.api("GET", "/invoices"))["items"]
    assert await audit(full=True) == []
    return {"payment": payment["status"], "invoice": invoice["status"], "owed": invoice["balance_cents"]}


def told(clinic: Clinic) -> list[str]:
    """What the channel hears beside its cards."""
    return [words for words in clinic.posts_in("billing-downtown") if "INV-" not in words]


async def test_a_card_payment_is_refunded_through_the_processor_and_booked_once(clinic: Clinic) -> None:
    clinic.world.cards.duplicate, clinic.world.cards.shuffle = 3, True
    _, card = await paid_late(clinic)
    assert await refunds(clinic, 14_000) == {"payment": "refunded", "invoice": "refunded", "owed": 0}
    assert [refund["amount"] for refund in clinic.world.cards.refunds] == [14_000]
    await card.sees_in_the_thread("$140.00 of a payment was taken back; $0.00 stays open")
    assert told(clinic) == []


async def test_what_is_owed_again_waits_for_staff(clinic: Clinic) -> None:
    maria, card = await paid_late(clinic)
    assert await refunds(clinic, 4_000, disposition="reopen") == {
        "payment": "received", "invoice": "overdue", "owed": 4_000,
    }  # fmt: skip
    await card.sees("Paused · $40.00")
    await card.sees_in_the_thread("$40.00 of a payment was taken back; $40.00 is open")
    await clinic.clock.forward(days=40)
    await maria.phone.receives_nothing()  # nobody is chased before staff have decided
    await maria.mailbox.receives_nothing()
    await card.press("Resume").sees("Overdue · $40.00")


@pytest.fixture
async def hurried(database_url: str, pdf: PdfPrinter) -> AsyncIterator[Clinic]:
    """A clinic that gives the card processor less time to answer than others do."""
    async with frozen_world() as world:
        key, secret, address = (
            world.environment()[f"STRIPE_{name}"] for name in ("API_KEY", "WEBHOOK_SECRET", "API_URL")
        )
        cards = StripeCards(key, secret, clock=world.clock, api_url=address, timeout=1)
        async with clinic_in(database_url, the_practice(), world, pdf, cards) as clinic:
            yield clinic
        await cards.close()


@pytest.mark.parametrize(("trouble", "times"), [("reset_after_commit", 2), ("timeout", 2), ("ratelimited", 1)])
async def test_an_answer_that_is_lost_leads_to_no_second_refund(hurried: Clinic, trouble: str, times: int) -> None:
    _, card = await paid_late(hurried)
    hurried.world.cards.desk.will(trouble, "refunds.create", times=times)  # Stripe's client asks twice by itself
    await refunds(hurried, 4_000)
    await hurried.clock.forward(minutes=1)
    assert await stands(hurried) == {"payment": "received", "invoice": "paid", "owed": 0}
    assert [refund["amount"] for refund in hurried.world.cards.refunds] == [4_000]
    await card.sees_in_the_thread("taken back", times=1)


async def test_a_refund_to_a_bank_is_booked_when_it_has_arrived_and_told_when_it_has_not(clinic: Clinic) -> None:
    maria = await clinic.patient()
    await maria.is_late()
    await clinic.world.cards.clear(await maria.pays_by_bank())
    await clinic.settle()
    for outcome, after in (("failed", 0), ("succeeded", 14_000)):
        assert (await refunds(clinic, 14_000, disposition="reopen"))["owed"] == 0, "it is under way"
        await clinic.world.cards.finish_refund(clinic.world.cards.refunds[-1]["id"], status=outcome)
        await clinic.settle()
        assert (await stands(clinic))["owed"] == after
    [failed] = told(clinic)
    assert "M. G.: $140.00 could not be refunded:" in failed


async def test_what_the_processor_refuses_is_told_and_changes_nothing(clinic: Clinic) -> None:
    await paid_late(clinic)
    clinic.world.cards.hold = True  # nobody here has heard of it yet
    await clinic.world.cards.dispute(clinic.world.cards.charges[0]["id"])
    assert await refunds(clinic, 4_000) == {"payment": "received", "invoice": "paid", "owed": 0}
    [failed] = told(clinic)
    assert "M. G.: $40.00 could not be refunded: Stripe refused the refund (charge_disputed)." in failed
    clinic.world.cards.hold = False
    await clinic.world.cards.release()
    await clinic.settle()
    assert await stands(clinic) == {"payment": "disputed", "invoice": "paid", "owed": 0}


async def test_what_is_done_in_the_processor_s_own_dashboard_is_booked_and_told(clinic: Clinic) -> None:
    _, card = await paid_late(clinic)
    charge = clinic.world.cards.charges[0]["id"]
    await clinic.world.cards.refund(charge, amount=4_000)
    await clinic.settle()
    assert await stands(clinic) == {"payment": "received", "invoice": "paid", "owed": 0}
    dispute = await clinic.world.cards.dispute(charge)
    await clinic.settle()
    assert (await stands(clinic))["payment"] == "disputed"
    await clinic.world.cards.close_dispute(dispute["id"], won=False)
    await clinic.settle()
    assert await stands(clinic) == {"payment": "lost", "invoice": "overdue", "owed": 10_000}
    elsewhere, opened, lost = told(clinic)
    assert "M. G.: $40.00 was refunded at the card processor itself" in elsewhere
    assert "the bank has taken $100.00 back for now. The payment was disputed with the bank: fraudulent." in opened
    assert re.search(r"dispute du_\w+ is lost\. What \$100\.00 had paid is owed again\.", lost)
    await card.sees("Paused · $100.00")
