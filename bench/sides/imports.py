"""Sessions imported, a file of them a round: by the house out of CSV, or by the bare driver, which has the very rows
that an import leaves (charges, drafts and events among them) ready in memory and only writes them."""

import asyncio
import json
import resource
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg
import uvloop

from bench.sides.rounds import Do, rounds
from billing.patients import PatientRecord, keep_patient
from billing.prices import PriceRecord, keep_price
from domain.access import CLOCK
from duesday.import_kinds import KINDS, Desk
from duesday.importing import import_file
from duesday.practice_file import read_practice
from models import database

PATIENTS = 2_000
PARTS = 10
"""What the bare driver writes is a tenth, ten times: the rest of such an import leaves rows no different."""
NOW = datetime(2026, 9, 10, 12, tzinfo=UTC)
CODES = ("exam", "xray", "blood")
TABLES = ("care_session", "charge", "invoice", "invoice_line", "event")
NEW = {"event": "kind IN ('session.completed', 'invoice.drafted')"}
IDS = ("id", "seq", "session_id", "charge_id", "invoice_id")

numbers = count(1)


def desk(drafts: str) -> Desk:
    practice = read_practice(Path("app.yaml"))
    terms = replace(practice.terms, draft_on_completion=drafts == "yes")
    return Desk(replace(practice, terms=terms), CLOCK, NOW)


async def set_up(at: Desk) -> None:
    for code in CODES:
        price = PriceRecord(code=code, description=code, unit_price_cents=12_500, valid_from=date(2026, 1, 1))
        await keep_price(price, practice=at.practice, actor=at.actor, now=at.now)
    for number in range(PATIENTS):
        patient = PatientRecord(external_id=f"P-{number}", first_name="Maria", last_name="Garcia", location="downtown")
        await keep_patient(patient, practice=at.practice, actor=at.actor, now=at.now)


def written(folder: str, sessions: int) -> Path:
    """A file of sessions nobody has heard of yet."""
    name, path = next(numbers), Path(folder) / "sessions.csv"
    with path.open("w") as file:
        file.write("external_id,patient,location,provider,date,code,quantity\n")
        file.writelines(
            f"S-{name}-{n},P-{n % PATIENTS},downtown,Dr. Osei,2026-0{n % 8 + 1}-{n % 28 + 1:02},{CODES[n % 3]},1\n"
            for n in range(sessions)
        )
    return path


async def imported(folder: str, at: Desk, sessions: int) -> float:
    path = written(folder, sessions)
    started = perf_counter()
    told = await import_file(path, KINDS["sessions"], at, dry_run=False)
    seconds = perf_counter() - started
    assert told.things["added"] == sessions, told
    return sessions / seconds


@asynccontextmanager
async def ours(url: str, _: str, drafts: str, sessions: str) -> AsyncIterator[Do]:
    await database.connect(url)
    at = desk(drafts)
    await set_up(at)
    with tempfile.TemporaryDirectory() as folder:
        yield lambda: imported(folder, at, int(sessions))
    await database.close()


@asynccontextmanager
async def bare(url: str, other: str, drafts: str, sessions: str) -> AsyncIterator[Do]:
    part = int(sessions) // PARTS
    async with ours(other, "", drafts, str(part)) as do:
        await do()
        left = {
            table: [dict(row) for row in await database.read(f"SELECT * FROM {table} WHERE {NEW.get(table, 'TRUE')}")]
            for table in TABLES
        }
    await database.connect(url)
    await set_up(desk(drafts))
    await database.close()
    write = into_postgres if url.startswith("postgres") else into_sqlite

    async def insert() -> float:
        steps = [next(numbers) * 10_000_000 for _ in range(PARTS)]
        ready = {table: [moved(row, step) for step in steps for row in rows] for table, rows in left.items() if rows}
        started = perf_counter()
        await write(url, {table: list(left[table][0]) for table in ready}, ready)
        return int(sessions) / (perf_counter() - started)

    yield insert


def moved(row: dict[str, Any], step: int) -> tuple[Any, ...]:
    """The same row, of another session."""
    changed = {name: row[name] + step for name in IDS if row.get(name)}
    if "external_id" in row:
        changed["external_id"] = f"{row['external_id']}-{step}"
    return tuple({**row, **changed}.values())


async def into_sqlite(url: str, columns: dict[str, list[str]], ready: dict[str, list[tuple[Any, ...]]]) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite://"), isolation_level=None)) as books:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "journal_size_limit=67108864"):
            books.execute(f"PRAGMA {pragma}")
        books.execute("BEGIN IMMEDIATE")
        for table, rows in ready.items():
            books.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns[table]))})", rows)
        books.execute("COMMIT")


async def into_postgres(url: str, columns: dict[str, list[str]], ready: dict[str, list[tuple[Any, ...]]]) -> None:
    books = await asyncpg.connect(url)
    async with books.transaction():
        for table, rows in ready.items():
            places = ", ".join(f"${number}" for number in range(1, len(columns[table]) + 1))
            await books.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
    await books.close()


async def weighed() -> None:
    """A process that imports once, as the command does, and says what it weighs."""
    print("{}", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    async with ours(*sys.argv[2:]) as do:
        await do()
    print(json.dumps({"figure": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)


if sys.argv[1] == "weighed":
    uvloop.run(weighed())
else:
    rounds(lambda: {"ours": ours, "bare": bare}[sys.argv[1]](*sys.argv[2:]))
