"""Stripe's manners: versions, pages of lists, expansion, banks that answer late, evidence, faults in its own words."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import stripe
from stripe import AIOHTTPClient, StripeClient

from sandbox import World
from sandbox.stripe import methods
from sandbox.stripe.objects import API_VERSION
from sandbox.troubles import named

PRICE = {"currency": "usd", "unit_amount": 4200, "product_data": {"name": "Invoice INV-1"}}
PAGE: dict[str, Any] = {"mode": "payment", "line_items": [{"price_data": PRICE}], "success_url": "https://clinic.test"}


@pytest.fixture
async def client(world: World) -> AsyncIterator[Any]:
    settings, http = world.environment(), AIOHTTPClient()
    key, bases = settings["STRIPE_API_KEY"], {"api": settings["STRIPE_API_URL"]}
    client = StripeClient(key, http_client=http, base_addresses=bases, max_network_retries=0)  # type: ignore[arg-type]
    yield client.v1
    await http.close_async()


async def paid(world: World, **how: Any) -> dict[str, Any]:
    """A payment's charge."""
    await world.cards.pay(world.cards.open_session(PAGE)["id"], **how)
    return world.cards.charges[-1]


async def test_another_version_of_the_api_is_refused(world: World, client: Any) -> None:
    assert (await client.charges.list_async({}, {"stripe_version": API_VERSION})).data == []
    with pytest.raises(stripe.InvalidRequestError, match="Invalid Stripe API version: 2020-08-27"):
        await client.charges.list_async({}, {"stripe_version": "2020-08-27"})


async def test_lists_turn_their_pages_both_ways(world: World, client: Any) -> None:
    made = [(await paid(world))["id"] for _ in range(5)][::-1]
    first = await client.charges.list_async({"limit": 2})
    assert ([charge.id for charge in first.data], first.has_more) == (made[:2], True)
    older = await client.charges.list_async({"limit": 2, "starting_after": made[1]})
    assert ([charge.id for charge in older.data], older.has_more) == (made[2:4], True)
    newer = await client.charges.list_async({"limit": 2, "ending_before": made[4]})
    assert ([charge.id for charge in newer.data], newer.has_more) == (made[2:4], True)
    assert [charge.id async for charge in first.auto_paging_iter()] == made
    back = await client.charges.list_async({"limit": 2, "ending_before": made[4]})
    assert sorted([charge.id async for charge in back.auto_paging_iter()]) == sorted(made[:4])


@pytest.mark.parametrize(
    ("asked", "param"),
    [({"limit": 0}, "limit"), ({"starting_after": "ch_none"}, "starting_after"), ({"colour": "blue"}, "colour")],
)
async def test_a_wrong_list_is_refused_by_what_is_wrong(client: Any, asked: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.charges.list_async(asked)
    assert refused.value.param == param


async def test_ids_are_expanded_where_they_lead_somewhere_and_refused_where_not(world: World, client: Any) -> None:
    charge = await paid(world)
    await client.refunds.create_async({"charge": charge["id"], "amount": 100})
    found = await client.charges.retrieve_async(charge["id"], {"expand": ["payment_intent.payment_method", "refunds"]})
    assert found.payment_intent.payment_method.card.last4 == "4242"
    assert [refund.amount for refund in found.refunds.data] == [100]
    plain = await client.charges.retrieve_async(charge["id"])
    assert isinstance(plain.payment_intent, str)
    session = world.cards.sessions[0]["id"]
    listed = await client.checkout.sessions.retrieve_async(session, {"expand": ["line_items"]})
    assert listed.line_items.data[0].description == "Invoice INV-1"
    with pytest.raises(stripe.InvalidRequestError, match=r"cannot be expanded \(colour\)"):
        await client.charges.retrieve_async(charge["id"], {"expand": ["colour"]})


@pytest.mark.parametrize(("account", "why"), methods.RETURNS.items())
async def test_a_bank_returns_a_payment_after_four_days_with_its_code(
    world: World, client: Any, account: str, why: methods.Decline
) -> None:
    charge = await paid(world, bank=account)
    world.clock.forward(days=3, hours=23)
    assert (await client.charges.retrieve_async(charge["id"])).status == "pending"
    world.clock.forward(hours=2)
    failed = await client.charges.retrieve_async(charge["id"], {"expand": ["payment_intent"]})
    assert (failed.status, failed.failure_code) == ("failed", why.code)
    assert failed.outcome.network_decline_code == why.network_code
    assert failed.payment_intent.last_payment_error.code == why.code
    method = await client.payment_methods.retrieve_async(charge["payment_method"])
    blocked = method.us_bank_account.status_details
    assert (blocked.blocked.network_code if blocked else None) == (why.network_code if why.blocked else None)


@pytest.mark.parametrize(
    ("account", "kind"), [(methods.GOOD_ACCOUNT, None), (methods.DISPUTED_ACCOUNT, "debit_not_authorized")]
)
async def test_a_bank_sends_the_money_and_may_want_it_back(
    world: World, client: Any, account: str, kind: str | None
) -> None:
    charge = await paid(world, bank=account)
    assert [intent["status"] for intent in world.cards.bank_payments()] == ["processing"]
    world.clock.forward(days=5)
    assert (await client.charges.retrieve_async(charge["id"])).status == "succeeded"
    assert [dispute.reason for dispute in (await client.disputes.list_async()).data] == ([kind] if kind else [])


async def test_the_switches_decline_cards_and_have_banks_refuse(world: World, client: Any) -> None:
    for name, reason in (("declined", "generic_decline"), ("insufficient_funds", "insufficient_funds")):
        switch = named(name, world.cards.troubles())
        switch.switch(True)
        assert (await paid(world))["outcome"]["reason"] == reason
        switch.switch(False)
    assert (await paid(world))["paid"]
    named("bank_fails", world.cards.troubles()).switch(True)
    charge = await paid(world, bank=True)
    world.clock.forward(days=5)
    assert (await client.charges.retrieve_async(charge["id"])).failure_code == "insufficient_funds"


async def test_evidence_is_kept_and_sent_until_the_dispute_is_closed(world: World, client: Any) -> None:
    dispute = await world.cards.dispute((await paid(world))["id"])
    draft = {"evidence": {"uncategorized_text": "They came."}, "submit": False}
    kept = await client.disputes.update_async(dispute["id"], draft)
    assert (kept.status, kept.evidence_details.has_evidence) == ("needs_response", True)
    sent = await client.disputes.update_async(dispute["id"], {"evidence": {"customer_name": "Ana"}})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    assert (sent.evidence.uncategorized_text, sent.evidence.customer_name) == ("They came.", "Ana")
    assert (await client.disputes.close_async(dispute["id"])).status == "lost"
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        await client.disputes.update_async(dispute["id"], {"evidence": {"customer_name": "Ben"}})


@pytest.mark.parametrize(
    ("kind", "error"),
    [("500", stripe.APIError), ("ratelimited", stripe.RateLimitError), ("reset", stripe.APIConnectionError)],
)
async def test_every_operation_can_meet_a_fault_and_is_recorded(
    world: World, client: Any, kind: Any, error: type[Exception]
) -> None:
    asked = {"amount": 900, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    world.cards.desk.will(kind, "payment_intents.*")
    with pytest.raises(error):
        await client.payment_intents.create_async(asked)
    assert (await client.payment_intents.create_async(asked)).status == "succeeded"
    assert [(call.operation, call.fault) for call in world.cards.desk.calls] == [
        ("payment_intents.create", kind),
        ("payment_intents.create", None),
    ]
    assert world.cards.taken_cents == 900
