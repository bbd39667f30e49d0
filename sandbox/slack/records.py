"""What a workspace is made of: people, channels, messages, views, files, and how Slack words a refusal. No behaviour
beyond being shown on the wire.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.slack.rules import Json


class Refused(Exception):
    """Slack's `ok: false`, with its error code and, where a payload was judged, one line for each thing wrong."""

    def __init__(
        self, error: str, *messages: str, status: int = 200, retry_after: int | None = None, more: Json | None = None
    ) -> None:
        super().__init__(error, *messages)
        self.error, self.messages, self.status, self.retry_after = error, messages, status, retry_after
        self.more = more or {}

    def answer(self) -> Json:
        body: Json = {"ok": False, "error": self.error, **self.more}
        if self.messages:
            body["response_metadata"] = {"messages": [f"[ERROR] {each}" for each in self.messages]}
        return body


@dataclass(slots=True)
class Person:
    id: str
    name: str
    email: str
    tz: str = "America/New_York"
    is_bot: bool = False
    is_admin: bool = False

    @property
    def username(self) -> str:
        return self.email.partition("@")[0] or self.name.lower().replace(" ", ".")

    def wire(self, team: str, now: datetime) -> Json:
        offset = now.astimezone(ZoneInfo(self.tz)).utcoffset() or timedelta()
        profile = {"real_name": self.name, "display_name": self.username, "email": self.email, "team": team}
        return {
            "id": self.id, "team_id": team, "name": self.username, "real_name": self.name, "deleted": False,
            "tz": self.tz, "tz_label": self.tz.replace("_", " "), "tz_offset": int(offset.total_seconds()),
            "profile": profile, "is_bot": self.is_bot, "is_admin": self.is_admin, "is_app_user": False, "updated": 0,
        }  # fmt: skip


@dataclass(slots=True)
class Message:
    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    bot_id: str = ""
    thread_ts: str = ""
    files: list[str] = field(default_factory=list)
    edited: str = ""
    history: list[Json] = field(default_factory=list)
    """Its former texts and blocks, oldest first."""
    replies: list["Message"] = field(default_factory=list)
    ephemeral_to: str = ""
    tombstone: bool = False
    broadcast: bool = False


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    members: list[str] = field(default_factory=list)
    kind: str = "channel"
    """channel, group (a private one) or im."""
    topic: str = ""
    archived: bool = False
    by_ts: dict[str, Message] = field(default_factory=dict)

    @property
    def messages(self) -> list[Message]:
        """What stands in the channel itself, oldest first; replies hang on their parents."""
        return [each for each in self.by_ts.values() if not each.thread_ts or each.thread_ts == each.ts]

    def wire(self, bot: str) -> Json:
        basic: Json = {
            "id": self.id, "created": 1700000000, "is_archived": self.archived, "is_im": self.kind == "im",
            "is_channel": self.kind == "channel", "is_group": self.kind == "group", "is_mpim": False,
            "is_private": self.kind != "channel", "is_member": bot in self.members,
        }  # fmt: skip
        if self.kind == "im":
            return basic | {"user": next((each for each in self.members if each != bot), bot)}
        return basic | {
            "name": self.name, "name_normalized": self.name, "is_general": self.name == "general",
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }  # fmt: skip


@dataclass(slots=True)
class View:
    id: str
    user: str
    body: Json
    """type, title, blocks, submit, close, private_metadata, callback_id … as the app sent them, ids filled in."""
    hash: str
    root: str
    previous: str | None = None
    values: dict[str, Json] = field(default_factory=dict)
    """state.values as the person left it."""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        return list(self.body["blocks"])

    @property
    def title(self) -> str:
        return str((self.body.get("title") or {}).get("text", ""))


@dataclass(slots=True)
class UserGroup:
    id: str
    handle: str
    users: list[str] = field(default_factory=list)


@dataclass(slots=True)
class StoredFile:
    id: str
    name: str
    title: str = ""
    content: bytes = b""
    alt_text: str = ""
    created: int = 0
    shared_in: list[str] = field(default_factory=list)
    complete: bool = False


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One Web API call that was answered."""

    method: str
    args: Json
    answer: Json
    at: datetime


@dataclass(slots=True)
class Trigger:
    user: str
    born: float
    view: str = ""
    """The modal it came from, if any: what a push is put upon."""
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    channel: str
    user: str
    thread_ts: str = ""
    message_ts: str = ""
    """Empty for a slash command, whose message can't be replaced."""
    born: datetime | None = None
    uses: int = 0


@dataclass(frozen=True, slots=True)
class Complaint:
    """What Slack told a person went wrong."""

    user: str
    words: str
    at: datetime


@dataclass(slots=True)
class Contents:
    """What a snapshot keeps."""

    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    groups: dict[str, UserGroup] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    stacks: dict[str, list[str]] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    whispers: list[Message] = field(default_factory=list)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    minted: int = 0
    last_micro: int = 0
