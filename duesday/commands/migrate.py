"""`duesday migrate`: the database's schema, brought up to date."""

import asyncio

import typer

from duesday.environment import Environment
from duesday.terminal import say
from models import database
from models.migrate import migrate as apply_all

app = typer.Typer(add_completion=False)


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    applied = asyncio.run(_applied())
    for name in applied:
        say(f"Applied {name}")
    say("The schema is up to date.", "green")


async def _applied() -> list[str]:
    await database.connect(Environment().database_url.get_secret_value())
    try:
        return await apply_all()
    finally:
        await database.close()
