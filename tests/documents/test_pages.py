"""The patient's pages: readable by everyone, on anything, in both languages."""

import re
from itertools import product
from xml.etree.ElementTree import Element

import html5lib
import pytest
from playwright.async_api import Page

from documents.pages import (
    BalancePage,
    ErrorPage,
    ExpiredLinkPage,
    OptedOutPage,
    PaidPage,
    balance_page,
    error_page,
    expired_link_page,
    opted_out_page,
    paid_page,
)
from tests.documents.examples import ARABIC, NAMES, STYLESHEET, balance, page_frame

LOCALES = ["en_US", "es_US"]
NOTICES = ["", "question_sent", "question_empty", "bad_amount", "pay_unavailable", "payment_cancelled"]


def every_page(locale: str, name: str = "Maria Lopez") -> dict[str, str]:
    frame = page_frame(locale)
    paid = PaidPage(
        frame=frame, currency="USD", amount_cents=5_000, remaining_cents=0, back_to="/p/t", receipt="/p/t/r"
    )
    pages = {f"balance {notice}": balance_page(balance(locale, patient=name, notice=notice)) for notice in NOTICES}
    return pages | {
        "long": balance_page(balance(locale, patient=name, lines=40)),
        "instructions": balance_page(balance(locale, pay_to=None, instructions=name)),
        "by phone": balance_page(balance(locale, pay_to=None, opt_out_to=None)),
        "processing": balance_page(balance(locale, processing_cents=5_000)),
        "nothing": balance_page(balance(locale, balance_cents=0, invoices=(), payments=(), first_name="")),
        "paid": paid_page(paid),
        "expired": expired_link_page(ExpiredLinkPage(frame=frame)),
        "opted out": opted_out_page(OptedOutPage(frame=frame, back_to="/p/t")),
        "opting out": opted_out_page(OptedOutPage(frame=frame, channel="email", confirm_to="/u/t")),
        "error": error_page(ErrorPage(frame=frame, correlation_id="7f3a-91c2")),
    }


def parsed(html: str) -> Element:
    """The page as a browser reads it; an error in the markup fails here."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)


def text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize(("locale", "who"), [*product(LOCALES, NAMES)])
def test_every_page_is_sound_markup_whatever_the_name(locale: str, who: str) -> None:
    for html in every_page(locale, NAMES[who]).values():
        parsed(html)
        assert "None" not in html
        assert "<script" not in html


@pytest.mark.parametrize("locale", LOCALES)
def test_every_page_can_be_used_without_seeing_it(locale: str) -> None:
    for name, html in every_page(locale).items():
        page = parsed(html)
        assert page.get("lang") == locale[:2], name
        assert text(page.find(".//title")), name
        levels = [int(e.tag[1]) for e in page.iter() if isinstance(e.tag, str) and re.fullmatch("h[1-6]", e.tag)]
        assert levels.count(1) == 1, name
        assert all(below - above <= 1 for above, below in zip([0, *levels], levels, strict=False)), (name, levels)
        ids = [element.get("id") for element in page.iter() if element.get("id")]
        assert len(ids) == len(set(ids)), name
        labelled = {label.get("for") for label in page.iter("label")}
        fields = [*page.iter("textarea"), *(field for field in page.iter("input") if field.get("type") != "hidden")]
        assert {field.get("id") for field in fields} == labelled, name
        assert all(text(thing) for tag in ("a", "button", "summary", "th") for thing in page.iter(tag)), name
        pointed = [element.get(by) for element in page.iter() for by in ("aria-labelledby", "aria-describedby")]
        assert {target for target in pointed if target} <= set(ids), name


@pytest.mark.parametrize("locale", LOCALES)
def test_every_page_needs_nothing_from_elsewhere_and_little_of_the_phone(locale: str) -> None:
    for name, html in every_page(locale).items():
        page = parsed(html)
        assert len(html.encode()) + STYLESHEET.stat().st_size < 30_000, name
        assert not {"script", "style", "img", "iframe"} & {element.tag for element in page.iter()}, name
        assert not any(key == "style" or key.startswith("on") for element in page.iter() for key in element.attrib), (
            name
        )
        addresses = [e.get(key) or "" for e in page.iter() for key in ("href", "src", "action")]
        assert not [address for address in addresses if "//" in address], name
    assert "url(" not in STYLESHEET.read_text()
    assert "@import" not in STYLESHEET.read_text()


def test_the_two_languages_share_no_sentence() -> None:
    for (name, english), (_, spanish) in zip(every_page("en_US").items(), every_page("es_US").items(), strict=True):
        ours = {
            text(e) for tag in ("h1", "h2", "button", "label", "summary", "title") for e in parsed(english).iter(tag)
        }
        theirs = {
            text(e) for tag in ("h1", "h2", "button", "label", "summary", "title") for e in parsed(spanish).iter(tag)
        }
        assert not ours & theirs, name


def forms(page: BalancePage) -> dict[str, list[dict[str, str | None]]]:
    found: dict[str, list[dict[str, str | None]]] = {}
    for form in parsed(balance_page(page)).iter("form"):
        assert form.get("method") == "post"
        fields = {f.get("name") or "": f.get("value") for f in form.iter() if f.tag in {"input", "textarea"}}
        found.setdefault(form.get("action") or "", []).append(fields)
    return found


def test_the_whole_balance_is_one_press_away_and_a_part_one_field() -> None:
    assert forms(balance()) == {
        "/p/token/pay": [{"amount": "all"}, {"amount": ""}],
        "/p/token/question": [{"question": None}],
        "/p/token/opt-out": [{}],
    }


def test_without_a_processor_the_page_says_how_to_pay_instead() -> None:
    page = balance(pay_to=None, instructions="By check, to the desk.")
    assert "/p/token/pay" not in forms(page)
    assert "By check, to the desk." in balance_page(page)


def test_what_is_on_its_way_is_not_asked_for_again() -> None:
    page = balance_page(balance(processing_cents=5_000))
    assert "A bank payment of $50.00 is on its way" in page
    assert "Pay $125.00" in page
    assert "/p/token/pay" not in forms(balance(processing_cents=17_500))


def test_an_invoice_shows_how_its_lines_come_to_its_balance() -> None:
    rows = [text(row) for row in parsed(balance_page(balance())).iter("tr")]
    assert rows[1].startswith("Office visit")
    assert rows[-2:] == ["Payments and adjustments-$25.00", "Balance$175.00"]


def test_a_wrong_amount_is_said_at_its_field_and_kept_to_be_mended() -> None:
    page = parsed(balance_page(balance(notice="bad_amount", typed_amount='9"9')))
    field = page.find(".//input[@id='amount']")
    assert (field.get("value"), field.get("aria-invalid")) == ('9"9', "true")
    assert text(page.find(f".//*[@id='{field.get('aria-describedby')}']")) == (
        "Please enter an amount between $1.00 and $175.00."
    )
    assert "open" in page.find(".//section//details").attrib


def test_a_bank_payment_is_thanked_for_and_not_called_received() -> None:
    paid = PaidPage(
        frame=page_frame(), currency="USD", amount_cents=5_000, remaining_cents=0, back_to="/", state="processing"
    )
    assert "is on its way" in paid_page(paid)
    assert "We received" not in paid_page(paid)


def test_opening_the_opt_out_page_only_asks() -> None:
    asking = opted_out_page(OptedOutPage(frame=page_frame(), confirm_to="/u/t"))
    assert [form.get("action") for form in parsed(asking).iter("form")] == ["/u/t"]
    assert "no more text messages" not in asking


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(ch * 2 for ch in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_all_text_stands_out_from_its_ground_by_day_and_by_night() -> None:
    day, night = (
        dict(re.findall(r"--([\w-]+): (#\w+)", block)) for block in STYLESHEET.read_text().split("@media")[:2]
    )
    for colours in (day, night):
        for ink, ground in [
            *product(("ink", "quiet", "brand"), ("card", "back")),
            *(("on-brand", "brand"), ("good", "good-back"), ("bad", "bad-back")),
        ]:
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
        assert contrast(colours["field"], colours["card"]) >= 3, "the edge of a field must be seen"


@pytest.mark.browser
@pytest.mark.parametrize(("locale", "name"), [("en_US", "W" * 120), ("es_US", ARABIC)])
async def test_nothing_runs_off_the_narrowest_phone_and_every_press_finds_its_target(
    page: Page, locale: str, name: str
) -> None:
    await page.set_viewport_size({"width": 320, "height": 600})
    for label, html in every_page(locale, name).items():
        await page.set_content(html)
        await page.add_style_tag(path=STYLESHEET)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320, label
        for button in await page.locator("button:visible").all():
            box = await button.bounding_box()
            assert box is not None
            assert box["height"] >= 44, (label, await button.inner_text())
