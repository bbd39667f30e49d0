"""What the console shows at one moment, as JSON: one person's Slack, every phone and mailbox, the clock."""

from typing import Any
from urllib.parse import quote

from sandbox.console.scene import Scene
from sandbox.mail import Mail
from sandbox.slack import Message
from sandbox.twilio import Text

MESSAGES_SHOWN = 150
Json = dict[str, Any]


def picture(world: Scene, user: str, channel: str) -> Json:
    slack = world.slack
    people = [
        {"id": each.id, "name": each.name, "tz": each.tz} for each in slack.kept.people.values() if not each.is_bot
    ]
    me = user if user in slack.kept.people else (people[0]["id"] if people else "")
    home = slack.home(me)
    return {
        "workspace": slack.name,
        "bot": {"id": slack.bot_user, "name": slack.bot_name},
        "now": world.clock.now().isoformat(),
        "me": me,
        "people": people,
        "commands": dict(slack.commands),
        "channels": _channels(world, me),
        "channel": _channel(world, me, channel),
        "modals": [slack.shown_view(each) | {"errors": each.errors} for each in slack.modals(me)],
        "home": slack.shown_view(home) if home else None,
        "troubles": [{"words": each.words, "at": each.at.isoformat()} for each in slack.troubles if each.user == me],
        "phones": _phones(world),
        "mailboxes": _mailboxes(world),
    }


def _channels(world: Scene, me: str) -> list[Json]:
    """The rooms the person is in; the talk with the app is always there to open."""
    slack = world.slack
    rooms = [each for each in slack.kept.channels.values() if me in each.members]
    return [
        {"id": each.id, "name": each.name, "kind": each.kind, "last": next(reversed(each.by_ts), "")} for each in rooms
    ]


def _channel(world: Scene, me: str, wanted: str) -> Json | None:
    slack = world.slack
    channel = slack.kept.channels.get(wanted)
    if channel is None or me not in channel.members:
        return None
    whispers = [each for each in slack.ephemerals(me) if each.channel == channel.id]
    top = [each for each in whispers if not each.thread_ts]
    messages = sorted([*channel.messages[-MESSAGES_SHOWN:], *top], key=lambda each: each.ts)
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "topic": channel.topic,
        "members": [each for each in channel.members if each in slack.kept.people],
        "messages": [_message(world, me, each, whispers) for each in messages],
    }


def _message(world: Scene, me: str, message: Message, whispers: list[Message]) -> Json:
    private = [each for each in whispers if each.thread_ts == message.ts]
    replies = sorted([*message.replies, *private], key=lambda each: each.ts)
    return world.slack.shown(message, metadata=False) | {
        "channel": message.channel,
        "ephemeral": bool(message.ephemeral_to),
        "values": world.slack.draft(me, message),
        "replies": [_message(world, me, each, []) for each in replies],
    }


def _phones(world: Scene) -> list[Json]:
    texts: dict[str, list[Json]] = {}
    for text in world.phones.texts.values():
        number = text.from_ if text.direction == "inbound" else text.to
        texts.setdefault(number, []).append(_text(text))
    return [
        {
            "number": phone.number,
            "label": world.labels.get(phone.number, ""),
            "opted_out": phone.opted_out,
            "fails_with": phone.fails_with,
            "messages": texts.get(phone.number, []),
        }
        for phone in world.phones
    ]


def _text(text: Text) -> Json:
    wire = text.wire()
    named = {key: wire[key] for key in ("from", "to", "body", "direction", "status", "error_code", "error_message")}
    return named | {"id": text.sid, "from": text.from_, "at": text.created.isoformat()}


def _mailboxes(world: Scene) -> list[Json]:
    places = {id(mail): place for place, mail in enumerate(world.mailbox.deliveries)}
    return [
        {
            "address": inbox.address,
            "label": world.labels.get(inbox.address, ""),
            "messages": [_mail(mail, places[id(mail)]) for mail in inbox.messages],
        }
        for inbox in world.mailbox
        if inbox.deliveries or inbox.address in world.labels
    ]


def _mail(mail: Mail, place: int) -> Json:
    attachments = [
        {
            "name": each.name,
            "type": each.content_type,
            "size": len(each.data),
            "url": f"/console/mail/{place}/{number}/{quote(each.name or 'attachment', safe='')}",
        }
        for number, each in enumerate(mail.attachments)
    ]
    headers = [[name, str(value)] for name, value in mail.headers.items()]
    return {
        "id": place,
        "from": str(mail.headers["From"] or mail.sender),
        "to": ", ".join(mail.recipients),
        "subject": mail.subject,
        "text": mail.text,
        "html": f"/console/mail/{place}" if mail.html else "",
        "attachments": attachments,
        "at": mail.at.isoformat(),
        "headers": headers,
    }
