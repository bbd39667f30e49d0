"""The patient's page: one guarantor's own and nobody else's; reading changes nothing, posting does what it says."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import ClientResponse

from gateways.stripe_cards import StripeCards
from models.chasing import Message
from models.invoices import Invoice
from models.money import CheckoutAttempt, Payment
from models.papers import Document, PatientLink
from models.people import Consent, Patient, Suppression
from sandbox import MovableClock, World
from tests.handlers.house import NOW, PUBLIC_URL, House, bill, everything, open_house, patient


async def post(house: House, path: str, **form: str) -> ClientResponse:
    return await house.client.post(path, data=form, allow_redirects=False)


@pytest.fixture
async def maria(house: House) -> Patient:
    return await patient("P-1")


@pytest.fixture
async def page(house: House, maria: Patient) -> str:
    return f"/p/{await house.token(maria.id)}"


async def pay_by_check(house: House, invoice: Invoice, cents: int) -> Payment:
    body = {"amount_cents": cents, "method": "check", "date": "2026-03-02"}
    paid = await house.call("POST", f"/invoices/{invoice.id}/payments", body)
    return await Payment.get(id=(await paid.json())["id"])


# Reading


async def test_the_page_says_what_is_owed_and_what_for(house: House, maria: Patient, page: str):
    first = await bill(maria, cents=12_000)
    payment = await pay_by_check(house, first, 4_000)
    answer = await house.client.get(page)
    text = await answer.text()
    assert (answer.status, answer.content_type) == (200, "text/html")
    for said in ("$80.00", "$40.00", first.number, "Office visit", "Maria Lopez", "Riverside Downtown"):
        assert said in text, said
    for link in (
        f"{page}/invoices/{first.number}.pdf",
        f"{page}/receipts/{payment.id}.pdf",
        f"{page}/pay",
        f"{page}/question",
    ):
        assert link in text, link
    assert "+15125550111" not in text


async def test_a_draft_and_a_void_invoice_are_not_the_patients_to_see(house: House, maria: Patient, page: str):
    void = await bill(maria)
    await house.call("POST", f"/invoices/{void.id}/void", {"reason": "slip"})
    await bill(maria, sent=False)
    text = await (await house.client.get(page)).text()
    assert void.number not in text
    assert "Nothing to pay" in text
    assert (await house.client.get(f"{page}/invoices/{void.number}.pdf")).status == 404


async def test_looking_at_pages_changes_nothing(house: House, maria: Patient, page: str):
    await bill(maria)
    before = await everything(), await Consent.all().count(), await Suppression.all().count()
    for path in ("", "/opt-out", "/unsubscribe", "/thanks", "?lang=es", "/pay", "/question"):
        await house.client.get(page + path)
        await house.client.head(page + path)
    assert (await everything(), await Consent.all().count(), await Suppression.all().count()) == before


async def test_a_link_that_is_not_good_any_more_tells_nothing(house: House, maria: Patient, page: str):
    await bill(maria)
    texts = []
    token = page.removeprefix("/p/")
    for wrong in ("1-forged", token[:-1], f"{token}x", token.upper(), "é", "%00", "..%2f..", "0-", "-", "x" * 2000):
        answer = await house.client.get(f"/p/{wrong}")
        assert answer.status in (404, 410), wrong
        texts.append(await answer.text())
    await PatientLink.all().update(revoked_at=NOW)
    revoked = await house.client.get(page)
    await PatientLink.all().update(revoked_at=None)
    house.clock.forward(days=121)
    expired = await house.client.get(page)
    assert (revoked.status, expired.status) == (410, 410)
    texts += [await revoked.text(), await expired.text()]
    assert len(set(texts)) == 1, "every wrong link is told the same"
    for secret in ("Lopez", "INV-", "$", "Downtown"):
        assert secret not in texts[0]
    for path in ("/pay", "/opt-out", "/unsubscribe", "/question"):
        assert (await post(house, page + path)).status == 410
    assert await Suppression.all().count() == 0


async def test_the_page_speaks_the_language_that_was_chosen_and_remembers_it(house: House, maria: Patient, page: str):
    await bill(maria)
    chosen = await house.client.get(f"{page}?lang=es")
    browser = {"Cookie": "lang=es"}
    after = await house.client.get(page, headers=browser)
    nonsense = await house.client.get(f"{page}?lang=tlh", headers=browser)
    spoilt = await house.client.get(page, headers={"Cookie": "lang=../../etc"})
    assert 'lang="es"' in await chosen.text()
    assert '<html lang="es">' in await after.text()
    assert '<html lang="es">' in await nonsense.text()
    assert '<html lang="en">' in await spoilt.text()
    cookie = chosen.cookies["lang"]
    assert (cookie["path"], cookie["samesite"], cookie["httponly"], cookie["secure"]) == ("/p", "Lax", True, True)
    assert (await Patient.get(id=maria.id)).locale == "en_US"


async def test_the_stylesheet_may_be_kept_for_ever_under_its_own_name(house: House, page: str):
    text = await (await house.client.get(page)).text()
    path = text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    style = await house.client.get(path)
    assert (style.status, style.content_type) == (200, "text/css")
    assert "immutable" in style.headers["Cache-Control"]
    for wrong in ("patient.css", "..%2flayout.html", "patient.000000000000.css"):
        assert (await house.client.get(f"/p/static/{wrong}")).status == 404


# Papers


async def test_the_patients_own_papers_are_printed_once_and_nobody_elses_ever(house: House, maria: Patient, page: str):
    ivo = await patient("P-2", first_name="Ivo", last_name="Berg", phone="+15125550122")
    hers, his = await bill(maria), await bill(ivo)
    payment, other = await pay_by_check(house, hers, 4_000), await pay_by_check(house, his, 4_000)
    for path in (f"invoices/{hers.number}.pdf", f"receipts/{payment.id}.pdf"):
        first, again = [await house.client.get(f"{page}/{path}") for _ in range(2)]
        assert (first.status, first.content_type) == (200, "application/pdf")
        assert (await first.read())[:5] == b"%PDF-"
        assert await first.read() == await again.read()
    assert await Document.all().count() == 2
    for path in (
        f"invoices/{his.number}.pdf",
        f"receipts/{other.id}.pdf",
        "invoices/INV-9.pdf",
        f"receipts/{'9' * 18}.pdf",
    ):
        answer = await house.client.get(f"{page}/{path}")
        assert (answer.status, answer.content_type) == (404, "text/html"), path
        assert "Berg" not in await answer.text()
    assert await Document.all().count() == 2
    text = await (await house.client.get(page)).text()
    for secret in (his.number, "Ivo", "Berg", f"receipts/{other.id}.pdf"):
        assert secret not in text


# Opting out


async def test_stopping_texts_is_asked_first_and_done_when_posted(house: House, page: str):
    asked = await house.client.get(f"{page}/opt-out")
    assert f'action="{page}/opt-out"' in await asked.text()
    assert await Suppression.all().count() == 0
    done = await post(house, f"{page}/opt-out")
    again = await post(house, f"{page}/opt-out")
    assert (done.status, again.status) == (200, 200)
    (stopped,) = await Suppression.all()
    assert (stopped.channel, stopped.address) == ("sms", "+15125550111")
    assert f"{page}/opt-out" not in await (await house.client.get(page)).text()


async def test_a_mail_program_unsubscribes_in_one_click_and_only_by_posting(house: House, page: str):
    asked = await house.client.get(f"{page}/unsubscribe")
    assert f'action="{page}/unsubscribe"' in await asked.text()
    assert await Suppression.all().count() == 0
    done = await post(house, f"{page}/unsubscribe", **{"List-Unsubscribe": "One-Click"})
    assert done.status == 200
    assert [each.channel for each in await Suppression.all()] == ["email"]
    last = await Consent.all().order_by("-id").first()
    assert (last.given, last.source) == (False, "unsubscribe link")


# Questions


async def test_a_question_arrives_like_a_text_without_card_numbers(house: House, maria: Patient, page: str):
    sent = await post(house, f"{page}/question", question="May I pay later? 4111 1111 1111 1111")
    assert (sent.status, sent.headers["Location"]) == (303, f"{page}?said=question_sent")
    (message,) = await Message.all()
    assert (message.guarantor_id, message.direction) == (maria.id, "in")
    assert "May I pay later?" in message.body
    assert "4111" not in message.body
    assert "Your question has reached us" in await (await house.client.get(sent.headers["Location"])).text()


async def test_an_empty_or_garbled_question_is_refused(house: House, page: str):
    for form in ({"question": "  "}, {"question": "\x00"}, {}):
        assert (await post(house, f"{page}/question", **form)).status == 422
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    garbled = await house.client.post(f"{page}/question", data=b"question=%ff", headers=headers)
    assert garbled.status == 400
    assert await Message.all().count() == 0


async def test_a_question_that_never_ends_is_cut(house: House, page: str):
    assert (await post(house, f"{page}/question", question="why? " * 100_000)).status == 303
    assert len((await Message.get()).body) <= 1000


# Paying


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World(clock=MovableClock(frozen_at=NOW)) as world:
        yield world


@pytest.fixture
async def till(open_database: str, world: World) -> AsyncIterator[House]:
    """The edge with the card processor of the sandbox behind it."""
    told = world.environment()
    cards = StripeCards(
        told["STRIPE_API_KEY"], told["STRIPE_WEBHOOK_SECRET"], clock=world.clock, api_url=told["STRIPE_API_URL"]
    )
    async with open_house(cards=cards) as house:
        yield house


async def test_pay_leads_to_the_processor_with_all_that_is_owed_or_a_part(till: House, world: World):
    maria = await patient("P-1")
    await bill(maria, cents=12_000)
    page = f"/p/{await till.token(maria.id)}"
    whole = await post(till, f"{page}/pay", amount="all")
    part = await post(till, f"{page}/pay", amount="$40.50")
    assert (whole.status, part.status) == (303, 303)
    sessions = world.cards.sessions
    assert sorted(session["amount_total"] for session in sessions) == [4_050, 12_000]
    assert {whole.headers["Location"], part.headers["Location"]} == {session["url"] for session in sessions}
    assert {session["success_url"] for session in sessions} == {f"{PUBLIC_URL}{page}/thanks"}


async def test_an_amount_that_cannot_be_is_said_on_the_page_and_opens_nothing(till: House, world: World):
    maria = await patient("P-1")
    await bill(maria, cents=12_000)
    page = f"/p/{await till.token(maria.id)}"
    for amount in ("120.01", "0", "-5", "0.10", "", "all of it", "40.505", "9" * 20, "<script>"):
        answer = await post(till, f"{page}/pay", amount=amount)
        text = await answer.text()
        assert (answer.status, "between $1.00 and $120.00" in text or "between $0.50 and $120.00" in text) == (
            422,
            True,
        ), amount
        assert "<script>" not in text
    assert world.cards.sessions == []
    assert await CheckoutAttempt.all().count() == 0


async def test_thanks_are_given_for_what_was_paid_and_for_nothing_else(till: House):
    maria = await patient("P-1")
    await bill(maria, cents=12_000)
    page = f"/p/{await till.token(maria.id)}"
    nothing = await till.client.get(f"{page}/thanks", allow_redirects=False)
    assert (nothing.status, nothing.headers["Location"]) == (303, page)
    await post(till, f"{page}/pay", amount="all")
    waiting = await till.client.get(f"{page}/thanks")
    assert "Refresh" in waiting.headers
    assert "We received your payment" not in await waiting.text()
    await CheckoutAttempt.all().update(status="paid")
    paid = await till.client.get(f"{page}/thanks")
    assert "Refresh" not in paid.headers
    assert "We received your payment of $120.00" in await paid.text()


async def test_what_is_on_its_way_from_a_bank_is_not_asked_for_again(till: House, world: World):
    maria = await patient("P-1")
    await bill(maria, cents=12_000)
    page = f"/p/{await till.token(maria.id)}"
    await post(till, f"{page}/pay", amount="50")
    await CheckoutAttempt.all().update(status="processing")
    assert "A bank payment of $50.00 is on its way" in await (await till.client.get(page)).text()
    await post(till, f"{page}/pay", amount="all")
    assert sorted(session["amount_total"] for session in world.cards.sessions) == [5_000, 7_000]


async def test_a_processor_that_is_down_is_said_kindly(till: House, world: World):
    maria = await patient("P-1")
    await bill(maria)
    page = f"/p/{await till.token(maria.id)}"
    world.cards.desk.will("500", times=9)
    answer = await post(till, f"{page}/pay", amount="all")
    assert (answer.status, "Online payment is not available just now" in await answer.text()) == (503, True)


async def test_where_cards_are_not_taken_the_practices_own_words_stand(house: House, maria: Patient, page: str):
    await bill(maria)
    doors = replace(house.doors, ports=replace(house.doors.ports, cards=None))
    assert "Bring a check." not in await (await house.client.get(page)).text()
    async with open_house(ports=doors.ports) as off:
        assert "Bring a check." in await (await off.client.get(page)).text()
        assert (await post(off, f"{page}/pay", amount="all")).status == 409
        assert (await off.client.post("/stripe/webhook", data=b"{}")).status == 404


async def test_a_link_lives_as_long_as_it_was_made_for(house: House, page: str):
    house.clock.forward(days=119)
    assert (await house.client.get(page)).status == 200
    house.clock.forward(days=1)
    assert (await house.client.get(page)).status == 410
