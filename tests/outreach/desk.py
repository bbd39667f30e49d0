"""Outreach at work on a clinic's books, with the sandbox's phone network and mailbox behind its doors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Any

from domain.access import Actor
from domain.ports import Delivery, InboundText, PdfPrinter, Ports, SmsFault
from domain.practice import RuleSet, Step
from gateways.smtp_mail import SmtpMail
from gateways.twilio_sms import TwilioSms
from models.by_hand import rows_of
from models.chasing import InvoiceSet, Message
from models.readers import read_on
from outreach.moves import make_move
from outreach.reactions import NAME, react
from outreach.replies import receive
from outreach.sending import send_due
from outreach.steps import take_step
from sandbox import MovableClock, World
from tests.billing.clinic import DANA, MONDAY, Clinic, the_practice

PUBLIC = "https://billing.clinic.test"
NUMBER, OUR_NUMBER = "+12125550123", "+19375550110"
MAIL = "maria@patients.example"
NEW_YORK = "America/New_York"
TEXT, MAIL_ONLY, BOTH = ("sms",), ("email",), ("sms", "email")


def rule_set(*steps: tuple[int, tuple[str, ...]], fall_back: bool = True) -> RuleSet:
    planned = [Step(after_days=days, send=send) for days, send in steps]  # type: ignore[arg-type]
    return RuleSet(title="Test", steps=(*planned, Step(after_days=200, expire=True)), fall_back=fall_back)


@dataclass
class Desk:
    """The clock of the world is the clinic's."""

    world: World
    clinic: Clinic
    ports: Ports
    numbers: Any

    @property
    def practice(self) -> Any:
        return self.clinic.practice

    def follows(self, *steps: tuple[int, tuple[str, ...]], fall_back: bool = True) -> None:
        """From now on, what is enrolled follows these steps."""
        plans = self.practice.rule_sets | {"standard": rule_set(*steps, fall_back=fall_back)}
        self.clinic.practice = replace(self.practice, rule_sets=plans)

    def forward(self, **by: float) -> None:
        self.clinic.now = self.world.clock.forward(**by)

    def at(self, hour: int, minute: int = 0) -> None:
        """Later today, in New York."""
        here = self.clinic.now.astimezone(self.practice.locations["downtown"].zone)
        self.clinic.now = self.world.clock.move_to(here.replace(hour=hour, minute=minute, second=0))

    async def late(self, name: str = "maria", **contact: Any) -> InvoiceSet:
        """Somebody whose bill came long ago, and is late and chased from this moment."""
        known = {"phone": NUMBER, "email": MAIL, "timezone": NEW_YORK} | contact
        invoice = await self.clinic.bills(await self.clinic.patient(name, **known))
        await self.reacts()
        await Message.filter(purpose="invoice").update(status="delivered", sent_at=self.clinic.now)
        chased = await self.clinic.chases(await self.clinic.is_late_with(invoice))
        self.world.clock.move_to(self.clinic.now)
        await self.reacts()
        return chased

    async def takes(self, chased: InvoiceSet) -> InvoiceSet:
        await take_step(chased.id, practice=self.practice, ports=self.ports)
        [taken] = await rows_of(InvoiceSet, id=chased.id)
        return taken

    async def sends(self) -> int:
        return await send_due(practice=self.practice, ports=self.ports)

    async def reacts(self) -> None:
        """The outreach reader, to the end of the events."""
        while await read_on(NAME, partial(react, practice=self.practice, ports=self.ports), now=self.clinic.now):
            pass

    async def lease_is_over(self) -> None:
        """As two minutes of the machine's own time later."""
        await Message.all().update(claimed_until=None)

    async def hears(self, body: str, sender: str = NUMBER, *, to: str = OUR_NUMBER) -> None:
        text = InboundText(provider_id=f"SM{next(self.numbers)}", sender=sender, to=to, body=body)
        await receive(text, practice=self.practice, ports=self.ports)
        await self.reacts()

    async def moves(self, chased: InvoiceSet, move: str, actor: Actor = DANA, **answers: Any) -> InvoiceSet:
        return await make_move(chased.id, move, answers, actor=actor, practice=self.practice, ports=self.ports)

    @property
    def texts(self) -> list[str]:
        return [text.body for text in self.world.phones.sent]


@asynccontextmanager
async def desk_in(world: World, pdf: PdfPrinter) -> AsyncIterator[Desk]:
    settings = world.environment()
    world.phones.hold_callbacks = True
    sms = TwilioSms(
        settings["TWILIO_ACCOUNT_SID"], settings["TWILIO_AUTH_TOKEN"], public_url=PUBLIC,
        api_url=settings["TWILIO_API_URL"],
    )  # fmt: skip
    mail = SmtpMail(settings["SMTP_URL"], clock=world.clock)
    ports = Ports(clock=world.clock, pdf=pdf, sms=sms, mail=mail, public_url=PUBLIC, secret_key=b"k" * 32)
    clinic = Clinic(the_practice(), world.clock.now())
    await clinic.lists_prices()
    try:
        yield Desk(world, clinic, ports, count(1))
    finally:
        for door in (sms, mail):
            await door.close()


def delivery(message: Message, fault: SmsFault, sentence: str = "The phone is out of reach.") -> Delivery:
    """The carrier's word that a text of ours did not arrive."""
    known = message.provider_id or f"SM-{message.id}"
    return Delivery(provider_id=known, ref=message.ref, status="failed", fault=fault, sentence=sentence)


def a_world() -> World:
    return World(clock=MovableClock(frozen_at=MONDAY))


async def messages(**which: Any) -> list[tuple[str, str, str]]:
    found = await Message.filter(**({"direction": "out", "purpose": "reminder"} | which)).order_by("id")
    return [(message.channel, message.address, message.status) for message in found]
