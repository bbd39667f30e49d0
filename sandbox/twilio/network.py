"""The phone network: takes texts from the service, carries them to phones, tells the service what became of them."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import uuid4

from sandbox.clock import MovableClock
from sandbox.courier import Answer, Courier, Outgoing
from sandbox.faults import Desk
from sandbox.twilio import keywords, webhooks
from sandbox.twilio.codes import MAGIC_FROM, Refused
from sandbox.twilio.phone import Phone
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
        self._refuse(phone, sender)
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
        if answer.accepted and not phone.opted_out:
            for words in _twiml(answer.text):
                self._answer(phone, text, words)
        return answer

    def _refuse(self, phone: Phone, sender: str | None) -> None:
        if sender and self.numbers and sender not in self.numbers:
            raise Refused(21659, sender)
        if code := MAGIC_FROM.get(sender or ""):
            raise Refused(code, sender or "")
        if phone.refused_with:
            raise Refused(phone.refused_with, phone.number)
        if phone.opted_out:
            raise Refused(21610)

    def _carry(self, text: Text, phone: Phone) -> None:
        steps = ["queued"] if text.service_sid else []
        final = phone.fails_as if phone.fails_with else "delivered"
        steps += [final] if final == "failed" else ["sent", final]
        text.status, text.error, text.sent = final, phone.fails_with, self.clock.now()
        if final == "delivered":
            phone.conversation.append(text)
        if callback := text.callback:
            told = [webhooks.status_fields(text, step, with_error=not self.silent_errors) for step in steps]
            self.outgoing.send([webhooks.letter(self.auth_token, callback, fields) for fields in told])

    def _obey(self, phone: Phone, text: Text) -> str | None:
        kind = keywords.kind_of(text.body) if self.opt_out != "off" else None
        if kind:
            phone.opted_out = kind == "STOP" or (phone.opted_out and kind == "HELP")
            self._answer(phone, text, keywords.REPLIES[kind])
        return kind

    def _answer(self, phone: Phone, text: Text, words: str) -> None:
        answer = self._new(to=phone.number, from_=text.to, body=words, direction="outbound-reply", status="delivered")
        answer.sent = answer.created
        phone.conversation.append(answer)

    def _new(self, **fields: Any) -> Text:
        text = Text(sid=f"SM{uuid4().hex}", account_sid=self.account_sid, created=self.clock.now(), **fields)
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
                    "opted_out": phone.opted_out,
                }
                for phone in self._phones.values()
            ],
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        self.texts = {text["sid"]: Text.from_kept(text) for text in kept.get("texts", ())}
        self.sent = [self.texts[sid] for sid in kept.get("sent", ())]
        for one in kept.get("phones", ()):
            phone = self[one["number"]]
            phone.conversation = [self.texts[sid] for sid in one["conversation"]]
            for trait in ("refused_with", "fails_with", "fails_as", "line_type", "opted_out"):
                setattr(phone, trait, one[trait])


def _twiml(document: str) -> list[str]:
    """What the service asked Twilio to say back."""
    if "<Response" not in document:
        return []
    messages = ET.fromstring(document.strip()).iter("Message")  # noqa: S314 (the service is our own)
    return [(message.findtext("Body") or message.text or "").strip() for message in messages]
