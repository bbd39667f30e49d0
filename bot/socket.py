"""Socket Mode: what Slack would post to us comes over a WebSocket that we open, into the same Bolt app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp


@asynccontextmanager
async def listening_by_socket(
    app: AsyncApp, *, app_token: str, api_url: str | None = None, ping_seconds: float = 10
) -> AsyncIterator[None]:
    """Connected inside. Slack's own client opens a connection again: at once when Slack ended it, within two pings when
    it broke.
    """
    if api_url:
        app.client.base_url = api_url
    handler = AsyncSocketModeHandler(app, app_token, ping_interval=ping_seconds)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
