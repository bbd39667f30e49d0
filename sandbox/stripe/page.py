"""The hosted pay page a patient sees: what is paid, by card, bank account or what is on file, and the way back."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from string import Template

from aiohttp import web

from sandbox.stripe.forms import Refused
from sandbox.stripe.methods import DECLINED_CARD, GOOD_ACCOUNT, GOOD_CARD
from sandbox.stripe.objects import Json
from sandbox.stripe.processor import CardProcessor

PAGE = Template((Path(__file__).parent / "page.html").read_text())


def routes(cards: CardProcessor) -> Iterable[web.RouteDef]:
    async def show(request: web.Request) -> web.Response:
        return _page(cards, _session(cards, request))

    async def pay(request: web.Request) -> web.Response:
        session, form = _session(cards, request), await request.post()
        chosen, account = str(form.get("with", "")), str(form.get("account", "")).strip()
        outcome = await cards.pay(
            session["id"],
            card=str(form.get("card", "")),
            bank=(account or True) if chosen == "bank" else False,
            saved=chosen if chosen.startswith("pm_") else None,
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
    paid = session["mode"] == "payment"
    items = cards.books.asides[session["id"]]["items"]
    html = PAGE.substitute(
        title="Amount due" if paid else "Nothing is charged now",
        amount=_money(session["amount_total"], session["currency"]) if paid else "Keep on file",
        items="".join(_item(item, session["currency"]) for item in items),
        back=_back(session["cancel_url"]),
        problem=f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else "",
        form=_form(session, cards.saved(session)) if session["status"] == "open" else _closed(session),
        test=f"Test cards: {_spaced(GOOD_CARD)} pays, {_spaced(DECLINED_CARD)} is declined.",
    )
    return web.Response(text=html, content_type="text/html", status=status)


def _closed(session: Json) -> str:
    done = "This has been paid. Thank you." if session["mode"] == "payment" else "This is on file. Thank you."
    expired = "This payment page has expired. Open the link in your message again."
    return f'<p class="done">{done if session["status"] == "complete" else expired}</p>'


def _form(session: Json, saved: Sequence[Json]) -> str:
    takes, email = session["payment_method_types"], escape(session["customer_email"] or "")
    words = "Pay by card" if session["mode"] == "payment" else "Keep this card"
    on_file = "".join(f'<button name="with" value="{each["id"]}">{escape(_named(each))}</button>' for each in saved)
    card = (
        '<label for="card">Card number</label>'
        f'<input id="card" name="card" inputmode="numeric" autocomplete="cc-number" value="{_spaced(GOOD_CARD)}">'
        f'<button name="with" value="card">{words}</button>'
    )
    bank = (
        '<label for="account">Bank account</label>'
        f'<input id="account" name="account" inputmode="numeric" value="{GOOD_ACCOUNT}">'
        '<button class="quiet" name="with" value="bank">Pay from a bank account (takes days)</button>'
    )
    return (
        f'<form method="post">{on_file}<label for="email">Email</label>'
        f'<input id="email" name="email" type="email" autocomplete="email" value="{email}">'
        f"{card if 'card' in takes else ''}{bank if 'us_bank_account' in takes else ''}</form>"
    )


def _named(method: Json) -> str:
    shown = method[method["type"]]
    return (
        f"Pay with {shown['brand'].title() if method['type'] == 'card' else shown['bank_name']} •••• {shown['last4']}"
    )


def _item(item: Json, currency: str) -> str:
    return f"<li><span>{escape(item['description'])}</span> <span>{_money(item['amount_total'], currency)}</span></li>"


def _back(url: str | None) -> str:
    return f'<a class="back" href="{escape(url)}">← Back</a>' if url and url.startswith(("http://", "https://")) else ""


def _money(cents: int, currency: str) -> str:
    return f"${cents // 100:,}.{cents % 100:02}" if currency == "usd" else f"{cents / 100:,.2f} {currency.upper()}"


def _spaced(card: str) -> str:
    return " ".join(card[place : place + 4] for place in range(0, len(card), 4))
