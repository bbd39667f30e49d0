"""Invoices and receipts as the PDF printer draws them."""

import io
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader

from documents.labels import adjustment_label, tax_label
from documents.papers import (
    InvoicePaper,
    PaidTowards,
    PaperAdjustment,
    PaperLine,
    ReceiptPaper,
    by_patient_and_day,
    invoice_html,
    receipt_html,
)
from domain.ports import PdfPrinter
from tests.documents.examples import ARABIC, LETTERHEAD, LINK, SCRIPT, VIETNAMESE, invoice_paper, paper_lines

Draw = Callable[[str], Awaitable[list[str]]]

RECEIPT = ReceiptPaper(
    letterhead=LETTERHEAD,
    number="RCP-311",
    locale="en_US",
    currency="USD",
    received_from=("Maria Lopez",),
    paid_on=date(2026, 10, 12),
    method="card",
    reference="Visa 4242",
    amount_cents=50_000,
    towards=(
        PaidTowards(invoice_number="INV-1042", amount_cents=12_500, balance_cents=0),
        PaidTowards(invoice_number="INV-1043", amount_cents=30_000, balance_cents=37_500),
    ),
    credit_cents=7_500,
    remaining_cents=37_500,
    pay_link=LINK,
)


@pytest.fixture
def draw(pdf: PdfPrinter) -> Draw:
    """The text of each page of a paper, drawn by the printer the service uses."""

    async def pages(html: str) -> list[str]:
        return [page.extract_text() for page in PdfReader(io.BytesIO(await pdf.print(html))).pages]

    return pages


async def test_an_invoice_says_who_owes_what_to_whom_until_when_and_how_to_pay(draw: Draw) -> None:
    discount = PaperAdjustment(label="Late fee", amount_cents=1_500)
    paper = invoice_paper(
        adjustments=(discount,), notes="Thank you.", pay_instructions="Checks to Harbor.", total_cents=123_458_289
    )
    (page,) = await draw(invoice_html(paper))
    said = [
        *("Harbor Family Medicine", "Harbor North", "Portland, OR 97201", "INV-1042", "Maria Lopez", "Office visit"),
        *("October 4, 2026", "November 3, 2026", "Late fee", "$15.00", "$1,234,582.89", "Oct 12, 2026", "Card"),
        *("-$1,234,567.88", "Balance due", "$0.01", LINK, "Checks to Harbor.", "Thank you."),
    ]
    assert [words for words in said if words not in page] == []
    assert "Page" not in page


async def test_what_is_taken_off_put_on_and_taxed_stands_where_it_belongs(draw: Draw) -> None:
    senior = PaperAdjustment(label=adjustment_label("discount", "Senior", 1_000, "en_US"), amount_cents=-1_000)
    visit = PaperLine(patient="Maria Lopez", description="Office visit", amount_cents=10_000, adjustments=(senior,))
    copies = PaperLine(patient="Maria Lopez", description="Copies", amount_cents=500)
    paper = invoice_paper(
        lines=(visit, copies),
        adjustments=(
            PaperAdjustment(label=adjustment_label("surcharge", "", None, "en_US"), amount_cents=300),
            PaperAdjustment(label=tax_label("State tax", 625, "en_US"), amount_cents=613),
        ),
        contained=(PaperAdjustment(label=tax_label("VAT", 2_000, "en_US"), amount_cents=1_633),),
        payments=(), total_cents=10_413, balance_cents=10_413,
    )  # fmt: skip
    (page,) = await draw(invoice_html(paper))
    rows = [
        *("Office visit", "Senior 10%", "-$10.00", "Copies", "Subtotal", "$95.00", "Surcharge", "$3.00"),
        *("State tax 6.25%", "$6.13", "Total", "$104.13", "Includes VAT 20%", "$16.33", "Balance due"),
    ]
    places = [page.index(words) for words in rows]
    assert places == sorted(places), page


def test_figures_beside_the_lines_have_their_names_in_the_patient_s_language() -> None:
    assert adjustment_label("late_fee", "Late fee", None, "es_US") == "Cargo por mora"
    assert adjustment_label("discount", "", 1_250, "es_US") == "Descuento 12.5%"
    assert adjustment_label("discount", "Familia", None, "es_US") == "Familia"


async def test_a_long_invoice_repeats_its_head_and_numbers_its_pages(draw: Draw) -> None:
    pages = await draw(invoice_html(invoice_paper(lines=paper_lines(60), payments=(), balance_cents=6_000)))
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert "Description" in page
        assert re.search(rf"Page\s+{number}\s*/\s*{len(pages)}", page)
    assert sum(page.count("Office visit") for page in pages) == 60


async def test_whoever_is_billed_is_printed_in_their_own_script(draw: Draw, caplog: pytest.LogCaptureFixture) -> None:
    names = (ARABIC, VIETNAMESE, "Łukasz Ğökçe", "Ольга Іваненко", "张伟", "김민준", "<b>Bo</b>")
    with caplog.at_level(logging.WARNING):
        (page,) = await draw(invoice_html(invoice_paper(bill_to=names)))
    assert [name for name in names[1:] if name not in page] == []
    # Arabic is stored as drawn, in joined letters; that each has a glyph is what the silent log says.
    assert caplog.messages == []


async def test_a_name_of_120_letters_stays_on_the_paper(draw: Draw) -> None:
    (page, *_) = await draw(invoice_html(invoice_paper(bill_to=("W" * 120,), lines=paper_lines(1, "W" * 120))))
    assert page.count("W" * 24) == 10
    assert "W" * 25 not in page


async def test_a_paid_invoice_asks_for_nothing(draw: Draw) -> None:
    (page,) = await draw(invoice_html(invoice_paper(balance_cents=0)))
    assert "Paid in full" in page
    assert "How to pay" not in page
    assert LINK not in page


async def test_a_spanish_invoice_is_spanish_from_top_to_bottom(draw: Draw) -> None:
    (page,) = await draw(invoice_html(invoice_paper(locale="es_US")))
    assert [
        words for words in ("Factura", "3 de noviembre de 2026", "Tarjeta", "Saldo por pagar") if words not in page
    ] == []
    assert not re.search(r"Invoice|Balance|Due|October|Card", page)


async def test_a_receipt_says_what_was_paid_how_towards_what_and_what_remains(draw: Draw) -> None:
    (page,) = await draw(receipt_html(RECEIPT))
    said = [
        *("Receipt", "RCP-311", "Maria Lopez", "October 12, 2026", "Card", "Visa 4242", "$500.00"),
        *("INV-1042", "$125.00", "INV-1043", "$300.00", "$375.00", "Credit on your account", "$75.00", LINK),
    ]
    assert [words for words in said if words not in page] == []


async def test_a_receipt_for_everything_shows_no_link_to_pay(draw: Draw) -> None:
    (page,) = await draw(receipt_html(replace(RECEIPT, remaining_cents=0, credit_cents=0)))
    assert LINK not in page
    assert "Credit" not in page


@pytest.mark.parametrize(("size", "points"), [("letter", (612, 792)), ("a4", (595, 842))])
async def test_the_paper_has_the_size_the_practice_prints_on(
    pdf: PdfPrinter, size: str, points: tuple[int, int]
) -> None:
    html = invoice_html(invoice_paper(letterhead=replace(LETTERHEAD, page_size=size)))  # type: ignore[arg-type]
    first, again = await pdf.print(html), await pdf.print(html)
    box = PdfReader(io.BytesIO(first)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == points
    assert first == again


def test_lines_stand_under_their_patient_and_day_in_the_order_of_treatment() -> None:
    def line(patient: str, day: int | None) -> PaperLine:
        served_on = date(2026, 9, day) if day else None
        return PaperLine(patient=patient, description="Visit", amount_cents=1, served_on=served_on)

    groups = by_patient_and_day((line("Zoe", 4), line("Adam", 2), line("Zoe", None), line("Zoe", 3), line("Zoe", 4)))
    shape = [(group.patient, [(day and day.day, len(lines)) for day, lines in group.days]) for group in groups]
    assert shape == [("Zoe", [(3, 1), (4, 2), (None, 1)]), ("Adam", [(2, 1)])]


def test_markup_in_a_name_is_text_on_the_paper() -> None:
    paper: InvoicePaper = invoice_paper(bill_to=(SCRIPT,), lines=paper_lines(1, SCRIPT), notes=SCRIPT)
    assert "<script" not in invoice_html(paper)
    assert "<script" not in receipt_html(replace(RECEIPT, received_from=(SCRIPT,), reference=SCRIPT))
