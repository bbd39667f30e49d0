"""Writing messages: from a template and the books to a row that waits to be sent. Sending them is not done here."""

from datetime import datetime
from uuid import uuid4

from billing.links import link_for
from documents.render import render_email, render_sms
from documents.texts import TextFacts
from domain.ports import Ports
from domain.practice import Channel, Practice
from models.by_hand import add_row, row_of
from models.chasing import Message
from models.people import Patient
from outreach.situation import address_of, sender_of


async def facts_for(payer: Patient, *, practice: Practice, ports: Ports, now: datetime, **known: object) -> TextFacts:
    """What any text to this guarantor may say: the clinic, its number, and the way to their page."""
    location = practice.locations[payer.location]
    token = await link_for(payer.id, secret_key=ports.secret_key, now=now, days=practice.link_days)
    link = f"{ports.public_url}/p/{token}"
    return TextFacts(
        clinic=location.name,
        phone=location.phone,
        first_name=payer.first_name,
        currency=practice.currency,
        link=link,
        unsubscribe_link=f"{link}/unsubscribe",
        **known,  # type: ignore[arg-type]
    )


async def write(
    occasion: str,
    *,
    purpose: str,
    channel: Channel,
    template: str,
    payer: Patient,
    facts: TextFacts,
    practice: Practice,
    now: datetime,
    sender: str | None = None,
    due_at: datetime | None = None,
    invoice_set: int | None = None,
    step: int | None = None,
    paper: str | None = None,
    author: str = "",
    status: str = "queued",
) -> Message | None:
    """A message for this occasion, once. None when there is one already, or no address to write to."""
    address = address_of(payer, channel)
    if address is None or await row_of(Message, occasion=occasion):
        return None
    subject, body, html = _words(channel, template, payer.locale, facts)
    return await add_row(
        Message,
        ref=uuid4().hex,
        occasion=occasion,
        guarantor_id=payer.id,
        location=payer.location,
        invoice_set_id=invoice_set,
        purpose=purpose,
        step=step,
        channel=channel,
        direction="out",
        address=address,
        sender=sender or sender_of(channel, practice.locations[payer.location]) or "",
        subject=subject,
        body=body,
        html=html,
        paper=paper,
        status=status,
        author=author,
        created_at=now,
        due_at=due_at or now,
    )


def _words(channel: Channel, template: str, locale: str, facts: TextFacts) -> tuple[str, str, str]:
    if channel == "sms":
        return "", render_sms(template, locale, facts), ""
    mail = render_email(template, locale, facts)
    return mail.subject, mail.text, mail.html


async def write_again(message: Message, occasion: str, *, address: str, due_at: datetime, now: datetime) -> None:
    """The same words for another attempt: a message of its own, that can have a result of its own."""
    copied = {name: getattr(message, name) for name in _SAID}
    new = {"ref": uuid4().hex, "occasion": occasion, "address": address, "created_at": now, "due_at": due_at}
    await add_row(Message, status="queued", **new, **copied)


_SAID = (
    "guarantor_id",
    "location",
    "invoice_set_id",
    "purpose",
    "step",
    "channel",
    "direction",
    "sender",
    "subject",
    "body",
    "html",
    "paper",
    "author",
)
