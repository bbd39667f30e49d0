"""Socket Mode: what Slack would post to us comes over a WebSocket that we open, into the same Bolt app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp


@asynccontextmanager
async def listening_by_socket(app: AsyncApp, *, app_token: str, api_url: str | None = None) -> AsyncIterator[None]:
    """Connected inside; a connection that Slack ends is opened again by Slack's own client."""
    if api_url:
        app.client.base_url = api_url
    handler = AsyncSocketModeHandler(app, app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
