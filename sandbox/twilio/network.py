"""The phone network: takes texts from the service, carries them to phones, tells the service what became of them."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal
from uuid import uuid4

from sandbox.clock import MovableClock
from sandbox.courier import Answer, Courier, Outgoing
from sandbox.faults import Desk
from sandbox.troubles import Trouble, of_calls, of_webhooks
from sandbox.twilio import keywords, webhooks
from sandbox.twilio.codes import MAGIC_FROM, Refused
from sandbox.twilio.phone import ANY_SENDER, Phone
from sandbox.twilio.text import Text

OptOut = Literal["standard", "advanced", "off"]


class PhoneNetwork:
    """`phones["+1…"]` is a handset; `sent` is every text the network accepted from the service, in order.

    With `numbers` empty any sender is taken for the account's own, else only those in it.
    """

    account_sid = "AC5a11d0b05a11d0b05a11d0b05a11d0b0"
    auth_token = "5ec2e75a11d0b05ec2e75a11d0b05ec2"
    pool_number = "+15005550006"

    def __init__(self, *, clock: MovableClock, courier: Courier) -> None:
        self.clock = clock
        self.desk = Desk(clock)
        self.outgoing = Outgoing(courier)
        self.sent: list[Text] = []
        self.texts: dict[str, Text] = {}
        self.numbers: set[str] = set()
        self.opt_out: OptOut = "standard"
        self.silent_errors = False
        self._phones: dict[str, Phone] = {}
        self._on_the_way: list[Text] = []
        self._inbound: str | None = None

    def __getitem__(self, number: str) -> Phone:
        return self._phones.setdefault(number, Phone(number, self))

    def __iter__(self) -> Any:
        return iter(self._phones.values())

    @property
    def hold_callbacks(self) -> bool:
        """While true no webhook leaves; `await release()` sends what has gathered."""
        return self.outgoing.hold

    @hold_callbacks.setter
    def hold_callbacks(self, hold: bool) -> None:
        self.outgoing.hold = hold

    async def release(self) -> int:
        return await self.outgoing.release()

    def troubles(self) -> list[Trouble]:
        """Of the network as a whole; `phones["+1…"].troubles()` are one handset's."""
        return [*of_webhooks(self.outgoing), *of_calls(self.desk)]

    def environment(self, url: str) -> dict[str, str]:
        return {
            "TWILIO_ACCOUNT_SID": self.account_sid,
            "TWILIO_AUTH_TOKEN": self.auth_token,
            "TWILIO_API_URL": f"{url}/twilio",
        }

    def aim(self, public_url: str) -> None:
        self._inbound = f"{public_url}/twilio/inbound"

    def accept(
        self,
        *,
        to: str,
        body: str,
        sender: str | None,
        service_sid: str | None = None,
        callback: str | None = None,
        media: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Take a text from the service and carry it; Twilio's answer, written before anything happened to it."""
        phone = self[to]
        self._refuse(phone, sender, service_sid)
        text = self._new(
            to=to,
            from_=sender or self.pool_number,
            body=body,
            media=list(media),
            service_sid=service_sid,
            callback=callback,
            status="accepted" if service_sid else "queued",
        )
        self.sent.append(text)
        answer = text.wire()
        self._carry(text, phone)
        return answer

    async def receive(self, phone: Phone, body: str, *, to: str | None, media: Sequence[str]) -> Answer:
        """A person's text: Twilio obeys its own keywords, then asks the service, then sends the service's TwiML."""
        if self._inbound is None:
            raise RuntimeError("Nobody listens for texts yet: call world.aim(public_url) first")
        last = phone.messages[-1] if phone.messages else None
        text = self._new(
            to=to or (last.from_ if last else self.pool_number),
            from_=phone.number,
            body=body,
            media=list(media),
            direction="inbound",
            status="received",
            service_sid=last.service_sid if last else None,
        )
        text.sent = text.created
        phone.conversation.append(text)
        kind = self._obey(phone, text)
        fields = webhooks.inbound_fields(text, opt_out=kind if self.opt_out == "advanced" else None)
        answer = await self.outgoing.deliver(webhooks.letter(self.auth_token, self._inbound, fields))
        if answer.accepted and phone.takes_from(text.service_sid or text.to):
            for words in _twiml(answer.text):
                self._answer(phone, text, words)
        return answer

    def _refuse(self, phone: Phone, sender: str | None, service_sid: str | None) -> None:
        if sender and self.numbers and sender not in self.numbers:
            raise Refused(21659, sender)
        if code := MAGIC_FROM.get(sender or ""):
            raise Refused(code, sender or "")
        if phone.refused_with:
            raise Refused(phone.refused_with, phone.number)
        if not phone.takes_from(service_sid or sender or ""):
            raise Refused(21610)

    def _carry(self, text: Text, phone: Phone) -> None:
        steps = ["queued"] if text.service_sid else []
        text.sent = self.clock.now()
        if not (phone.fails_with and phone.fails_as == "failed"):
            text.status = "sent"
            steps.append("sent")
        if phone.delay:
            text.settles_at = self.clock.now() + phone.delay
            self._on_the_way.append(text)
        else:
            steps.append(self._settle(text, phone))
        self._tell(text, steps)

    def catch_up(self) -> None:
        """What slow carriers have brought to an end by now."""
        now = self.clock.now()
        due = [text for text in self._on_the_way if text.settles_at and text.settles_at <= now]
        self._on_the_way = [text for text in self._on_the_way if text not in due]
        for text in due:
            self._tell(text, [self._settle(text, self[text.to])])

    def _settle(self, text: Text, phone: Phone) -> str:
        text.status, text.error = phone.fails_as if phone.fails_with else "delivered", phone.fails_with
        text.settles_at = None
        if text.status == "delivered":
            phone.conversation.append(text)
        return text.status

    def _tell(self, text: Text, steps: Sequence[str]) -> None:
        if callback := text.callback:
            told = [webhooks.status_fields(text, step, with_error=not self.silent_errors) for step in steps]
            self.outgoing.send([webhooks.letter(self.auth_token, callback, fields) for fields in told])

    def _obey(self, phone: Phone, text: Text) -> str | None:
        """A keyword counts for the Messaging Service that was answered, else for its number; STOP is confirmed once."""
        kind, sender = keywords.kind_of(text.body) if self.opt_out != "off" else None, text.service_sid or text.to
        if kind is None or (kind == "STOP" and not phone.takes_from(sender)):
            return kind
        if kind == "STOP":
            phone.stopped.add(sender)
        elif kind == "START":
            phone.stopped -= {sender, ANY_SENDER}
        self._answer(phone, text, keywords.REPLIES[kind])
        return kind

    def _answer(self, phone: Phone, text: Text, words: str) -> None:
        answer = self._new(to=phone.number, from_=text.to, body=words, direction="outbound-reply", status="delivered")
        answer.sent = answer.created
        phone.conversation.append(answer)

    def _new(self, **fields: Any) -> Text:
        kind = "MM" if fields.get("media") else "SM"
        text = Text(sid=f"{kind}{uuid4().hex}", account_sid=self.account_sid, created=self.clock.now(), **fields)
        self.texts[text.sid] = text
        return text

    def reset(self) -> None:
        self.desk.reset()
        self.outgoing.reset()
        self.sent.clear()
        self.texts.clear()
        self.numbers.clear()
        self.opt_out, self.silent_errors = "standard", False
        self._phones.clear()
        self._on_the_way.clear()

    def snapshot(self) -> dict[str, Any]:
        return {
            "texts": [text.kept() for text in self.texts.values()],
            "sent": [text.sid for text in self.sent],
            "phones": [
                {
                    "number": phone.number,
                    "conversation": [text.sid for text in phone.conversation],
                    "refused_with": phone.refused_with,
                    "fails_with": phone.fails_with,
                    "fails_as": phone.fails_as,
                    "line_type": phone.line_type,
                    "delay": phone.delay.total_seconds(),
                    "stopped": sorted(phone.stopped),
                }
                for phone in self._phones.values()
            ],
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        self.texts = {text["sid"]: Text.from_kept(text) for text in kept.get("texts", ())}
        self.sent = [self.texts[sid] for sid in kept.get("sent", ())]
        self._on_the_way = [text for text in self.texts.values() if text.settles_at]
        for one in kept.get("phones", ()):
            phone = self[one["number"]]
            phone.conversation = [self.texts[sid] for sid in one["conversation"]]
            for trait in ("refused_with", "fails_with", "fails_as", "line_type"):
                setattr(phone, trait, one[trait])
            phone.delay, phone.stopped = timedelta(seconds=one["delay"]), set(one["stopped"])


def _twiml(document: str) -> list[str]:
    """What the service asked Twilio to say back."""
    if "<Response" not in document:
        return []
    messages = ET.fromstring(document.strip()).iter("Message")  # noqa: S314 (the service is our own)
    return [(message.findtext("Body") or message.text or "").strip() for message in messages]
