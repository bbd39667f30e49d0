"""What any gateway to a card processor promises, over its vendor's stand-in. A second vendor is one line in VENDORS."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from stripe import WebhookSignature

from domain.errors import DoorFault
from domain.ports import CardDoor, CardEvent, CheckoutRequest
from gateways.stripe_cards import StripeCards
from sandbox import World
from sandbox.stripe import CardProcessor
from tests.contracts.passage import Passage
from tests.sandbox.listener import Heard, Listener, listening


@dataclass
class Vendor:
    """A door and the processor behind it."""

    door: CardDoor
    processor: CardProcessor
    opening: str
    close: Callable[[], Awaitable[None]]


def stripe(world: World, address: str = "", patience: float = 1.5) -> Vendor:
    settings = world.environment()
    door = StripeCards(
        settings["STRIPE_API_KEY"],
        settings["STRIPE_WEBHOOK_SECRET"],
        clock=world.clock,
        api_url=f"{address}/stripe" if address else settings["STRIPE_API_URL"],
        timeout=patience,
    )
    return Vendor(door, world.cards, "checkout.sessions.create", door.close)


VENDORS = [stripe]


@pytest.fixture(params=VENDORS)
def vendor_of(request: pytest.FixtureRequest) -> Callable[..., Vendor]:
    return request.param


@pytest.fixture
async def vendor(world: World, vendor_of: Callable[..., Vendor]) -> AsyncIterator[Vendor]:
    vendor = vendor_of(world)
    yield vendor
    await vendor.close()


@pytest.fixture
async def hurried(world: World, vendor_of: Callable[..., Vendor], kind: str) -> AsyncIterator[Vendor]:
    """The same, which soon gives up what would never come."""
    vendor = vendor_of(world, **({"patience": 0.3} if kind == "timeout" else {}))
    yield vendor
    await vendor.close()


@pytest.fixture
async def service(world: World) -> AsyncIterator[Listener]:
    async with listening() as listener:
        world.aim(listener.url)
        yield listener


@pytest.fixture
def request_(world: World) -> CheckoutRequest:
    return CheckoutRequest(
        ref="checkout-7",
        amount_cents=12_345,
        currency="USD",
        description="Riverside Clinic – statement 1042",
        success_url="https://billing.clinic.test/p/t0k3n?paid",
        cancel_url="https://billing.clinic.test/p/t0k3n",
        expires_at=world.clock.now() + timedelta(hours=1),
        customer_email="amal@patients.test",
        locale="es_US",
    )


async def events(world: World, service: Listener, vendor: Vendor) -> list[CardEvent]:
    """What the books hear of what the processor told."""
    await world.settled()
    told = [vendor.door.parse(each.body) for each in service.heard if verified(vendor, each)]
    return [event for event in told if event]


def verified(vendor: Vendor, webhook: Heard) -> bool:
    return vendor.door.verify(body=webhook.body, signature=webhook.headers.get("Stripe-Signature"))


async def test_a_checkout_asks_for_the_amount_and_carries_nothing_but_our_id(
    vendor: Vendor, request_: CheckoutRequest
) -> None:
    checkout = await vendor.door.open_checkout(request_)
    [session] = vendor.processor.sessions
    assert (session["id"], session["url"]) == (checkout.processor_id, checkout.url)
    assert (session["amount_total"], session["currency"]) == (12_345, "usd")
    assert (session["client_reference_id"], session["metadata"]) == ("checkout-7", {"ref": "checkout-7"})
    assert (session["customer_email"], session["locale"]) == ("amal@patients.test", "es")
    assert session["expires_at"] == int(request_.expires_at.timestamp())


@pytest.mark.parametrize(("ours", "theirs"), [("en_US", "en"), ("pt_BR", "pt-BR"), ("ar", "auto"), (None, "auto")])
async def test_the_page_speaks_the_patients_language_where_it_can(
    vendor: Vendor, request_: CheckoutRequest, ours: str | None, theirs: str
) -> None:
    await vendor.door.open_checkout(replace(request_, locale=ours))
    assert vendor.processor.sessions[0]["locale"] == theirs


@pytest.mark.parametrize("kind", ["reset", "reset_after_commit"])
async def test_a_call_cut_off_on_the_way_opens_one_page(vendor: Vendor, request_: CheckoutRequest, kind: str) -> None:
    vendor.processor.desk.will(kind, vendor.opening)
    checkout = await vendor.door.open_checkout(request_)
    assert [session["id"] for session in vendor.processor.sessions] == [checkout.processor_id]


@pytest.mark.parametrize("kind", ["500", "reset_after_commit", "timeout"])
async def test_an_answer_lost_for_good_is_unknown(hurried: Vendor, request_: CheckoutRequest, kind: str) -> None:
    hurried.processor.desk.will(kind, hurried.opening, times=9)
    async with asyncio.timeout(10):
        with pytest.raises(DoorFault) as caught:
            await hurried.door.open_checkout(request_)
    assert (caught.value.passing, caught.value.unknown) == (True, True)
    assert len(hurried.processor.sessions) == (kind == "reset_after_commit")


async def test_asked_twice_for_one_checkout_there_is_one_page(vendor: Vendor, request_: CheckoutRequest) -> None:
    first, second = await vendor.door.open_checkout(request_), await vendor.door.open_checkout(request_)
    assert first == second
    assert len(vendor.processor.sessions) == 1


async def test_one_id_for_two_different_checkouts_is_refused(vendor: Vendor, request_: CheckoutRequest) -> None:
    await vendor.door.open_checkout(request_)
    with pytest.raises(DoorFault) as caught:
        await vendor.door.open_checkout(replace(request_, amount_cents=1_000))
    assert not caught.value.passing
    assert "amal@" not in str(caught.value)


async def test_a_wrong_key_is_ours_to_mend(world: World, request_: CheckoutRequest) -> None:
    door = StripeCards("sk_test_wrong", "whsec_x", clock=world.clock, api_url=world.environment()["STRIPE_API_URL"])
    with pytest.raises(DoorFault, match="STRIPE_API_KEY") as caught:
        await door.open_checkout(request_)
    assert (caught.value.code, caught.value.passing) == ("our_fault", False)
    await door.close()


async def test_a_rate_limit_passes(vendor: Vendor, request_: CheckoutRequest) -> None:
    vendor.processor.desk.will("ratelimited", vendor.opening, times=9)
    with pytest.raises(DoorFault) as caught:
        await vendor.door.open_checkout(request_)
    assert (caught.value.code, caught.value.passing, caught.value.unknown) == ("ratelimited", True, False)


async def test_an_expired_page_takes_no_money(
    world: World, service: Listener, vendor: Vendor, request_: CheckoutRequest
) -> None:
    checkout = await vendor.door.open_checkout(request_)
    await vendor.door.expire_checkout(checkout.processor_id)
    assert not (await vendor.processor.pay(checkout.url)).paid
    [event] = await events(world, service, vendor)
    assert (event.kind, event.ref) == ("expired", "checkout-7")


async def test_expiring_what_is_over_already_is_no_fault(
    world: World, service: Listener, vendor: Vendor, request_: CheckoutRequest
) -> None:
    checkout = await vendor.door.open_checkout(request_)
    await vendor.processor.pay(checkout.url)
    await vendor.door.expire_checkout(checkout.processor_id)
    assert [event.kind for event in await events(world, service, vendor)] == ["paid"]


async def test_expiring_what_never_was_is_a_fault(vendor: Vendor) -> None:
    with pytest.raises(DoorFault):
        await vendor.door.expire_checkout("cs_test_nothing")


async def test_a_paid_card_is_one_payment_with_its_own_id(
    world: World, service: Listener, vendor: Vendor, request_: CheckoutRequest
) -> None:
    checkout = await vendor.door.open_checkout(request_)
    await vendor.processor.pay(checkout.url)
    [paid] = await events(world, service, vendor)
    assert (paid.kind, paid.method, paid.ref) == ("paid", "card", "checkout-7")
    assert (paid.amount_cents, paid.currency) == (12_345, "USD")
    assert paid.processor_id == vendor.processor.charges[0]["payment_intent"]


async def test_a_declined_card_is_not_in_the_books(
    world: World, service: Listener, vendor: Vendor, request_: CheckoutRequest
) -> None:
    checkout = await vendor.door.open_checkout(request_)
    await vendor.processor.pay(checkout.url, card="4000000000000002")
    assert await events(world, service, vendor) == []


@pytest.mark.parametrize(("outcome", "last"), [("clear", "paid"), ("bounce", "failed")])
async def test_a_bank_payment_is_on_its_way_before_it_is_paid_or_not(
    world: World, service: Listener, vendor: Vendor, request_: CheckoutRequest, outcome: str, last: str
) -> None:
    checkout = await vendor.door.open_checkout(request_)
    await vendor.processor.pay(checkout.url, bank=True)
    await getattr(vendor.processor, outcome)(checkout.url)
    told = await events(world, service, vendor)
    assert [(event.kind, event.method) for event in told] == [("processing", "ach"), (last, "ach")]
    assert len({event.processor_id for event in told}) == 1


async def test_refunds_are_told_one_by_one_by_their_own_ids(
    world: World, service: Listener, vendor: Vendor, request_: CheckoutRequest
) -> None:
    checkout = await vendor.door.open_checkout(request_)
    await vendor.processor.pay(checkout.url)
    charge = vendor.processor.charges[0]
    first = await vendor.processor.refund(charge["id"], amount=1_000)
    second = await vendor.processor.refund(charge["id"], amount=2_000)
    told = [event for event in await events(world, service, vendor) if event.kind == "refunded"]
    assert {(event.return_id, event.amount_cents) for event in told} == {(first["id"], 1_000), (second["id"], 2_000)}
    assert {event.processor_id for event in told} == {charge["payment_intent"]}


async def test_a_refund_on_its_way_is_not_in_the_books_until_it_ends(
    world: World, service: Listener, vendor: Vendor, request_: CheckoutRequest
) -> None:
    checkout = await vendor.door.open_checkout(request_)
    await vendor.processor.pay(checkout.url, bank=True)
    await vendor.processor.clear(checkout.url)
    refund = await vendor.processor.refund(vendor.processor.charges[0]["id"])
    before = [event.kind for event in await events(world, service, vendor)]
    assert "refunded" not in before
    await vendor.processor.finish_refund(refund["id"], status="failed")
    last = (await events(world, service, vendor))[-1]
    assert (last.kind, last.return_id) == ("refund_failed", refund["id"])
    assert last.sentence


async def a_paid_card(vendor: Vendor, request_: CheckoutRequest, *, bank: bool = False) -> str:
    """By the id that the books know it by."""
    checkout = await vendor.door.open_checkout(request_)
    await vendor.processor.pay(checkout.url, bank=bank)
    if bank:
        await vendor.processor.clear(checkout.url)
    return str(vendor.processor.charges[0]["payment_intent"])


async def test_a_refund_we_ask_for_is_made_once_under_our_id_and_told_with_it(
    world: World, service: Listener, vendor: Vendor, request_: CheckoutRequest
) -> None:
    paid = await a_paid_card(vendor, request_)
    first = await vendor.door.refund(ref="refund-1", processor_id=paid, amount_cents=2_345)
    again = await vendor.door.refund(ref="refund-1", processor_id=paid, amount_cents=2_345)
    rest = await vendor.door.refund(ref="refund-2", processor_id=paid, amount_cents=10_000)
    assert first == again
    assert (first.done, rest.done) == (True, True)
    assert [refund["amount"] for refund in vendor.processor.refunds] == [2_345, 10_000]
    told = [event for event in await events(world, service, vendor) if event.kind == "refunded"]
    assert {(event.ref, event.return_id, event.processor_id) for event in told} == {
        ("refund-1", first.processor_id, paid),
        ("refund-2", rest.processor_id, paid),
    }


@pytest.mark.parametrize(("outcome", "kind"), [("succeeded", "refunded"), ("failed", "refund_failed")])
async def test_a_bank_takes_its_days_over_a_refund(
    world: World, service: Listener, vendor: Vendor, request_: CheckoutRequest, outcome: str, kind: str
) -> None:
    paid = await a_paid_card(vendor, request_, bank=True)
    answer = await vendor.door.refund(ref="refund-1", processor_id=paid, amount_cents=2_345)
    assert not answer.done
    await vendor.processor.finish_refund(answer.processor_id, status=outcome)
    last = (await events(world, service, vendor))[-1]
    assert (last.kind, last.ref, last.return_id, last.amount_cents) == (kind, "refund-1", answer.processor_id, 2_345)


async def test_what_cannot_be_refunded_is_refused_for_good(vendor: Vendor, request_: CheckoutRequest) -> None:
    paid = await a_paid_card(vendor, request_)

    async def is_refused(cents: int, of: str = paid) -> None:
        with pytest.raises(DoorFault, match="refused the refund") as caught:
            await vendor.door.refund(ref=f"refund-{cents}", processor_id=of, amount_cents=cents)
        assert (caught.value.passing, caught.value.unknown) == (False, False)

    await is_refused(12_346)
    await is_refused(1, "pi_nobody")
    await vendor.processor.dispute(vendor.processor.charges[0]["id"])
    await is_refused(2)
    assert vendor.processor.refunds == []


@pytest.mark.parametrize("kind", ["500", "reset_after_commit", "timeout"])
async def test_a_refund_whose_answer_is_lost_is_unknown_and_the_same_when_asked_for_again(
    vendor: Vendor, hurried: Vendor, request_: CheckoutRequest, kind: str
) -> None:
    paid = await a_paid_card(vendor, request_)
    vendor.processor.desk.will(kind, "refunds.create", times=2)
    async with asyncio.timeout(10):
        with pytest.raises(DoorFault) as caught:
            await hurried.door.refund(ref="refund-1", processor_id=paid, amount_cents=2_345)
    assert (caught.value.passing, caught.value.unknown) == (True, True)
    if kind != "500":  # an answer, for Stripe: it gives the same again for a day
        await vendor.door.refund(ref="refund-1", processor_id=paid, amount_cents=2_345)
        assert [refund["amount"] for refund in vendor.processor.refunds] == [2_345]


@pytest.mark.parametrize("won", [True, False])
async def test_a_dispute_is_opened_and_ends(
    world: World, service: Listener, vendor: Vendor, request_: CheckoutRequest, won: bool
) -> None:
    checkout = await vendor.door.open_checkout(request_)
    await vendor.processor.pay(checkout.url)
    charge = vendor.processor.charges[0]
    dispute = await vendor.processor.dispute(charge["id"])
    await vendor.processor.close_dispute(dispute["id"], won=won)
    opened, closed = (await events(world, service, vendor))[1:]
    assert (opened.kind, closed.kind) == ("dispute_opened", "dispute_won" if won else "dispute_lost")
    assert opened.processor_id == closed.processor_id == charge["payment_intent"]
    assert opened.sentence == "The payment was disputed with the bank: fraudulent."


async def test_every_event_has_an_id_of_its_own_which_a_second_delivery_repeats(
    world: World, service: Listener, vendor: Vendor, request_: CheckoutRequest
) -> None:
    vendor.processor.duplicate = 2
    checkout = await vendor.door.open_checkout(request_)
    await vendor.processor.pay(checkout.url)
    await world.settled()
    ids = [vendor.door.external_id(webhook.body) for webhook in service.heard]
    assert len(ids) == 2 * len(set(ids))


async def test_what_was_changed_on_the_way_is_nobodys(
    world: World, service: Listener, vendor: Vendor, request_: CheckoutRequest
) -> None:
    checkout = await vendor.door.open_checkout(request_)
    await vendor.processor.pay(checkout.url)
    await world.settled()
    webhook = service.heard[0]
    assert verified(vendor, webhook)
    assert not vendor.door.verify(body=webhook.body + b" ", signature=webhook.headers["Stripe-Signature"])
    for signature in (None, "", "t=", "t=x,v1=y", "v1=y", "é", "t=1,t=2,v1="):
        assert not vendor.door.verify(body=webhook.body, signature=signature)
    assert not vendor.door.verify(body=b"\xff", signature=webhook.headers["Stripe-Signature"])


@pytest.mark.parametrize(("off", "taken"), [(-310, False), (-290, True), (290, True), (310, False), (86_400, False)])
async def test_a_signature_is_good_for_five_minutes_either_way(
    world: World, vendor: Vendor, off: int, taken: bool
) -> None:
    body = json.dumps({"id": "evt_1"})
    at = int(world.clock.pulse().timestamp()) + off
    signature = WebhookSignature.generate_signature_header(body, vendor.processor.webhook_secret, at)
    assert vendor.door.verify(body=body.encode(), signature=signature) is taken


async def test_calls_share_connections_and_say_nothing_of_the_patient(
    world: World,
    passage: Passage,
    vendor_of: Callable[..., Vendor],
    request_: CheckoutRequest,
    spoken: pytest.LogCaptureFixture,
) -> None:
    vendor = vendor_of(world, passage.url)
    for number in range(5):
        await vendor.door.open_checkout(replace(request_, ref=f"checkout-{number}"))
    assert passage.connections == 1
    await asyncio.gather(
        *(vendor.door.open_checkout(replace(request_, ref=f"at-once-{number}")) for number in range(10))
    )
    assert len(vendor.processor.sessions) == 15
    await vendor.close()
    assert "amal@" not in " ".join(record.getMessage() for record in spoken.records)
