"""Patients: their visits and bills, their phone and mailbox, and the page behind the link."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp

from sandbox.mail import Mail
from sandbox.twilio import Phone as Handset
from tests.stories.sentences import Sentence, absent, failed, quoted, step

CLINIC_NUMBER = "+19375550110"


@dataclass
class Patient:
    """`clinic` may also be a day that is lived against houses that die."""

    clinic: Any
    external_id: str
    number: str | None
    email: str | None
    visits: int = 0

    # -- visits and bills ----------------------------------------------------------------------------------------------

    async def is_seen(self, *codes: str, days_ago: int = 1, location: str = "downtown") -> None:
        """A session arrives from the practice's own system."""
        self.visits += 1
        day = (self.clinic.world.clock.now() - timedelta(days=days_ago)).date()
        body = {
            "patient": self.external_id, "location": location, "provider": "Dr. Osei", "date": day.isoformat(),
            "items": [{"code": code, "quantity": 1} for code in codes or ("exam",)],
        }  # fmt: skip
        await self.clinic.api("PUT", f"/sessions/{self.external_id}-{self.visits}", body)

    async def is_billed(self, *codes: str, location: str = "downtown") -> str:
        """Seen, drafted and sent; the invoice's number."""
        await self.is_seen(*codes, location=location)
        drafts = (await self.clinic.api("GET", "/invoices?status=draft"))["items"]
        sent = await self.clinic.api("POST", f"/invoices/{drafts[-1]['id']}/send", {})
        return str(sent["number"])

    async def is_late(self, *codes: str, location: str = "downtown") -> str:
        """Billed; the bill was looked at, wherever it came; and then the due date passes."""
        number = await self.is_billed(*codes, location=location)
        if self.number:
            self.phone.is_looked_through()
        if self.email:
            self.mailbox.is_looked_through()
        await self.clinic.clock.forward(days=31)
        return number

    # -- phone and mail ------------------------------------------------------------------------------------------------

    @cached_property
    def phone(self) -> "Phone":
        assert self.number
        return Phone(self.clinic, self.number)

    @cached_property
    def mailbox(self) -> "Mailbox":
        assert self.email
        return Mailbox(self.clinic, self.email)

    @property
    def texts(self) -> list[str]:
        """All that the phone ever showed, newest last."""
        return self.phone.texts

    async def writes(self, words: str) -> None:
        await self.phone.replies(words)

    # -- the page ------------------------------------------------------------------------------------------------------

    def link(self) -> str:
        """The way to the page, from the last mail."""
        words = self.mailbox.mails[-1].text.split()
        return next(word for word in words if "/p/" in word and not word.endswith("/unsubscribe"))

    async def opens(self, below: str = "") -> tuple[int, str]:
        async with self.clinic.browser.get(self.link() + below) as page:
            return page.status, await page.text()

    async def pays(self, amount: str | None = None, *, card: str = "4242424242424242") -> None:
        """Presses Pay on the page and pays at the processor's."""
        await self.clinic.world.cards.pay(await self._presses_pay(amount), card=card)
        await self.clinic.settle()

    async def pays_by_bank(self) -> str:
        """Leaves the payment to the bank, which takes its days; where it is under way."""
        at_the_processor = await self._presses_pay(None)
        await self.clinic.world.cards.pay(at_the_processor, bank=True)
        await self.clinic.settle()
        return at_the_processor

    async def _presses_pay(self, amount: str | None) -> str:
        browser: aiohttp.ClientSession = self.clinic.browser
        async with browser.post(
            f"{self.link()}/pay", data={"amount": amount or "all"}, allow_redirects=False
        ) as answer:
            assert answer.status == 303, await answer.text()
            at_the_processor = answer.headers["Location"]
        assert urlsplit(at_the_processor).netloc == urlsplit(self.clinic.world.url).netloc
        return at_the_processor


class Phone(Sentence):
    """Read from the first text to the last: what was received once is not there to be received again."""

    def __init__(self, clinic: Any, number: str) -> None:
        super().__init__()
        self._clinic, self.number, self._read = clinic, number, 0

    def __repr__(self) -> str:
        return f"The phone {self.number}"

    @property
    def handset(self) -> Handset:
        handset: Handset = self._clinic.world.phones[self.number]
        return handset

    @property
    def texts(self) -> list[str]:
        return [text.body for text in self.handset.messages]

    def is_looked_through(self) -> Self:
        self._read = len(self.texts)
        return self

    @step
    async def receives(self, *words: str) -> None:
        """The next text that was not read yet has all these words."""
        if self._read >= len(self.texts):
            raise failed(f"{self} received nothing more; {quoted(words)} should have come:", self._screen())
        if missing := absent(words, self.texts[self._read]):
            raise failed(f"The next text on {self.number} should say {quoted(missing)}:", self._screen())
        self._read += 1

    @step
    async def receives_nothing(self) -> None:
        if self._read < len(self.texts):
            raise failed(f"{self} should have received nothing more:", self._screen())

    @step
    async def replies(self, words: str) -> None:
        await self.handset.reply(words, to=CLINIC_NUMBER)
        await self._clinic.settle()

    def _screen(self) -> str:
        unread = self.texts[self._read :]
        lines = [f"{'  →' if text.direction == 'inbound' else '←  '} {text.body}" for text in self.handset.conversation]
        return "\n".join([*lines, f"({len(unread)} not read yet)"])


class Mailbox(Sentence):
    """Read like a phone, from the first mail to the last."""

    def __init__(self, clinic: Any, address: str) -> None:
        super().__init__()
        self._clinic, self.address, self._read = clinic, address, 0

    def __repr__(self) -> str:
        return f"The mailbox {self.address}"

    @property
    def mails(self) -> list[Mail]:
        return list(self._clinic.world.mailbox[self.address].messages)

    def is_looked_through(self) -> Self:
        self._read = len(self.mails)
        return self

    @step
    async def receives(self, *words: str, attached: str | None = None) -> None:
        """The next mail that was not read yet has all these words, and that paper if one is named."""
        if self._read >= len(self.mails):
            raise failed(f"{self} received nothing more; {quoted(words)} should have come:", self._shown())
        mail = self.mails[self._read]
        if missing := absent(words, f"{mail.subject}\n{mail.text}"):
            raise failed(
                f"The next mail to {self.address} should say {quoted(missing)}:", f"{mail.subject}\n\n{mail.text}"
            )
        papers = [paper.name for paper in mail.attachments]
        if attached and papers != [attached]:
            raise failed(f"The mail “{mail.subject}” should bring {attached}, and brings:", ", ".join(papers))
        self._read += 1

    @step
    async def receives_nothing(self) -> None:
        if self._read < len(self.mails):
            raise failed(f"{self} should have received nothing more:", self._shown())

    def _shown(self) -> str:
        return "\n".join(f"{'  ' if n < self._read else '• '}{mail.subject}" for n, mail in enumerate(self.mails))
