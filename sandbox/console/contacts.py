"""Whose phones and mailboxes there are, found by typing a name, and what has passed through them.

It is brought up to date whenever somebody looks, at the cost of what is new and not of all that ever was.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

from sandbox.console.given import Contact
from sandbox.console.stage import Stage
from sandbox.mail import Mail
from sandbox.twilio import Text

T = TypeVar("T")
FOUND, RECENT = 12, 8
UNSPLIT = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe"})
"""Letters that Unicode doesn't take for an accented one, and people type as one."""


class AddressBook:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._given: Sequence[Contact] = ()
        self._of: dict[str, Contact] = {}
        self._typed_as: dict[str, str] = {}
        self._forget()

    def _forget(self) -> None:
        self._texts: dict[str, list[Text]] = {}
        self._places: dict[int, int] = {}
        self._last_at: dict[str, datetime] = {}
        self._last_text: Text | None = None
        self._last_mail: Mail | None = None

    def look(self) -> tuple[list[Text], list[tuple[int, Mail]]]:
        """The texts and mails that are new since somebody looked, oldest first."""
        if self._given is not self._stage.contacts:
            self._introduce(self._stage.contacts)
        texts, mails = self._stage.phones.texts, self._stage.mailbox.deliveries
        if (self._last_text and self._last_text.sid not in texts) or (self._last_mail and not mails):
            self._forget()  # the world was emptied
        came = newer(reversed(texts.values()), self._last_text)
        mailed = newer(reversed(mails), self._last_mail)
        placed = [*enumerate(mailed, len(mails) - len(mailed))]
        for text in came:
            self._texts.setdefault(number_of(text), []).append(text)
            self._last_text = text
        for place, mail in placed:
            self._places[id(mail)] = place
            self._last_mail = mail
        moved = [(text.created, number_of(text)) for text in came]
        moved += [(mail.at, address) for mail in mailed for address in mail.recipients]
        for at, address in sorted(moved):
            self._note(address, at)
        return came, placed

    def _introduce(self, given: Sequence[Contact]) -> None:
        """Whoever was a stranger may have a name now."""
        self._given = given
        self._of = {address: each for each in given for address in (each.phone, each.mail.lower()) if address}
        self._typed_as.clear()
        before, self._last_at = self._last_at, {}
        for key, at in before.items():
            self._note(key, at)

    def _note(self, address: str, at: datetime) -> None:
        """The latest comes last."""
        key = self.contact(address).key
        self._last_at.pop(key, None)
        self._last_at[key] = at

    def contact(self, address: str) -> Contact:
        """Whoever has this number or address; a stranger is called by it."""
        known = self._of.get(address.lower())
        mail, phone = (address, "") if "@" in address else ("", address)
        return known or Contact(address, phone, mail)

    def name(self, address: str) -> str:
        return self.contact(address).name

    def recent(self) -> list[Contact]:
        """Who was last written to or wrote, the latest first; before anything was written, whoever is there."""
        latest = [self.contact(key) for key in islice(reversed(self._last_at), RECENT)]
        return latest or [*islice(self._stage.contacts, RECENT)]

    def last_at(self, contact: Contact) -> datetime | None:
        return self._last_at.get(contact.key)

    def texts(self, number: str) -> list[Text]:
        return self._texts.get(number, [])

    def place(self, mail: Mail) -> int:
        return self._places[id(mail)]

    def find(self, typed: str) -> list[Contact]:
        """Everybody whose name, number or address has all the words, those first whose name begins with them."""
        words = plain(typed).split()
        found = [each for each in self._everybody() if all(word in self._searched(each) for word in words)]
        found.sort(key=lambda each: (not plain(each.name).startswith(" ".join(words)), each.name))
        return found[:FOUND]

    def _everybody(self) -> Iterator[Contact]:
        yield from self._stage.contacts
        numbers = (phone.number for phone in self._stage.phones)
        addresses = (inbox.address for inbox in self._stage.mailbox if inbox.deliveries)
        yield from (self.contact(each) for each in (*numbers, *addresses) if each not in self._of)

    def _searched(self, contact: Contact) -> str:
        if contact.key not in self._typed_as:
            self._typed_as[contact.key] = plain(f"{contact.name} {contact.phone} {contact.mail}")
        return self._typed_as[contact.key]


def number_of(text: Text) -> str:
    """The patient's, whichever way it went."""
    return text.from_ if text.direction == "inbound" else text.to


def newer(latest_first: Iterable[T], last: T | None) -> list[T]:
    """What came after the last one seen, oldest first."""
    found: list[T] = []
    for each in latest_first:
        if each is last:
            break
        found.append(each)
    return found[::-1]


def plain(text: str) -> str:
    """As it is typed by somebody in a hurry: no accents, no capitals, no signs."""
    split = unicodedata.normalize("NFKD", text.casefold()).translate(UNSPLIT)
    return "".join(letter for letter in split if letter.isalnum() or letter.isspace())
