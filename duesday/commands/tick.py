"""`duesday tick`: what is due now, done once; any number of times, from cron or by hand."""

import asyncio
from typing import Annotated

import typer

from duesday.assembly import open_house
from duesday.environment import Environment
from duesday.logs import keep_logs
from duesday.opening import checked_practice
from duesday.terminal import show_json, show_table
from jobs.ticks import TICKS

app = typer.Typer(add_completion=False)


@app.command()
def tick(
    jobs: Annotated[
        list[str] | None, typer.Argument(help=f"Which: {', '.join(t.name for t in TICKS)}; or all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
) -> None:
    """Do once what is due now, say what was done, and end."""
    names = [tick.name for tick in TICKS]
    if unknown := [job for job in jobs or () if job not in names]:
        raise typer.BadParameter(f"There is no job “{unknown[0]}”; there are {', '.join(names)}.")
    keep_logs(quiet=True)
    done = asyncio.run(_done(jobs or []))
    if as_json:
        show_json(done)
        return
    does = {tick.name: tick.does for tick in TICKS}
    show_table(("Job", "Done", "What it does"), ([n, str(c), does[n]] for n, c in done.items()), right=("Done",))


async def _done(jobs: list[str]) -> dict[str, int]:
    environment = Environment()
    environment.refuse_unless_servable()  # what falls due writes links into texts
    async with open_house(environment, checked_practice(environment)) as house:
        return await house.tick(*jobs)
