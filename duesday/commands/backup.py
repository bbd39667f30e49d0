"""`duesday backup`: everything in the books, in one file that restores."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from duesday.backup_file import Head
from duesday.copies import back_up, count_rows
from duesday.environment import Environment
from duesday.opening import open_books
from duesday.progress import progress
from duesday.terminal import remark, say, show_json
from gateways.system_clock import SystemClock

app = typer.Typer(add_completion=False)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="A new file; one that is there is never replaced.", dir_okay=False)],
    as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
) -> None:
    """Write everything in the books into a file that restores, while the service goes on."""
    head = asyncio.run(_backed_up(file))
    if as_json:
        show_json({"file": str(file), **asdict(head)})
        return
    say(f"{head.all_rows:,} rows are in {file}, and were read back from it.")
    remark("It holds patients' data: only you may read it here, and where it goes next is yours to keep safe.")


async def _backed_up(file: Path) -> Head:
    async with open_books(Environment()):
        with progress(f"Backing up to {file.name}", await count_rows()) as advance:
            return await back_up(file, now=SystemClock().now(), progress=advance)
