"""Brings a database up to the code: numbered SQL in migrations/, one file per step and dialect, each applied once.

`python -m models.migrate write NAME` makes the first step from the tables. Later ones are written by hand and only
add: columns, indexes, tables. SQLite cannot change a table otherwise without making it anew, which loses rows and
constraints silently; a test holds the result against the tables.
"""

import asyncio
import hashlib
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.database import dialect, execute, read, script, transaction
from models.database_url import DatabaseFault, Dialect
from models.schema import schema_sql

FOLDER = Path(__file__).parent.parent / "migrations"
DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgres")

# Any number will do, as long as nothing else in the database takes it.
LOCK = 7_381_604_213

RECORD = """
CREATE TABLE IF NOT EXISTS migration (
    number INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
)
"""


@dataclass(frozen=True, slots=True)
class Step:
    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()

    def __str__(self) -> str:
        return f"{self.number:04}_{self.name}"


async def migrate(folder: Path = FOLDER, *, up_to: int | None = None) -> list[str]:
    """Apply what is not applied yet; the names of what was. Any number of processes may do it at once."""
    steps = read_steps(folder, dialect())[:up_to]
    applied = []
    while step := await _apply_next(steps):
        applied.append(str(step))
    return applied


async def pending(folder: Path = FOLDER) -> list[str]:
    """What `migrate` would apply; changes nothing."""
    return [str(step) for step in await _missing(read_steps(folder, dialect()))]


def read_steps(folder: Path, dialect: Dialect) -> list[Step]:
    steps = []
    for path in sorted(folder.glob(f"*.{dialect}.sql")):
        named = re.fullmatch(r"(\d{4})_(\w+)", path.name.removesuffix(f".{dialect}.sql"))
        if not named:
            raise DatabaseFault(f"{path} is not named like 0007_what_it_does.{dialect}.sql")
        steps.append(Step(int(named[1]), named[2], path.read_text("utf-8")))
    if [step.number for step in steps] != list(range(1, len(steps) + 1)):
        raise DatabaseFault(f"the steps in {folder} are not numbered 0001, 0002, …: a number is missing or taken twice")
    return steps


async def _apply_next(steps: Sequence[Step]) -> Step | None:
    """One step in one transaction, and nobody else beside it: SQLite's own lock, or one by agreement on PostgreSQL."""
    async with transaction():
        if dialect() == "postgres":
            await execute("SELECT pg_advisory_xact_lock($1)", [LOCK])
        await execute(RECORD)
        step = next(iter(await _missing(steps)), None)
        if step:
            await script(step.sql)
            values = [step.number, step.name, step.sha256]
            await execute("INSERT INTO migration (number, name, sha256) VALUES ($1, $2, $3)", values)
        return step


async def _missing(steps: Sequence[Step]) -> Sequence[Step]:
    applied = await _applied()
    if len(applied) > len(steps):
        number, name, _ = applied[len(steps)]
        raise DatabaseFault(
            f"the database is newer than this version of Duesday: it has {number:04}_{name}; install the newer one"
        )
    for step, (number, name, sha256) in zip(steps, applied, strict=False):
        if step.number != number or step.sha256 != sha256:
            raise DatabaseFault(
                f"migration {step} is not what was applied to this database as {number:04}_{name}; "
                "put the file back as it was and write a new migration for the change"
            )
    return steps[len(applied) :]


EXISTS: dict[Dialect, str] = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migration'",
    "postgres": "SELECT 1 WHERE to_regclass('migration') IS NOT NULL",
}


async def _applied() -> list[tuple[int, str, str]]:
    if not await read(EXISTS[dialect()]):
        return []
    rows = await read("SELECT number, name, sha256 FROM migration ORDER BY number")
    return [(row["number"], row["name"], row["sha256"]) for row in rows]


def write(name: str, folder: Path = FOLDER) -> list[Path]:
    """Write the first step from the tables; again and again, until there is a second one or a release."""
    others = [path.name for path in sorted(folder.glob("*.sql")) if not path.name.startswith(f"0001_{name}.")]
    if others:
        raise DatabaseFault(f"there are migrations already ({others[0]}): write the next one by hand")
    written = []
    for speech in DIALECTS:
        path = folder / f"0001_{name}.{speech}.sql"
        path.write_text(asyncio.run(schema_sql(speech)), "utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", name]:
            sys.stdout.writelines(f"{path}\n" for path in write(name))
        case _:
            sys.exit("usage: python -m models.migrate write NAME")
