"""Who may call: every route names its guard, and the guard looks before the handler sees anything."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Guard:
    """`check` returns for whoever may call, and raises for everyone else."""

    name: str
    check: Callable[[web.Request], Awaitable[None]]


async def _everyone(request: web.Request) -> None:
    """Nothing to look at: what these addresses tell is for everyone."""


ANYONE = Guard("anyone", _everyone)


def door_is_off(what: str) -> web.HTTPNotFound:
    return web.HTTPNotFound(text=f"{what} is not set up here; the service says at its start what is missing.\n")
