"""One mail as bytes on the wire: headers, both bodies, attachments. Nothing is sent here."""

from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime

from domain.errors import DoorFault
from domain.ports import Mail

WHOLE = ("Message-ID", "In-Reply-To", "References", "List-Unsubscribe")


class _Wire(EmailPolicy):
    """Seven bits, which any server on the way can carry. Python would fold a long address into an encoded word, and
    then it is no address any more: headers that hold one stay whole."""

    def fold_binary(self, name: str, value: str) -> bytes:
        return f"{name}: {value}{self.linesep}".encode() if name in WHOLE else super().fold_binary(name, value)


POLICY = _Wire(linesep="\r\n", cte_type="7bit")


def message_id(mail: Mail, ref: str) -> str:
    """The id a mail of ours has; asked for again it is the same, so that a mail sent twice is shown once."""
    return f"<{ref}@{mailbox_of(mail.sender).rpartition('@')[2]}>"


def compose(mail: Mail, *, now: datetime) -> bytes:
    _refuse_what_breaks_headers(mail)
    message = EmailMessage(POLICY)
    message["From"] = Address(mail.sender_name, addr_spec=mailbox_of(mail.sender))
    message["To"] = Address(addr_spec=mailbox_of(mail.to))
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(mail, mail.ref)
    if mail.reply_to:
        message["Reply-To"] = Address(addr_spec=mailbox_of(mail.reply_to))
    if mail.thread_ref:
        message["In-Reply-To"] = message["References"] = message_id(mail, mail.thread_ref)
    if mail.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    for attachment in mail.attachments:
        kind, _, subkind = attachment.content_type.partition("/")
        message.add_attachment(attachment.content, maintype=kind, subtype=subkind, filename=attachment.filename)
    return message.as_bytes()


def mailbox_of(written: str) -> str:
    """The address as servers pass it on: its domain in ASCII."""
    try:
        local, _, domain = written.rpartition("@")
        return Address(addr_spec=f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}").addr_spec
    except (ValueError, IndexError, HeaderParseError):
        # The address itself stays out of what is raised: that is logged.
        sentence = "The email address is not one that mail can be sent to. Correct it."
        raise DoorFault("mail", "bad_address", sentence) from None


def _refuse_what_breaks_headers(mail: Mail) -> None:
    lines = [mail.to, mail.sender, mail.sender_name, mail.subject, mail.ref, mail.reply_to, mail.unsubscribe_url]
    lines += [mail.thread_ref, *(part for each in mail.attachments for part in (each.filename, each.content_type))]
    if any(ord(letter) < 32 or ord(letter) == 127 for line in lines if line for letter in line):
        sentence = "A name, subject or address in this mail has a line break in it, so it was not sent."
        raise DoorFault("mail", "broken_header", sentence)
