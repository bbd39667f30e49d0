"""One patient's phone and mailbox at one moment, and whom else one might open."""

from typing import Any, TypeAlias
from urllib.parse import quote

from sandbox.console.contacts import AddressBook
from sandbox.console.given import Contact
from sandbox.console.looking import Looking
from sandbox.console.stage import Stage
from sandbox.mail import Mail
from sandbox.twilio import Text

Json: TypeAlias = dict[str, Any]
TEXTS, MAILS, SNIPPET = 40, 60, 90


def patient_picture(stage: Stage, book: AddressBook, looking: Looking) -> Json:
    recent = book.recent()
    known = looking.contact or (recent[0].key if recent else "")
    contact = book.contact(known) if known else None
    return {
        "recent": [listed(book, each) for each in recent],
        "contact": _contact(stage, book, contact, looking) if contact else None,
    }


def listed(book: AddressBook, contact: Contact) -> Json:
    at = book.last_at(contact)
    shown = {"key": contact.key, "name": contact.name, "phone": contact.phone, "mail": contact.mail}
    return shown | {"at": at.isoformat() if at else ""}


def _contact(stage: Stage, book: AddressBook, contact: Contact, looking: Looking) -> Json:
    return listed(book, contact) | {
        "phone": _phone(stage, book, contact, all_of_it=looking.all_texts) if contact.phone else None,
        "mailbox": _mailbox(stage, book, contact, looking.mail) if contact.mail else None,
    }


def _phone(stage: Stage, book: AddressBook, contact: Contact, *, all_of_it: bool) -> Json:
    phone, texts = stage.phones[contact.phone], book.texts(contact.phone)
    page = texts if all_of_it else texts[-TEXTS:]
    return {
        "number": phone.number,
        "opted_out": phone.opted_out,
        "troubles": [each.shown() for each in phone.troubles()],
        "earlier": len(page) < len(texts),
        "messages": [_text(each) for each in page],
    }


def _text(text: Text) -> Json:
    wire = text.wire()
    named = {key: wire[key] for key in ("to", "body", "direction", "status", "error_code", "error_message")}
    return named | {"id": text.sid, "from": text.from_, "at": text.created.isoformat()}


def _mailbox(stage: Stage, book: AddressBook, contact: Contact, opened: str) -> Json:
    inbox = stage.mailbox[contact.mail]
    mails = {book.place(mail): mail for mail in inbox.messages[-MAILS:]}
    reading = mails.get(int(opened)) if opened.isdecimal() else None
    return {
        "address": inbox.address,
        "troubles": [each.shown() for each in inbox.troubles()],
        "messages": [_mail(place, mail) for place, mail in mails.items()],
        "letter": _letter(int(opened), reading) if reading else None,
    }


def _mail(place: int, mail: Mail) -> Json:
    return {
        "id": place,
        "from": str(mail.headers["From"] or mail.sender),
        "subject": mail.subject,
        "snippet": " ".join(mail.text[: SNIPPET * 2].split())[:SNIPPET],
        "attachments": len(mail.attachments),
        "at": mail.at.isoformat(),
    }


def _letter(place: int, mail: Mail) -> Json:
    files = [
        {
            "name": each.name,
            "size": len(each.data),
            "url": f"/console/mail/{place}/{number}/{quote(each.name or 'attachment', safe='')}",
        }
        for number, each in enumerate(mail.attachments)
    ]
    return _mail(place, mail) | {
        "to": ", ".join(mail.recipients),
        "text": mail.text,
        "html": f"/console/mail/{place}" if mail.html else "",
        "files": files,
        "headers": [[name, str(value)] for name, value in mail.headers.items()],
        "unsubscribe": bool(mail.headers["List-Unsubscribe-Post"]),
    }
