"""The door to any mail server over SMTP: a few connections, kept. How a mail looks on the wire is `mail_message`'s."""

import asyncio
import ipaddress
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException, SMTPResponseException
from yarl import URL

from domain.errors import DoorFault
from domain.ports import Clock, Mail, Sent
from gateways.mail_message import compose, mailbox_of, message_id
from gateways.smtp_codes import meaning
from gateways.wire import answer_lost, unreachable

DOOR, VENDOR = "mail", "The mail server"
NO_ENCRYPTION = "The mail server offers no encrypted login, and our password is not sent without. Correct SMTP_URL."
ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


class SmtpMail:
    """`smtp://user:password@host:587`, or `smtps://` for TLS from the first byte; `close()` when done.

    Where there is a password, nothing leaves this machine unencrypted.
    """

    def __init__(self, url: str, *, clock: Clock, connections: int = 3, timeout: float = 20) -> None:
        self._url = URL(url)
        if self._url.scheme not in ("smtp", "smtps") or not self._url.host:
            raise ValueError("SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465")
        self._clock = clock
        self._timeout = timeout
        self._idle: list[SMTP] = []
        self._slots = asyncio.Semaphore(connections)

    async def close(self) -> None:
        while self._idle:
            await _part(self._idle.pop())

    async def send(self, mail: Mail) -> Sent:
        content = compose(mail, now=self._clock.now())
        async with self._connection() as server:
            try:
                await server.mail(mailbox_of(mail.sender))
                await server.rcpt(mailbox_of(mail.to))
            except SMTPResponseException as refused:
                raise _refusal(refused) from None
            except (SMTPException, OSError) as error:
                raise unreachable(DOOR, VENDOR) from error
            await _hand_over(server, content)
        return Sent(provider_id=message_id(mail, mail.ref))

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[SMTP]:
        async with self._slots:
            server = await self._awake() or await self._connect()
            try:
                yield server
            except BaseException:
                # Whatever state the conversation is in, the next mail does not inherit it.
                server.close()
                raise
            self._idle.append(server)

    async def _awake(self) -> SMTP | None:
        """A kept connection that still answers: servers hang up on idle ones without a word."""
        while self._idle:
            server = self._idle.pop()
            try:
                await server.rset()
            except (SMTPException, OSError):
                server.close()
            else:
                return server
        return None

    async def _connect(self) -> SMTP:
        url, secure = self._url, self._url.scheme == "smtps"
        must_encrypt = url.user is not None and not secure and not _is_this_machine(url.host or "")
        server = SMTP(
            hostname=url.host,
            port=url.explicit_port,
            username=url.user,
            password=url.password,
            use_tls=secure,
            start_tls=True if must_encrypt else None,
            timeout=self._timeout,
        )
        try:
            await server.connect()
        except SMTPResponseException as refused:
            raise _refusal(refused) from None
        except OSError as error:
            raise unreachable(DOOR, VENDOR) from error
        except SMTPException as error:
            server.close()
            raise DoorFault(DOOR, "our_fault", NO_ENCRYPTION) from error
        return server


async def _hand_over(server: SMTP, content: bytes) -> None:
    try:
        await server.data(content)
    except SMTPResponseException as refused:
        raise _refusal(refused) from None
    except (SMTPException, OSError) as error:
        raise answer_lost(DOOR, VENDOR) from error


async def _part(server: SMTP) -> None:
    try:
        await server.quit()
    except (SMTPException, OSError):
        server.close()


def _refusal(refused: SMTPResponseException) -> DoorFault:
    """What the server's code means. Its own words repeat the address, so they don't travel further."""
    found = ENHANCED.search(refused.message)
    enhanced = found.group() if found else None
    code, sentence = meaning(refused.code, enhanced)
    said = " ".join(filter(None, (str(refused.code), enhanced)))
    return DoorFault(DOOR, code, f"{sentence} (SMTP {said})", passing=400 <= refused.code < 500)


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
