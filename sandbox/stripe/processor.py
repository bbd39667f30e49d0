"""The card processor: opens pay pages for the service, takes people's money, gives it back, and tells what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.clock import MovableClock
from sandbox.courier import Courier, Outgoing
from sandbox.faults import Desk
from sandbox.stripe import methods, objects, returns, sessions
from sandbox.stripe.books import Books
from sandbox.stripe.forms import Refused
from sandbox.stripe.methods import Decline
from sandbox.stripe.objects import Json
from sandbox.stripe.replies import Replies


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
        self.asides: dict[str, Json] = {}
        self.url = ""

    @property
    def sessions(self) -> list[Json]:
        self.expire_the_old()
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
        session, aside = sessions.opened(fields, now=self.books.now(), pages=f"{self.url}/stripe/pay")
        self.asides[session["id"]] = aside
        return self.books.add(session)

    def session(self, id_or_url: str) -> Json:
        self.expire_the_old()
        return self.books.find("checkout.session", id_or_url.rsplit("/", 1)[-1].partition("?")[0], param="session")

    def expire(self, id_or_url: str) -> Json:
        session = self.session(id_or_url)
        if session["status"] != "open":
            raise Refused(
                'Only Checkout Sessions with a status in ["open"] can be expired. '
                f"This Checkout Session has a status of {session['status']}."
            )
        return self._close(session)

    def expire_the_old(self) -> None:
        for session in self.books.all("checkout.session"):
            if session["status"] == "open" and session["expires_at"] <= self.books.now():
                self._close(session)

    async def pay(
        self, id_or_url: str, *, card: str = methods.GOOD_CARD, bank: bool = False, email: str | None = None
    ) -> Outcome:
        """A person pays on the pay page, by card at once or from a bank account with `clear`/`bounce` days later."""
        session = self.session(id_or_url)
        if session["status"] != "open":
            return Outcome(False, reason="This page is no longer open for payment.")
        number = card.replace(" ", "")
        details = methods.bank_details() if bank else methods.card_details(number)
        if details["type"] not in session["payment_method_types"]:
            return Outcome(False, reason=f"This page does not take {details['type'].replace('_', ' ')}s.")
        intent, charge, created = self._attempt(session, details, email)
        if not bank and (decline := methods.verdict(number)):
            sessions.failed(intent, charge, decline)
            self.books.tell(*created, ("charge.failed", charge), ("payment_intent.payment_failed", intent))
            return Outcome(False, reason=decline.message)
        sessions.completed(session, intent, email)
        if bank:
            intent["status"] = "processing"
            told = [("charge.pending", charge), ("payment_intent.processing", intent)]
        else:
            sessions.captured(session, intent, charge)
            told = [("charge.succeeded", charge), ("payment_intent.succeeded", intent)]
        self.books.tell(*created, *told, ("checkout.session.completed", session))
        return Outcome(True, redirect=(session["success_url"] or "").replace("{CHECKOUT_SESSION_ID}", session["id"]))

    async def clear(self, id_or_url: str) -> None:
        """The bank sends the money of a delayed payment."""
        session, intent, charge = self._awaiting(id_or_url)
        sessions.captured(session, intent, charge)
        self.books.tell(
            ("charge.succeeded", charge),
            ("payment_intent.succeeded", intent),
            ("checkout.session.async_payment_succeeded", session),
        )

    async def bounce(self, id_or_url: str, reason: str = "The account has insufficient funds.") -> None:
        """The bank refuses a delayed payment."""
        session, intent, charge = self._awaiting(id_or_url)
        sessions.failed(intent, charge, Decline("payment_intent_payment_attempt_failed", reason))
        self.books.tell(
            ("charge.failed", charge),
            ("payment_intent.payment_failed", intent),
            ("checkout.session.async_payment_failed", session),
        )

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
        self.asides.clear()

    def snapshot(self) -> dict[str, Any]:
        return {"entries": list(self.books.entries.values()), "asides": self.asides}

    def restore(self, kept: Mapping[str, Any]) -> None:
        self.books.clear()
        for entry in kept.get("entries", ()):
            self.books.add(entry)
        self.asides = dict(kept.get("asides", {}))

    def _close(self, session: Json) -> Json:
        session["status"], session["url"] = "expired", None
        self.books.tell(("checkout.session.expired", session))
        return session

    def _attempt(self, session: Json, details: Json, email: str | None) -> tuple[Json, Json, list[tuple[str, Json]]]:
        """The session's intent (made at the first attempt, with its event) and a new charge for this attempt."""
        created: list[tuple[str, Json]] = []
        if session["payment_intent"] is None:
            intent = objects.payment_intent(
                session=session,
                fields=self.asides[session["id"]]["intent"],
                method=details["type"],
                created=self.books.now(),
            )
            self.books.add(intent)
            session["payment_intent"] = intent["id"]
            created = [("payment_intent.created", dict(intent))]
        intent = self.books.find("payment_intent", session["payment_intent"])
        charge = objects.charge(
            intent=intent, details=details, email=email or session["customer_email"], created=self.books.now()
        )
        self.books.add(charge)
        intent |= {"latest_charge": charge["id"], "payment_method": charge["payment_method"]}
        return intent, charge, created

    def _awaiting(self, id_or_url: str) -> tuple[Json, Json, Json]:
        session = self.session(id_or_url)
        intent = self.books.entries.get(session["payment_intent"] or "", {})
        if intent.get("status") != "processing":
            raise ValueError(
                f"No bank payment is on its way for {session['id']}: it is {intent.get('status', 'unpaid')}"
            )
        return session, intent, self.books.entries[intent["latest_charge"]]
