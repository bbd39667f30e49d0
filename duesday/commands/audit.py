"""`duesday audit`: whatever is off in the books."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from billing.audit import CHECKS, Finding
from billing.audit import audit as findings_in_books
from duesday.environment import Environment
from duesday.opening import open_books
from duesday.terminal import say, show_json, show_table

app = typer.Typer(add_completion=False)


@app.command()
def audit(
    full: Annotated[bool, typer.Option(help="Follow the chain of events from its first link, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
) -> None:
    """Find whatever is off in the ledger, in the balances or in the chain of events."""
    findings = asyncio.run(_findings(full))
    if as_json:
        show_json([asdict(finding) for finding in findings])
    elif findings:
        show_table(("Check", "Row", "What is off"), ((f.check, f.row, f.sentence) for f in findings))
    else:
        say(f"Nothing is off: {', '.join([*CHECKS, 'chain of events'] if full else CHECKS)}.", "green")
    if findings:
        raise typer.Exit(1)


async def _findings(full: bool) -> list[Finding]:
    async with open_books(Environment()):
        return await findings_in_books(full=full)
