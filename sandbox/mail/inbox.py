"""One address: what arrived there, whether its mail is refused or comes back, and what its owner does with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Protocol, Self

from sandbox.courier import Answer
from sandbox.mail.letter import Mail
from sandbox.troubles import Trouble

HARD, SOFT = "5.1.1", "4.2.2"
REFUSAL = "550 5.1.1 No such user here"
URI = re.compile(r"<(https?://[^>\s]+)>")


class Office(Protocol):
    """Where an inbox's owner turns to."""

    async def one_click(self, url: str) -> Answer: ...

    def spam_reported(self, mail: Mail, address: str) -> None: ...


class Inbox:
    """One address. `deliveries` is all that arrived; `messages` shows a Message-ID once, as mail stores do."""

    def __init__(self, address: str, office: Office) -> None:
        self.address = address
        self.deliveries: list[Mail] = []
        self.refusal: str | None = None
        self.bounce_status: str | None = None
        self.reports_all = False
        self.dropped_for: str | None = None
        """Why the provider doesn't even try: an earlier bounce, or a complaint."""
        self._office = office

    @property
    def messages(self) -> list[Mail]:
        first: dict[str, Mail] = {}
        for place, mail in enumerate(self.deliveries):
            first.setdefault(mail.message_id or f"without one, {place}", mail)
        return list(first.values())

    async def unsubscribe(self, mail: Mail) -> Answer:
        """As the button of a mail program does it (RFC 8058): one POST, without cookies, following nobody elsewhere."""
        if str(mail.headers["List-Unsubscribe-Post"] or "") != "List-Unsubscribe=One-Click":
            raise ValueError("This mail offers no unsubscribing by one click")
        found = URI.search(str(mail.headers["List-Unsubscribe"] or ""))
        if found is None:
            raise ValueError("This mail names no address to unsubscribe at")
        return await self._office.one_click(found[1])

    def report_spam(self, mail: Mail) -> None:
        """Its owner complains of a mail; the provider tells the sender, and carries nothing more there."""
        self.dropped_for = "Spam Reporting Address"
        self._office.spam_reported(mail, self.address)

    def refuses(self, answer: str = REFUSAL) -> Self:
        """The server turns mail for this address away at RCPT TO: 4xx for now, 5xx for good."""
        self.refusal = answer
        return self

    def bounces(self, status: str = HARD) -> Self:
        """Mail is accepted, then comes back to its envelope sender: 5.x failed, 4.x delayed."""
        self.bounce_status = status
        return self

    def complains(self) -> Self:
        """Its owner takes whatever arrives for spam."""
        self.reports_all = True
        return self

    def works(self) -> Self:
        self.refusal = self.bounce_status = self.dropped_for = None
        self.reports_all = False
        return self

    def troubles(self) -> list[Trouble]:
        """Of bounces one is on at a time; switching one off also lifts what the provider remembers of it."""
        return [
            Trouble("bounce_hard", "Mail comes back: no such mailbox", *self._bouncing(HARD)),
            Trouble("bounce_soft", "Mail comes back: the mailbox is full", *self._bouncing(SOFT)),
            Trouble("refused", "The server takes no mail for it", lambda: self.refusal is not None, self._refuse),
            Trouble("spam_complaint", "Its owner reports mail as spam", lambda: self.reports_all, self._complain),
        ]

    def _bouncing(self, status: str) -> tuple[Callable[[], bool], Callable[[bool], None]]:
        return lambda: self.bounce_status == status, partial(self._bounce, status)

    def _bounce(self, status: str, on: bool) -> None:
        self.bounce_status, self.dropped_for = status if on else None, None

    def _refuse(self, on: bool) -> None:
        self.refusal = REFUSAL if on else None

    def _complain(self, on: bool) -> None:
        self.reports_all, self.dropped_for = on, None
