"""PostgreSQL's sessions, kept from test to test: a new one knows no table and no statement, and learns them all anew.

What a test opens and closes is asyncpg's own pool over the wire; only the farewell is left out, and what a session was
told is taken back instead.
"""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import AsyncExitStack
from typing import Any, ClassVar, Self

import asyncpg
import asyncpg.pool
import pytest


class WarmPool(asyncpg.pool.Pool):
    """Closed, it waits for the next one who asks for the same in the loop of the tests."""

    loop: ClassVar[asyncio.AbstractEventLoop | None] = None
    databases: ClassVar[set[str]] = set()
    """Those that many tests use one after the other."""
    waiting: ClassVar[dict[str, Self]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.database = kwargs.get("database")
        self.asked_for = repr(kwargs)
        self.sessions: set[int] = set()
        super().__init__(*args, **kwargs | {"init": self._note})

    def __await__(self) -> Generator[Any, None, Self]:
        if self.may_wait() and self.asked_for in self.waiting:
            return _itself(self.waiting.pop(self.asked_for)).__await__()
        return super().__await__()

    def may_wait(self) -> bool:
        return self.database in self.databases and asyncio.get_running_loop() is self.loop

    async def close(self) -> None:
        if self.may_wait() and self.asked_for not in self.waiting and await self._forgot():
            self.waiting[self.asked_for] = self
        else:
            await super().close()

    async def _forgot(self) -> bool:
        try:
            async with asyncio.timeout(5), AsyncExitStack() as together:
                for _ in range(self.get_size()):
                    session = await together.enter_async_context(self.acquire())
                    await session.reset()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
            return False  # a test cut it off in the middle of something
        return True

    async def _note(self, session: asyncpg.Connection) -> None:
        self.sessions.add(session.get_server_pid())


async def _itself(pool: WarmPool) -> Any:
    return pool


def waiting_sessions() -> set[int]:
    """The server's processes that no test has left behind."""
    return {session for pool in WarmPool.waiting.values() for session in pool.sessions}


def leave(*databases: str) -> None:
    """Their sessions end, with whatever they learned."""
    for key, pool in [*WarmPool.waiting.items()]:
        if pool.database in databases:
            del WarmPool.waiting[key]
            pool.terminate()
    WarmPool.databases.difference_update(databases)


@pytest.fixture(scope="session")
async def warm_sessions() -> AsyncIterator[None]:
    WarmPool.loop = asyncio.get_running_loop()
    yield
    leave(*WarmPool.databases)
    await asyncio.sleep(0)  # they are closed by the loop, which ends with this


def pytest_configure() -> None:
    asyncpg.pool.Pool = WarmPool
