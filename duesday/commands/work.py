"""`duesday work`: the clock's work without HTTP."""

import typer

from duesday.logs import keep_logs
from duesday.serve import run, work_until_stopped

app = typer.Typer(add_completion=False)


@app.command()
def work() -> None:
    """Do the clock's work alone, for replicas that serve no HTTP."""
    keep_logs()
    run(work_until_stopped())
