"""What a payer's bank answers days after a payment began: the money, or a return."""

from datetime import timedelta

from sandbox.stripe import methods, payments, returns
from sandbox.stripe.books import Books
from sandbox.stripe.methods import Decline
from sandbox.stripe.objects import Json

TAKES = timedelta(days=4)


def on_the_way(books: Books) -> list[Json]:
    """The intents that wait for a bank."""
    return [intent for intent in books.all("payment_intent") if intent["status"] == "processing"]


def answer_the_due(books: Books, *, all_refuse: bool) -> None:
    for intent in on_the_way(books):
        if books.entries[intent["latest_charge"]]["created"] + TAKES.total_seconds() <= books.now():
            _answer(books, intent, all_refuse=all_refuse)


def arrived(books: Books, intent: Json) -> None:
    told = payments.captured(intent, books.entries[intent["latest_charge"]], intent["amount"])
    for session in _sessions_of(books, intent):
        session["payment_status"] = "paid"
        told.append(("checkout.session.async_payment_succeeded", session))
    books.tell(*told)


def returned(books: Books, intent: Json, why: Decline) -> None:
    charge = books.entries[intent["latest_charge"]]
    told = payments.failed(intent, charge, books.entries[charge["payment_method"]], why)
    told += [("checkout.session.async_payment_failed", session) for session in _sessions_of(books, intent)]
    books.tell(*told)


def _answer(books: Books, intent: Json, *, all_refuse: bool) -> None:
    account = books.numbers[intent["payment_method"]]
    if why := methods.BROKE if all_refuse else methods.RETURNS.get(account):
        returned(books, intent, why)
        return
    arrived(books, intent)
    if account == methods.DISPUTED_ACCOUNT:
        returns.dispute(books, intent["latest_charge"], reason="debit_not_authorized")


def _sessions_of(books: Books, intent: Json) -> list[Json]:
    return [session for session in books.all("checkout.session") if session["payment_intent"] == intent["id"]]
