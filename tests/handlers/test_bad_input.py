"""What programs send by mistake, or on purpose: bytes that are no JSON, names nobody can read, numbers no column holds,
somebody else's invoices. What the verbs refuse in their course stands in `test_api_refused`."""

import json
from io import BytesIO
from typing import Any

import pytest
from tortoise import Tortoise

from tests.handlers.house import House, bill, patient

MONEY = {"amount_cents": 4_000, "method": "check", "date": "2026-03-02"}
PATIENT = {"first_name": "Maria", "last_name": "Lopez", "location": "downtown", "bill_to": "client"}
VISIT = {"patient": "P-1", "location": "downtown", "provider": "Dr. Ade", "date": "2026-03-01"}
ITEM = {"code": "visit", "quantity": 1}
LINE = {"description": "Brace", "unit_price_cents": 100}
DRAFT = {"guarantor": "P-1", "charges": [], "lines": [LINE]}
CLAIM = {"session": "S-I", "payer": "Acme", "status": "paid"}
PART = {"due_on": "2026-05-01", "amount_cents": 8_000}
PAY, THEIRS, DRAFTED = "/invoices/1/payments", "/patients/P-1/payments", "/invoices/4"
TURNED, NOTHING_SEEN = "gnp.\u202egpj", "\ufeff\u200b\u2060"

Wrong = tuple[str, Any, str]
"""Address and body of a POST, a PUT (where the address begins with =) or a PATCH (~), then the field or the code."""

NUMBERS: list[Wrong] = [
    *((PAY, {**MONEY, "amount_cents": cents}, "amount_cents")
      for cents in (40.5, 4_000.0, -1, 0, "4000", True, None, [4_000], 10**12 + 1, 2**63 - 1, 2**63, 10**400)),
    (PAY, b'{"amount_cents": NaN, "method": "check", "date": "2026-03-02"}', "amount_cents"),
    (PAY, b'{"amount_cents": 4e3, "method": "check", "date": "2026-03-02"}', "amount_cents"),
    *((THEIRS, {**MONEY, "to": [{"invoice": number, "amount_cents": 100}]}, "to.0.invoice")
      for number in (1.0, "1", True, 0, -1, 2**63)),
    ("/invoices", {**DRAFT, "charges": [1.0]}, "charges.0"),
    ("/invoices", {**DRAFT, "charges": ["1"]}, "charges.0"),
    ("/invoices", {**DRAFT, "charges": [2**63]}, "charges.0"),
    ("/invoice-sets/bulk", {"move": "pause", "ids": ["1"]}, "ids.0"),
    *((f"/invoices/{number}/payments", MONEY, "not_found")
      for number in ("1.0", "-1", "0", "1e0", "0x1", "%D9%A1", "+1", 2**63, 10**17, "INV-1001")),
    *(("=/sessions/S-8", {**VISIT, "items": [{**ITEM, "quantity": quantity}]}, "items.0.quantity")
      for quantity in (-1, 0, 10**9, 0.0001, "1e5", "0x10", "\u0661", True, None)),
    (f"~{DRAFTED}", {"add": [{**LINE, "unit_price_cents": 10**11, "quantity": 1_000_000}]}, "lines"),
    (f"~{DRAFTED}", {"add": [{**LINE, "discount": {"basis_points": 12.5}}]}, "add.0.discount.basis_points"),
    (f"~{DRAFTED}", {"lines": [{"position": 1.0}]}, "lines.0.position"),
    ("/cash-days", {"location": "harbor", "float_cents": 2**63}, "float_cents"),
    ("/cash-days/2/close", {"counted": [{"value_cents": 100, "pieces": 2**63}]}, "counted.0.pieces"),
    ("/cash-days/2/close", {"counted": [{"value_cents": 7, "pieces": 1}]}, "counted"),
    ("/products/B-1/receive", {"quantity": 10**7}, "quantity"),
    ("=/products/B-2", {"name": "Brace", "unit_price_cents": 2**63}, "unit_price_cents"),
    ("=/claims/C-I", {**CLAIM, "patient_cents": -1}, "patient_cents"),
    ("=/claims/C-I", {**CLAIM, "patient_cents": 2**63}, "patient_cents"),
]  # fmt: skip
DAYS: list[Wrong] = [
    *((PAY, {**MONEY, "date": day}, "date")
      for day in ("1066-10-14", "2999-01-01", "1989-12-31", "2026-03-09", "2026-02-30", "20260302", "02/03/2026", 0,
                  20260302, None, "2026-03-02T00:00:00", "2026-W10-1", "")),
    *((f"/patients/P-1/{what}", {"parts": [{**PART, "due_on": day}]}, "parts.0.due_on")
      for what in ("plans",) for day in ("1066-10-14", "2999-01-01", 1)),
    ("/patients/P-1/plans", {"parts": [{**PART, "due_on": "2026-02-01"}]}, "parts"),
    ("/patients/P-1/plans", {"parts": [{**PART, "due_on": "2096-02-01"}]}, "parts"),
    (f"~{DRAFTED}", {"due_date": "1066-10-14"}, "due_date"),
    (f"~{DRAFTED}", {"due_date": "2026-03-01"}, "due_date"),
    (f"~{DRAFTED}", {"add": [{**LINE, "date": "1989-12-31"}]}, "add"),
    (f"~{DRAFTED}", {"add": [{**LINE, "date": "2026-03-09"}]}, "add"),
    ("=/patients/P-8", {**PATIENT, "birth_date": "2026-03-03"}, "birth_date"),
    ("=/patients/P-8", {**PATIENT, "birth_date": "2999-01-01"}, "birth_date"),
    ("=/sessions/S-8", {**VISIT, "date": "2026-03-03", "items": [ITEM]}, "date"),
    ("=/prices/visit", {"description": "Visit", "unit_price_cents": 1, "valid_from": "1066-10-14"}, "valid_from"),
    ("/invoices/bulk", {"move": "send", "from": "2026-03-02", "to": "2026-03-01"}, "to"),
]  # fmt: skip
WORDS: list[Wrong] = [
    *(("=/patients/P-8", {**PATIENT, "first_name": name}, "first_name")
      for name in ("", "   ", "Mar\x00ia", "Mar\x07ia", "Mar\x9fia", TURNED, "\u2067Maria", NOTHING_SEEN,
                   "\u200d\u200e", "Mar\u2028ia", "x" * 201, ["Maria"], {"name": "Maria"}, 7, None)),
    *(("=/patients/P-8", {**PATIENT, "email": email}, "email")
      for email in ("a@b", "a@b.com\r\nBcc: c@d.com", "a\u202e@b.com", "a b@c.com", "<a@b.com>", "a" * 250 + "@b.com")),
    *(("=/patients/P-8", {**PATIENT, "phone": phone}, "phone")
      for phone in ("512 555 0100", "+1512555010\n", "+1512555010\u0661", "+0", "")),
    *((f"/invoices/1/{move}", {"reason": reason}, "reason")
      for move in ("void",) for reason in ("", " ", TURNED, NOTHING_SEEN, "\x00", "x" * 501, None)),
    *((PAY, {**MONEY, name: TURNED}, name) for name in ("reference", "notes", "group")),
    (f"~{DRAFTED}", {"notes": "x" * 2_001}, "notes"),
    (f"~{DRAFTED}", {"add": [{**LINE, "description": "Brace\u202e"}]}, "add.0.description"),
    *((f"=/patients/{name}", PATIENT, "external_id")
      for name in ("%00", "%20P", "P%E2%80%AE8", "%EF%BB%BF", "x" * 121)),
    (f"=/products/{'x' * 61}", {"name": "Brace", "unit_price_cents": 1}, "code"),
]  # fmt: skip
NAMES: list[Wrong] = [
    *(("=/patients/P-8", {**PATIENT, name: said}, name)
      for name, said in (("locale", "klingon"), ("timezone", "Moon/Base"), ("location", "moon"), ("bill_to", "nobody"),
                         ("guarantor", "P-99"), ("nickname", "Mia"))),
    ("=/patients/P-I", {**PATIENT, "guarantor": "P-K"}, "guarantor"),
    (PAY, {**MONEY, "method": "bitcoin"}, "method"),
    (PAY, {**MONEY, "currency": "EUR"}, "currency"),
    (THEIRS, {**MONEY, "location": "moon"}, "location"),
    (THEIRS, {**MONEY, "to": []}, "to"),
    (THEIRS, {**MONEY, "to": [{"invoice": 1, "amount_cents": 100}] * 2}, "to"),
    *((THEIRS, {**MONEY, "to": [{"invoice": number, "amount_cents": 100}]}, "to") for number in (2, 3, 4, 5, 99)),
    (THEIRS, {**MONEY, "to": [{"invoice": 1, "amount_cents": 8_001}]}, "to"),
    (THEIRS, {**MONEY, "amount_cents": 100, "to": [{"invoice": 1, "amount_cents": 200}]}, "to"),
    ("/patients/P-1/credit", {"invoice": 5}, "no_credit"),
    ("/patients/P-1/plans", {"parts": [PART], "invoices": [5]}, "invoices"),
    ("/patients/P-1/plans", {"parts": [PART], "invoices": []}, "invoices"),
    ("/patients/P-1/plans", {"parts": [{**PART, "amount_cents": 8_001}]}, "parts"),
    ("/patients/P-1/plans", {"parts": [{**PART, "amount_cents": 4_000}] * 2}, "parts"),
    ("/patients/P-2/plans", {"parts": [PART]}, "plan_exists"),
    ("/plans/1/change", {"parts": [PART]}, "parts"),
    ("/plans/99/cancel", {"reason": "x"}, "not_found"),
    ("/invoices", {**DRAFT, "guarantor": "P-99"}, "guarantor"),
    ("/invoices", {**DRAFT, "guarantor": 1}, "guarantor"),
    ("/invoices", {**DRAFT, "currency": "EUR"}, "currency"),
    ("/invoices", {**DRAFT, "charges": [1]}, "charges"),
    ("/invoices", {**DRAFT, "charges": "some"}, "charges"),
    ("/invoices", {**DRAFT, "charges": None}, "charges"),
    ("/invoices", {**DRAFT, "lines": []}, "charges"),
    ("/invoices", {**DRAFT, "lines": [{**LINE, "patient": "P-2"}]}, "lines"),
    ("/invoices", {**DRAFT, "lines": [{**LINE, "patient": "P-99"}]}, "lines"),
    ("/invoices", {**DRAFT, "lines": [{"product": "none"}]}, "lines"),
    ("/invoices", {**DRAFT, "lines": [{"procedure": "none"}]}, "lines"),
    ("/invoices", {**DRAFT, "lines": [{**LINE, "product": "B-1"}]}, "lines"),
    ("/invoices", {**DRAFT, "lines": [{**LINE, "tax": "vat"}]}, "taxes"),
    ("/invoices", {**DRAFT, "lines": [{**LINE, "discount": {"amount_cents": 101}}]}, "lines"),
    ("/invoices", {**DRAFT, "lines": [{**LINE, "discount": {}}]}, "lines"),
    ("/invoices", {**DRAFT, "adjustments": [{"kind": "tip", "amount_cents": 1}]}, "adjustments.0.kind"),
    ("/invoices", {**DRAFT, "adjustments": [{"kind": "discount"}]}, "adjustments"),
    (f"~{DRAFTED}", {"add": [{**LINE, "patient": "P-99"}]}, "add"),
    (f"~{DRAFTED}", {"add": [{"product": "none"}]}, "add"),
    (f"~{DRAFTED}", {"remove": [9]}, "remove"),
    (f"~{DRAFTED}", {"charges": [99]}, "charges"),
    (f"~{DRAFTED}", {"lines": [{"position": 9, "unit_price_cents": 1, "reason": "x"}]}, "lines"),
    (f"~{DRAFTED}", {"lines": [{"position": 1, "unit_price_cents": 1}]}, "reason"),
    (f"~{DRAFTED}", {"number": "INV-1"}, "number"),
    ("~/invoices/3", {"notes": "x"}, "not_a_draft"),
    ("/invoices/3/send", None, "stale"),
    ("/invoices/1/void", {"reason": "x"}, "has_payments"),
    (f"{DRAFTED}/void", {"reason": "x"}, "stale"),
    ("/payments/1/refund", {"amount_cents": 100, "reason": "x", "disposition": "from_credit"}, "disposition"),
    ("/payments/1/refund", {"amount_cents": 100, "reason": "x", "recorded_only": "yes"}, "recorded_only"),
    ("/payments/2/refund", {"amount_cents": 4_001, "reason": "x", "disposition": "reopen"}, "amount_cents"),
    ("/payments/2/cancel", {}, "reason"),
    (THEIRS, {**MONEY, "method": "cash", "location": "downtown"}, "cash_day_closed"),
    ("/cash-days", {"location": "downtown", "float_cents": 0}, "cash_day_known"),
    ("/cash-days", {"location": "harbor", "float_cents": 0}, "cash_day_open"),
    ("/cash-days/2/close", {"counted": [{"value_cents": 100, "pieces": 1}]}, "note"),
    ("=/claims/C-X", {**CLAIM, "patient_cents": 100}, "claim_known"),
    ("=/claims/C-I", CLAIM, "patient_cents"),
    ("=/claims/C-I", {**CLAIM, "status": "filed", "paid_cents": 1}, "status"),
    ("=/claims/C-I", {**CLAIM, "allowed_cents": 1_000, "paid_cents": 900, "patient_cents": 200}, "allowed_cents"),
    ("/claims/C-K/bill_patient", {"amount_cents": 12_001, "reason": "x"}, "amount_cents"),
    ("/claims/C-I/bill_patient", {"amount_cents": 100, "reason": "x"}, "stale"),
    ("=/sessions/S-I", {**VISIT, "items": [ITEM]}, "session_completed"),
    ("=/sessions/S-8", {**VISIT, "patient": "P-99", "items": [ITEM]}, "patient"),
    ("=/sessions/S-8", {**VISIT, "items": []}, "items"),
    ("=/sessions/S-8", {**VISIT, "items": [{**ITEM, "price": 1}]}, "items.0.price"),
    ("=/products/B-2", {"name": "Brace", "unit_price_cents": 1, "taxes": ["vat"]}, "taxes"),
    ("/products/B-1/count", {"quantity": 1}, "reason"),
    ("/patients/P-1/merge", {"merged": "P-1", "reason": "x"}, "merged"),
    ("/patients/P-1/merge", {"merged": "P-99", "reason": "x"}, "merged"),
    ("/patients/P-99/merge", {"merged": "P-1", "reason": "x"}, "not_found"),
    ("/patients/P-1/merge", {"merged": "P-2", "reason": " "}, "reason"),
    *(("=/patients/P-1/guarantor", {"guarantor": who}, "guarantor") for who in ("P-F", "P-99", 7, "")),
    ("=/patients/P-1/guarantor", {}, "guarantor"),
    ("=/patients/P-I/guarantor", {"guarantor": "P-1"}, "guarantor"),
    ("/remittances", {"file": "ISA*00*"}, "not_this_kind"),
    ("/remittances/discrepancies/9/settle", {"note": "x"}, "not_found"),
    ("/invoice-sets/1/pause", {"reason": "x"}, "reason"),
    ("/invoice-sets/bulk", {"move": "pause", "ids": []}, "ids"),
    ("/invoice-sets/bulk", {"move": "pause"}, "body"),
    ("/invoice-sets/bulk", {"move": "fly", "ids": [1]}, "move"),
]  # fmt: skip
TWICE = b'{"amount_cents": 100, "method": "check", "date": "2026-03-02", "amount_cents": 9000}'
TWICE_INSIDE = (
    b'{"amount_cents": 100, "method": "check", "date": "2026-03-02",'
    b' "to": [{"invoice": 1, "amount_cents": 1, "invoice": 5}]}'
)
WIRE: list[Wrong] = [
    *((PAY, body, "not_json")
      for body in (b"{", b"amount_cents=4000", b"\xff\xfe{\x00}\x00", b'{"method": "ch\xe9ck"}',
                   b'{"notes": "\\ud800"}', b"\xef\xbb\xbf{}", b'{"notes": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
                   b'{"amount_cents": 1,}')),
    *((PAY, body, "body") for body in ([], "x", 7, b"null")),
    (PAY, b"", "amount_cents"),
    (PAY, TWICE, "amount_cents"),
    (THEIRS, TWICE_INSIDE, "invoice"),
    ("/patients/%FF/payments", MONEY, "not_utf8"),
    ("=/patients/%C3%28", PATIENT, "not_utf8"),
    ("/nowhere", MONEY, "not_found"),
    ("=/invoices/1", MONEY, "method_not_allowed"),
]  # fmt: skip
ASKED = [
    ("/invoices?status=open", "status.0"), ("/invoices?limit=0", "limit"), ("/invoices?limit=100000", "limit"),
    ("/invoices?cursor=abc", "cursor"), ("/invoices?q=%00", "q"), ("/invoices?q=%FF", "not_utf8"),
    ("/invoices?location=moon", "location"), ("/invoice-sets?location=moon", "location"), ("/invoices?sort=id", "sort"),
    ("/cash-days?location=moon", "location"), ("/unbilled?location=moon", "location"),
    ("/cash-days?day=1066-10-14", "day"), ("/reports/ageing%00", "not_found"),
    ("/reports/payments?from=2026-03-02&to=2026-03-01", "from"), ("/reports/ageing?as_of=2999-01-01", "as_of"),
    ("/reports/ageing?location=moon", "location"), ("/reports/ageing?format=exe", "format"),
    ("/patients/P-1/statement?from=2026-03-09&to=2026-03-01", "from"), ("/patients/P-9/statement", "not_found"),
    ("/patients/P-1/statement?from=1066-10-14", "from"), ("/agency-cases/9/packet", "not_found"),
    ("/sessions/none", "not_found"), ("/patients?q=%E2%80%AE", "q"), ("/patients/%FE", "not_utf8"),
    ("/payments?group=a&group=b", "group"), ("/jobs/9", "not_found"), ("/claims/none", "not_found"),
]  # fmt: skip


@pytest.fixture
async def books(house: House) -> House:
    """P-1 owes 80.00 of invoice 1, and has a void one and a draft; P-2 has one paid and one on a plan. A day is closed
    at downtown, one open at harbor. P-I's claim is filed, P-K's denied."""
    first, second = await patient("P-1"), await patient("P-2")
    for payer in (first, second, first):
        await bill(payer)
    await bill(first, sent=False)
    await bill(second)
    for name in ("I", "K"):
        await patient(f"P-{name}", bill_to="insurance")
    await patient("P-F", guarantor="P-I")
    for method, path, body in (
        ("POST", "/invoices/2/payments", {**MONEY, "amount_cents": 12_000}),
        ("POST", PAY, MONEY),
        ("POST", "/invoices/3/void", {"reason": "slip"}),
        ("POST", "/patients/P-2/plans", {"parts": [{**PART, "amount_cents": 12_000}]}),
        ("POST", "/cash-days", {"location": "downtown", "float_cents": 0}),
        ("POST", "/cash-days/1/close", {"counted": []}),
        ("POST", "/cash-days", {"location": "harbor", "float_cents": 0}),
        ("PUT", "/products/B-1", {"name": "Brace", "unit_price_cents": 100}),
        ("PUT", "/sessions/S-I", {**VISIT, "patient": "P-I", "items": [ITEM]}),
        ("PUT", "/sessions/S-K", {**VISIT, "patient": "P-K", "items": [ITEM]}),
        ("PUT", "/claims/C-I", {**CLAIM, "status": "filed"}),
        ("PUT", "/claims/C-K", {**CLAIM, "session": "S-K", "status": "denied"}),
    ):
        answer = await house.call(method, path, body)
        assert answer.status in (200, 201), (path, await answer.text())
    return house


async def every_row() -> dict[str, list[str]]:
    tables = [table for app in Tortoise.apps.values() for table in app.values()]
    return {table.__name__: sorted(str(row) for row in await table.all().values()) for table in tables}


def as_asked(path: str) -> tuple[str, str]:
    methods = {"=": "PUT", "~": "PATCH"}
    return (methods[path[0]], path[1:]) if path[0] in methods else ("POST", path)


@pytest.mark.parametrize("rows", [NUMBERS, DAYS, WORDS, NAMES, WIRE], ids=["numbers", "days", "words", "names", "wire"])
async def test_bad_input_gets_a_sentence_and_its_field_and_changes_nothing(books: House, rows: list[Wrong]):
    before, wrongs = await every_row(), []
    for path, body, name in rows:
        answer = await books.call(*as_asked(path), body)
        said = await answer.json()
        well = answer.content_type == "application/problem+json" and 400 <= answer.status < 500
        named, sentences = name in {said["code"], *said["fields"]}, [said["detail"], *said["fields"].values()]
        if not (well and named and all(each.endswith((".", "!")) for each in sentences)):
            wrongs.append(f"{path} {str(body)[:90]}: {answer.status} {said}")
    assert not wrongs, "\n".join(wrongs)
    after = await every_row()
    assert [table for table in after if after[table] != before[table]] == []


async def test_bad_questions_get_a_sentence_and_their_field(books: House):
    for path, name in ASKED:
        answer = await books.call("GET", path)
        said = await answer.json()
        assert 400 <= answer.status < 500, path
        assert name in {said["code"], *said["fields"]}, (path, said)


async def test_a_body_is_json_says_so_and_is_of_a_size(books: House):
    before = await every_row()
    huge = json.dumps({**PATIENT, "first_name": "x" * 5_000_000}).encode()
    for body, kind, status, code in (
        (json.dumps(MONEY).encode(), "text/plain", 415, "not_json"),
        (json.dumps(MONEY).encode(), "application/x-www-form-urlencoded", 415, "not_json"),
        (json.dumps(MONEY).encode(), "", 415, "not_json"),
        (huge, "application/json", 413, "request_entity_too_large"),
    ):
        headers = {"Content-Type": kind, "Idempotency-Key": "once", "Authorization": f"Bearer {books.keys['admin']}"}
        answer = await books.client.post(f"/api/v1{PAY}", data=BytesIO(body), headers=headers)
        said = await answer.json()
        assert (answer.status, said["code"], said["detail"][-1]) == (status, code, "."), kind
    assert await every_row() == before


async def test_what_is_no_whole_835_is_refused_whole(books: House):
    before = await every_row()
    for file in (b"", b"ISA*00*", b"\x00" * 4_000, b"\xff\xfe" * 400, b"CLP*1~" * 40_000):
        answer = await books.call("POST", "/remittances", file, headers={"Content-Type": "application/edi-x12"})
        said = await answer.json()
        assert (answer.status, said["detail"][-1]) == (422, "."), said
    assert await every_row() == before


async def test_a_post_needs_its_idempotency_key(books: House):
    before = await every_row()
    for key in ("", " ", "x" * 201, "a\tb", "\xe4"):
        answer = await books.call("POST", PAY, MONEY, headers={"Idempotency-Key": key})
        assert (answer.status, (await answer.json())["code"]) == (400, "idempotency_key_needed"), key
    assert await every_row() == before
