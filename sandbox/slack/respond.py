"""What an app may say through a response_url, and in the answer to a slash command."""

from datetime import timedelta

from sandbox.slack.args import Args
from sandbox.slack.chat import content, metadata_of, rewrite, thread_of, whisper
from sandbox.slack.payloads import message_event
from sandbox.slack.records import Message, Refused, ResponseUrl
from sandbox.slack.rules import Json
from sandbox.slack.state import RESPONSE_SECONDS, RESPONSE_USES, Workspace


def respond(slack: Workspace, grant: ResponseUrl, body: Json) -> None:
    _still_good(slack, grant)
    args = Args(body)
    original = _original(slack, grant)
    if args.flag("delete_original"):
        _delete(slack, original, body)
    elif args.flag("replace_original") and original:
        text, blocks = content(slack, args)
        rewrite(slack, original, text, blocks, metadata_of(args))
    else:
        _say(slack, grant, args)
    grant.uses += 1


def _still_good(slack: Workspace, grant: ResponseUrl) -> None:
    if grant.uses >= RESPONSE_USES:
        raise Refused("used_url", status=404)
    if grant.born and slack.clock.now() - grant.born > timedelta(seconds=RESPONSE_SECONDS):
        raise Refused("expired_url", status=404)


def _original(slack: Workspace, grant: ResponseUrl) -> Message | None:
    if not grant.message_ts:
        return None
    try:
        return slack.find(grant.channel, grant.message_ts)
    except LookupError:
        return None


def _delete(slack: Workspace, original: Message | None, body: Json) -> None:
    if set(body) != {"delete_original"}:
        raise Refused("invalid_payload")
    if original is None:
        raise Refused("message_not_found", status=404)
    if original.ephemeral_to:
        slack.kept.whispers.remove(original)
        slack.changed(f"channel:{original.channel}")
    else:
        slack.remove(original)


def _say(slack: Workspace, grant: ResponseUrl, args: Args) -> None:
    channel = slack.kept.channels[grant.channel]
    text, blocks = content(slack, args)
    thread_ts = thread_of(channel, args.text("thread_ts"))
    if args.text("response_type", "ephemeral") != "in_channel":
        whisper(slack, channel, grant.user, text, blocks, thread_ts)
        return
    message = Message(
        channel.id, slack.next_ts(), slack.bot_user, text, blocks, metadata_of(args), slack.bot_id, thread_ts
    )
    slack.emit(message_event(slack, slack.put(message)))
