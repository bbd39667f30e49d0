"""Every object the card processor answers with or tells of, against the classes of Stripe's own library."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import stripe
from stripe import AIOHTTPClient, StripeClient

from sandbox import World
from sandbox.stripe import methods
from sandbox.stripe.objects import API_VERSION
from tests.conformance.published import mistakes
from tests.sandbox.listener import Listener

PRICE = {"currency": "usd", "unit_amount": 4200, "product_data": {"name": "Invoice INV-1"}}
SESSION: dict[str, Any] = {
    "mode": "payment",
    "line_items": [{"quantity": 1, "price_data": PRICE}],
    "success_url": "https://clinic.test/thanks",
}
KINDS = (
    "checkout.session", "payment_intent", "charge", "refund", "dispute", "event", "customer", "payment_method",
    "setup_intent",
)  # fmt: skip


@pytest.fixture
async def client(world: World) -> AsyncIterator[StripeClient]:
    settings, http = world.environment(), AIOHTTPClient()
    key, bases = settings["STRIPE_API_KEY"], {"api": settings["STRIPE_API_URL"]}
    yield StripeClient(key, http_client=http, base_addresses=bases, max_network_retries=0)  # type: ignore[arg-type]
    await http.close_async()


async def everything_happens(world: World, client: StripeClient) -> None:
    """Each kind of object in each state that a payment can bring it to."""
    v1, cards = client.v1, world.cards
    customer = await v1.customers.create_async({"email": "ana@example.test", "metadata": {"ref": "7"}})
    await v1.customers.update_async(customer.id, {"name": "Ana"})
    paid = await _opened(client, customer=customer.id, payment_intent_data={"setup_future_usage": "off_session"})
    await cards.pay(paid, card=methods.DECLINED_CARD)
    await cards.pay(paid)
    (saved,) = cards.saved({"customer": customer.id, "payment_method_types": ["card"]})
    off: Any = {"amount": 900, "currency": "usd", "customer": customer.id, "payment_method": saved["id"]}
    await v1.payment_intents.create_async(off | {"confirm": True, "off_session": True})
    held = await v1.payment_intents.create_async(off | {"capture_method": "manual", "confirm": True})
    await v1.payment_intents.capture_async(held.id, {"amount_to_capture": 500})
    await v1.payment_intents.cancel_async((await v1.payment_intents.create_async(off)).id)
    with pytest.raises(stripe.CardError):
        await v1.payment_intents.create_async(
            {"amount": 900, "currency": "usd", "payment_method": "pm_card_chargeDeclined", "confirm": True}
        )
    for number in (methods.GOOD_ACCOUNT, methods.DISPUTED_ACCOUNT, *methods.RETURNS):
        await cards.pay(await _opened(client), bank=number)
    world.clock.forward(days=5)
    cards.catch_up()
    await _kept_on_file(world, client, customer.id)
    await _given_back(world, client)


async def _opened(client: StripeClient, **more: Any) -> str:
    return (await client.v1.checkout.sessions.create_async(SESSION | more)).id  # type: ignore[operator]


async def _kept_on_file(world: World, client: StripeClient, customer: str) -> None:
    v1: Any = client.v1
    setup = {"mode": "setup", "currency": "usd", "customer": customer, "success_url": "https://clinic.test/thanks"}
    page = await v1.checkout.sessions.create_async(setup)
    await world.cards.pay(page.id, card=methods.DECLINED_CARD)
    await world.cards.pay(page.id, bank=True)
    await v1.setup_intents.create_async({"payment_method": "pm_card_visa", "customer": customer, "confirm": True})
    await v1.setup_intents.cancel_async((await v1.setup_intents.create_async({"customer": customer})).id)
    await v1.payment_methods.detach_async(world.cards.books.all("payment_method")[-1]["id"])
    await v1.checkout.sessions.expire_async(await _opened(client))
    await v1.customers.delete_async((await v1.customers.create_async({})).id)


async def _given_back(world: World, client: StripeClient) -> None:
    cards, v1 = world.cards, client.v1
    by_card = next(charge for charge in cards.charges if charge["captured"])
    by_bank = next(charge for charge in cards.charges if charge["captured"] and charge["balance_transaction"] and
                   charge["payment_method_details"]["type"] == "us_bank_account")  # fmt: skip
    await v1.refunds.create_async({"charge": by_card["id"], "amount": 100, "reason": "duplicate"})
    for status in ("succeeded", "failed"):
        given = await cards.refund(by_bank["id"], amount=100)
        await cards.finish_refund(given["id"], status=status)
    for won in (True, False):
        dispute = await cards.dispute(by_card["id"])
        await v1.disputes.update_async(dispute["id"], {"evidence": {"uncategorized_text": "They came."}})
        await cards.close_dispute(dispute["id"], won=won)
    await v1.disputes.close_async((await cards.dispute(by_card["id"]))["id"])


async def test_every_object_is_as_stripe_publishes_it(world: World, client: StripeClient) -> None:
    await everything_happens(world, client)

    assert {kind for kind in KINDS if not world.cards.books.all(kind)} == set()
    entries = [entry for kind in KINDS for entry in world.cards.books.all(kind) if not entry.get("deleted")]
    assert sorted({mistake for entry in entries for mistake in mistakes(entry)}) == []


async def test_what_events_tell_of_is_as_stripe_publishes_it(
    world: World, service: Listener, client: StripeClient
) -> None:
    await everything_happens(world, client)
    await world.settled()

    told = [json.loads(each.body) for each in service.heard]
    assert sorted({mistake for event in told for mistake in mistakes(event["data"]["object"], at=event["type"])}) == []
    assert {event["api_version"] for event in told} == {API_VERSION} == {stripe.api_version}


async def test_stripes_own_check_takes_every_webhook_and_none_that_was_changed(
    world: World, service: Listener, client: StripeClient
) -> None:
    await everything_happens(world, client)
    await world.settled()

    secret = world.cards.webhook_secret
    assert len(service.heard) > 50
    for each in service.heard:
        event = stripe.Webhook.construct_event(each.body, each.headers["Stripe-Signature"], secret)  # type: ignore[no-untyped-call]
        assert event.id == json.loads(each.body)["id"]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(  # type: ignore[no-untyped-call]
            each.body.replace(b"usd", b"eur"), each.headers["Stripe-Signature"], secret
        )


async def test_every_answer_over_the_wire_is_as_stripe_publishes_it(world: World, client: StripeClient) -> None:
    await everything_happens(world, client)
    lists = {
        "checkout/sessions": ["data.line_items", "data.payment_intent.latest_charge", "data.customer"],
        "payment_intents": ["data.latest_charge.refunds", "data.payment_method", "data.customer"],
        "charges": ["data.payment_intent"],
        "refunds": ["data.charge"],
        "disputes": ["data.charge", "data.payment_intent"],
        "events": [],
        "customers": ["data.invoice_settings.default_payment_method"],
        "payment_methods": ["data.customer"],
        "setup_intents": ["data.payment_method"],
    }
    wrong: list[str] = []
    auth = {"Authorization": f"Bearer {world.cards.api_key}"}
    async with aiohttp.ClientSession(headers=auth) as session:
        for path, expand in lists.items():
            asked = [("limit", "100"), *(("expand[]", each) for each in expand)]
            async with session.get(f"{world.url}/stripe/v1/{path}", params=asked) as answer:
                listing = await answer.json()
            wrong += mistakes(listing, at=path)
            wrong += [mistake for entry in listing["data"] for mistake in mistakes(entry, at=path)]
            assert listing["data"], path
    assert sorted(set(wrong)) == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ({"colour": "blue"}, "charge.colour is not published"),
        ({"amount": None}, "charge.amount is null"),
        ({"amount": "4200"}, "charge.amount is '4200', which is no <class 'int'>"),
        ({"paid": 1}, "charge.paid is 1, which is no <class 'bool'>"),
        ({"status": "done"}, "charge.status is 'done', which is none of ['failed', 'pending', 'succeeded']"),
        ({"billing_details": {"fax": "1"}}, "charge.billing_details.fax is not published"),
        ({"refunds": {"object": "list", "data": [], "url": "/"}}, "charge.refunds.has_more is missing"),
        ({"payment_intent": {"id": "pi_1"}}, "charge.payment_intent.amount is missing"),
        ({"metadata": {"ref": 7}}, "charge.metadata[ref] is 7, which is no <class 'str'>"),
    ],
)
async def test_whatever_differs_is_seen(world: World, spoil: dict[str, Any], said: str) -> None:
    await world.cards.pay(world.cards.open_session(SESSION)["id"])
    (charge,) = world.cards.charges
    assert mistakes(charge) == []
    assert said in mistakes(charge | spoil)
    assert f"charge.{next(iter(charge))} is missing" in mistakes({k: v for k, v in charge.items() if k != "id"})
