"""An aiohttp server on the loop the service has, as bare as it comes. It says its port and answers till it is ended."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import uvloop
from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.Response]]


def answer_forever(path: str, opening: Callable[[], AbstractAsyncContextManager[Answer]]) -> None:
    uvloop.run(_answer(path, opening))


async def _answer(path: str, opening: Callable[[], AbstractAsyncContextManager[Answer]]) -> None:
    async with opening() as answer:
        app = web.Application()
        app.router.add_post(path, answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(json.dumps({"port": runner.addresses[0][1]}), flush=True)
        await asyncio.Event().wait()


def always(answer: Answer) -> Callable[[], AbstractAsyncContextManager[Answer]]:
    """For a server that needs nothing opened."""

    @asynccontextmanager
    async def opening() -> AsyncIterator[Answer]:
        yield answer

    return opening
