"""The door to Slack's Web API. What is said there, and when, is the bot's; what a refusal means is in `slack_codes`."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from domain.errors import DoorFault
from domain.ports import Json, SlackChannel, SlackPerson, SlackPost
from gateways.slack_codes import FINAL, PASSING, UNKNOWN
from gateways.wire import answer_lost, must_go_to, ratelimited, told_as_faults

DOOR, VENDOR = "slack", "Slack"
METADATA = "duesday"
RESPONSES, FILES = URL("https://hooks.slack.com"), URL("https://files.slack.com")

# At DEBUG these log whole requests, messages and all.
for _name in ("slack_sdk", "slack_sdk.web.async_client", "slack_sdk.web.async_base_client"):
    logging.getLogger(_name).setLevel(logging.INFO)


class SlackWeb:
    """Made inside the running loop; `close()` when done. Nothing is ever sent twice in here."""

    def __init__(
        self, token: str, *, api_url: str = AsyncWebClient.BASE_URL, timeout: float = 10, page_size: int = 200
    ) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout))
        self.client = AsyncWebClient(token, base_url=api_url, session=self._session, retry_handlers=[])
        # The client takes a proxy from the environment by itself; where calls go is for our settings alone to say.
        self.client.proxy = None
        self._api = URL(api_url).origin()
        self._page_size = page_size

    async def close(self) -> None:
        await self._session.close()

    async def post(self, post: SlackPost) -> str:
        answer = await _asked(
            self.client.chat_postMessage(
                channel=post.channel,
                text=post.text,
                blocks=list(post.blocks),
                thread_ts=post.thread_ts,
                metadata={"event_type": METADATA, "event_payload": {"ref": post.ref}},
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        return str(answer["ts"])

    async def find(self, post: SlackPost, *, since: datetime) -> str | None:
        where: Json = {"channel": post.channel, "oldest": f"{since.timestamp():.6f}", "inclusive": True}
        if post.thread_ts:
            where["ts"] = post.thread_ts
        method = self.client.conversations_replies if post.thread_ts else self.client.conversations_history
        messages = await self._paged(method, "messages", **where, include_all_metadata=True)
        return next((str(message["ts"]) for message in messages if _ref_of(message) == post.ref), None)

    async def update(self, *, channel: str, ts: str, text: str, blocks: Sequence[Json]) -> None:
        await _asked(self.client.chat_update(channel=channel, ts=ts, text=text, blocks=list(blocks)))

    async def whisper(
        self, *, channel: str, user: str, text: str, blocks: Sequence[Json] = (), thread_ts: str | None = None
    ) -> None:
        to: Json = {"channel": channel, "user": user, "thread_ts": thread_ts}
        await _asked(self.client.chat_postEphemeral(**to, text=text, blocks=list(blocks)))

    async def respond(
        self, *, response_url: str, text: str, blocks: Sequence[Json] = (), in_channel: bool = False
    ) -> None:
        target = must_go_to(response_url, RESPONSES, self._api, door=DOOR)
        kind = "in_channel" if in_channel else "ephemeral"
        body: Json = {"text": text, "response_type": kind, "replace_original": False}
        if blocks:
            body["blocks"] = list(blocks)
        with told_as_faults(DOOR, VENDOR):
            async with self._session.post(target, json=body, allow_redirects=False) as response:
                _accepted(response.status, response.headers.get("Retry-After"), "expired_url")

    async def open_view(self, *, trigger_id: str, view: Json) -> None:
        await _asked(self.client.views_open(trigger_id=trigger_id, view=view))

    async def update_view(self, *, view_id: str, view: Json, hash: str | None = None) -> None:
        await _asked(self.client.views_update(view_id=view_id, view=view, hash=hash))

    async def publish_home(self, *, user: str, view: Json) -> None:
        await _asked(self.client.views_publish(user_id=user, view=view))

    async def upload(
        self, *, channel: str, filename: str, content: bytes, title: str, alt_text: str, thread_ts: str | None = None
    ) -> None:
        try:
            file = await self._store(filename, content, alt_text)
        except DoorFault as fault:
            fault.unknown = False  # nobody sees a stored file before it is shared
            raise
        shared: list[dict[str, str | None]] = [{"id": file, "title": title}]
        await _asked(self.client.files_completeUploadExternal(files=shared, channel_id=channel, thread_ts=thread_ts))

    async def _store(self, filename: str, content: bytes, alt_text: str) -> str:
        place = await _asked(
            self.client.files_getUploadURLExternal(filename=filename, length=len(content), alt_txt=alt_text)
        )
        target = must_go_to(place["upload_url"], FILES, self._api, door=DOOR)
        with told_as_faults(DOOR, VENDOR):
            async with self._session.post(target, data=content, allow_redirects=False) as response:
                _accepted(response.status, response.headers.get("Retry-After"), "file_not_taken")
        return str(place["file_id"])

    async def person(self, user: str) -> SlackPerson:
        raw = (await _asked(self.client.users_info(user=user)))["user"]
        profile = raw.get("profile", {})
        return SlackPerson(
            id=raw["id"],
            email=profile.get("email"),
            name=profile.get("real_name") or profile.get("display_name") or raw.get("name", ""),
            timezone=raw.get("tz"),
            is_bot=bool(raw.get("is_bot")),
        )

    async def group_members(self, group: str) -> Sequence[str]:
        return [str(user) for user in (await _asked(self.client.usergroups_users_list(usergroup=group)))["users"]]

    async def channels(self) -> Sequence[SlackChannel]:
        kinds = "public_channel,private_channel"
        found = await self._paged(self.client.conversations_list, "channels", types=kinds, exclude_archived=True)
        return [_channel(raw) for raw in found]

    async def _paged(self, method: Callable[..., Awaitable[Any]], key: str, **arguments: Any) -> list[Json]:
        items: list[Json] = []
        cursor: str | None = None
        while True:
            page = await _asked(method(**arguments, limit=self._page_size, cursor=cursor))
            items += page[key]
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return items


async def _asked(call: Awaitable[Any]) -> Any:
    """The answer to a call, or what its refusal means."""
    try:
        with told_as_faults(DOOR, VENDOR):
            return await call
    except SlackApiError as refused:
        # The vendor's own words may repeat what we sent, so they don't travel further.
        raise _meaning(refused) from None


def _meaning(refused: SlackApiError) -> DoorFault:
    response = refused.response
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    said = getattr(response, "data", None)
    body: Json = said if isinstance(said, dict) else {}
    code = str(body.get("error", ""))
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return ratelimited(DOOR, VENDOR, response.headers.get("Retry-After"))
    if not code or status >= 500:
        return answer_lost(DOOR, VENDOR)
    if code in PASSING or code in UNKNOWN:
        return DoorFault(DOOR, code, PASSING.get(code) or UNKNOWN[code], passing=True, unknown=code in UNKNOWN)
    sentence = FINAL.get(code, f"Slack refused: {code.replace('_', ' ')}.")
    return DoorFault(DOOR, code, " ".join([sentence, *_places(body)]))


def _places(body: Json) -> list[str]:
    """Where in our layout Slack stumbled: the pointers only, for the rest may quote a patient's name."""
    complaints = [str(each) for each in (body.get("response_metadata") or {}).get("messages", [])]
    return [complaint[at:] for complaint in complaints if (at := complaint.find("[json-pointer:")) >= 0]


def _accepted(status: int, retry_after: str | None, refused: str) -> None:
    """Judge the answer of an address that is not part of the Web API."""
    if status == 429:
        raise ratelimited(DOOR, VENDOR, retry_after)
    if status >= 500:
        raise answer_lost(DOOR, VENDOR)
    if status >= 300:
        raise DoorFault(DOOR, refused, FINAL.get(refused, f"Slack did not take the file (status {status})."))


def _ref_of(message: Json) -> str | None:
    metadata = message.get("metadata") or {}
    return metadata.get("event_payload", {}).get("ref") if metadata.get("event_type") == METADATA else None


def _channel(raw: Json) -> SlackChannel:
    return SlackChannel(
        id=raw["id"],
        name=raw.get("name", ""),
        is_shared=any(raw.get(key) for key in ("is_shared", "is_ext_shared", "is_pending_ext_shared")),
        is_private=bool(raw.get("is_private")),
        is_member=bool(raw.get("is_member")),
    )
