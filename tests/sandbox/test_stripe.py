"""The card processor against Stripe's own client, its webhook check and the fields it publishes."""

import json
import typing
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
import stripe
from stripe import AIOHTTPClient, StripeClient, WebhookSignature
from stripe.checkout import Session

from sandbox import MovableClock, World
from tests.sandbox.listener import Listener, listening

DECLINED = "4000 0000 0000 0002"


@pytest.fixture
async def client(world: World) -> AsyncIterator[StripeClient]:
    settings, http = world.environment(), AIOHTTPClient()
    yield StripeClient(
        settings["STRIPE_API_KEY"],
        http_client=http,
        base_addresses={"api": settings["STRIPE_API_URL"]},
        max_network_retries=0,
    )
    await http.close_async()


def wanted(cents: int = 4200, **more: Any) -> Any:
    price = {"currency": "usd", "unit_amount": cents, "product_data": {"name": "Invoice INV-1"}}
    return {
        "mode": "payment",
        "client_reference_id": "7",
        "metadata": {"ref": "7"},
        "payment_intent_data": {"metadata": {"ref": "7"}},
        "line_items": [{"quantity": 1, "price_data": price}],
        "success_url": "https://clinic.test/p/abc?paid={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://clinic.test/p/abc",
    } | more


async def opened(client: StripeClient, cents: int = 4200, **more: Any) -> Session:
    return await client.v1.checkout.sessions.create_async(wanted(cents, **more))


def events(service: Listener) -> list[Any]:
    return [json.loads(each.body) for each in service.heard]


def kinds(service: Listener) -> list[str]:
    return [event["type"] for event in events(service)]


async def test_a_session_opens_with_a_pay_page_and_the_services_references(client: StripeClient, world: World) -> None:
    session = await opened(client)

    assert (session.amount_total, session.currency, session.status, session.payment_status) == (
        4200,
        "usd",
        "open",
        "unpaid",
    )
    assert (session.client_reference_id, session.metadata["ref"], session.payment_intent) == ("7", "7", None)
    assert session.expires_at - session.created == 86400
    assert (session.url or "").startswith(f"{world.url}/stripe/pay/cs_test_")
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).id == session.id
    items = await client.v1.checkout.sessions.line_items.list_async(session.id)
    assert [(item.description, item.amount_total) for item in items.data] == [("Invoice INV-1", 4200)]


async def test_paying_by_card_tells_the_service_in_signed_events(
    world: World, service: Listener, client: StripeClient
) -> None:
    session = await opened(client)
    outcome = await world.cards.pay(session.url or "")
    await world.settled()

    assert outcome.redirect == f"https://clinic.test/p/abc?paid={session.id}"
    assert kinds(service) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    for each in service.heard:
        assert each.path == "/stripe/webhook"
        assert WebhookSignature.verify_header(
            each.body.decode(), each.headers["Stripe-Signature"], world.cards.webhook_secret, 300
        )
    last = events(service)[-1]["data"]["object"]
    assert (last["payment_status"], last["status"], last["metadata"]) == ("paid", "complete", {"ref": "7"})
    intent = await client.v1.payment_intents.retrieve_async(last["payment_intent"], {"expand": ["latest_charge"]})
    assert (intent.status, intent.amount_received, intent.metadata["ref"]) == ("succeeded", 4200, "7")
    assert typing.cast(stripe.Charge, intent.latest_charge).payment_method_details.card.last4 == "4242"  # type: ignore[union-attr]
    assert world.cards.taken_cents == 4200


async def test_signatures_bear_real_time_whatever_the_worlds_clock_says() -> None:
    then = datetime(2026, 3, 2, 9, tzinfo=UTC)
    async with listening() as service, World(clock=MovableClock(frozen_at=then)) as world:
        world.aim(service.url)
        await world.cards.pay(world.cards.open_session(wanted())["id"])
        await world.settled()

        each = service.heard[-1]
        assert WebhookSignature.verify_header(
            each.body.decode(), each.headers["Stripe-Signature"], world.cards.webhook_secret, 300
        )
        assert json.loads(each.body)["created"] == then.timestamp()


async def test_a_declined_card_leaves_the_page_open_for_another(
    world: World, service: Listener, client: StripeClient
) -> None:
    session = await opened(client)
    outcome = await world.cards.pay(session.id, card=DECLINED)
    assert (outcome.paid, outcome.reason) == (False, "Your card was declined.")
    assert (await world.cards.pay(session.id, card="4242 4242 4242 4241")).reason == "Your card number is incorrect."

    assert (await world.cards.pay(session.id)).paid
    await world.settled()
    assert kinds(service).count("payment_intent.payment_failed") == 2
    assert kinds(service)[-1] == "checkout.session.completed"
    assert [charge["status"] for charge in world.cards.charges] == ["failed", "failed", "succeeded"]
    assert len({charge["payment_intent"] for charge in world.cards.charges}) == 1
    assert world.cards.taken_cents == 4200


async def test_a_page_is_paid_once(world: World, client: StripeClient) -> None:
    session = await opened(client)
    await world.cards.pay(session.id)
    assert not (await world.cards.pay(session.id)).paid
    assert world.cards.taken_cents == 4200


async def test_a_bank_payment_completes_unpaid_and_clears_days_later(
    world: World, service: Listener, client: StripeClient
) -> None:
    session = await opened(client)
    await world.cards.pay(session.id, bank=True)
    await world.settled()
    assert events(service)[-1]["data"]["object"]["payment_status"] == "unpaid"
    assert "payment_intent.processing" in kinds(service)
    assert world.cards.taken_cents == 0

    await world.cards.clear(session.id)
    await world.settled()
    assert kinds(service)[-1] == "checkout.session.async_payment_succeeded"
    assert events(service)[-1]["data"]["object"]["payment_status"] == "paid"
    assert world.cards.taken_cents == 4200
    kept = await client.v1.events.list_async({"type": "checkout.session.completed"})
    assert kept.data[0].data.object["payment_status"] == "unpaid"  # an event tells of its own moment


async def test_a_bank_payment_can_bounce(world: World, service: Listener, client: StripeClient) -> None:
    session = await opened(client)
    await world.cards.pay(session.id, bank=True)
    await world.cards.bounce(session.id)
    await world.settled()

    assert kinds(service)[-3:] == [
        "charge.failed",
        "payment_intent.payment_failed",
        "checkout.session.async_payment_failed",
    ]
    assert world.cards.taken_cents == 0


async def test_webhooks_come_twice_and_out_of_order_on_demand(
    world: World, service: Listener, client: StripeClient
) -> None:
    world.cards.duplicate, world.cards.shuffle = 2, True
    await world.cards.pay((await opened(client)).id)

    assert await world.settled() == 8
    assert kinds(service)[:2] == ["checkout.session.completed"] * 2
    assert kinds(service)[-1] == "payment_intent.created"
    assert len({event["id"] for event in events(service)}) == 4


async def test_an_event_is_sent_again_until_it_is_taken(world: World, service: Listener, client: StripeClient) -> None:
    service.answers.extend([(500, "")] * 4)
    await world.cards.pay((await opened(client)).id)
    await world.settled()
    assert len(world.courier.undelivered) == 4

    service.answers.append((503, ""))
    assert await world.courier.retry() == 3
    assert await world.courier.retry() == 1
    assert await world.courier.retry() == 0
    assert sorted(kinds(service)[-4:]) == sorted(event["type"] for event in world.cards.events)


async def test_lost_webhooks_are_still_in_the_list_of_events(world: World, client: StripeClient) -> None:
    world.cards.hold = True
    before = int(world.clock.now().timestamp())
    for _ in range(3):
        await world.cards.pay((await opened(client)).id)

    found = client.v1.events.list_async({"type": "checkout.session.completed", "limit": 2, "created": {"gte": before}})
    everything = [event.id async for event in (await found).auto_paging_iter()]
    completed = [event["id"] for event in world.cards.events if event["type"] == "checkout.session.completed"]
    assert everything == completed[::-1]
    none = await client.v1.events.list_async({"created": {"gt": before + 3600}})
    assert none.data == []


async def test_the_same_key_gets_the_same_answer_and_other_params_are_refused(
    world: World, client: StripeClient
) -> None:
    sessions, key = client.v1.checkout.sessions, {"idempotency_key": "checkout-7"}
    first = await sessions.create_async(wanted(), key)  # type: ignore[arg-type]
    second = await sessions.create_async(wanted(), key)  # type: ignore[arg-type]
    assert first.id == second.id
    assert len(world.cards.sessions) == 1
    assert typing.cast(Any, second.last_response).headers["Idempotent-Replayed"] == "true"

    with pytest.raises(stripe.IdempotencyError):
        await sessions.create_async(wanted(4300), key)  # type: ignore[arg-type]
    world.clock.forward(days=1, minutes=1)
    assert (await sessions.create_async(wanted(), key)).id != first.id  # type: ignore[arg-type]


async def test_a_500_is_replayed_under_its_key_as_stripe_does(client: StripeClient, world: World) -> None:
    world.cards.desk.will("500", "checkout.sessions.create")
    key: Any = {"idempotency_key": "checkout-7"}
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            await client.v1.checkout.sessions.create_async(wanted(), key)
    assert world.cards.sessions == []
    await opened(client)


async def test_a_cut_after_commit_is_mended_by_the_same_key(client: StripeClient, world: World) -> None:
    world.cards.desk.will("reset_after_commit", "checkout.sessions.*")
    key: Any = {"idempotency_key": "checkout-7"}
    with pytest.raises(stripe.APIConnectionError):
        await client.v1.checkout.sessions.create_async(wanted(), key)
    session = await client.v1.checkout.sessions.create_async(wanted(), key)

    assert [each["id"] for each in world.cards.sessions] == [session.id]


async def test_a_rate_limit_is_told_apart(client: StripeClient, world: World) -> None:
    world.cards.desk.will("ratelimited")
    with pytest.raises(stripe.RateLimitError):
        await opened(client)


async def test_sessions_expire_by_hand_and_by_the_clock(world: World, service: Listener, client: StripeClient) -> None:
    by_hand, by_clock = await opened(client), await opened(client)
    assert (await client.v1.checkout.sessions.expire_async(by_hand.id)).status == "expired"
    world.clock.forward(hours=24)
    assert (await client.v1.checkout.sessions.retrieve_async(by_clock.id)).status == "expired"
    await world.settled()
    assert kinds(service) == ["checkout.session.expired"] * 2

    assert not (await world.cards.pay(by_clock.id)).paid
    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        await client.v1.checkout.sessions.expire_async(by_hand.id)


async def test_a_refund_gives_back_at_most_what_was_taken(
    world: World, service: Listener, client: StripeClient
) -> None:
    await world.cards.pay((await opened(client)).id)
    (charge,) = world.cards.charges
    part = await client.v1.refunds.create_async({"payment_intent": charge["payment_intent"], "amount": 1000})
    assert (part.status, part.amount) == ("succeeded", 1000)
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.refunds.create_async({"charge": charge["id"], "amount": 3201})
    await client.v1.refunds.create_async({"charge": charge["id"]})
    await world.settled()

    assert world.cards.taken_cents == 0
    assert kinds(service)[-4:] == ["charge.refunded", "refund.created"] * 2
    with pytest.raises(stripe.InvalidRequestError) as again:
        await client.v1.refunds.create_async({"charge": charge["id"]})
    assert again.value.code == "charge_already_refunded"


async def test_a_bank_refund_is_pending_and_may_fail(world: World, service: Listener, client: StripeClient) -> None:
    session = await opened(client)
    await world.cards.pay(session.id, bank=True)
    await world.cards.clear(session.id)
    refund = await world.cards.refund(world.cards.charges[0]["id"])
    assert (refund["status"], world.cards.taken_cents) == ("pending", 0)

    await world.cards.finish_refund(refund["id"], status="failed")
    await world.settled()
    assert (kinds(service)[-1], world.cards.taken_cents) == ("refund.failed", 4200)
    assert (await client.v1.refunds.retrieve_async(refund["id"])).status == "failed"


async def test_a_dispute_opens_and_ends(world: World, service: Listener, client: StripeClient) -> None:
    await world.cards.pay((await opened(client)).id)
    dispute = await world.cards.dispute(world.cards.charges[0]["id"], reason="insufficient_funds")
    await world.cards.close_dispute(dispute["id"], won=True)
    await world.settled()

    assert [kind.removeprefix("charge.dispute.") for kind in kinds(service)[-4:]] == [
        "created",
        "funds_withdrawn",
        "closed",
        "funds_reinstated",
    ]
    assert (await client.v1.disputes.retrieve_async(dispute["id"])).status == "won"


@pytest.mark.parametrize(
    ("changed", "param"),
    [
        ({"mode": None}, "mode"),
        ({"success_url": None}, "success_url"),
        ({"line_items": None}, "line_items"),
        ({"colour": "blue"}, "colour"),
        ({"expires_at": 1}, "expires_at"),
        ({"metadata": {"k": "v" * 501}}, "metadata[k]"),
    ],
)
async def test_a_wrong_request_is_refused_by_the_name_of_what_is_wrong(
    world: World, client: StripeClient, changed: dict[str, Any], param: str
) -> None:
    asked = {name: value for name, value in wanted(**changed).items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.checkout.sessions.create_async(typing.cast(Any, asked))
    assert refused.value.param == param
    assert world.cards.sessions == []


async def test_too_little_a_wrong_key_and_an_unknown_id_are_refused(world: World, client: StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as small:
        await opened(client, cents=49)
    assert small.value.code == "amount_too_small"
    with pytest.raises(stripe.AuthenticationError):
        await client.v1.charges.list_async(options={"api_key": "sk_test_wrong"})
    with pytest.raises(stripe.InvalidRequestError, match="No such charge") as missing:
        await client.v1.charges.retrieve_async("ch_none")
    assert missing.value.http_status == 404


async def test_the_pay_page_takes_a_card_and_leads_back(world: World, client: StripeClient) -> None:
    session = await opened(client, customer_email="<ana>@example.test")
    async with aiohttp.ClientSession() as browser:
        async with browser.get(session.url or "") as page:
            html = await page.text()
        assert "$42.00" in html
        assert "Invoice INV-1" in html
        assert "&lt;ana&gt;@example.test" in html

        async with browser.post(session.url or "", data={"with": "card", "card": DECLINED}) as page:
            assert (page.status, "Your card was declined." in await page.text()) == (402, True)
        form = {"with": "card", "card": "4242 4242 4242 4242", "email": "ana@example.test"}
        async with browser.post(session.url or "", data=form, allow_redirects=False) as page:
            assert page.status == 303
            assert page.headers["Location"] == f"https://clinic.test/p/abc?paid={session.id}"
        async with browser.get(f"{world.url}/stripe/pay/{session.id}") as page:
            assert "has been paid" in await page.text()
        async with browser.get(f"{world.url}/stripe/pay/cs_none") as page:
            assert page.status == 404
    assert world.cards.sessions[0]["customer_details"]["email"] == "ana@example.test"
