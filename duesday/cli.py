"""The command line: which commands there are, and how one that went wrong ends. Each is a file in duesday/commands."""

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

COMMANDS = {
    "demo": "Start the sandbox, a sample practice, the service and the console in one process.",
    "serve": "Run the service; the clock's work runs inside.",
    "work": "Do the clock's work alone, for replicas that serve no HTTP.",
    "tick": "Do once what is due now, say what was done, and end.",
    "migrate": "Bring the database's schema up to date.",
    "check": "Find every mistake in app.yaml and in the texts to patients.",
    "import": "Take in a file: patients, sessions, products, prices, or an insurer's 835; all of it or nothing.",
    "report": "Print a report.",
    "why": "Say why an invoice's next message was, or wasn't, sent: every gate, and when it opens.",
    "audit": "Find whatever is off in the ledger, in the balances or in the chain of events.",
    "backup": "Write everything in the books into a file that restores, while the service goes on.",
    "restore": "Bring back what a backup holds, into SQLite or PostgreSQL, whichever it was made from.",
    "api-key": "Make, list and revoke keys for programs.",
}


class Commands(TyperGroup):
    """Loads the rooms that a command needs when it is asked for: the list of commands needs none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = {name: TyperCommand(name, help=does, short_help=does) for name, does in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] in COMMANDS:
            name = args[0].replace("-", "_")
            gc.disable()  # nothing of what is loaded now is let go of: looking for that takes a tenth of every start
            room = import_module(f"duesday.commands.{name}{'_' if iskeyword(name) else ''}")
            gc.freeze()
            gc.enable()
            self.commands[args[0]] = get_command(room.app)
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich" if sys.stdout.isatty() else None,  # a pipe gets no frames
)


@app.callback(help="Billing, outreach and the noticeboard of a practice, worked from Slack.")
def duesday() -> None:
    """What comes before a command is nothing."""


def main(args: Sequence[str] | None = None) -> None:
    """0 done, 1 refused or found wrong, 2 used wrongly; a mistake of use is told in sentences, never by a traceback."""
    try:
        status = app(args, prog_name="duesday", standalone_mode=False)
    except BrokenPipeError:  # whoever read along has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    except (typer.Abort, KeyboardInterrupt):
        status = 130
    except typer.TyperException as wrong:
        _tell(wrong.format_message() or "Name a command: `duesday --help` lists them.")
        status = wrong.exit_code
    except Exception as error:
        from duesday.faults import sentences_of

        sentences = sentences_of(error)
        if not sentences:
            raise
        _tell(*sentences)
        status = 1
    sys.exit(status or 0)


def _tell(*sentences: str) -> None:
    for sentence in sentences:
        print(sentence, file=sys.stderr)  # noqa: T201
