"""The outcomes as a table for people and as records for programs."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.race import Outcome

DIGITS = {"ms": 2, "s": 2, "/s": 0, "MB": 0}


def print_table(outcomes: list[Outcome], *, on: Path, postgres: bool) -> None:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2))
    table.add_column("")
    for name in ("ours", "the limit's", "ratio", "bound"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("")
    for outcome in outcomes:
        table.add_row(*_cells(outcome), style=None if outcome.kept else "bold red")
    console = Console(width=None if os.isatty(1) else 120, highlight=False)
    console.print(table)
    console.print(f"\n[dim]{_circumstances(on, postgres)}[/dim]")


def in_a_line(outcome: Outcome) -> str:
    """For whoever waits, or stops before the table: many a row takes minutes."""
    return "  ".join(cell for cell in _cells(outcome)[1:] if cell)


def _cells(outcome: Outcome) -> list[str]:
    row, sign = outcome.row, "≤" if outcome.row.less_is_better else "≥"
    verdict = "kept" if outcome.kept else "MISSED"
    if outcome.ratio is None:
        return [row.title, _figure(outcome.ours, row.unit), "", "", f"{sign} {row.bound:g} {row.unit}", verdict]
    ours, limit = _figure(outcome.ours, row.unit), _figure(outcome.limit, row.unit)
    return [row.title, ours, limit, f"{outcome.ratio:.2f} ×", f"{sign} {row.bound:g} ×", verdict]


def _figure(rounds: list[float], unit: str) -> str:
    return f"{median(rounds):,.{DIGITS[unit]}f}{'' if unit == '/s' else ' '}{unit}"


def _circumstances(on: Path, postgres: bool) -> str:
    server = "PostgreSQL without fsync" if postgres else "no PostgreSQL here: `make system`"
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · Python {platform.python_version()} · {os.cpu_count()} cores,"
        f" load {os.getloadavg()[0]:.1f} · SQLite in {on} · {server}\n"
        "Middles of rounds taken in turn; a ratio is the middle of the pairs' own, so it need not be the two middles'."
    )


def record(outcome: Outcome) -> dict[str, Any]:
    return {
        "row": outcome.row.name,
        "title": outcome.row.title,
        "unit": outcome.row.unit,
        "ours": median(outcome.ours),
        "limit": median(outcome.limit) if outcome.limit else None,
        "ratio": outcome.ratio,
        "bound": outcome.row.bound,
        "kept": outcome.kept,
        "rounds": {"ours": outcome.ours, "limit": outcome.limit},
    }
