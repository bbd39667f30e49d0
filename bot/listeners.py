"""Bolt: keep what Slack sends and acknowledge it, nothing more. The work is done from the inbox, afterwards."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from yarl import query_to_pairs

from domain.ports import Json

Keep = Callable[[str, str, Json], Awaitable[bool]]
"""Store (kind, external id, payload) durably; False when it was known."""
Check = Callable[[Json], Awaitable[Json | None]]

ANYTHING = re.compile(".*", re.DOTALL)


def bolt_app(*, keep: Keep, check: Check) -> AsyncApp:
    """An app whose requests have been verified before they get here (handlers/slack.py, or the socket's own token)."""
    app = AsyncApp(
        name="duesday",  # else it reads the whole stack's source to find one
        logger=logging.getLogger("slack_bolt"),  # its own would stand at the root's level, whatever duesday.logs says
        authorize=_authorize,
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=True,
        raise_error_for_unhandled_request=False,
    )

    @app.action(ANYTHING)
    async def pressed(ack: Any, body: Json) -> None:
        await keep("action", body["trigger_id"], body)
        await ack()

    @app.command(ANYTHING)
    async def commanded(ack: Any, body: Json) -> None:
        await keep("command", body["trigger_id"], body)
        await ack()

    @app.view(ANYTHING)
    async def submitted(ack: Any, body: Json) -> None:
        instead = await check(body)
        if instead is not None:
            await ack(instead)
            return
        await keep("submission", f"{body['view']['id']}:{body['view']['hash']}", body)
        await ack()

    @app.view_closed(ANYTHING)
    async def closed(ack: Any) -> None:
        await ack()

    @app.event(ANYTHING)
    async def happened() -> None:
        """Bolt acknowledges. What staff write in threads is theirs: it is not kept."""

    return app


async def _authorize(**_: Any) -> AuthorizeResult:
    """One workspace, one token; it is the gateway's, and Bolt needs none: listeners call no API."""
    return AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-held-by-the-gateway")  # noqa: S106


async def dispatch(app: AsyncApp, headers: Mapping[str, str], body: bytes) -> tuple[int, str, str]:
    """One verified HTTP request through Bolt: status, content type, body."""
    answer = await app.async_dispatch(AsyncBoltRequest(body=_unwrapped(body.decode()), headers=dict(headers)))
    return answer.status, answer.first_headers().get("content-type", "text/plain"), answer.body


def _unwrapped(body: str) -> str:
    """Slack puts the JSON of a press into a form. Bolt takes it bare too; its own way costs a quarter of a press."""
    return dict(query_to_pairs(body))["payload"] if body.startswith("payload=") else body
