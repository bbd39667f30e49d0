"""conversations.*, users.*, usergroups.* and auth.test: what an app may read about the workspace, in pages."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from sandbox.slack.access import TYPES
from sandbox.slack.args import Args, channel_of
from sandbox.slack.records import Message, Person, Refused, UserGroup
from sandbox.slack.rules import Json
from sandbox.slack.state import Workspace

PAGE, PAGE_MOST = 100, 1000


def page(found: Sequence[Any], args: Args, *, limited: bool = False) -> tuple[list[Any], Json]:
    """A page of what was found. Methods that are `limited` refuse a limit the others would bring down to a thousand."""
    start, limit = 0, args.text("limit")
    if limited and limit and not (limit.isdecimal() and 0 < int(limit) <= PAGE_MOST):
        raise Refused("invalid_limit")
    if cursor := args.text("cursor"):
        try:
            start = int(base64.b64decode(cursor, validate=True).removeprefix(b"at:"))
        except (ValueError, binascii.Error) as broken:
            raise Refused("invalid_cursor") from broken
    end = start + min(args.number("limit", PAGE) or PAGE, PAGE_MOST)
    following = base64.b64encode(f"at:{end}".encode()).decode() if end < len(found) else ""
    return list(found[start:end]), {"next_cursor": following}


def auth_test(slack: Workspace, args: Args) -> Json:
    return {
        "url": f"https://{slack.domain}.slack.com/", "team": slack.name, "user": slack.bot_name,
        "team_id": slack.team_id, "user_id": slack.bot_user, "bot_id": slack.bot_id, "is_enterprise_install": False,
    }  # fmt: skip


def conversations_list(slack: Workspace, args: Args) -> Json:
    types = args.words("types", "public_channel")
    if not set(types) <= set(TYPES):
        raise Refused("invalid_types")
    kinds = {TYPES[each] for each in types}
    seen = [
        each.wire(slack.bot_user) | {"num_members": len(each.members)}
        for each in slack.kept.channels.values()
        if each.kind in kinds
        and (each.kind == "channel" or slack.bot_user in each.members)
        and not (each.archived and args.flag("exclude_archived"))
    ]
    channels, metadata = page(seen, args, limited=True)
    return {"channels": channels, "response_metadata": metadata}


def conversations_info(slack: Workspace, args: Args) -> Json:
    channel = channel_of(slack, args, member=False)
    counted = {"num_members": len(channel.members)} if args.flag("include_num_members") else {}
    return {"channel": channel.wire(slack.bot_user) | counted}


def conversations_members(slack: Workspace, args: Args) -> Json:
    members, metadata = page(channel_of(slack, args, member=False).members, args, limited=True)
    return {"members": members, "response_metadata": metadata}


def conversations_join(slack: Workspace, args: Args) -> Json:
    channel = channel_of(slack, args, member=False)
    if channel.archived:
        raise Refused("is_archived")
    if channel.kind != "channel":
        raise Refused("method_not_supported_for_channel_type")
    again = slack.bot_user in channel.members
    if not again:
        channel.members.append(slack.bot_user)
        slack.changed("channels")
    return {"channel": channel.wire(slack.bot_user)} | ({"warning": "already_in_channel"} if again else {})


def conversations_open(slack: Workspace, args: Args) -> Json:
    users = args.words("users")
    if not users:
        raise Refused("users_list_not_supplied")
    if len(users) > 1:
        raise Refused("method_not_supported_for_channel_type")
    if users[0] not in slack.kept.people:
        raise Refused("user_not_found")
    channel = slack.direct(users[0]).wire(slack.bot_user)
    shown = ("id", "created", "is_archived", "is_im", "user") if args.flag("return_im") else ("id",)
    return {"channel": {key: channel[key] for key in shown}}


def conversations_history(slack: Workspace, args: Args) -> Json:
    """Newest first."""
    channel = channel_of(slack, args)
    messages = [each for each in channel.by_ts.values() if not each.thread_ts or each.broadcast]
    return _messages(slack, args, list(reversed(_between(messages, args)))) | {"pin_count": 0}


def conversations_replies(slack: Workspace, args: Args) -> Json:
    """The parent, then its replies, oldest first."""
    channel = channel_of(slack, args)
    found = channel.by_ts.get(args.need("ts"))
    if found is None:
        raise Refused("thread_not_found")
    parent = channel.by_ts.get(found.thread_ts, found)
    return _messages(slack, args, [parent, *_between(parent.replies, args)])


def _between(messages: list[Message], args: Args) -> list[Message]:
    bounds: dict[str, tuple[int, int] | None] = {}
    for key in ("oldest", "latest"):
        bounds[key] = _micro(args.text(key), f"invalid_ts_{key}") if args.text(key) not in ("", "0") else None
    oldest, latest, inclusive = bounds["oldest"], bounds["latest"], args.flag("inclusive")

    def inside(ts: str) -> bool:
        at = _micro(ts, "invalid_ts_latest")
        edge = inclusive and at in (oldest, latest)
        return edge or ((oldest is None or at > oldest) and (latest is None or at < latest))

    return [each for each in messages if inside(each.ts)]


def _micro(ts: str, error: str) -> tuple[int, int]:
    seconds, _, rest = ts.partition(".")
    if not seconds.isdecimal() or (rest and not rest.isdecimal()):
        raise Refused(error)
    return int(seconds), int(rest.ljust(6, "0")[:6] or 0)


def _messages(slack: Workspace, args: Args, found: list[Message]) -> Json:
    messages, metadata = page(found, args)
    shown = [slack.shown(each, metadata=args.flag("include_all_metadata")) for each in messages]
    return {"messages": shown, "has_more": bool(metadata["next_cursor"]), "response_metadata": metadata}


def _shown(slack: Workspace, person: Person) -> Json:
    shown = person.wire(slack.team_id, slack.clock.now())
    if not slack.may("users:read.email"):
        del shown["profile"]["email"]
    return shown


def users_info(slack: Workspace, args: Args) -> Json:
    person = slack.kept.people.get(args.need("user"))
    if person is None:
        raise Refused("user_not_found")
    return {"user": _shown(slack, person)}


def users_list(slack: Workspace, args: Args) -> Json:
    members, metadata = page([_shown(slack, each) for each in slack.kept.people.values()], args)
    return {"members": members, "cache_ts": int(slack.clock.now().timestamp()), "response_metadata": metadata}


def users_lookup_by_email(slack: Workspace, args: Args) -> Json:
    email = args.need("email").lower()
    person = next((each for each in slack.kept.people.values() if each.email.lower() == email), None)
    if person is None:
        raise Refused("users_not_found")
    return {"user": _shown(slack, person)}


def usergroups_list(slack: Workspace, args: Args) -> Json:
    def shown(group: UserGroup) -> Json:
        users: Json = {"users": group.users} if args.flag("include_users") else {}
        count: Json = {"user_count": len(group.users)} if args.flag("include_count") else {}
        return {"id": group.id, "team_id": slack.team_id, "handle": group.handle, "name": group.handle} | users | count

    return {"usergroups": [shown(each) for each in slack.kept.groups.values()]}


def usergroups_users_list(slack: Workspace, args: Args) -> Json:
    group = slack.kept.groups.get(args.need("usergroup"))
    if group is None:
        raise Refused("no_such_subteam")
    return {"users": group.users}


METHODS = {
    "auth.test": auth_test,
    "conversations.list": conversations_list,
    "conversations.info": conversations_info,
    "conversations.members": conversations_members,
    "conversations.join": conversations_join,
    "conversations.open": conversations_open,
    "conversations.history": conversations_history,
    "conversations.replies": conversations_replies,
    "users.info": users_info,
    "users.list": users_list,
    "users.lookupByEmail": users_lookup_by_email,
    "usergroups.list": usergroups_list,
    "usergroups.users.list": usergroups_users_list,
}
