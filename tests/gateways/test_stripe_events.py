"""What Stripe's events mean beyond what its stand-in tells: older versions, inquiries, expanded objects, unknowns."""

from typing import Any

import pytest

from gateways.stripe_events import READERS, meaning

SESSION = {
    "id": "cs_1", "payment_intent": "pi_1", "payment_status": "paid", "amount_total": 5000, "currency": "usd",
    "client_reference_id": "checkout-1", "metadata": {},
}  # fmt: skip
REFUND = {"id": "re_1", "amount": 1000, "currency": "usd", "status": "succeeded", "charge": "ch_1", "created": 10}
DISPUTE = {"id": "dp_1", "amount": 5000, "currency": "usd", "charge": "ch_1", "payment_intent": "pi_1"}


def event(kind: str, about: dict[str, Any]) -> dict[str, Any]:
    return {"id": "evt_1", "type": kind, "created": 1_790_000_000, "data": {"object": about}}


@pytest.mark.parametrize("kind", ["payment_intent.succeeded", "charge.succeeded", "customer.created", "from.tomorrow"])
def test_an_event_that_changes_nothing_in_the_books_is_dropped(kind: str) -> None:
    assert meaning(event(kind, {})) is None


def test_a_session_with_nothing_to_pay_is_dropped() -> None:
    assert meaning(event("checkout.session.completed", SESSION | {"payment_status": "no_payment_required"})) is None


def test_an_expanded_payment_is_known_by_its_id() -> None:
    told = meaning(event("checkout.session.completed", SESSION | {"payment_intent": {"id": "pi_1", "amount": 5000}}))
    assert told is not None
    assert told.processor_id == "pi_1"
    assert told.occurred_at.isoformat() == "2026-09-21T14:13:20+00:00"


def test_our_id_is_found_in_the_metadata_too() -> None:
    told = meaning(
        event("checkout.session.completed", SESSION | {"client_reference_id": None, "metadata": {"ref": "c"}})
    )
    assert told is not None
    assert told.ref == "c"


def test_a_page_that_expired_unused_is_known_by_its_own_id() -> None:
    told = meaning(event("checkout.session.expired", SESSION | {"payment_intent": None}))
    assert told is not None
    assert (told.kind, told.processor_id) == ("expired", "cs_1")


def test_a_charge_of_an_older_version_tells_its_newest_refund_and_not_the_running_total() -> None:
    refunds = [REFUND, REFUND | {"id": "re_2", "amount": 2000, "created": 20}]
    charge = {"id": "ch_1", "payment_intent": "pi_1", "amount_refunded": 3000, "refunds": {"data": refunds}}
    told = meaning(event("charge.refunded", charge))
    assert told is not None
    assert (told.kind, told.return_id, told.amount_cents, told.processor_id) == ("refunded", "re_2", 2000, "pi_1")


def test_a_charge_of_a_current_version_leaves_it_to_the_refunds_own_events() -> None:
    assert meaning(event("charge.refunded", {"id": "ch_1", "payment_intent": "pi_1", "amount_refunded": 3000})) is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [("succeeded", "refunded"), ("failed", "refund_failed"), ("canceled", "refund_failed"), ("pending", None),
     ("requires_action", None)],
)  # fmt: skip
def test_a_refund_is_in_the_books_when_it_has_ended(status: str, kind: str | None) -> None:
    told = meaning(event("refund.updated", REFUND | {"status": status}))
    assert (told and told.kind) == kind


def test_a_bank_that_only_asks_takes_no_money() -> None:
    assert meaning(event("charge.dispute.created", DISPUTE | {"status": "warning_needs_response"})) is None
    assert meaning(event("charge.dispute.closed", DISPUTE | {"status": "warning_closed"})) is None


def test_a_bank_payment_that_comes_back_late_is_a_dispute_and_says_why() -> None:
    late = DISPUTE | {
        "status": "needs_response",
        "reason": "insufficient_funds",
        "payment_method_details": {"type": "us_bank_account"},
    }
    told = meaning(event("charge.dispute.created", late))
    assert told is not None
    assert (told.kind, told.method) == ("dispute_opened", "ach")
    assert told.sentence == "The payment was disputed with the bank: insufficient funds."


def test_every_reader_stands_for_an_event_of_stripes() -> None:
    assert all(kind.split(".")[0] in ("checkout", "charge", "refund") for kind in READERS)
