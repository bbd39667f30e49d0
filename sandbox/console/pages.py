"""Where the console answers."""

from typing import Any

from aiohttp import web


def mount(app: web.Application, world: Any) -> None:
    """Serves the console at / of the sandbox's application."""
