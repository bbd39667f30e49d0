"""`duesday demo`: the demo's options."""

from typing import Annotated

import typer

from domain.errors import Refusal
from duesday.demo import demo_until_stopped
from duesday.logs import keep_logs
from duesday.serve import run
from sandbox import AddressTaken, KeptOtherwise

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    port: Annotated[
        int, typer.Option(min=1, max=65534, help="The console's; the service takes the next free one.")
    ] = 8080,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what was done and begin anew.")] = False,
    database_url: Annotated[str | None, typer.Option(help="An empty database of yours instead of var/demo.db.")] = None,
) -> None:
    """Start the sandbox, a sample practice, the service and the console in one process."""
    keep_logs(quiet=True)
    try:
        run(demo_until_stopped(port=port, fresh=fresh, database_url=database_url))
    except AddressTaken as error:
        raise Refusal("address_taken", f"{error} with --port.") from error
    except KeptOtherwise as error:
        raise Refusal("kept_otherwise", f"{error}. Begin anew with --fresh.") from error
