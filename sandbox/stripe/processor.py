"""The card processor: opens pay pages for the service, takes people's money, gives it back, and tells what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.clock import MovableClock
from sandbox.courier import Courier, Outgoing
from sandbox.faults import Desk
from sandbox.stripe import bank, methods, objects, payments, returns, sessions, setups, wallets
from sandbox.stripe.books import Books
from sandbox.stripe.forms import Refused
from sandbox.stripe.methods import Decline
from sandbox.stripe.objects import Json
from sandbox.stripe.payments import Told
from sandbox.stripe.replies import Replies
from sandbox.troubles import Trouble, of_calls, of_webhooks


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the payer sees next: the service's page, or why the processor took nothing."""

    paid: bool
    redirect: str | None = None
    reason: str | None = None


class CardProcessor:
    """`sessions`, `charges`, `refunds` are its own count, in order; `await pay(session, card=…)` is a person paying.

    `duplicate` and `shuffle` disturb the webhooks, `hold` keeps them back until `release()`.
    """

    api_key = "sk_test_5a11d0b05a11d0b05a11d0b0"
    webhook_secret = "whsec_5a11d0b05a11d0b05a11d0b05a11d0b0"

    def __init__(self, *, clock: MovableClock, courier: Courier) -> None:
        self.clock = clock
        self.desk = Desk(clock)
        self.outgoing = Outgoing(courier, in_line=True)
        self.books = Books(clock, self.outgoing, self.webhook_secret)
        self.replies = Replies(clock)
        self.every_card: Decline | None = None
        """Why no card pays at the moment, whatever its number."""
        self.banks_refuse = False
        self.url = ""

    @property
    def sessions(self) -> list[Json]:
        self.catch_up()
        return self.books.all("checkout.session")

    @property
    def charges(self) -> list[Json]:
        return self.books.all("charge")

    @property
    def refunds(self) -> list[Json]:
        return self.books.all("refund")

    @property
    def events(self) -> list[Json]:
        return self.books.all("event")

    @property
    def taken_cents(self) -> int:
        """All money received and not given back."""
        return sum(charge["amount_captured"] - charge["amount_refunded"] for charge in self.charges)

    @property
    def duplicate(self) -> int:
        """How often each webhook is sent."""
        return self.outgoing.copies

    @duplicate.setter
    def duplicate(self, copies: int) -> None:
        self.outgoing.copies = copies

    @property
    def shuffle(self) -> bool:
        """Whether an act's webhooks arrive last first."""
        return self.outgoing.disordered

    @shuffle.setter
    def shuffle(self, shuffle: bool) -> None:
        self.outgoing.disordered = shuffle

    @property
    def hold(self) -> bool:
        return self.outgoing.hold

    @hold.setter
    def hold(self, hold: bool) -> None:
        self.outgoing.hold = hold

    async def release(self) -> int:
        return await self.outgoing.release()

    def environment(self, url: str) -> dict[str, str]:
        self.url = url
        return {
            "STRIPE_API_KEY": self.api_key,
            "STRIPE_WEBHOOK_SECRET": self.webhook_secret,
            "STRIPE_API_URL": f"{url}/stripe",
        }

    def aim(self, public_url: str) -> None:
        self.books.address = f"{public_url}/stripe/webhook"

    def open_session(self, fields: Mapping[str, Any]) -> Json:
        return sessions.opened(self.books, fields, pages=f"{self.url}/stripe/pay")

    def session(self, id_or_url: str) -> Json:
        self.catch_up()
        return self.books.find("checkout.session", id_or_url.rsplit("/", 1)[-1].partition("?")[0], param="session")

    def expire(self, id_or_url: str) -> Json:
        session = self.session(id_or_url)
        if session["status"] != "open":
            raise Refused(
                'Only Checkout Sessions with a status in ["open"] can be expired. '
                f"This Checkout Session has a status of {session['status']}."
            )
        return self._close(session)

    def catch_up(self) -> None:
        """What happens by the clock alone: pages expire after a day, banks answer after some days."""
        self.expire_the_old()
        bank.answer_the_due(self.books, all_refuse=self.banks_refuse)

    def expire_the_old(self) -> None:
        now = self.books.now()
        for session in self.books.all("checkout.session"):
            if session["status"] == "open" and session["expires_at"] <= now:
                self._close(session)

    def saved(self, session: Json) -> list[Json]:
        """What the session's customer has on file, and may pay with."""
        found = wallets.of_customer(self.books, session["customer"]) if session["customer"] else []
        return [method for method in found if method["type"] in session["payment_method_types"]]

    async def pay(
        self,
        id_or_url: str,
        *,
        card: str = methods.GOOD_CARD,
        bank: bool | str = False,
        saved: str | None = None,
        email: str | None = None,
    ) -> Outcome:
        """A person pays on the pay page: by card at once, from a bank account (`bank` may be its number) within days,
        or with what they have on file. Where nothing is paid, the card or account is only kept."""
        session = self.session(id_or_url)
        if session["status"] != "open":
            return Outcome(False, reason="This page is no longer open for payment.")
        number = (methods.GOOD_ACCOUNT if bank is True else bank) or card.replace(" ", "")
        kind = "us_bank_account" if bank else "card"
        if bank and not methods.is_account(number):
            return Outcome(False, reason="There is no such account here: they begin with 000.")
        if saved is None and kind not in session["payment_method_types"]:
            return Outcome(False, reason=f"This page does not take {kind.replace('_', ' ')}s.")
        if saved is not None and saved not in [method["id"] for method in self.saved(session)]:
            return Outcome(False, reason="This is not on file here.")
        method = self.books.entries[saved] if saved else wallets.new_method(self.books, number, email=email)
        if decline := self._take(session, method, email):
            return Outcome(False, reason=decline.message)
        return Outcome(True, redirect=(session["success_url"] or "").replace("{CHECKOUT_SESSION_ID}", session["id"]))

    def troubles(self) -> list[Trouble]:
        return [
            Trouble("declined", "Every card is declined", *self._declining(methods.DECLINED)),
            Trouble("insufficient_funds", "Every card lacks funds", *self._declining(methods.INSUFFICIENT)),
            Trouble("bank_fails", "Banks refuse what is under way", lambda: self.banks_refuse, self._let_banks_refuse),
            *of_webhooks(self.outgoing),
            *of_calls(self.desk),
        ]

    def verdict(self, number: str, off_session: bool) -> Decline | None:
        return self.every_card or methods.verdict(number, off_session=off_session)

    def bank_payments(self) -> list[Json]:
        """The intents whose money is on its way: each may `clear` or `bounce`, and does by itself in time."""
        return bank.on_the_way(self.books)

    async def clear(self, id_or_url: str) -> None:
        """The bank sends the money of a delayed payment."""
        bank.arrived(self.books, self._awaiting(id_or_url))

    async def bounce(self, id_or_url: str, code: str = methods.BROKE.code) -> None:
        """The bank refuses a delayed payment, for a reason by its code (`methods.RETURNS`)."""
        why = {each.code: each for each in methods.RETURNS.values()}
        bank.returned(self.books, self._awaiting(id_or_url), why[code])

    async def refund(self, charge: str, *, amount: int | None = None, reason: str | None = None) -> Json:
        """Given back by hand in the processor's own dashboard."""
        return returns.refund(self.books, {"charge": charge, "amount": amount, "reason": reason})

    async def finish_refund(self, refund: str, *, status: str = "succeeded") -> Json:
        """A pending refund (bank payments) ends: "succeeded" or "failed"."""
        return returns.finish(self.books, refund, status=status)

    async def dispute(self, charge: str, *, reason: str = "fraudulent") -> Json:
        """The payer's bank takes the money back."""
        return returns.dispute(self.books, charge, reason=reason)

    async def close_dispute(self, dispute: str, *, won: bool) -> Json:
        return returns.close_dispute(self.books, dispute, won=won)

    def reset(self) -> None:
        self.desk.reset()
        self.outgoing.reset()
        self.books.clear()
        self.replies.clear()
        self.every_card, self.banks_refuse = None, False

    def snapshot(self) -> dict[str, Any]:
        entries = list(self.books.entries.values())
        return {"entries": entries, "asides": self.books.asides, "numbers": self.books.numbers}

    def restore(self, kept: Mapping[str, Any]) -> None:
        self.books.clear()
        for entry in kept.get("entries", ()):
            self.books.add(entry)
        self.books.asides.update(kept.get("asides", {}))
        self.books.numbers.update(kept.get("numbers", {}))

    def _close(self, session: Json) -> Json:
        session["status"], session["url"] = "expired", None
        self.books.tell(("checkout.session.expired", session))
        return session

    def _take(self, session: Json, method: Json, email: str | None) -> Decline | None:
        """Charge it, or keep it on file, and close the page; why that was not possible."""
        if session["mode"] == "setup":
            decline = setups.attempt(self.books, self.books.entries[session["setup_intent"]], method)
            told: Told = []
        else:
            intent, created = self._intent_of(session)
            decline, attempted = payments.attempt(
                self.books, intent, method, verdict=self.verdict, email=email or session["customer_email"]
            )
            told = [*created, *attempted]
        if decline is None:
            sessions.completed(self.books, session, method, email)
            if session["mode"] == "payment" and intent["status"] == "succeeded":
                session["payment_status"] = "paid"
            told = [*told, ("checkout.session.completed", session)]
        self.books.tell(*told)
        return decline

    def _intent_of(self, session: Json) -> tuple[Json, Told]:
        """Made at the first attempt, with its event."""
        if session["payment_intent"]:
            return self.books.entries[session["payment_intent"]], []
        intent = self.books.add(
            objects.payment_intent(
                amount=session["amount_total"],
                currency=session["currency"],
                types=session["payment_method_types"],
                fields=self.books.asides[session["id"]]["intent"],
                created=self.books.now(),
            )
        )
        session["payment_intent"] = intent["id"]
        return intent, [("payment_intent.created", dict(intent))]

    def _awaiting(self, id_or_url: str) -> Json:
        """The intent that waits for its bank, by its own id or its session's."""
        named = self.books.entries.get(id_or_url)
        if named is None or named["object"] != "payment_intent":
            session = self.session(id_or_url)
            named = self.books.entries.get(session["payment_intent"] or "", {})
        if named.get("status") != "processing":
            raise ValueError(f"No bank payment is on its way for {id_or_url}: it is {named.get('status', 'unpaid')}")
        return named

    def _declining(self, why: Decline) -> tuple[Callable[[], bool], Callable[[bool], None]]:
        def switch(on: bool) -> None:
            self.every_card = why if on else None

        return lambda: self.every_card is why, switch

    def _let_banks_refuse(self, refuse: bool) -> None:
        self.banks_refuse = refuse
