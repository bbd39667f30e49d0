"""`duesday serve`: the service's options."""

from typing import Annotated

import typer

from duesday.logs import keep_logs
from duesday.serve import run, serve_until_stopped

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="The address to listen on; a proxy with TLS stands before it.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any that is free.")] = 8080,
    no_jobs: Annotated[bool, typer.Option("--no-jobs", help="Leave the clock's work to `duesday work`.")] = False,
    socket_mode: Annotated[bool, typer.Option("--socket-mode", help="Hear Slack over a WebSocket of ours.")] = False,
) -> None:
    """Run the service; the clock's work runs inside."""
    keep_logs()
    run(serve_until_stopped(host=host, port=port, jobs=not no_jobs, socket_mode=socket_mode))
