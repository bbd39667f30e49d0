"""`duesday api-key`: keys for programs. A key is printed once, alone on its line."""

import asyncio
from collections.abc import Awaitable
from typing import Annotated, TypeVar

import typer

from duesday.api_keys import create_key, revoke_key
from duesday.environment import Environment
from duesday.opening import open_books
from duesday.terminal import remark, say, show_json, show_table
from gateways.system_clock import SystemClock
from handlers.api.keys import SCOPES
from handlers.intake import secret_from
from models.keys import ApiKey

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Make, list and revoke keys for programs.")

T = TypeVar("T")


@app.command()
def create(
    name: Annotated[str, typer.Option(help="Which program it is for.")],
    scope: Annotated[str, typer.Option(help=f"What it may do: {', '.join(SCOPES)}.")],
) -> None:
    """Make a key. It is shown this once."""
    if scope not in SCOPES:
        raise typer.BadParameter(f"There is no scope “{scope}”; there are {', '.join(SCOPES)}.")
    say(_run(create_key(name, scope, now=SystemClock().now())))
    remark("Keep it now: only its hash is stored, and it is never shown again.")


@app.command(name="list")
def list_them(as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False) -> None:
    """List the keys there are, never the keys themselves."""
    keys = _run(_all())
    if as_json:
        show_json(
            [{"name": k.name, "scope": k.scope, "created_at": k.created_at, "revoked_at": k.revoked_at} for k in keys]
        )
        return
    rows = [
        (k.name, k.scope, f"{k.created_at:%Y-%m-%d}", f"{k.revoked_at:%Y-%m-%d}" if k.revoked_at else "") for k in keys
    ]
    show_table(("Name", "Scope", "Made", "Revoked"), rows)


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="The key's name.")]) -> None:
    """Revoke a key: from now on it opens nothing."""
    _run(revoke_key(name, now=SystemClock().now()))
    say(f"{name} is revoked.")


@app.command(name="webhook-secret")
def webhook_secret() -> None:
    """Show what signs webhooks with sessions. It derives from SECRET_KEY, and changes with it."""
    environment = Environment()
    environment.refuse_unless_servable()
    if environment.secret_key:
        say(secret_from(environment.secret_key.get_secret_value().encode()))


async def _all() -> list[ApiKey]:
    return await ApiKey.all().order_by("name")


def _run(work: Awaitable[T]) -> T:
    async def in_books() -> T:
        async with open_books(Environment()):
            return await work

    return asyncio.run(in_books())
