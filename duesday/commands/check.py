"""`duesday check`: every mistake in app.yaml and in the texts, with its line."""

from dataclasses import asdict
from typing import Annotated

import typer

from duesday.checks import check as mistakes_in
from duesday.environment import Environment
from duesday.opening import TEMPLATES
from duesday.practice_file import PracticeMistakes
from duesday.terminal import say, show_json

app = typer.Typer(add_completion=False)


@app.command()
def check(as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False) -> None:
    """Find every mistake in app.yaml and in the texts to patients."""
    config = Environment().duesday_config
    mistakes = mistakes_in(config, TEMPLATES)
    if as_json:
        show_json([asdict(mistake) for mistake in mistakes])
        raise typer.Exit(1 if mistakes else 0)
    if mistakes:
        raise PracticeMistakes(mistakes)
    say(f"{config} and the texts to patients are in order.", "green")
