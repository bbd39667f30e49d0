"""One mail as it was delivered: the envelope, the exact bytes, and what a reader sees in them."""

import base64
import email
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from email.policy import SMTPUTF8
from functools import cached_property
from typing import Any, Self

LINK = re.compile(r"https?://[^\s<>\"')\]]*[^\s<>\"')\].,;:!?]")


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Mail:
    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    at: datetime

    @cached_property
    def headers(self) -> EmailMessage:
        """The parsed message; header names in any case."""
        parsed = email.message_from_bytes(self.raw, policy=SMTPUTF8)
        if not isinstance(parsed, EmailMessage):
            raise TypeError("the SMTPUTF8 policy makes EmailMessages")
        return parsed

    @cached_property
    def message_id(self) -> str:
        return str(self._head["Message-ID"] or "").strip()

    @cached_property
    def subject(self) -> str:
        return str(self._head["Subject"] or "")

    @cached_property
    def _head(self) -> Message:
        """Without what follows it: these are asked of each mail as it arrives, and most are never opened."""
        return BytesHeaderParser(policy=SMTPUTF8).parsebytes(self.raw)

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def links(self) -> list[str]:
        return LINK.findall(self.text or self.html)

    @cached_property
    def attachments(self) -> list[Attachment]:
        return [
            Attachment(part.get_filename() or "", part.get_content_type(), _content(part))
            for part in self.headers.iter_attachments()
        ]

    def kept(self) -> dict[str, Any]:
        return {
            "sender": self.sender,
            "recipients": list(self.recipients),
            "raw": base64.b64encode(self.raw).decode(),
            "at": self.at.isoformat(),
        }

    @classmethod
    def from_kept(cls, kept: dict[str, Any]) -> Self:
        raw, at = base64.b64decode(kept["raw"]), datetime.fromisoformat(kept["at"])
        return cls(kept["sender"], tuple(kept["recipients"]), raw, at)

    def _body(self, kind: str) -> str:
        part = self.headers.get_body(preferencelist=(kind,))
        return "" if part is None else str(part.get_content())


def _content(part: Any) -> bytes:
    if part.get_content_type() == "message/rfc822":
        return bytes(part.get_content().as_bytes())
    return bytes(part.get_payload(decode=True) or b"")
