"""files.*: a ticket to upload to, the bytes, and the message that shares them."""

from sandbox.slack.args import Args, channel_of
from sandbox.slack.chat import blocks_of, thread_of
from sandbox.slack.payloads import message_event
from sandbox.slack.records import Message, Refused, StoredFile
from sandbox.slack.rules import Json
from sandbox.slack.state import Workspace

ALT_TEXT_MOST = 1000


def get_upload_url(slack: Workspace, args: Args) -> Json:
    name = args.need("filename")
    if not args.number("length", 0):
        raise Refused("missing_argument")
    if len(args.text("alt_txt")) > ALT_TEXT_MOST:
        raise Refused("alt_txt_too_large")
    created = int(slack.clock.now().timestamp())
    file = StoredFile(slack.mint("F"), name, alt_text=args.text("alt_txt"), created=created)
    slack.kept.files[file.id] = file
    return {"upload_url": f"{slack.url}/upload/{file.id}", "file_id": file.id}


def complete_upload(slack: Workspace, args: Args) -> Json:
    wanted = args.json("files")
    if not isinstance(wanted, list) or not wanted:
        raise Refused("invalid_arguments", "missing required field: files")
    found = [slack.kept.files.get(str(each.get("id"))) for each in wanted if isinstance(each, dict)]
    uploaded = [each for each in found if each and each.content]
    if len(uploaded) != len(wanted):
        raise Refused("file_not_found")
    message = _message(slack, args) if args.text("channel_id") else None
    for file, each in zip(uploaded, wanted, strict=True):
        file.title, file.complete = each.get("title") or file.name, True
        if message:
            file.shared_in.append(message.channel)
            message.files.append(file.id)
    if message:
        slack.put(message)
        slack.emit(message_event(slack, message, "file_share"))
    return {"files": [{"id": each.id, "title": each.title} for each in uploaded]}


def _message(slack: Workspace, args: Args) -> Message:
    channel = channel_of(slack, args, "channel_id")
    blocks = blocks_of(slack, args.json("blocks", "invalid_blocks"))
    return Message(
        channel.id, slack.next_ts(), slack.bot_user, args.text("initial_comment"), blocks, None, slack.bot_id,
        thread_of(channel, args.text("thread_ts")),
    )  # fmt: skip


def info(slack: Workspace, args: Args) -> Json:
    file = slack.kept.files.get(args.need("file"))
    if file is None or not file.complete:
        raise Refused("file_not_found")
    return {"file": slack.shown_file(file)}


METHODS = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.info": info,
}
