"""What has just happened in the world, one line each and in order: texts, mails, cards, posts, payments."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sandbox.console.contacts import AddressBook, newer, number_of
from sandbox.console.stage import Stage
from sandbox.mail import Mail
from sandbox.slack import ApiCall
from sandbox.twilio import Text

Json: TypeAlias = dict[str, Any]
KEPT, LONGEST = 60, 90
MARKED = re.compile(r"<(?:[^<>|]*\|)?([^<>|]*)>")
"""Slack's own markup, and what of it is read where it can't be drawn."""
DATED = re.compile(r"\W*<!date\^[^>]*>")
"""When it was stands before it already."""

PAYMENTS = {
    "checkout.session.completed": "Card payment of {}",
    "checkout.session.async_payment_succeeded": "Bank payment of {} has come through",
    "checkout.session.async_payment_failed": "Bank payment of {} was refused",
    "checkout.session.expired": "A payment page for {} has expired",
    "charge.failed": "Card declined for {}",
    "charge.refunded": "Refund of {}",
    "charge.dispute.created": "Card payment of {} disputed",
}


@dataclass(frozen=True, slots=True)
class Happening:
    at: datetime
    kind: str
    words: str
    where: Json
    """What it opens: a channel and its card, or a contact's phone or mailbox."""


class Happenings:
    def __init__(self, stage: Stage, book: AddressBook) -> None:
        self._stage, self._book = stage, book
        self._kept: deque[tuple[int, Happening]] = deque(maxlen=KEPT)
        self._count = 0
        self._last_call: ApiCall | None = None
        self._last_entry: Json | None = None
        self._begun = False

    def since(self, heard: int) -> list[Json]:
        """Those after the one that was heard of last, oldest first; what was before the first look is history."""
        self.look()
        if not self._begun:
            self._kept.clear()
            self._begun = True
        return [
            {"number": number, "at": each.at.isoformat(), "kind": each.kind, "words": each.words, "where": each.where}
            for number, each in self._kept
            if number > heard
        ]

    def look(self) -> None:
        """What will be kept of it is read, and no more: the first look finds a year."""
        texts, mails = self._book.look()
        came = [*map(self._text, texts[-KEPT:]), *(self._mail(place, mail) for place, mail in mails[-KEPT:])]
        came += [*self._posts(), *self._payments()]
        for happening in sorted(came, key=lambda each: each.at):
            self._count += 1
            self._kept.append((self._count, happening))

    def _text(self, text: Text) -> Happening:
        mine, number = text.direction == "inbound", number_of(text)
        name = self._book.name(number)
        words = f"{name} texts: {_cut(text.body)}" if mine else f"Text to {name}: {_cut(text.body)}"
        if text.error:
            words = f"Text to {name} never arrives ({text.error})"
        kind = "answer" if mine else "lost" if text.error else "text"
        return Happening(text.created, kind, words, {"contact": self._book.contact(number).key, "side": "phone"})

    def _mail(self, place: int, mail: Mail) -> Happening:
        address = mail.recipients[0].lower()
        where = {"contact": self._book.contact(address).key, "side": "mail", "mail": place}
        return Happening(mail.at, "mail", f"Mail to {self._book.name(address)}: {_cut(mail.subject)}", where)

    def _posts(self) -> Iterator[Happening]:
        """A card that was redrawn several times since is told of once."""
        calls = newer(reversed(self._stage.slack.calls), self._last_call)
        self._last_call = calls[-1] if calls else self._last_call
        told: dict[tuple[str, str], Happening] = {}
        for call in calls[-KEPT * 4 :]:
            if call.method in ("chat.postMessage", "chat.update") and call.answer["ok"]:
                told[call.method, call.answer["ts"]] = self._post(call)
        yield from told.values()

    def _post(self, call: ApiCall) -> Happening:
        channel = self._stage.slack.kept.channels[call.answer["channel"]]
        message = channel.by_ts.get(call.answer["ts"])
        parent = channel.by_ts.get(message.thread_ts) if message and message.thread_ts else None
        where: Json = {"channel": channel.id, "ts": parent.ts if parent else call.answer["ts"], "thread": bool(parent)}
        said = _cut(MARKED.sub(r"\1", DATED.sub("", str(call.answer["message"]["text"]))))
        if call.method == "chat.update":
            return Happening(call.at, "card", f"Card redrawn: {said}", where)
        if parent:
            return Happening(call.at, "line", f"{said} (under {_cut(parent.text)})", where)
        return Happening(call.at, "post", f"New in #{channel.name}: {said}", where)

    def _payments(self) -> Iterator[Happening]:
        entries = newer(reversed(self._stage.cards.books.entries.values()), self._last_entry)
        self._last_entry = entries[-1] if entries else self._last_entry
        for entry in entries[-KEPT * 4 :]:
            if entry["object"] == "event" and entry["type"] in PAYMENTS:
                yield self._payment(entry["type"], entry["data"]["object"], entry["created"])

    def _payment(self, kind: str, about: Json, created: int) -> Happening:
        cents = about.get("amount_total") or about.get("amount_refunded") or about["amount"]
        paying = PAYMENTS[kind]
        if kind == "checkout.session.completed" and about["payment_status"] != "paid":
            paying = "Bank payment of {} is on its way"
        email = about.get("customer_email") or (about.get("billing_details") or {}).get("email") or ""
        where = {"contact": self._book.contact(email).key, "side": "mail"} if email else {}
        return Happening(datetime.fromtimestamp(created, UTC), "payment", paying.format(_money(cents)), where)


def _cut(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _money(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02}"
