"""Everything a workspace holds and how it is found again. It judges nothing and sends nothing."""

import mimetypes
import re
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from sandbox.slack.records import (
    Channel,
    Complaint,
    Contents,
    Message,
    Person,
    Refused,
    ResponseUrl,
    StoredFile,
    Trigger,
    UserGroup,
    View,
)
from sandbox.slack.rules import Json

TRIGGER_SECONDS = 3.0
RESPONSE_USES, RESPONSE_SECONDS = 5, 30 * 60


class Clock(Protocol):
    def now(self) -> datetime:
        """The world's time, which may be moved: message ts."""

    def pulse(self) -> datetime:
        """Real time: what signatures carry."""


class Workspace:
    team_id, app_id, bot_id, bot_user = "T0SANDBOX", "A0SANDBOX", "B0SANDBOX", "U0SANDBOX"

    def __init__(self, clock: Clock, *, name: str, bot_name: str) -> None:
        self.clock, self.name, self.bot_name = clock, name, bot_name
        self.url = ""
        self.scopes: frozenset[str] | None = None
        """What the app was given; None is everything."""
        self.monotonic: Callable[[], float] = time.monotonic
        self.triggers: dict[str, Trigger] = {}
        self.complaints: list[Complaint] = []
        self.watchers: set[Callable[[str], None]] = set()
        """Told with one word ("channel:C…", "user:U…") that something there is different."""
        self.kept = Contents()
        self.clear()

    def clear(self) -> None:
        self.kept = Contents()
        self.triggers.clear()
        self.complaints.clear()
        self.kept.people[self.bot_user] = Person(self.bot_user, self.bot_name, "", "UTC", is_bot=True)

    def may(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes

    @property
    def domain(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    # who and where -----------------------------------------------------------------------------------------------

    def person(self, user: str, name: str, email: str, tz: str = "America/New_York", *, admin: bool = False) -> Person:
        """Someone of this workspace; saying it again changes them."""
        self.kept.people[user] = Person(user, name, email, tz, is_admin=admin)
        self.changed("people")
        return self.kept.people[user]

    def add_channel(
        self, name: str, members: Iterable[str] = (), *, private: bool = False, with_bot: bool = True, id: str = ""
    ) -> Channel:
        present = [*dict.fromkeys(members), *([self.bot_user] if with_bot else [])]
        channel = Channel(id or self.mint("C"), name, present, "group" if private else "channel")
        self.kept.channels[channel.id] = channel
        self.changed("channels")
        return channel

    def add_group(self, handle: str, users: Iterable[str], *, id: str = "") -> UserGroup:
        group = UserGroup(id or self.mint("S"), handle, list(users))
        self.kept.groups[group.id] = group
        return group

    def channel(self, name: str) -> Channel:
        """By id, by name with or without #, or a person's id for the talk between them and the app."""
        if found := self.kept.channels.get(name) or self._named(name.removeprefix("#")):
            return found
        if name in self.kept.people:
            return self.direct(name)
        raise LookupError(f"There is no channel {name!r}; there are {', '.join(self.names()) or 'none'}")

    def direct(self, user: str) -> Channel:
        for each in self.kept.channels.values():
            if each.kind == "im" and user in each.members:
                return each
        channel = Channel(self.mint("D"), "directmessage", [user, self.bot_user], "im")
        self.kept.channels[channel.id] = channel
        return channel

    def names(self) -> list[str]:
        return [each.name for each in self.kept.channels.values() if each.kind != "im"]

    def _named(self, name: str) -> Channel | None:
        return next((each for each in self.kept.channels.values() if each.name == name and each.kind != "im"), None)

    # what was said -----------------------------------------------------------------------------------------------

    def put(self, message: Message) -> Message:
        channel = self.kept.channels[message.channel]
        channel.by_ts[message.ts] = message
        if message.thread_ts and (parent := channel.by_ts.get(message.thread_ts)) and parent is not message:
            parent.replies.append(message)
        self.changed(f"channel:{channel.id}")
        return message

    def remove(self, message: Message) -> None:
        """A message with replies leaves its tombstone, as in Slack."""
        channel = self.kept.channels[message.channel]
        if message.replies:
            message.tombstone, message.text, message.blocks, message.metadata = (
                True,
                "This message was deleted.",
                [],
                None,
            )
        else:
            del channel.by_ts[message.ts]
            if parent := channel.by_ts.get(message.thread_ts):
                parent.replies.remove(message)
        self.changed(f"channel:{channel.id}")

    def ephemerals(self, user: str) -> list[Message]:
        """What only this person sees, oldest first."""
        return [each for each in self.kept.whispers if each.ephemeral_to == user]

    def find(self, channel: str, ts: str) -> Message:
        """A message, or an ephemeral one, that people can press on."""
        if found := self.channel(channel).by_ts.get(ts):
            return found
        for each in self.kept.whispers:
            if each.ts == ts:
                return each
        raise LookupError(f"There is no message {ts} in {channel}")

    # views -------------------------------------------------------------------------------------------------------

    def modals(self, user: str) -> list[View]:
        """The person's open modals, the one on top last."""
        return [self.kept.views[each] for each in self.kept.stacks.get(user, [])]

    def home(self, user: str) -> View | None:
        view_id = self.kept.homes.get(user)
        return self.kept.views[view_id] if view_id else None

    def view(self, user: str, view_id: str) -> View:
        view = self.kept.views.get(view_id)
        if view is None or view.user != user:
            raise LookupError(f"{user} has no view {view_id} open")
        return view

    def shut(self, view_id: str) -> None:
        view = self.kept.views.pop(view_id)
        self.kept.stacks[view.user].remove(view_id)
        self.changed(f"user:{view.user}")

    # tickets -----------------------------------------------------------------------------------------------------

    def mint(self, prefix: str) -> str:
        self.kept.minted += 1
        return f"{prefix}0{self.kept.minted:08d}"

    def next_ts(self) -> str:
        """Unique and increasing even when the clock stands still or goes back."""
        micro = max(self.kept.last_micro + 1, int(self.clock.now().timestamp() * 1_000_000))
        self.kept.last_micro = micro
        return f"{micro // 1_000_000}.{micro % 1_000_000:06d}"

    def new_trigger(self, user: str, view: str = "") -> str:
        trigger = f"{self.mint('')}.{self.team_id}.{len(self.triggers):x}"
        self.triggers[trigger] = Trigger(user, self.monotonic(), view)
        return trigger

    def exchange(self, trigger_id: str) -> Trigger:
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self.monotonic() - trigger.born > TRIGGER_SECONDS:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_response_url(self, grant: ResponseUrl) -> str:
        grant.born = self.clock.now()
        key = self.mint("R")
        self.kept.response_urls[key] = grant
        return f"{self.url}/response/{key}"

    # telling -----------------------------------------------------------------------------------------------------

    def emit(self, event: Json) -> None:
        """An event for the app; whoever carries events takes it from here."""

    def complain(self, user: str, words: str) -> None:
        self.complaints.append(Complaint(user, words, self.clock.now()))
        self.changed(f"user:{user}")

    def changed(self, what: str) -> None:
        for tell in tuple(self.watchers):
            tell(what)

    def shown(self, message: Message, *, metadata: bool = True) -> Json:
        """A message as the Web API and payloads carry it."""
        body: Json = {
            "type": "message",
            "user": message.user,
            "ts": message.ts,
            "text": message.text,
            "team": self.team_id,
        }
        if message.bot_id:
            body |= {"bot_id": message.bot_id, "app_id": self.app_id}
        if message.blocks:
            body["blocks"] = message.blocks
        if message.metadata and metadata:
            body["metadata"] = message.metadata
        if message.files:
            body["files"] = [self.shown_file(self.kept.files[each]) for each in message.files]
        if message.edited:
            body["edited"] = {"user": message.user, "ts": message.edited}
        if message.tombstone:
            body["subtype"] = "tombstone"
        if message.thread_ts or message.replies:
            body["thread_ts"] = message.thread_ts or message.ts
        if message.replies:
            body |= {
                "reply_count": len(message.replies),
                "reply_users": list(dict.fromkeys(each.user for each in message.replies)),
                "latest_reply": message.replies[-1].ts,
            }
        return body

    def shown_file(self, file: StoredFile) -> Json:
        address = f"{self.url}/files/{file.id}/{file.name}"
        return {
            "id": file.id, "name": file.name, "title": file.title or file.name, "size": len(file.content),
            "filetype": file.name.rpartition(".")[2], "mimetype": media_type(file.name), "url_private": address,
            "url_private_download": address, "permalink": address, "alt_txt": file.alt_text, "is_external": False,
            "external_type": "", "created": file.created, "user": self.bot_user, "username": "", "mode": "hosted",
            "pretty_type": file.name.rpartition(".")[2].upper(), "editable": False, "display_as_bot": False,
            "is_public": False, "public_url_shared": False, "channels": self._of_kind("channel", file.shared_in),
            "groups": self._of_kind("group", file.shared_in),
        }  # fmt: skip

    def _of_kind(self, kind: str, channels: list[str]) -> list[str]:
        return [each for each in channels if self.kept.channels[each].kind == kind]

    def shown_view(self, view: View) -> Json:
        empty: Json = {
            "title": {"type": "plain_text", "text": "View Title", "emoji": True}, "submit": None, "close": None,
            "private_metadata": "", "callback_id": "", "external_id": "", "clear_on_close": False,
            "notify_on_close": False,
        }  # fmt: skip
        return empty | view.body | {
            "id": view.id, "team_id": self.team_id, "app_id": self.app_id, "app_installed_team_id": self.team_id,
            "bot_id": self.bot_id, "hash": view.hash, "root_view_id": view.root, "previous_view_id": view.previous,
            "state": {"values": view.values},
        }  # fmt: skip


def media_type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
