"""Backing up and restoring: what is in the books at one moment into a file, and out of it into an empty database."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from tortoise.exceptions import IntegrityError, OperationalError

from domain.errors import Refusal
from duesday.backup_file import BackupFile, Head, writing
from models.database import dialect, execute, read, snapshot, transaction
from models.database_url import DatabaseFault
from models.migrate import DIALECTS, FOLDER, migrate, pending, read_steps
from models.portable import Table, drop_everything, holds_anything, tables, triggers_off

Progress = Callable[[int], None]
"""Hears how many more rows are done."""

PATIENCE = "10s"


async def back_up(path: Path, *, now: datetime, progress: Progress) -> Head:
    """Everything as it is at this moment, while others go on writing; read back before it gets its name."""
    with writing(path) as file:
        async with snapshot():
            head = await _head(now)
            file.head(head)
            for table in tables().values():
                async for row in table.rows():
                    file.line(row)
                progress(head.rows[table.name])
    return head


async def count_rows() -> int:
    return sum([await table.count() for table in tables().values()])


async def restore(file: BackupFile, *, replace: bool, progress: Progress) -> None:
    """The file's rows and nothing else, or, when anything goes wrong, what was there before."""
    _refuse_other_schema(file)
    file.check()
    async with _alone():
        if await _is_migrated() and await holds_anything() and not replace:
            raise Refusal("not_empty", "The database holds books already. With --replace they give way to the backup.")
        await drop_everything()
        await migrate(up_to=len(file.head.schema))
        async with triggers_off():
            await _fill(file, progress)
        await migrate()


async def _head(now: datetime) -> Head:
    ours = tables().values()
    return Head(
        version=version("duesday"),
        made_at=now.isoformat(timespec="seconds"),
        database=dialect(),
        schema=_steps(),
        chain=await _chain(),
        columns={table.name: list(table.forms) for table in ours},
        rows={table.name: await table.count() for table in ours},
        last_ids={table.name: last for table in ours if (last := await table.last_id()) is not None},
    )


async def _chain() -> list[dict[str, object]]:
    return [dict(row) for row in await read("SELECT * FROM chain_head ORDER BY id")]


def _steps() -> list[list[str]]:
    """The code's, which are the database's as well; a step is the same if it says the same to both kinds."""
    both = zip(*(read_steps(FOLDER, kind) for kind in DIALECTS), strict=True)
    return [[str(same[0]), sha256("".join(step.sql for step in same).encode()).hexdigest()] for same in both]


def _refuse_other_schema(file: BackupFile) -> None:
    ours, theirs = _steps(), file.head.schema
    if len(theirs) > len(ours):
        raise Refusal(
            "newer_schema",
            f"{file.path} has the schema {theirs[-1][0]} of Duesday {file.head.version}, which is newer than this one."
            " Install that version, then restore.",
        )
    for our, their in zip(ours, theirs, strict=False):
        if our != their:
            raise Refusal(
                "other_schema",
                f"{file.path} was made with another {their[0]} than this version of Duesday has."
                f" Install version {file.head.version}, then restore.",
            )


async def _is_migrated() -> bool:
    """Whether there are tables to look into; a database that is newer than the code is refused by the question."""
    return len(await pending()) < len(_steps())


@asynccontextmanager
async def _alone() -> AsyncIterator[None]:
    """A transaction in which everything may be taken down, or a sentence for whoever left others at work."""
    sqlite = dialect() == "sqlite"
    if sqlite:
        await execute("PRAGMA foreign_keys = OFF")  # it cannot be inside of a transaction; what is in is checked below
    try:
        async with transaction():
            if not sqlite:
                await execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            yield
            if sqlite and (astray := await read("PRAGMA foreign_key_check")):
                raise DatabaseFault(
                    f"a row of {astray[0]['table']} points to one that isn't there; nothing was restored"
                )
    except OperationalError as error:
        raise DatabaseFault(f"the database is in use ({error}); stop serve and work, then restore") from error
    finally:
        if sqlite:
            await execute("PRAGMA foreign_keys = ON")


async def _fill(file: BackupFile, progress: Progress) -> None:
    """Every row, then what must be the same afterwards."""
    head, ours = file.head, tables()
    for name, rows in file.rows():
        table = ours[name]
        await execute(f'DELETE FROM "{name}"')  # noqa: S608  # what a schema begins with
        try:
            await table.fill(head.columns[name], rows)
        except IntegrityError as error:
            raise Refusal("damaged", f"{file.path} is damaged: rows of {name} contradict each other.") from error
        if name in head.last_ids:
            await table.go_on_after(head.last_ids[name])
        await _compare(table, head)
        progress(head.rows[name])
    if await _chain() != head.chain:
        raise Refusal("damaged", f"{file.path} is damaged: its events do not end as its head says.")


async def _compare(table: Table, head: Head) -> None:
    if (count := await table.count()) != head.rows[table.name]:
        raise Refusal("damaged", f"Of {head.rows[table.name]:,} rows of {table.name} only {count:,} were written.")
