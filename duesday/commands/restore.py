"""`duesday restore`: the books as they were when a backup was made."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from duesday.backup_file import BackupFile
from duesday.copies import restore as restored
from duesday.environment import Environment
from duesday.progress import progress
from duesday.terminal import say, show_json
from models import database

app = typer.Typer(add_completion=False)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `duesday backup` wrote.", exists=True, dir_okay=False)],
    replace: Annotated[bool, typer.Option("--replace", help="The books that are there give way.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
) -> None:
    """Bring back what a backup holds, into SQLite or PostgreSQL, whichever it was made from."""
    backup = BackupFile(file)
    asyncio.run(_restored(backup, replace=replace))
    head = backup.head
    if as_json:
        show_json({"file": str(file), "made_at": head.made_at, "rows": head.all_rows, "chain": head.chain})
        return
    say(f"{head.all_rows:,} rows of {head.made_at} are back. `duesday audit --full` looks through all of them.")


async def _restored(backup: BackupFile, *, replace: bool) -> None:
    await database.connect(Environment().database_url.get_secret_value())
    try:
        with progress(f"Restoring {backup.path.name}", backup.head.all_rows) as advance:
            await restored(backup, replace=replace, progress=advance)
    finally:
        await database.close()
