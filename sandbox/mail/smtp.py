"""The SMTP server's side of a conversation: who may send, whose mail is refused, and what goes wrong."""

import hmac
import logging
import ssl
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.clock import MovableClock
from sandbox.faults import Call, Desk, Kind, cut_transport
from sandbox.mail.inbox import Inbox

# aiosmtpd warns of its own deprecations at every login.
logging.getLogger("mail.log").setLevel(logging.ERROR)

LARGEST = 32 * 1024 * 1024
CUT: frozenset[Kind | None] = frozenset({"reset", "reset_after_commit", "timeout"})
UNDONE: frozenset[Kind | None] = frozenset({"500", "ratelimited", "reset", "timeout"})
ANSWERS: Mapping[Kind, str] = {
    "500": "554 5.3.0 Mail system error",
    "ratelimited": "451 4.7.1 Too much mail from you, come back later",
    "reset": "421 4.3.2 Closing",
    "reset_after_commit": "421 4.3.2 Closing",
    "timeout": "421 4.3.2 Closing",
}


class Office(Protocol):
    """Whose mail is taken here: what a conversation asks of the mailboxes."""

    clock: MovableClock
    desk: Desk
    tls: ssl.SSLContext | None
    user: str
    password: str

    def __getitem__(self, address: str) -> Inbox: ...

    def accept(self, sender: str, recipients: list[str], raw: bytes) -> None: ...


class Line(SMTP):
    """One connection. Plain AUTH is allowed without TLS: it never leaves this machine."""

    def __init__(self, office: Office) -> None:
        super().__init__(
            Conversation(office),
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            hostname="sandbox.test",
            ident="sandbox mail",
            tls_context=office.tls,
            auth_require_tls=False,
            authenticator=_password_of(office),
        )
        self._auth_required = True  # said here, not above: there aiosmtpd warns of it on every connection

    def hang_up(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            cut_transport(self.transport)


def _password_of(office: Office) -> Any:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        right = (
            isinstance(given, LoginPassword)
            and hmac.compare_digest(given.login, office.user.encode())
            and hmac.compare_digest(given.password, office.password.encode())
        )
        return AuthResult(success=right, handled=False)

    return check


class Conversation:
    """aiosmtpd's hooks, named as it looks for them: each answers for one step."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def handle_MAIL(  # noqa: N802
        self, server: Line, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = await self._step(server, "mail", {"from": address})
        if refusal is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return refusal or "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Line, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = await self._step(server, "rcpt", {"to": address}) or self._office[address].refusal
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 2.1.5 OK"

    async def handle_DATA(self, server: Line, session: Session, envelope: Envelope) -> str:  # noqa: N802
        fields = {"from": envelope.mail_from or "", "to": list(envelope.rcpt_tos)}

        def commit() -> None:
            content = envelope.original_content or b""
            self._office.accept(envelope.mail_from or "", list(envelope.rcpt_tos), content)

        refusal = await self._step(server, "data", fields, commit)
        return refusal or "250 2.0.0 OK, kept"

    async def _step(
        self, server: Line, operation: str, fields: dict[str, Any], act: Callable[[], None] | None = None
    ) -> str | None:
        """Do one step unless the fault it meets forbids it; the refusal to give, if any."""
        office = self._office
        fault = office.desk.take(operation)
        kind = fault.kind if fault else None
        if fault:
            await office.desk.wait(fault)
        if act and kind not in UNDONE:
            act()
        refusal = ANSWERS.get(kind) if kind else None
        if kind in CUT:
            server.hang_up()
        status = None if kind in CUT else int((refusal or "250")[:3])
        office.desk.note(Call(operation, fields, office.clock.now(), status, kind))
        return refusal
