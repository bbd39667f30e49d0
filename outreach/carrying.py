"""Carrying one message to its provider: by text or mail, looking first where an earlier attempt had no answer."""

from datetime import timedelta

from domain.ports import Attachment, Mail, MailDoor, Ports, Sent, SmsDoor, Text
from domain.practice import Practice
from models.chasing import Message
from outreach.outgoing import Outgoing
from outreach.papers import paper_for

CLOCKS_APART = timedelta(minutes=5)
"""How far a provider's clock may be from ours when an earlier attempt is looked for."""


async def carry(message: Outgoing, *, may_leave: bool, practice: Practice, ports: Ports) -> Sent | None:
    """The provider's word for it; None when it has not left and may not leave any more."""
    if message.channel == "sms" and ports.sms is not None:
        return await _text(message, ports.sms, may_leave=may_leave)
    if ports.mail is None or not may_leave:
        return None
    return await _mail(message, ports.mail, practice=practice, ports=ports)


async def _text(message: Outgoing, sms: SmsDoor, *, may_leave: bool) -> Sent | None:
    text = Text(to=message.address, body=message.body, sender=message.sender, ref=message.ref)
    earlier = await _earlier(message, text, sms) if message.maybe_sent else None
    return earlier or (await sms.send(text) if may_leave else None)


async def _earlier(message: Outgoing, text: Text, sms: SmsDoor) -> Sent | None:
    """What became of an attempt without an answer: a delivery result may have told us, or the provider knows."""
    rows = await Message.filter(address=message.address, provider_id__isnull=False).values_list("id", "provider_id")
    known = {int(number): str(sid) for number, sid in rows}
    if message.id in known:
        return Sent(known[message.id])
    tried = await Message.get(id=message.id).only("first_attempt_at", "created_at")
    since = (tried.first_attempt_at or tried.created_at) - CLOCKS_APART
    return await sms.find(text, since=since, known=frozenset(known.values()))


async def _mail(message: Outgoing, door: MailDoor, *, practice: Practice, ports: Ports) -> Sent:
    """Nobody can ask a mailbox what it has; the same Message-ID makes a second copy the same mail."""
    attachments: tuple[Attachment, ...] = ()
    if message.paper:
        paper = await paper_for(message.paper, practice=practice, ports=ports)
        attachments = (Attachment(paper.filename, "application/pdf", paper.content),)
    mail = Mail(
        to=message.address,
        sender=message.sender,
        sender_name=practice.locations[message.location].name,
        subject=message.subject,
        text=message.body,
        html=message.html,
        ref=message.ref,
        attachments=attachments,
        unsubscribe_url=_unsubscribe(message),
    )
    return await door.send(mail)


def _unsubscribe(message: Outgoing) -> str | None:
    """Reminders may be unsubscribed from; what a patient has just bought or asked for needs no such line."""
    if message.purpose not in ("reminder", "instalment"):
        return None
    links = (word for word in message.body.split() if word.endswith("/unsubscribe"))
    return next(links, None)
