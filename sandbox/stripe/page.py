"""The hosted pay page a patient sees: what is paid, a card or a bank account, and the way back."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

from aiohttp import web

from sandbox.stripe.forms import Refused
from sandbox.stripe.methods import DECLINED_CARD, GOOD_CARD
from sandbox.stripe.objects import Json
from sandbox.stripe.processor import CardProcessor

PAGE = Template((Path(__file__).parent / "page.html").read_text())


def routes(cards: CardProcessor) -> Iterable[web.RouteDef]:
    async def show(request: web.Request) -> web.Response:
        return _page(cards, _session(cards, request))

    async def pay(request: web.Request) -> web.Response:
        session, form = _session(cards, request), await request.post()
        outcome = await cards.pay(
            session["id"],
            card=str(form.get("card", "")),
            bank=form.get("with") == "bank",
            email=str(form.get("email", "")) or None,
        )
        if outcome.redirect:
            raise web.HTTPSeeOther(outcome.redirect)
        return _page(cards, session, problem=outcome.reason, status=402)

    return [web.get("/pay/{session}", show), web.post("/pay/{session}", pay)]


def _session(cards: CardProcessor, request: web.Request) -> Json:
    try:
        return cards.session(request.match_info["session"])
    except Refused as unknown:
        raise web.HTTPNotFound(text="This payment page does not exist.") from unknown


def _page(cards: CardProcessor, session: Json, *, problem: str | None = None, status: int = 200) -> web.Response:
    takes = session["payment_method_types"]
    html = PAGE.substitute(
        amount=_money(session["amount_total"], session["currency"]),
        items="".join(_item(item, session["currency"]) for item in cards.asides[session["id"]]["items"]),
        back=_back(session["cancel_url"]),
        problem=f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else "",
        form=_form(session["customer_email"], takes) if session["status"] == "open" else CLOSED[session["status"]],
        test=f"Test cards: {_spaced(GOOD_CARD)} pays, {_spaced(DECLINED_CARD)} is declined.",
    )
    return web.Response(text=html, content_type="text/html", status=status)


CLOSED = {
    "complete": '<p class="done">This has been paid. Thank you.</p>',
    "expired": '<p class="done">This payment page has expired. Open the link in your message again.</p>',
}


def _form(email: str | None, takes: list[str]) -> str:
    card = (
        '<label for="card">Card number</label>'
        f'<input id="card" name="card" inputmode="numeric" autocomplete="cc-number" value="{_spaced(GOOD_CARD)}">'
        '<button name="with" value="card">Pay by card</button>'
    )
    bank = '<button class="quiet" name="with" value="bank">Pay from a bank account (takes days)</button>'
    return (
        '<form method="post"><label for="email">Email</label>'
        f'<input id="email" name="email" type="email" autocomplete="email" value="{escape(email or "")}">'
        f"{card if 'card' in takes else ''}{bank if 'us_bank_account' in takes else ''}</form>"
    )


def _item(item: Json, currency: str) -> str:
    return f"<li><span>{escape(item['description'])}</span> <span>{_money(item['amount_total'], currency)}</span></li>"


def _back(url: str | None) -> str:
    return f'<a class="back" href="{escape(url)}">← Back</a>' if url and url.startswith(("http://", "https://")) else ""


def _money(cents: int, currency: str) -> str:
    return f"${cents // 100:,}.{cents % 100:02}" if currency == "usd" else f"{cents / 100:,.2f} {currency.upper()}"


def _spaced(card: str) -> str:
    return " ".join(card[place : place + 4] for place in range(0, len(card), 4))
