"""An address taken, and the web application answering there until it is told to stop."""

import errno
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from domain.errors import Refusal


def taken(host: str, port: int) -> socket.socket:
    """The address, held: whoever comes before the application is up waits instead of being turned away."""
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=512
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sentence = f"Port {port} on {host} is taken: stop what runs there, or name another with --port."
        else:
            sentence = f"Nobody can listen on {host} port {port}: {error.strerror or error}."
        raise Refusal("address_taken", sentence) from error


@asynccontextmanager
async def answering(app: web.Application, at: socket.socket, *, patience: float) -> AsyncIterator[None]:
    """Requests are answered inside. At the end no new one is taken, and those in hand have `patience` seconds."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=patience)
    await runner.setup()
    try:
        site = web.SockSite(runner, at)
        await site.start()
        yield
        await site.stop()
    finally:
        at.close()  # uvloop listens at a copy of it
        await runner.cleanup()
