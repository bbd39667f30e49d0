"""A process that does rounds: it says that it is ready, then does one for each line it is told and says the figure."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import uvloop

Do = Callable[[], Awaitable[float]]


def rounds(opening: Callable[[], AbstractAsyncContextManager[Do]]) -> None:
    uvloop.run(_rounds(opening))


async def _rounds(opening: Callable[[], AbstractAsyncContextManager[Do]]) -> None:
    async with opening() as do:
        print("{}", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps({"figure": await do()}), flush=True)
