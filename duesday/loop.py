"""The loop everything runs on: libuv's, where there is one."""

import asyncio
from collections.abc import Callable

try:
    import uvloop

    NEW_LOOP: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
except ImportError:  # Windows has none
    NEW_LOOP = asyncio.new_event_loop
