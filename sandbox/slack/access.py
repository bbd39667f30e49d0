"""What a call must bring: the kind of token its method takes and the scopes the app was given."""

from sandbox.slack.args import Args
from sandbox.slack.records import Refused
from sandbox.slack.state import Workspace

APP_LEVEL = frozenset({"apps.connections.open"})

SCOPES = {
    **dict.fromkeys(("chat.postMessage", "chat.postEphemeral", "chat.update", "chat.delete"), "chat:write"),
    **dict.fromkeys(("files.getUploadURLExternal", "files.completeUploadExternal"), "files:write"),
    **dict.fromkeys(("usergroups.list", "usergroups.users.list"), "usergroups:read"),
    **dict.fromkeys(("users.info", "users.list"), "users:read"),
    "users.lookupByEmail": "users:read.email",
    "conversations.join": "channels:join",
    "conversations.open": "im:write",
    "files.info": "files:read",
}
BY_KIND = {
    **dict.fromkeys(("conversations.list", "conversations.info", "conversations.members"), "read"),
    **dict.fromkeys(("conversations.history", "conversations.replies"), "history"),
}
"""Methods whose scope goes by the kind of conversation that is asked about."""
FAMILIES = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
"""As conversations.list names kinds in its `types`."""


def check_token(method: str, token: str, *, bot: str, app: str) -> None:
    if not token:
        raise Refused("not_authed")
    if token not in (bot, app):
        raise Refused("invalid_auth")
    if (token == app) != (method in APP_LEVEL):
        raise Refused("not_allowed_token_type")


def check_scope(slack: Workspace, method: str, args: Args) -> None:
    lacking = [each for each in _needed(slack, method, args) if not slack.may(each)]
    if lacking:
        raise Refused("missing_scope", more={"needed": lacking[0], "provided": ",".join(sorted(slack.scopes or ()))})


def _needed(slack: Workspace, method: str, args: Args) -> list[str]:
    if method in BY_KIND:
        return [f"{FAMILIES[kind]}:{BY_KIND[method]}" for kind in _kinds(slack, args)]
    return [SCOPES[method]] if method in SCOPES else []


def _kinds(slack: Workspace, args: Args) -> list[str]:
    """Of what is asked about; nothing, where the method itself will say that there is no such thing."""
    if "channel" not in args:
        return [TYPES[each] for each in args.words("types", "public_channel") if each in TYPES]
    found = slack.kept.channels.get(args.text("channel"))
    return [found.kind] if found else []
