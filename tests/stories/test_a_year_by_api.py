"""A practice's own system keeps the books over the API alone, and staff read the same figures in Slack."""

from typing import Any

from billing.audit import audit
from tests.stories.clinic import Clinic

CONTRACT = {
    "id", "number", "status", "guarantor", "currency", "total_cents", "paid_cents", "balance_cents", "due_date",
    "lines", "adjustments", "payments", "times",
}  # fmt: skip


async def owed(clinic: Clinic, invoice: int) -> tuple[str, int]:
    shown = await clinic.api("GET", f"/invoices/{invoice}")
    return shown["status"], shown["balance_cents"]


async def drafted(clinic: Clinic, **changes: Any) -> dict[str, Any]:
    """A visit's draft, changed."""
    maria = await clinic.patient()
    await maria.is_seen("exam", "xray")
    [draft] = (await clinic.api("GET", "/invoices?status=draft"))["items"]
    return dict(await clinic.api("PATCH", f"/invoices/{draft['id']}", changes))


def money(clinic: Clinic, cents: int, **more: object) -> dict[str, object]:
    today = clinic.clock.today.isoformat()
    return {"amount_cents": cents, "method": "check", "date": today, **more}


async def test_a_bill_with_discounts_and_tax_says_the_same_everywhere(clinic: Clinic) -> None:
    await clinic.api("PUT", "/products/brace", {"name": "Knee brace", "unit_price_cents": 4_000, "taxes": ["sales"]})
    await clinic.api("POST", "/products/brace/receive", {"quantity": 10})
    brace = {"product": "brace", "quantity": 2, "discount": {"basis_points": 1_000, "description": "Two at once"}}
    off = {"kind": "discount", "amount_cents": 1_500, "description": "Hardship"}
    draft = await drafted(clinic, add=[brace], adjustments=[off], notes="Thank you")
    assert set(draft) - {"taxes", "notes"} == CONTRACT
    assert draft["notes"] == "Thank you"
    net = 12_500 + 8_000 + 8_000 - 800
    [tax] = draft["taxes"]
    assert draft["total_cents"] == net - 1_500 + tax["amount_cents"]
    assert tax["amount_cents"] == round((7_200 - 7_200 * 1_500 / net) * 0.0725)
    sent = await clinic.api("POST", f"/invoices/{draft['id']}/send", {})
    assert sent["balance_cents"] == sent["total_cents"] == draft["total_cents"]
    assert (await clinic.api("GET", "/products"))["items"][0]["stock"] == 8
    await clinic.clock.forward(days=31)
    total = sent["total_cents"] + 1_500
    card = clinic.slack("biller").card(sent["number"])
    await card.sees(f"Overdue · ${total / 100:,.2f}")
    await clinic.api("POST", f"/invoices/{sent['id']}/payments", money(clinic, 10_000))
    await card.sees(f"Overdue · ${(total - 10_000) / 100:,.2f}")
    paid = f"$100.00 was paid on {sent['number']}; ${(total - 10_000) / 100:,.2f} is left"
    await card.sees_in_the_thread(paid)
    set_id = (await clinic.api("GET", "/invoice-sets"))["items"][0]["id"]
    waived = await clinic.api("POST", f"/invoices/{sent['id']}/late-fees/1/waive", {"reason": "Our letter was late"})
    assert waived["balance_cents"] == sent["total_cents"] - 10_000
    await card.sees(f"Overdue · ${waived['balance_cents'] / 100:,.2f}")
    chased = await clinic.api("GET", f"/invoice-sets/{set_id}")
    assert chased["amount_outstanding_cents"] == waived["balance_cents"]
    await clinic.slack("biller").types("/billing ageing").is_told(f"${waived['balance_cents'] / 100:,.2f}")
    assert await audit(full=True) == []


async def test_money_goes_back_in_every_way_and_the_balance_does_as_it_says(clinic: Clinic) -> None:
    draft = await drafted(clinic)
    await clinic.api("POST", f"/invoices/{draft['id']}/send", {})
    paid = await clinic.api("POST", f"/invoices/{draft['id']}/payments", money(clinic, 25_000))
    assert (paid["unapplied_cents"], await owed(clinic, draft["id"])) == (4_500, ("paid", 0))
    back = f"/payments/{paid['id']}/refund"
    for cents, disposition, stands in (
        (4_500, "from_credit", ("paid", 0)),
        (500, "settled", ("paid", 0)),
        (2_000, "reopen", ("sent", 2_000)),
    ):
        refund = await clinic.api("POST", back, {"amount_cents": cents, "reason": "x", "disposition": disposition})
        assert (refund["disposition"], refund["status"]) == (disposition, "done")
        assert await owed(clinic, draft["id"]) == stands, disposition
    shown = await clinic.api("GET", f"/payments/{paid['id']}")
    assert (shown["returned_cents"], shown["unapplied_cents"]) == (7_000, 0)
    assert [part["amount_cents"] for part in shown["applied"]] == [18_000]
    extra = await clinic.api("POST", "/patients/P-Maria-Garcia/payments", money(clinic, 3_000))
    assert (extra["unapplied_cents"], await owed(clinic, draft["id"])) == (1_000, ("paid", 0))
    gone = await clinic.api("POST", f"/payments/{extra['id']}/cancel", {"reason": "bounced"})
    assert (gone["status"], await owed(clinic, draft["id"])) == ("cancelled", ("sent", 2_000))
    assert await audit(full=True) == []


async def test_an_insured_family_is_billed_parted_counted_and_made_one(clinic: Clinic) -> None:
    maria = await clinic.patient(bill_to="hybrid")
    ivo = await clinic.patient("Ivo Garcia", guarantor="P-Maria-Garcia", phone=None, email=None)
    await maria.is_seen("exam")
    await ivo.is_seen("xray")
    claim = {"session": "P-Maria-Garcia-1", "payer": "Acme", "status": "paid", "allowed_cents": 10_000,
             "paid_cents": 8_000, "patient_cents": 2_000}  # fmt: skip
    await clinic.api("PUT", "/claims/C-1", claim)
    drafts = (await clinic.api("GET", "/invoices?status=draft"))["items"]
    assert {draft["guarantor"] for draft in drafts} == {"P-Maria-Garcia"}
    waiting = (await clinic.api("GET", "/unbilled"))["items"]
    if waiting:
        drafts.append(await clinic.api("POST", "/invoices", {"guarantor": "P-Maria-Garcia"}))
    for draft in drafts:
        await clinic.api("POST", f"/invoices/{draft['id']}/send", {})
    assert sum(draft["total_cents"] for draft in drafts) == 10_000
    parts = [{"due_on": "2026-10-01", "amount_cents": 4_000}, {"due_on": "2026-11-01", "amount_cents": 6_000}]
    plan = await clinic.api("POST", "/patients/P-Maria-Garcia/plans", {"parts": parts})
    day = await clinic.api("POST", "/cash-days", {"location": "downtown", "float_cents": 5_000})
    await clinic.api("POST", "/patients/P-Maria-Garcia/payments", money(clinic, 4_000, method="cash"))
    counted = {"counted": [{"value_cents": 1_000, "pieces": 9}]}
    assert (await clinic.api("POST", f"/cash-days/{day['id']}/close", counted))["expected_cents"] == 9_000
    assert [part["open_cents"] for part in (await clinic.api("GET", f"/plans/{plan['id']}"))["parts"]] == [0, 6_000]
    statement = await clinic.api("GET", "/patients/P-Maria-Garcia/statement?from=2026-09-01&to=2026-09-30")
    assert statement["closing_cents"] == 6_000
    await clinic.patient("Mary Garcia", phone=None, email=None)
    merged = await clinic.api(
        "POST", "/patients/P-Maria-Garcia/merge", {"merged": "P-Mary-Garcia", "reason": "Typed twice"}
    )
    assert merged["external_id"] == "P-Maria-Garcia"
    assert (await clinic.api("GET", "/patients/P-Mary-Garcia"))["id"] == merged["id"]
    assert await audit(full=True) == []
