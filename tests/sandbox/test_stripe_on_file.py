"""Customers and what they keep on file: charged without them, captured later, kept without a payment."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import stripe
from stripe import AIOHTTPClient, Customer, StripeClient

from sandbox import World
from tests.sandbox.listener import Listener

PRICE = {"currency": "usd", "unit_amount": 4200, "product_data": {"name": "Invoice INV-1"}}
PAGE: dict[str, Any] = {"mode": "payment", "line_items": [{"price_data": PRICE}], "success_url": "https://clinic.test"}
KEEPING = {"payment_intent_data": {"setup_future_usage": "off_session"}}


@pytest.fixture
async def client(world: World) -> AsyncIterator[Any]:
    """Stripe's own; its typed parameters are in the way of asking for what is wrong."""
    settings, http = world.environment(), AIOHTTPClient()
    key, bases = settings["STRIPE_API_KEY"], {"api": settings["STRIPE_API_URL"]}
    client = StripeClient(key, http_client=http, base_addresses=bases, max_network_retries=0)  # type: ignore[arg-type]
    yield client.v1
    await http.close_async()


@pytest.fixture
async def ana(client: Any) -> Customer:
    return await client.customers.create_async({"email": "ana@example.test", "metadata": {"ref": "7"}})


async def on_file(world: World, client: Any, customer: str, **how: Any) -> str:
    page = await client.checkout.sessions.create_async(PAGE | KEEPING | {"customer": customer})
    assert (await world.cards.pay(page.id, **how)).paid
    return (await client.customers.payment_methods.list_async(customer)).data[0].id


def off_session(customer: str, method: str, cents: int = 900) -> dict[str, Any]:
    asked = {"amount": cents, "currency": "usd", "customer": customer, "payment_method": method}
    return asked | {"off_session": True, "confirm": True}


def kinds(service: Listener) -> list[str]:
    return [json.loads(each.body)["type"] for each in service.heard]


async def test_a_card_paid_with_can_stay_on_file_and_is_shown_at_the_next_page(
    world: World, client: Any, ana: Customer
) -> None:
    saved = await on_file(world, client, ana.id)
    page = await client.checkout.sessions.create_async(PAGE | {"customer": ana.id})
    async with aiohttp.ClientSession() as browser:
        async with browser.get(page.url) as shown:
            assert "Pay with Visa •••• 4242" in await shown.text()
        async with browser.post(page.url, data={"with": saved}, allow_redirects=False) as paid:
            assert paid.status == 303
    assert [charge["payment_method"] for charge in world.cards.charges] == [saved, saved]
    assert (await client.checkout.sessions.retrieve_async(page.id)).customer_details.email == "ana@example.test"
    assert not (await world.cards.pay((await client.checkout.sessions.create_async(PAGE)).id, saved=saved)).paid


async def test_what_nobody_asked_to_keep_is_not_kept(world: World, client: Any, ana: Customer) -> None:
    page = await client.checkout.sessions.create_async(PAGE | {"customer": ana.id})
    await world.cards.pay(page.id)
    assert (await client.customers.payment_methods.list_async(ana.id)).data == []


async def test_a_page_can_make_its_payer_a_customer(world: World, client: Any) -> None:
    page = await client.checkout.sessions.create_async(PAGE | {"customer_creation": "always"})
    await world.cards.pay(page.id, email="ben@example.test")
    session = await client.checkout.sessions.retrieve_async(page.id, {"expand": ["customer"]})
    assert session.customer.email == "ben@example.test"


async def test_a_card_on_file_is_charged_without_its_owner(
    world: World, service: Listener, client: Any, ana: Customer
) -> None:
    saved = await on_file(world, client, ana.id)
    await world.settled()
    service.heard.clear()
    intent = await client.payment_intents.create_async(off_session(ana.id, saved))
    await world.settled()
    assert (intent.status, intent.amount_received, intent.customer) == ("succeeded", 900, ana.id)
    assert kinds(service) == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
    assert world.cards.taken_cents == 5100


@pytest.mark.parametrize(
    ("card", "code", "reason"),
    [
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
        ("pm_card_authenticationRequired", "authentication_required", "authentication_required"),
    ],
)
async def test_a_card_on_file_can_be_declined_when_it_is_charged(
    world: World, service: Listener, client: Any, ana: Customer, card: str, code: str, reason: str
) -> None:
    kept = await client.payment_methods.attach_async(card, {"customer": ana.id})
    with pytest.raises(stripe.CardError) as declined:
        await client.payment_intents.create_async(off_session(ana.id, kept.id))
    error = declined.value.error
    assert (declined.value.http_status, error.type, error.code, error.decline_code) == (402, "card_error", code, reason)
    assert error.payment_intent.status == "requires_payment_method"
    assert error.payment_intent.last_payment_error.decline_code == reason
    await world.settled()
    assert kinds(service)[-2:] == ["charge.failed", "payment_intent.payment_failed"]
    assert world.cards.taken_cents == 0


async def test_a_decline_is_the_same_answer_under_its_key(client: Any, world: World) -> None:
    asked = {"amount": 900, "currency": "usd", "payment_method": "pm_card_chargeDeclined", "confirm": True}
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            await client.payment_intents.create_async(asked, {"idempotency_key": "pay-7"})
    assert len(world.cards.charges) == 1


async def test_money_is_held_now_and_captured_or_let_go_later(world: World, client: Any, ana: Customer) -> None:
    saved = await on_file(world, client, ana.id)
    asked = off_session(ana.id, saved) | {"capture_method": "manual"}
    held, other = [await client.payment_intents.create_async(asked) for _ in range(2)]
    assert (held.status, held.amount_capturable, world.cards.taken_cents) == ("requires_capture", 900, 4200)
    with pytest.raises(stripe.InvalidRequestError, match="between 1 and 900"):
        await client.payment_intents.capture_async(held.id, {"amount_to_capture": 901})
    captured = await client.payment_intents.capture_async(held.id, {"amount_to_capture": 500})
    assert (captured.status, captured.amount_received, world.cards.taken_cents) == ("succeeded", 500, 4700)
    assert (await client.payment_intents.cancel_async(other.id)).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as late:
        await client.payment_intents.cancel_async(captured.id)
    assert late.value.code == "payment_intent_unexpected_state"


async def test_an_intent_is_made_changed_and_confirmed_in_steps(client: Any, world: World) -> None:
    intents = client.payment_intents
    made = await intents.create_async(
        {"amount": 900, "currency": "usd", "automatic_payment_methods": {"enabled": True}}
    )
    assert made.status == "requires_payment_method"
    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        await intents.confirm_async(made.id)
    changed = await intents.update_async(made.id, {"amount": 1000, "metadata": {"ref": "7"}})
    assert (changed.amount, changed.metadata["ref"]) == (1000, "7")
    done = await intents.confirm_async(made.id, {"payment_method": "pm_card_mastercard"})
    assert (done.status, world.cards.taken_cents) == ("succeeded", 1000)


async def test_a_card_is_kept_without_a_payment(world: World, service: Listener, client: Any, ana: Customer) -> None:
    asked = {"mode": "setup", "currency": "usd", "customer": ana.id, "success_url": "https://clinic.test"}
    page = await client.checkout.sessions.create_async(asked)
    async with aiohttp.ClientSession() as browser, browser.get(page.url) as shown:
        assert "Keep this card" in await shown.text()
    assert (page.payment_status, page.amount_total) == ("no_payment_required", None)
    assert (await world.cards.pay(page.id, card="4000000000000002")).reason == "Your card was declined."
    assert (await world.cards.pay(page.id)).paid
    await world.settled()

    assert kinds(service)[-3:] == ["payment_method.attached", "setup_intent.succeeded", "checkout.session.completed"]
    session = await client.checkout.sessions.retrieve_async(page.id, {"expand": ["setup_intent.payment_method"]})
    assert session.setup_intent.payment_method.customer == ana.id
    assert world.cards.charges == []


async def test_what_is_detached_cannot_be_charged(world: World, client: Any, ana: Customer) -> None:
    saved = await on_file(world, client, ana.id)
    prefers = {"invoice_settings": {"default_payment_method": saved}}
    assert (await client.customers.update_async(ana.id, prefers)).invoice_settings.default_payment_method == saved
    assert (await client.payment_methods.detach_async(saved)).customer is None
    assert (await client.customers.retrieve_async(ana.id)).invoice_settings.default_payment_method is None
    with pytest.raises(stripe.InvalidRequestError, match="does not belong"):
        await client.payment_intents.create_async(off_session(ana.id, saved))


async def test_a_deleted_customer_is_gone_with_all_they_kept(world: World, client: Any, ana: Customer) -> None:
    saved = await on_file(world, client, ana.id)
    assert (await client.customers.delete_async(ana.id)).deleted
    assert (await client.customers.retrieve_async(ana.id)).deleted
    assert (await client.customers.list_async()).data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        await client.payment_intents.create_async(off_session(ana.id, saved))


async def test_what_is_on_file_is_there_after_a_restart(tmp_path: Any) -> None:
    async with World(state_dir=tmp_path) as world:
        customer = world.cards.books.add({"id": "cus_1", "object": "customer", "email": None})
        page = world.cards.open_session(PAGE | KEEPING | {"customer": customer["id"]})
        await world.cards.pay(page["id"], bank="000222222227")
    async with World(state_dir=tmp_path) as again:
        again.clock.forward(days=5)
        await again.settled()
        assert [charge["failure_code"] for charge in again.cards.charges] == ["insufficient_funds"]


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"amount": 49}, "amount"),
        ({"confirm": None}, "off_session"),
        ({"customer": "cus_none"}, "customer"),
        ({"payment_method": "pm_none"}, "payment_method"),
        ({"colour": "blue"}, "colour"),
    ],
)
async def test_a_wrong_intent_is_refused_by_what_is_wrong(
    world: World, client: Any, ana: Customer, asked: dict[str, Any], param: str
) -> None:
    wanted = {key: value for key, value in (off_session(ana.id, "pm_card_visa") | asked).items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.payment_intents.create_async(wanted)
    assert refused.value.param == param
    assert world.cards.charges == []
