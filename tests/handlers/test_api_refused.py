"""What cannot be: each wrong request gets a sentence, the field where there is one, a 4xx, and changes nothing."""

from typing import Any

import pytest

from models.money import Payment
from tests.handlers.house import House, bill, everything, patient

MONEY = {"amount_cents": 4_000, "method": "check", "date": "2026-03-02"}
PATIENT = {"first_name": "Maria", "last_name": "Lopez", "location": "downtown", "bill_to": "client"}
VISIT = {"patient": "P-1", "location": "downtown", "provider": "Dr. Ade", "date": "2026-03-01"}
ITEM = {"code": "visit", "quantity": 1}
DRAFT = {"guarantor": "P-1", "charges": [], "lines": [{"description": "Brace", "unit_price_cents": 100}]}
SENT, PAID, VOID, DRAFTED = "/invoices/1", "/invoices/2", "/invoices/3", "/invoices/4"

# method, address, body, status, field or code
WRONG: list[tuple[str, str, Any, int, str]] = [
    ("POST", f"{SENT}/payments", {**MONEY, "amount_cents": 40.5}, 422, "amount_cents"),
    ("POST", f"{SENT}/payments", {**MONEY, "amount_cents": 4_000.0}, 422, "amount_cents"),
    ("POST", f"{SENT}/payments", {**MONEY, "amount_cents": -4_000}, 422, "amount_cents"),
    ("POST", f"{SENT}/payments", {**MONEY, "amount_cents": 10**30}, 422, "amount_cents"),
    ("POST", f"{SENT}/payments", {**MONEY, "date": "1066-10-14"}, 422, "date"),
    ("POST", f"{SENT}/payments", {**MONEY, "date": "2999-01-01"}, 422, "date"),
    ("POST", f"{SENT}/payments", {**MONEY, "date": "2026-02-30"}, 422, "date"),
    ("POST", f"{SENT}/payments", {**MONEY, "date": "1772409600"}, 422, "date"),
    ("POST", f"{SENT}/payments", {**MONEY, "currency": "EUR"}, 422, "currency"),
    ("POST", f"{SENT}/payments?dry=1", MONEY, 422, "dry"),
    ("POST", f"{VOID}/payments", MONEY, 409, "not_payable"),
    ("POST", f"{DRAFTED}/payments", MONEY, 409, "not_payable"),
    ("POST", "/patients/P-1/payments", {**MONEY, "to": [{"invoice": 1, "amount_cents": 12_001}]}, 422, "to"),
    ("POST", "/patients/P-1/payments",
     {**MONEY, "amount_cents": 20_000, "to": [{"invoice": 1, "amount_cents": 12_001}]}, 422, "to"),
    ("POST", "/patients/P-9/payments", MONEY, 404, "not_found"),
    ("POST", f"{PAID}/void", {"reason": "slip"}, 409, "has_payments"),
    ("POST", f"{VOID}/void", {"reason": "slip"}, 409, "stale"),
    ("PATCH", SENT, {"add": [{"description": "Brace", "unit_price_cents": 100}]}, 409, "not_a_draft"),
    ("PATCH", DRAFTED, {"add": [{"description": "Brace", "unit_price_cents": -1}]}, 422, "add.0.unit_price_cents"),
    ("PATCH", DRAFTED, {"add": [{"description": "x" * 201, "unit_price_cents": 1}]}, 422, "add.0.description"),
    ("PATCH", DRAFTED, {"remove": [99]}, 422, "remove"),
    ("PATCH", DRAFTED, {"due_date": "2999-01-01"}, 422, "due_date"),
    ("PATCH", DRAFTED, {"lines": [{"position": 1}, {"position": 1}]}, 422, "body"),
    ("DELETE", SENT, None, 409, "not_a_draft"),
    ("POST", f"{SENT}/send", None, 409, "stale"),
    ("POST", f"{SENT}/archive", None, 409, "stale"),
    ("POST", f"{SENT}/late-fees/1/waive", {"reason": "x"}, 422, "period"),
    ("POST", f"{SENT}/late-fees/first/waive", {"reason": "x"}, 404, "not_found"),
    ("POST", "/payments/1/refund", {"amount_cents": 12_001, "reason": "x"}, 422, "amount_cents"),
    ("POST", "/payments/1/refund", {"amount_cents": 100, "reason": "x", "disposition": "gift"}, 422, "disposition"),
    ("POST", "/payments/1/cancel", {"reason": "   "}, 422, "reason"),
    ("POST", "/payments/99/cancel", {"reason": "x"}, 404, "not_found"),
    ("POST", "/patients/P-1/credit", {"amount_cents": 1}, 409, "no_credit"),
    ("POST", "/patients/P-1/plans", {"parts": []}, 422, "parts"),
    ("POST", "/patients/P-1/plans", {"parts": [{"due_on": "2026-04-01", "amount_cents": 1}]}, 422, "parts"),
    ("POST", "/cash-days/1/close", {"counted": []}, 409, "stale"),
    ("POST", "/cash-days/1/pay_in", {"amount_cents": 100, "reason": "stamps"}, 409, "stale"),
    ("POST", "/cash-days", {"location": "nowhere", "float_cents": 0}, 422, "location"),
    ("POST", "/cash-days", {"location": "downtown", "float_cents": -1}, 422, "float_cents"),
    ("POST", f"{SENT}/payments", {**MONEY, "method": "cash"}, 409, "cash_day_closed"),
    ("POST", "/products/none/receive", {"quantity": 1}, 404, "not_found"),
    ("PUT", "/products/B-1", {"name": "Brace", "unit_price_cents": 1.5}, 422, "unit_price_cents"),
    ("PUT", "/prices/B-1", {"description": "Brace", "unit_price_cents": 1, "valid_from": "2026-13-01"}, 422,
     "valid_from"),
    ("PUT", "/claims/C-1", {"session": "none", "payer": "Acme", "status": "paid"}, 422, "session"),
    ("PUT", "/claims/C-1", {"session": "none", "payer": "Acme", "status": "lost"}, 422, "status"),
    ("PUT", "/patients/P-7", {**PATIENT, "first_name": "x" * 5_000}, 422, "first_name"),
    ("PUT", "/patients/P-7", {**PATIENT, "first_name": "x" * 1_040_000}, 422, "first_name"),
    ("PUT", "/patients/P-7", {**PATIENT, "first_name": "\u200b\u2060"}, 422, "first_name"),
    ("PUT", "/patients/P-7", {**PATIENT, "first_name": "Mar\u202eia"}, 422, "first_name"),
    ("POST", "/patients/P-1/payments", {**MONEY, "location": "moon"}, 422, "location"),
    ("PUT", "/patients/P-7", {**PATIENT, "birth_date": "1066-10-14"}, 422, "birth_date"),
    ("PUT", "/patients/P-7", b'{"first_name": "Mar\xeda"}', 400, "not_json"),
    ("PUT", "/patients/P-7", b'{"first_name": "\\u0000"}', 422, "first_name"),
    ("PUT", "/patients/%C2%85", PATIENT, 422, "invalid"),
    ("PUT", "/sessions/S-7", {**VISIT, "date": "1066-10-14", "items": [ITEM]}, 422, "date"),
    ("PUT", "/sessions/S-7", {**VISIT, "date": "2999-01-01", "items": [ITEM]}, 422, "date"),
    ("PUT", "/sessions/S-7", {**VISIT, "items": [{**ITEM, "quantity": -1}]}, 422, "items.0.quantity"),
    ("PUT", "/sessions/S-7", {**VISIT, "items": [{**ITEM, "quantity": 0.0001}]}, 422, "items.0.quantity"),
    ("PUT", "/sessions/S-7", {**VISIT, "items": [{**ITEM, "code": "unpriced"}]}, 422, "items"),
    ("POST", "/invoices", {**DRAFT, "lines": [{"description": "Brace"}]}, 422, "lines"),
    ("POST", "/invoices", {**DRAFT, "taxes": ["none"]}, 422, "taxes"),
    ("POST", "/invoices", {**DRAFT, "due_date": "2025-01-01"}, 422, "due_date"),
    ("POST", "/invoices", {**DRAFT, "adjustments": [{"kind": "discount", "basis_points": 10_001}]}, 422,
     "adjustments.0.basis_points"),
    ("POST", "/invoices", {**DRAFT, "adjustments": [{"kind": "discount", "amount_cents": 101}]}, 422, "adjustments"),
    ("GET", "/invoices?amount_from=1.5", None, 422, "amount_from"),
    ("GET", "/invoices?amount_from=-1", None, 422, "amount_from"),
    ("GET", "/invoices?created_from=2026-03-01", None, 422, "created_from"),
    ("GET", "/invoices?created_from=1700000000", None, 422, "created_from"),
    ("GET", "/invoices?limit=1_0", None, 422, "limit"),
    ("GET", "/events?after=-1", None, 422, "after"),
    ("GET", "/events?after=99999999999999999999", None, 422, "after"),
    ("GET", "/reports/ageing?as_of=0", None, 422, "as_of"),
]  # fmt: skip


@pytest.fixture
async def books(house: House) -> House:
    """Invoices 1 to 4: sent, paid, void, a draft; a payment of P-2's; a closed day of the cash register."""
    first, second = await patient("P-1"), await patient("P-2")
    invoices = [await bill(first), await bill(second), await bill(first), await bill(first, sent=False)]
    assert [invoice.id for invoice in invoices] == [1, 2, 3, 4]
    for path, body in (
        (f"{PAID}/payments", {**MONEY, "amount_cents": 12_000}),
        (f"{VOID}/void", {"reason": "slip"}),
        ("/cash-days", {"location": "downtown", "float_cents": 0}),
        ("/cash-days/1/close", {"counted": []}),
    ):
        assert (await house.call("POST", path, body)).status in (200, 201), path
    return house


async def test_what_cannot_be_is_told_where_and_why_and_changes_nothing(books: House):
    before = await everything(), await Payment.all().values()
    wrongs = []
    for method, path, body, status, name in WRONG:
        answer = await books.call(method, path, body)
        said = await answer.json()
        told = {said.get("code"), *said.get("fields", ())}
        if (answer.status, answer.content_type, name in told) != (status, "application/problem+json", True):
            wrongs.append((method, path, str(body)[:90], answer.status, said))
        elif not said["detail"].endswith((".", "!")):
            wrongs.append((method, path, said["detail"]))
    assert not wrongs, "\n".join(map(str, wrongs))
    assert (await everything(), await Payment.all().values()) == before
