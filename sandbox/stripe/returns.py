"""Money going back: refunds the service or the dashboard asks for, and disputes a payer's bank opens."""

from collections.abc import Mapping
from typing import Any

from sandbox.stripe import objects
from sandbox.stripe.books import Books
from sandbox.stripe.forms import Refused, integer, known, metadata
from sandbox.stripe.objects import Json

UNDERSTOOD = frozenset({"amount", "charge", "expand", "metadata", "payment_intent", "reason"})
REASONS = frozenset({None, "duplicate", "fraudulent", "requested_by_customer"})


def refund(books: Books, fields: Mapping[str, Any]) -> Json:
    known(fields, UNDERSTOOD)
    charge = _charge(books, fields)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = left if fields.get("amount") is None else integer(fields["amount"], "amount")
    if not left:
        raise Refused(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if charge["disputed"]:
        raise Refused(f"Charge {charge['id']} has been charged back.", code="charge_disputed")
    if not 0 < amount <= left:
        raise Refused(
            f"Refund amount ({amount}) must be positive and at most the unrefunded amount on charge ({left})",
            param="amount",
        )
    if fields.get("reason") not in REASONS:
        raise Refused("Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer", param="reason")
    made = books.add(
        objects.refund(
            charge=charge,
            amount=amount,
            reason=fields.get("reason"),
            metadata=metadata(fields),
            status="succeeded" if charge["payment_method_details"]["type"] == "card" else "pending",
            created=books.now(),
        )
    )
    _count(charge, amount)
    books.tell(("charge.refunded", charge), ("refund.created", made))
    return made


def finish(books: Books, id: str, *, status: str) -> Json:
    made = books.find("refund", id)
    if made["status"] != "pending":
        raise ValueError(f"Refund {id} is not pending but {made['status']}")
    made["status"] = status
    if status == "failed":
        made["failure_reason"] = "declined"
        _count(books.find("charge", made["charge"]), -made["amount"])
    books.tell(("refund.failed" if status == "failed" else "refund.updated", made))
    return made


def dispute(books: Books, charge_id: str, *, reason: str) -> Json:
    charge = books.find("charge", charge_id)
    charge["disputed"] = True
    made = books.add(objects.dispute(charge=charge, reason=reason, created=books.now()))
    books.tell(("charge.dispute.created", made), ("charge.dispute.funds_withdrawn", made))
    return made


def answer_dispute(books: Books, id: str, fields: Mapping[str, Any]) -> Json:
    """The practice's evidence: kept, and sent to the bank unless `submit` is false."""
    known(fields, {"evidence", "expand", "metadata", "submit"})
    made, evidence = books.find("dispute", id), fields.get("evidence") or {}
    known(evidence, objects.EVIDENCE, within="evidence")
    if made["status"] not in ("needs_response", "under_review"):
        raise Refused(f"This dispute is already closed: its status is {made['status']}.")
    made["evidence"] |= {name: value or None for name, value in evidence.items()}
    made["metadata"] = metadata({"metadata": {**made["metadata"], **fields.get("metadata", {})}})
    details = made["evidence_details"]
    details["has_evidence"] = any(made["evidence"][name] for name in objects.EVIDENCE)
    if evidence and fields.get("submit") != "false":
        made["status"] = "under_review"
        details |= {"submission_count": details["submission_count"] + 1, "submission_method": "manual"}
    books.tell(("charge.dispute.updated", made))
    return made


def accept_dispute(books: Books, id: str) -> Json:
    """The practice gives in."""
    made = books.find("dispute", id)
    if made["status"] in ("won", "lost"):
        raise Refused("This dispute is already closed.")
    return close_dispute(books, id, won=False)


def close_dispute(books: Books, id: str, *, won: bool) -> Json:
    made = books.find("dispute", id)
    made["status"] = "won" if won else "lost"
    told = [("charge.dispute.closed", made)]
    books.tell(*told, *([("charge.dispute.funds_reinstated", made)] if won else []))
    return made


def _charge(books: Books, fields: Mapping[str, Any]) -> Json:
    if charge := fields.get("charge"):
        return books.find("charge", charge, param="charge")
    if named := fields.get("payment_intent"):
        intent = books.find("payment_intent", named, param="payment_intent")
        if intent["latest_charge"] is None:
            raise Refused("This PaymentIntent does not have a successful charge to refund.", param="payment_intent")
        return books.find("charge", intent["latest_charge"])
    raise Refused("One of the following params should be provided for this request: payment_intent or charge.")


def _count(charge: Json, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
