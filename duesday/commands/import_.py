"""`duesday import`: a file taken in whole, or refused with a line and a reason for each of its mistakes."""

import asyncio
from contextlib import suppress
from dataclasses import asdict
from enum import StrEnum
from getpass import getuser
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from billing.remittances import Posted, post_remittances
from domain.access import Actor, Grant
from duesday.csv_file import Mistake
from duesday.environment import Environment
from duesday.import_kinds import KINDS, Desk
from duesday.importing import Imported, TakenBack, import_file
from duesday.opening import open_books, practice_itself
from duesday.terminal import complain, say, show_json
from gateways.pyx12_remittance import read_835
from gateways.system_clock import SystemClock
from models.change import change

MOST_SHOWN = 50

app = typer.Typer(add_completion=False)


class What(StrEnum):
    patients = "patients"
    sessions = "sessions"
    products = "products"
    prices = "prices"
    remittance = "835"


@app.command(name="import")
def import_(
    what: Annotated[What, typer.Argument(help="What is in the file.", show_choices=True)],
    file: Annotated[Path, typer.Argument(help="A CSV file with a head, or an 835.", exists=True, dir_okay=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and keep nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
) -> None:
    """Take in a file: patients, sessions, products, prices, or an insurer's 835; all of it or nothing."""
    environment = Environment()
    desk = Desk(practice_itself(environment), _actor(), SystemClock().now())
    if what is What.remittance:
        posted = asyncio.run(_posted(environment, file.read_bytes(), desk, dry_run=dry_run))
        show_json({"file": str(file), "dry_run": dry_run, **asdict(posted)}) if as_json else _say_posted(
            posted, dry_run
        )
        raise typer.Exit(1 if posted.held else 0)
    imported = asyncio.run(_imported(environment, file, what, desk, dry_run=dry_run))
    if as_json:
        show_json(_as_json(file, imported, dry_run))
    elif imported.found:
        _tell_mistakes(file, imported)
    else:
        say(_summary(file, what, imported, dry_run), "green")
    raise typer.Exit(1 if imported.found else 0)


def _actor() -> Actor:
    """Whoever may read the database's address may do everything; the trail says who it was."""
    user = getuser()
    return Actor("person", f"cli:{user}", f"{user} (command line)", "cli", (Grant("admin"),))


async def _imported(environment: Environment, file: Path, what: What, desk: Desk, *, dry_run: bool) -> Imported:
    async with open_books(environment):
        return await import_file(file, KINDS[what], desk, dry_run=dry_run)


async def _posted(environment: Environment, content: bytes, desk: Desk, *, dry_run: bool) -> Posted:
    checks, hashed = read_835(content, currency=desk.practice.currency), sha256(content).hexdigest()
    async with open_books(environment):
        with suppress(TakenBack):
            async with change(desk.now):
                posted = await post_remittances(
                    checks, file_hash=hashed, practice=desk.practice, actor=desk.actor, now=desk.now
                )
                if dry_run:
                    raise TakenBack
        return posted


def _summary(file: Path, what: What, imported: Imported, dry_run: bool) -> str:
    counts = imported.things
    trial = "Nothing was kept, this was a dry run. " if dry_run else ""
    if not imported.rows:
        return f"{file.name} holds no {what}."
    if counts["unchanged"] == counts.total():
        return f"{trial}Nothing to do: all {counts['unchanged']:,} {what} of {file.name} are there already."
    parts = [
        f"{counts[became]:,} {words}"
        for became, words in (("added", "new"), ("changed", "changed"), ("unchanged", "there already"))
        if counts[became]
    ]
    return f"{trial}{file.name}: {counts.total():,} {what}, {', '.join(parts)}."


def _tell_mistakes(file: Path, imported: Imported) -> None:
    for mistake in imported.mistakes[:MOST_SHOWN]:
        complain(_line(file, mistake))
    if imported.found > MOST_SHOWN:
        complain(f"… and {imported.found - MOST_SHOWN:,} more.")
    count = "A mistake" if imported.found == 1 else f"{imported.found:,} mistakes"
    complain(f"{count} in {file.name}: nothing was imported.")


def _line(file: Path, mistake: Mistake) -> str:
    column = f" {mistake.column}:" if mistake.column else ""
    return f"{file.name}:{mistake.line}:{column} {mistake.sentence}"


def _as_json(file: Path, imported: Imported, dry_run: bool) -> dict[str, Any]:
    return {
        "file": str(file),
        "dry_run": dry_run,
        "rows": imported.rows,
        **{became: imported.things[became] for became in ("added", "changed", "unchanged")},
        "mistakes_found": imported.found,
        "mistakes": [asdict(mistake) for mistake in imported.mistakes],
    }


def _say_posted(posted: Posted, dry_run: bool) -> None:
    trial = "Nothing was kept, this was a dry run. " if dry_run else ""
    say(
        f"{trial}Decisions posted: {posted.posted:,}, known already: {posted.known:,},"
        f" waiting for a person: {len(posted.held):,}."
    )
    for sentence in posted.held:
        complain(sentence)
