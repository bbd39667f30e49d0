"""A passage to a port of this machine that counts who comes through: how many connections a door really opens."""

import asyncio
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from typing import Self


class Passage:
    def __init__(self, port: int) -> None:
        self.connections = 0
        self._to = port
        self._server: asyncio.Server | None = None
        self._open: set[StreamWriter] = set()

    @property
    def port(self) -> int:
        assert self._server
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._enter, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def cut(self) -> None:
        """Hang up on everyone, as a server does with idle callers."""
        for writer in self._open:
            writer.close()

    async def _enter(self, here: StreamReader, back: StreamWriter) -> None:
        self.connections += 1
        there, forth = await asyncio.open_connection("127.0.0.1", self._to)
        self._open |= {back, forth}
        await asyncio.gather(_carry(here, forth), _carry(there, back))
        self._open -= {back, forth}


async def _carry(source: StreamReader, target: StreamWriter) -> None:
    """Until either side is gone; the other one notices when its own is closed."""
    with suppress(ConnectionError):
        while chunk := await source.read(65536):
            target.write(chunk)
    target.close()
