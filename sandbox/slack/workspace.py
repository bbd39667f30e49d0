"""One Slack workspace over real HTTP: the Web API an app calls, the requests Slack sends it, and the people in it."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from aiohttp import web

from sandbox.clock import MovableClock
from sandbox.courier import Courier
from sandbox.faults import Desk, Kind
from sandbox.slack import snapshot
from sandbox.slack.delivery import Retry, Sender, SentRequest
from sandbox.slack.driving import Driving
from sandbox.slack.payloads import event_callback
from sandbox.slack.records import ApiCall
from sandbox.slack.rules import Json
from sandbox.slack.sockets import Sockets
from sandbox.slack.web_api import WebApi
from sandbox.troubles import Trouble, of_calls

TOKEN, APP_TOKEN, SECRET = "xoxb-sandbox", "xapp-sandbox", "sandbox-signing-secret"


class SlackWorkspace(Driving):
    """Alone: mount `application()` under /slack, then say `environment(url)` and `aim(the app's url)`."""

    def __init__(
        self, *, clock: MovableClock, courier: Courier, name: str = "Riverside Billing", bot_name: str = "Duesday",
        token: str = TOKEN, app_token: str = APP_TOKEN, signing_secret: str = SECRET,
    ) -> None:  # fmt: skip
        self.desk = Desk(clock)
        self.sockets = Sockets(self.app_id, changed=self.changed)
        self.sender = Sender(clock, courier, self.sockets, signing_secret)
        self.echoes = True
        """Whether the app hears of its own messages, as apps that listen to a channel do."""
        super().__init__(clock, name=name, bot_name=bot_name)
        self._token, self._app_token = token, app_token
        self._api = WebApi(self, self.desk, self.sockets, bot_token=token, app_token=app_token)

    # the wire ----------------------------------------------------------------------------------------------------

    def application(self) -> web.Application:
        return self._api.application()

    def environment(self, url: str) -> dict[str, str]:
        """What the app needs to take this for Slack; `url` is where the sandbox answers, without /slack."""
        self.url = f"{url.rstrip('/')}/slack"
        return {
            "SLACK_BOT_TOKEN": self._token,
            "SLACK_APP_TOKEN": self._app_token,
            "SLACK_SIGNING_SECRET": self.sender.secret,
            "SLACK_API_URL": f"{self.url}/api/",
        }

    def aim(self, public_url: str, signing_secret: str = "") -> None:
        """Where the app listens; requests go to /slack/events there unless a path is said."""
        _, _, path = public_url.removeprefix("http://").removeprefix("https://").partition("/")
        self.sender.url = public_url if path else f"{public_url.rstrip('/')}/slack/events"
        self.sender.secret = signing_secret or self.sender.secret

    def emit(self, event: Json) -> None:
        if self.sender.reaches_an_app and (self.echoes or not self._own(event)) and self._heard(event):
            self.sender.event_soon(event_callback(self, event))

    def _own(self, event: Json) -> bool:
        message = event.get("message") or event.get("previous_message") or event
        return bool(message.get("user") == self.bot_user)

    # what tests turn and read ------------------------------------------------------------------------------------

    @property
    def rate_limits(self) -> bool:
        """One message per second and channel, when switched on: off, so that nothing has to wait for a clock."""
        return self._api.rate_limits

    @rate_limits.setter
    def rate_limits(self, on: bool) -> None:
        self._api.rate_limits = on

    @property
    def patience(self) -> float:
        """Real seconds an answer may take."""
        return self.sender.patience

    @patience.setter
    def patience(self, seconds: float) -> None:
        self.sender.patience = seconds

    @property
    def calls(self) -> list[ApiCall]:
        """Every Web API call that was answered; `desk.calls` also has those that met a fault."""
        return self._api.calls

    @property
    def requests_sent(self) -> list[SentRequest]:
        return self.sender.sent

    @property
    def retries_waiting(self) -> list[Retry]:
        return self.sender.retries

    def troubles(self) -> list[Trouble]:
        limit = partial(setattr, self, "rate_limits")
        limits = Trouble("rate_limits", "One message per second in each channel", lambda: self.rate_limits, limit)
        return [limits, *of_calls(self.desk)]

    def fault(self, method: str = "*", kind: Kind = "500", times: int = 1, *, seconds: float = 0.2) -> None:
        """The next `times` calls of this method go wrong."""
        self.desk.will(kind, method, times=times, seconds=seconds)

    async def replay(
        self,
        request: SentRequest,
        copies: int = 1,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> list[SentRequest]:
        """The same request verbatim, all copies at once; `body` and `headers` make it a forgery."""
        return list(await asyncio.gather(*(self.sender.again(request, body, headers) for _ in range(copies))))

    async def settled(self) -> int:
        """Wait until every request was answered and no retry is due; how many were carried since last asked."""
        return await self.sender.settled()

    async def until(self, true: Callable[[], Any], *, seconds: float = 5) -> None:
        """Wait, without polling, until something in the workspace is so."""
        changed = asyncio.Event()
        tell: Callable[[str], None] = lambda _what: changed.set()  # noqa: E731 -- kept by identity to be taken off again
        self.watchers.add(tell)
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    changed.clear()
                    await changed.wait()
        finally:
            self.watchers.discard(tell)

    def reset(self) -> None:
        """An empty workspace at the same address, aimed where it was."""
        self.clear()
        self.desk.reset()
        self.sender.forget()
        self._api.reset()
        self.scopes = None

    def snapshot(self) -> dict[str, Any]:
        return snapshot.write(self.kept)

    def restore(self, kept: Mapping[str, Any]) -> None:
        if kept:
            self.kept = snapshot.read(kept)
            self.changed("people")
