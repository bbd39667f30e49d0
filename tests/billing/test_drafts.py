"""Drafts: everything staff may do with one before it is sent, and nothing afterwards."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from billing.added_lines import NewLine
from billing.audit import audit
from billing.drafts import DraftChange, LineChange, change_draft, delete_draft, draft_invoice
from billing.invoices import void_invoice
from billing.prices import PriceRecord, keep_price
from billing.products import ProductRecord, keep_product
from domain.access import CLOCK
from domain.bill import Adjustment
from domain.errors import Refusal
from domain.terms import Tax
from models.care import Charge
from models.database import execute, read
from models.invoices import Invoice, InvoiceAdjustment, InvoiceLine, InvoiceTax
from models.record import Event
from tests.billing.clinic import DANA, MIA, VERA, Clinic, everything, the_practice

TAXES = {
    "state": Tax(title="State tax", basis_points=625),
    "city": Tax(title="City tax", basis_points=150),
    "vat": Tax(title="VAT", basis_points=2_000, included=True),
}


@pytest.fixture
async def taxed(clinic: Clinic) -> Clinic:
    clinic.practice = the_practice(taxes=TAXES)
    record = ProductRecord(code="brace", name="Knee brace", unit_price_cents=4_000, taxes=("state",), tracked=False)
    await keep_product(record, practice=clinic.practice, actor=MIA, now=clinic.now)
    return clinic


async def changed(clinic: Clinic, draft: Invoice, **what: Any) -> Invoice:
    return await change_draft(draft, DraftChange(**what), practice=clinic.practice, actor=DANA, now=clinic.now)


def off(cents: int | None = None, points: int | None = None, words: str = "") -> Adjustment:
    return Adjustment(kind="discount", cents=cents, basis_points=points, description=words)


async def lines_of(draft: Invoice) -> list[tuple[int, str, int]]:
    return [(line.position, line.description, line.amount_cents) for line in await InvoiceLine.filter(invoice=draft)]


async def ledger_of(invoice: Invoice) -> dict[str, int]:
    sql = "SELECT credit, SUM(amount_cents) AS cents FROM ledger_entry WHERE invoice_id = $1 GROUP BY credit"
    return {row["credit"]: int(row["cents"]) for row in await read(sql, [invoice.id])}


async def test_staff_write_lines_sell_products_and_add_procedures_at_the_price_of_their_day(taxed: Clinic) -> None:
    for cents, since in ((5_000, 1), (6_000, 2)):
        record = PriceRecord(
            price_list="staff", code="exam", description="Exam", unit_price_cents=cents, valid_from=date(2026, 3, since)
        )
        await keep_price(record, practice=taxed.practice, actor=MIA, now=taxed.now)
    maria = await taxed.patient(price_list="staff")
    draft = await draft_invoice(
        guarantor=maria.id,
        charges=(),
        lines=[
            NewLine(description="Copy of records", unit_price_cents=75, quantity_thousandths=12_000),
            NewLine(product="brace", quantity_thousandths=1_500),
            NewLine(procedure="exam", served_on=date(2026, 3, 1)),
            NewLine(procedure="exam", description="Second look"),
        ],
        practice=taxed.practice, actor=DANA, now=taxed.now,
    )  # fmt: skip
    assert await lines_of(draft) == [
        (1, "Copy of records", 900), (2, "Knee brace", 6_000), (3, "Exam", 5_000), (4, "Second look", 6_000),
    ]  # fmt: skip
    assert draft.total_cents == 17_900 + 375
    assert await audit() == []


async def test_a_draft_of_what_was_done_takes_more_and_gives_it_back(taxed: Clinic) -> None:
    maria = await taxed.patient()
    draft = await taxed.sees(maria, "exam", "xray")
    later = await taxed.sees(maria, "gauze")
    await delete_draft(later, actor=DANA, now=taxed.now)
    draft = await changed(taxed, draft, charges="all", remove=(1,), add=(NewLine(product="brace"),))
    assert await lines_of(draft) == [(2, "xray", 8_000), (3, "gauze", 450), (4, "Knee brace", 4_000)]
    assert draft.total_cents == 12_700
    assert await Charge.filter(invoice_id=None).values_list("code", flat=True) == ["exam"]
    assert await audit() == []


async def test_another_rate_needs_its_reason_and_keeps_the_list_s(taxed: Clinic) -> None:
    draft = await taxed.sees(await taxed.patient())
    with pytest.raises(Refusal, match="needs a reason"):
        await changed(taxed, draft, lines={1: LineChange(unit_price_cents=10_000)})
    draft = await changed(taxed, draft, lines={1: LineChange(unit_price_cents=10_000, reason="Agreed by phone")})
    draft = await changed(taxed, draft, lines={1: LineChange(unit_price_cents=9_000, reason="Agreed again")})
    line = await InvoiceLine.get()
    assert (line.unit_price_cents, line.list_price_cents, line.rate_reason) == (9_000, 12_500, "Agreed again")
    assert (draft.total_cents, draft.version) == (9_000, 3)
    draft = await changed(taxed, draft, lines={1: LineChange(unit_price_cents=12_500)})
    line = await InvoiceLine.get()
    assert (line.list_price_cents, line.rate_reason, draft.total_cents) == (None, "", 12_500)
    await changed(taxed, draft, remove=(1,), add=(NewLine(product="brace"),))
    assert (await Charge.get()).amount_cents == 12_500


async def test_discounts_surcharges_and_taxes_stand_as_rows_that_come_to_the_total(taxed: Clinic) -> None:
    draft = await taxed.sees(await taxed.patient(), "exam", "xray")
    draft = await changed(
        taxed,
        draft,
        lines={1: LineChange(adjustments=(off(points=1_000, words="Senior"),), taxes=("state", "vat"))},
        taxes=("city",),
        adjustments=(off(cents=1_250), Adjustment(kind="surcharge", basis_points=200, description="House call")),
    )
    rows = (
        await InvoiceAdjustment.all().order_by("id").values_list("line", "description", "basis_points", "amount_cents")
    )
    assert [tuple(row) for row in rows] == [
        (1, "Senior", 1_000, -1_250), (None, "", None, -1_250), (None, "House call", 200, 385),
    ]  # fmt: skip
    # 11,250 and 8,000 with -865 spread over them: 10,744.48 → 10,744, 7,640.52 → 7,641; the first holds 20% VAT.
    taxes = {tax.name: (tax.base_cents, tax.amount_cents) for tax in await InvoiceTax.all()}
    assert taxes == {"state": (8_953, 560), "vat": (8_953, 1_791), "city": (16_594, 249)}
    assert draft.total_cents == 11_250 + 8_000 - 865 + 560 + 249
    sent = await taxed.sends(draft)
    assert sent.balance_cents == sent.total_cents == 19_194
    assert await ledger_of(sent) == {"tax": 2_600, "revenue": 16_594}
    assert await audit(full=True) == []


async def test_what_is_changed_later_stands_beside_what_was_there(taxed: Clinic) -> None:
    draft = await taxed.sees(await taxed.patient(), "exam", "xray")
    draft = await changed(
        taxed, draft, adjustments=(off(cents=500),), lines={2: LineChange(adjustments=(off(cents=1),))}
    )
    draft = await changed(taxed, draft, add=(NewLine(product="brace", adjustments=(off(points=5_000),)),))
    assert draft.total_cents == 12_500 + 7_999 + 2_000 - 500 + 122
    draft = await changed(taxed, draft, adjustments=(), remove=(2,), notes="Thank you")
    assert (draft.total_cents, draft.notes) == (12_500 + 2_000 + 125, "Thank you")
    assert await audit() == []


async def test_a_bill_is_taxed_by_the_rates_of_the_day_it_is_sent(taxed: Clinic) -> None:
    draft = await changed(taxed, await taxed.sees(await taxed.patient()), taxes=("city",))
    assert draft.total_cents == 12_688
    taxed.practice = the_practice(taxes={"city": Tax(title="City tax", basis_points=200)})
    sent = await taxed.sends(draft)
    assert (sent.total_cents, sent.balance_cents, (await InvoiceTax.get()).amount_cents) == (12_750, 12_750, 250)
    assert await audit(full=True) == []
    taxed.practice = the_practice()
    other = await changed(taxed, await taxed.sees(await taxed.patient()), notes="No tax at all")
    assert (await taxed.sends(other)).total_cents == 12_500


async def test_a_tax_that_is_no_longer_there_is_named(taxed: Clinic) -> None:
    draft = await changed(taxed, await taxed.sees(await taxed.patient()), taxes=("city",))
    taxed.practice = the_practice(taxes={"state": TAXES["state"]})
    with pytest.raises(Refusal, match="no tax “city”"):
        await taxed.sends(draft)


async def test_the_price_list_says_what_a_session_is_taxed(taxed: Clinic) -> None:
    record = PriceRecord(
        code="exam", description="Exam", unit_price_cents=10_000, valid_from=date(2026, 1, 1), taxes=("state",)
    )
    await keep_price(record, practice=taxed.practice, actor=MIA, now=taxed.now)
    draft = await taxed.sees(await taxed.patient(), "exam", "xray")
    assert draft.total_cents == 18_625
    assert (await taxed.sends(draft)).balance_cents == 18_625


async def test_a_deleted_draft_leaves_its_charges_in_the_queue_and_nothing_else(taxed: Clinic) -> None:
    draft = await taxed.sees(await taxed.patient(), "exam", "xray")
    await changed(taxed, draft, taxes=("city",), adjustments=(off(cents=5),), add=(NewLine(product="brace"),))
    await delete_draft(draft, actor=DANA, now=taxed.now, reason="Twice")
    for table in (Invoice, InvoiceLine, InvoiceAdjustment, InvoiceTax):
        assert await table.all().count() == 0
    assert await Charge.filter(invoice_id=None).count() == 2
    last = await Event.all().order_by("-seq").first()
    assert last
    assert (last.kind, last.actor_name, last.after) == ("invoice.deleted", "Dana Biller", {"reason": "Twice"})
    with pytest.raises(Refusal, match="There is no invoice"):
        await taxed.sends(draft)


async def test_who_saw_an_older_draft_changes_nothing(taxed: Clinic) -> None:
    draft = await taxed.sees(await taxed.patient())
    await changed(taxed, draft, notes="First")
    before = await everything()
    known = {"actor": DANA, "now": taxed.now, "seen_version": draft.version}
    for attempt in (
        partial(change_draft, draft, DraftChange(notes="Second"), practice=taxed.practice, **known),
        partial(delete_draft, draft, **known),
    ):
        with pytest.raises(Refusal, match="has changed since") as refused:
            await attempt()
        assert refused.value.code == "stale"
    assert await everything() == before


async def test_a_change_that_changes_nothing_leaves_no_trace(taxed: Clinic) -> None:
    draft = await taxed.sees(await taxed.patient(), "exam", "xray")
    rate = LineChange(unit_price_cents=9_000, reason="Agreed", taxes=("state",), adjustments=(off(points=500),))
    said = {
        "lines": {1: rate},
        "taxes": ("city",),
        "adjustments": (off(cents=100, words="Hardship"),),
        "due_date": taxed.today + timedelta(days=9),
        "notes": "Thank you",
    }
    await changed(taxed, draft, **said)
    before = await everything()
    for what in ({}, said, {"charges": "all"}, {"lines": {2: LineChange(unit_price_cents=8_000, adjustments=())}}):
        assert (await changed(taxed, draft, **what)).version == 2
    assert await everything() == before
    for name, other in (("notes", "Thanks"), ("due_date", "terms"), ("taxes", ()), ("adjustments", ())):
        version = (await Invoice.get(id=draft.id)).version
        assert (await changed(taxed, draft, **{name: other})).version == version + 1
    assert (await changed(taxed, draft, lines={1: replace(rate, reason="Agreed by phone")})).version == 7


async def test_a_sent_bill_stays_as_it_is_in_the_verbs_and_in_the_database(taxed: Clinic) -> None:
    maria = await taxed.patient()
    draft = await changed(
        taxed, await taxed.sees(maria), taxes=("city",), lines={1: LineChange(adjustments=(off(cents=5),))}
    )
    sent = await taxed.sends(draft)
    before = await everything()
    with pytest.raises(Refusal, match="INV-1001 is sent: what stands on it stays"):
        await changed(taxed, sent, notes="Late thought")
    with pytest.raises(Refusal, match="what stands on it stays"):
        await delete_draft(sent, actor=DANA, now=taxed.now)
    for sql in (
        "UPDATE invoice_line SET amount_cents = 1",
        "UPDATE invoice_line SET description = 'other'",
        "DELETE FROM invoice_line",
        "UPDATE invoice_adjustment SET amount_cents = 0",
        "DELETE FROM invoice_adjustment",
        "UPDATE invoice_tax SET amount_cents = 0",
        "DELETE FROM invoice_tax",
        "DELETE FROM invoice",
    ):
        with pytest.raises(IntegrityError):
            await execute(sql)
    assert await everything() == before
    await void_invoice(sent, reason="Wrong", actor=DANA, now=taxed.now, on=taxed.today)
    with pytest.raises(IntegrityError):
        await execute("DELETE FROM invoice_line")
    again = await draft_invoice(guarantor=maria.id, practice=taxed.practice, actor=DANA, now=taxed.now)
    await execute("DELETE FROM invoice_line WHERE invoice_id = $1", [again.id])


async def test_a_void_bill_takes_back_its_tax_too(taxed: Clinic) -> None:
    sent = await taxed.sends(await changed(taxed, await taxed.sees(await taxed.patient()), taxes=("state", "vat")))
    await void_invoice(sent, reason="Wrong", actor=DANA, now=taxed.now, on=taxed.today)
    sql = "SELECT SUM(CASE WHEN credit = $1 THEN amount_cents ELSE -amount_cents END) AS cents FROM ledger_entry"
    for account in ("tax", "revenue"):
        [row] = await read(f"{sql} WHERE credit = $1 OR debit = $1", [account])
        assert int(row["cents"]) == 0
    assert await audit(full=True) == []


async def test_a_slip_is_refused_on_its_field_and_changes_nothing(taxed: Clinic) -> None:
    draft = await taxed.sees(await taxed.patient(), "exam", "xray")
    stranger = await taxed.patient("ana")
    slips = [
        ({"adjustments": (off(cents=20_501),)}, "adjustments"),
        ({"adjustments": (off(),)}, "adjustments"),
        ({"adjustments": (off(cents=1, words="x" * 201),)}, "adjustments"),
        ({"lines": {1: LineChange(adjustments=(off(cents=12_501),))}}, "lines"),
        ({"lines": {1: LineChange(unit_price_cents=-1, reason="x")}}, "lines"),
        ({"lines": {1: LineChange(unit_price_cents=1, reason="x" * 501)}}, "reason"),
        ({"lines": {9: LineChange(taxes=())}}, "lines"),
        ({"remove": (9,)}, "remove"),
        ({"taxes": ("moon",)}, "taxes"),
        ({"charges": (9_999,)}, "charges"),
        ({"due_date": date(1066, 10, 14)}, "due_date"),
        ({"due_date": date(2999, 1, 1)}, "due_date"),
        ({"due_date": taxed.today - timedelta(days=1)}, "due_date"),
        ({"add": (NewLine(),)}, "add"),
        ({"add": (NewLine(description=" ", unit_price_cents=5),)}, "add"),
        ({"add": (NewLine(description="x", unit_price_cents=-5),)}, "add"),
        ({"add": (NewLine(description="x" * 201, unit_price_cents=5),)}, "add"),
        ({"add": (NewLine(description="x", unit_price_cents=5, quantity_thousandths=0),)}, "add"),
        ({"add": (NewLine(product="brace", unit_price_cents=5),)}, "add"),
        ({"add": (NewLine(product="brace", procedure="exam"),)}, "add"),
        ({"add": (NewLine(procedure="mystery"),)}, "add"),
        ({"add": (NewLine(procedure="exam", patient=stranger.id),)}, "add"),
        ({"add": (NewLine(procedure="exam", served_on=taxed.today + timedelta(days=1)),)}, "add"),
        ({"add": (NewLine(product="nothing"),)}, "add"),
    ]  # fmt: skip
    before = await everything()
    for what, field in slips:
        with pytest.raises(Refusal) as refused:
            await changed(taxed, draft, **what)
        assert refused.value.field == field, what
    for actor in (VERA,):
        with pytest.raises(Refusal, match="needs the role biller"):
            await change_draft(draft, DraftChange(), practice=taxed.practice, actor=actor, now=taxed.now)
        with pytest.raises(Refusal, match="needs the role biller"):
            await delete_draft(draft, actor=actor, now=taxed.now)
    assert await everything() == before


async def test_the_due_date_may_be_set_and_left_to_the_terms_again(taxed: Clinic) -> None:
    draft = await taxed.sees(await taxed.patient())
    draft = await changed(taxed, draft, due_date=taxed.today + timedelta(days=3))
    assert draft.due_date == taxed.today + timedelta(days=3)
    draft = await changed(taxed, draft, due_date="terms")
    taxed.practice = replace(taxed.practice, terms=replace(taxed.practice.terms, due_in_days=9))
    assert (await taxed.sends(draft)).due_date == taxed.today + timedelta(days=9)


async def test_a_bill_of_nothing_but_words_is_sent_like_any_other(taxed: Clinic) -> None:
    maria = await taxed.patient()
    draft = await draft_invoice(
        guarantor=maria.id, charges=(), lines=[NewLine(description="Missed appointment", unit_price_cents=3_000)],
        practice=taxed.practice, actor=CLOCK, now=taxed.now,
    )  # fmt: skip
    sent = await taxed.sends(draft)
    assert (sent.number, sent.balance_cents, sent.location) == ("INV-1001", 3_000, "downtown")
    await void_invoice(sent, reason="Came after all", actor=DANA, now=taxed.now, on=taxed.today)
    assert await audit(full=True) == []
