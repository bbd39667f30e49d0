"""Everyone's mailboxes, and the server that takes mail for them."""

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakSet

from sandbox.clock import MovableClock
from sandbox.courier import Courier
from sandbox.faults import Desk
from sandbox.mail.bounce import bounce
from sandbox.mail.inbox import Inbox
from sandbox.mail.letter import Mail
from sandbox.mail.smtp import Line


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
        self._inboxes: dict[str, Inbox] = {}
        self._server: asyncio.Server | None = None
        self._lines: WeakSet[Line] = WeakSet()

    def __getitem__(self, address: str) -> Inbox:
        folded = address.strip().lower()
        return self._inboxes.setdefault(folded, Inbox(folded))

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
        return {"SMTP_URL": f"smtp://{self.user}:{self.password}@127.0.0.1:{self.port}"}

    def aim(self, public_url: str) -> None:
        """Plain SMTP sends no webhooks."""

    def accept(self, sender: str, recipients: list[str], raw: bytes) -> None:
        mail = Mail(sender, tuple(recipients), raw, self.clock.now())
        self.deliveries.append(mail)
        for recipient in recipients:
            inbox = self[recipient]
            if inbox.bounce_status is None:
                inbox.deliveries.append(mail)
            elif sender:
                self.accept("", [sender], bounce(mail, recipient, inbox.bounce_status, at=self.clock.now()))

    def reset(self) -> None:
        self.desk.reset()
        self.deliveries.clear()
        self._inboxes.clear()

    def snapshot(self) -> dict[str, Any]:
        return {
            "deliveries": [mail.kept() for mail in self.deliveries],
            "inboxes": [
                {
                    "address": inbox.address,
                    "refusal": inbox.refusal,
                    "bounce_status": inbox.bounce_status,
                    "deliveries": [self.deliveries.index(mail) for mail in inbox.deliveries],
                }
                for inbox in self._inboxes.values()
            ],
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        self.deliveries = [Mail.from_kept(mail) for mail in kept.get("deliveries", ())]
        for one in kept.get("inboxes", ()):
            inbox = self[one["address"]]
            inbox.refusal, inbox.bounce_status = one["refusal"], one["bounce_status"]
            inbox.deliveries = [self.deliveries[place] for place in one["deliveries"]]

    def _answer(self) -> Line:
        line = Line(self)
        self._lines.add(line)
        return line
