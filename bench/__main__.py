"""`python -m bench [ROW …]`: measures, prints the table, and ends with 1 when a bound is missed."""

import argparse
import json
import sys
from pathlib import Path

import uvloop

from bench.databases import in_memory
from bench.race import Outcome, Row, race
from bench.rows import rows
from bench.table import in_a_line, print_table, record
from tests.support.needs import postgres_programs
from tests.support.postgres import running


def main() -> int:
    wanted = _wanted()
    here = rows(wanted.on, postgres=bool(postgres_programs()))
    chosen = [row for row in here if not wanted.rows or any(row.name.startswith(name) for name in wanted.rows)]
    if not chosen:
        print(f"No such row; there are {', '.join(row.name for row in here)}.", file=sys.stderr)
        return 2
    with running:
        outcomes = uvloop.run(_all(chosen))
    if wanted.json:
        print(json.dumps([record(outcome) for outcome in outcomes], indent=2))
    else:
        print_table(outcomes, on=wanted.on, postgres=bool(postgres_programs()))
    return 0 if all(outcome.kept for outcome in outcomes) else 1


def _wanted() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="python -m bench", description="Ours against the limit, in the same run.")
    asked.add_argument("rows", nargs="*", metavar="ROW", help="only rows whose names begin like this (default: all)")
    asked.add_argument("--json", action="store_true", help="every round's figures, for programs")
    asked.add_argument(
        "--on", type=Path, default=in_memory(), metavar="DIR", help="where SQLite's files go (%(default)s)"
    )
    return asked.parse_args()


async def _all(chosen: list[Row]) -> list[Outcome]:
    outcomes = []
    for row in chosen:
        print(f"{row.title} …", file=sys.stderr, flush=True)
        outcomes.append(await race(row))
        print(f"  {in_a_line(outcomes[-1])}", file=sys.stderr, flush=True)
    return outcomes


if __name__ == "__main__":
    sys.exit(main())
