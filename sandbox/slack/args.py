"""The arguments of one Web API call, read as forgivingly as by Slack: form or JSON, numbers and JSON as text."""

import orjson

from sandbox.slack.records import Channel, Refused
from sandbox.slack.rules import Json
from sandbox.slack.state import Workspace


class Args:
    def __init__(self, given: Json) -> None:
        self.given = given

    def __contains__(self, key: str) -> bool:
        return self.given.get(key) is not None

    def text(self, key: str, default: str = "") -> str:
        value = self.given.get(key)
        return default if value is None else str(value)

    def need(self, key: str) -> str:
        if self.given.get(key) in (None, ""):
            raise Refused("invalid_arguments", f"missing required field: {key}")
        return self.text(key)

    def words(self, key: str, default: str = "") -> list[str]:
        """A list with commas."""
        return [each.strip() for each in self.text(key, default).split(",") if each.strip()]

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.given.get(key)
        return default if value is None else str(value).lower() in ("true", "1")

    def number(self, key: str, default: int) -> int:
        value = self.text(key)
        if value and not value.isdecimal():
            raise Refused("invalid_arguments", f"must provide an integer [json-pointer:/{key}]")
        return int(value) if value else default

    def json(self, key: str, error: str = "invalid_arguments") -> object:
        """Nested values come as JSON or as text holding JSON."""
        value = self.given.get(key)
        if not isinstance(value, str):
            return value
        try:
            return orjson.loads(value) if value else None
        except orjson.JSONDecodeError as broken:
            raise Refused(error, f"not valid JSON [json-pointer:/{key}]") from broken


def channel_of(slack: Workspace, args: Args, key: str = "channel", *, member: bool = True) -> Channel:
    """A channel the bot may see; private ones it isn't in don't exist for it."""
    name = args.need(key)
    try:
        channel = slack.channel(name)
    except LookupError as unknown:
        raise Refused("channel_not_found") from unknown
    inside = slack.bot_user in channel.members
    if not inside and channel.kind != "channel":
        raise Refused("channel_not_found")
    if member and not inside:
        raise Refused("not_in_channel")
    return channel
