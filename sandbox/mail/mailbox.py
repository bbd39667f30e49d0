"""Everyone's mailboxes, and the server that takes mail for them."""

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from weakref import WeakSet

from sandbox.clock import MovableClock
from sandbox.courier import Answer, Courier, Letter
from sandbox.faults import Desk
from sandbox.mail.bounce import bounce
from sandbox.mail.events import Event, EventWebhook
from sandbox.mail.inbox import HARD, Inbox
from sandbox.mail.letter import Mail
from sandbox.mail.smtp import Line
from sandbox.troubles import Trouble, of_calls, of_webhooks

RETRIED_AFTER = timedelta(hours=4)
TRY_LATER = "try again later"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Mailbox:
    """`mailbox["a@b"]` is one inbox; `deliveries` is every mail the server accepted, once for each time it did.

    Operations for `desk.will`: "mail" (MAIL FROM), "rcpt", "data"; "reset_after_commit" at "data" delivers, then cuts.
    """

    user, password = "clinic", "sandbox-mail-password"

    def __init__(self, *, clock: MovableClock, courier: Courier, tls: ssl.SSLContext | None = None) -> None:
        self.clock = clock
        self.tls = tls
        self.desk = Desk(clock)
        self.deliveries: list[Mail] = []
        self.events = EventWebhook(clock=clock, courier=courier)
        self._courier = courier
        self._inboxes: dict[str, Inbox] = {}
        self._deferred: list[tuple[Mail, str]] = []
        self._server: asyncio.Server | None = None
        self._lines: WeakSet[Line] = WeakSet()

    def __getitem__(self, address: str) -> Inbox:
        folded = address.strip().lower()
        return self._inboxes.setdefault(folded, Inbox(folded, self))

    def __iter__(self) -> Iterator[Inbox]:
        return iter(self._inboxes.values())

    @property
    def port(self) -> int:
        if self._server is None:
            raise RuntimeError("The mail server is not running")
        return int(self._server.sockets[0].getsockname()[1])

    async def listen(self, host: str, port: int) -> None:
        self._server = await asyncio.get_running_loop().create_server(self._answer, host, port)

    async def close(self) -> None:
        if self._server:
            self._server.close()
            for line in list(self._lines):
                line.hang_up()
            await self._server.wait_closed()
            self._server = None

    def environment(self, url: str) -> dict[str, str]:
        address = f"smtp://{self.user}:{self.password}@127.0.0.1:{self.port}"
        return {"SMTP_URL": address, "SENDGRID_WEBHOOK_KEY": self.events.public_key}

    def aim(self, public_url: str) -> None:
        self.events.address = f"{public_url}/email/events"

    def troubles(self) -> list[Trouble]:
        """Of the mail server as a whole; `mailbox["a@b"].troubles()` are one address's."""
        return [*of_webhooks(self.events.outgoing), *of_calls(self.desk)]

    def accept(self, sender: str, recipients: list[str], raw: bytes) -> None:
        mail = Mail(sender, tuple(recipients), raw, self.clock.now())
        self.deliveries.append(mail)
        told = [event for recipient in recipients for event in self._carry(mail, self[recipient])]
        if sender:  # a bounce on its way back is nobody's mail at the provider
            self.events.tell(told)

    def catch_up(self) -> None:
        """What waited long enough behind a soft bounce is tried once more, then given up."""
        now = self.clock.now()
        due = [each for each in self._deferred if each[0].at + RETRIED_AFTER <= now]
        self._deferred = [each for each in self._deferred if each not in due]
        for mail, address in due:
            self.events.tell(self._retry(mail, self[address]))

    async def one_click(self, url: str) -> Answer:
        letter = Letter("mailbox", url, b"List-Unsubscribe=One-Click", dict, FORM)
        return await self._courier.deliver(letter)

    def spam_reported(self, mail: Mail, address: str) -> None:
        self.events.tell([self.events.about(mail, address, "spamreport")])

    def _carry(self, mail: Mail, inbox: Inbox) -> list[Event]:
        """Deliver one mail or not; what its provider has to tell of it."""
        about = partial(self.events.about, mail, inbox.address)
        if inbox.dropped_for:
            return [about("dropped", reason=inbox.dropped_for, status="5.0.0")]
        status, told = inbox.bounce_status, [about("processed")]
        if status is None:
            return [*told, *self._deliver(mail, inbox)]
        if mail.sender:
            self.accept("", [mail.sender], bounce(mail, inbox.address, status, at=self.clock.now()))
        if status.startswith("5"):
            return [*told, self._bounced(mail, inbox, status)]
        self._deferred.append((mail, inbox.address))
        return [*told, about("deferred", response=f"450 {status} {TRY_LATER}", attempt="1")]

    def _deliver(self, mail: Mail, inbox: Inbox) -> list[Event]:
        inbox.deliveries.append(mail)
        told = [self.events.about(mail, inbox.address, "delivered", response="250 2.0.0 OK", tls=1)]
        if inbox.reports_all:
            inbox.dropped_for = "Spam Reporting Address"
            told.append(self.events.about(mail, inbox.address, "spamreport"))
        return told

    def _retry(self, mail: Mail, inbox: Inbox) -> list[Event]:
        if inbox.bounce_status is None:
            return self._deliver(mail, inbox)
        if mail.sender:
            failed = bounce(mail, inbox.address, f"5{inbox.bounce_status[1:]}", at=self.clock.now())
            self.accept("", [mail.sender], failed)
        return [self._bounced(mail, inbox, f"5{inbox.bounce_status[1:]}")]

    def _bounced(self, mail: Mail, inbox: Inbox, status: str) -> Event:
        kind = "bounce" if status == HARD else "blocked"
        if kind == "bounce":
            inbox.dropped_for = "Bounced Address"
        classification = "Invalid Address" if status == HARD else "Mailbox Unavailable"
        more = {"type": kind, "bounce_classification": classification, "tls": 1}
        reason = f"550 {status} rejected by the sandbox"
        return self.events.about(mail, inbox.address, "bounce", reason=reason, status=status, **more)

    def reset(self) -> None:
        self.desk.reset()
        self.events.reset()
        self.deliveries.clear()
        self._deferred.clear()
        self._inboxes.clear()

    def snapshot(self) -> dict[str, Any]:
        return {
            "deliveries": [mail.kept() for mail in self.deliveries],
            "inboxes": [
                {
                    "address": inbox.address,
                    "refusal": inbox.refusal,
                    "bounce_status": inbox.bounce_status,
                    "reports_all": inbox.reports_all,
                    "dropped_for": inbox.dropped_for,
                    "deliveries": [self.deliveries.index(mail) for mail in inbox.deliveries],
                }
                for inbox in self._inboxes.values()
            ],
            "deferred": [[self.deliveries.index(mail), address] for mail, address in self._deferred],
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        self.deliveries = [Mail.from_kept(mail) for mail in kept.get("deliveries", ())]
        for one in kept.get("inboxes", ()):
            inbox = self[one["address"]]
            for trait in ("refusal", "bounce_status", "reports_all", "dropped_for"):
                setattr(inbox, trait, one[trait])
            inbox.deliveries = [self.deliveries[place] for place in one["deliveries"]]
        self._deferred = [(self.deliveries[place], address) for place, address in kept.get("deferred", ())]

    def _answer(self) -> Line:
        line = Line(self)
        self._lines.add(line)
        return line
