"""A service that only listens: keeps every webhook as it came and answers as told."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True)
class Heard:
    path: str
    body: bytes
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class Listener:
    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: deque[tuple[int, str]] = field(default_factory=deque)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def hears(self, count: int) -> None:
        """Wait until so many webhooks came."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.heard) >= count)

    def forms(self, **wanted: str) -> list[dict[str, str]]:
        return [each.form for each in self.heard if wanted.items() <= each.form.items()]

    async def _hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.heard.append(Heard(request.raw_path, body, form, dict(request.headers)))
        async with self._news:
            self._news.notify_all()
        status, text = self.answers.popleft() if self.answers else (200, "")
        return web.Response(status=status, text=text, content_type="text/xml")


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    listener = Listener()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", listener._hear)
    runner: Any = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield listener
    finally:
        await runner.cleanup()
