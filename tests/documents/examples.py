"""Names, texts, papers and pages that the tests of this room share."""

from datetime import date, timedelta

from documents.pages import BalancePage, InvoiceOnPage, LanguageChoice, LineOnPage, PageFrame, PaymentOnPage
from documents.papers import InvoicePaper, Letterhead, PaperLine, PaperPayment
from documents.phrases import TEMPLATES
from documents.texts import TextFacts

ARABIC = "عبد الرحمن بن محمد"
VIETNAMESE = "Nguyễn Thị Minh Khai"
SCRIPT = "<script>alert(1)</script>"
NAMES = {"none": "", "Arabic": ARABIC, "Vietnamese": VIETNAMESE, "long": "x" * 120, "markup": SCRIPT}

LINK = "https://pay.example.com/p/Ab3dEf9hIjKlMn"
STYLESHEET = TEMPLATES / "pages" / "static" / "patient.css"

FACTS = TextFacts(
    clinic="Harbor Family Medicine",
    phone="(555) 010-2030",
    first_name="Maria",
    amount_cents=123_456,
    due_on=date(2026, 11, 3),
    invoice_number="INV-1042",
    link=LINK,
    unsubscribe_link="https://pay.example.com/u/Ab3dEf9hIjKlMn",
    reply="We changed the address.",
)

SMS = sorted({file.name.partition(".")[0] for file in (TEMPLATES / "sms").glob("*.txt")})
EMAILS = sorted(folder.name for folder in (TEMPLATES / "email").iterdir() if folder.is_dir())

LETTERHEAD = Letterhead(
    practice="Harbor Family Medicine",
    location="Harbor North",
    phone="+1 555 010 2030",
    address=("1200 Shoreline Avenue", "Portland, OR 97201"),
)


def paper_lines(count: int, patient: str = "Maria Lopez") -> tuple[PaperLine, ...]:
    first = date(2026, 9, 3)
    return tuple(
        PaperLine(
            patient=patient, description="Office visit", amount_cents=100, served_on=first + timedelta(days=at // 3)
        )
        for at in range(count)
    )


def invoice_paper(**changes: object) -> InvoicePaper:
    values: dict[str, object] = {
        "letterhead": LETTERHEAD,
        "number": "INV-1042",
        "locale": "en_US",
        "currency": "USD",
        "bill_to": ("Maria Lopez",),
        "issued_on": date(2026, 10, 4),
        "due_on": date(2026, 11, 3),
        "lines": (PaperLine(patient="Maria Lopez", description="Office visit", amount_cents=123_456_789),),
        "payments": (PaperPayment(paid_on=date(2026, 10, 12), method="card", amount_cents=123_456_788),),
        "total_cents": 123_456_789,
        "balance_cents": 1,
        "pay_link": LINK,
    }
    return InvoicePaper(**(values | changes))  # type: ignore[arg-type]


def page_frame(locale: str = "en_US") -> PageFrame:
    return PageFrame(
        clinic="Harbor Family Medicine",
        phone="+1 555 010 2030",
        locale=locale,
        stylesheet="/p/static/patient.css",
        other_language=LanguageChoice(lang="es", name="Español", href="?lang=es"),
    )


def balance(locale: str = "en_US", *, patient: str = "Maria Lopez", lines: int = 2, **changes: object) -> BalancePage:
    what = LineOnPage(patient=patient, description="Office visit", amount_cents=10_000, served_on=date(2026, 9, 3))
    invoice = InvoiceOnPage(
        number="INV-1042",
        issued_on=date(2026, 10, 4),
        due_on=date(2026, 11, 3),
        balance_cents=10_000 * lines - 2_500,
        lines=(what,) * lines,
        pdf="/p/token/invoices/INV-1042.pdf",
        overdue=True,
    )
    values: dict[str, object] = {
        "frame": page_frame(locale),
        "currency": "USD",
        "balance_cents": invoice.balance_cents,
        "invoices": (invoice,),
        "first_name": patient,
        "payments": (
            PaymentOnPage(paid_on=date(2026, 10, 12), method="ach", amount_cents=2_500, receipt="/p/token/r/7.pdf"),
        ),
        "ask_to": "/p/token/question",
        "pay_to": "/p/token/pay",
        "opt_out_to": "/p/token/opt-out",
        "phone_shown": "••• ••67",
    }
    return BalancePage(**(values | changes))  # type: ignore[arg-type]
