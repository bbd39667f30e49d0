"""The limit of a payment: all that it writes, in one transaction by the bare driver: the rows it adds, the invoice it
settles, the chain's new head. Nothing is looked up, decided, hashed or locked beforehand."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

import aiosqlite
import asyncpg
import orjson
from aiohttp import web

from bench.sides.answering import Answer, answer_forever

HASH = "0" * 64
LAST = 10_000_000
"""Beyond every number that is taken."""

numbers = count(LAST)


def _into(table: str) -> str:
    columns = TABLES[table].split()
    places = (f"${n}" for n in range(1, len(columns) + 1))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(places)})"


TABLES = {
    "payment": "id location status version amount_cents unapplied_cents returned_cents currency method received_on"
    ' reference notes "group" created_at guarantor_id',
    "payment_share": "amount_cents recovered_cents invoice_id payment_id",
    "ledger_entry": "act booked_on at debit credit amount_cents guarantor_id invoice_id payment_id location",
    "event": "seq at kind subject location guarantor_id actor actor_name via correlation before after previous_hash"
    " hash",
    "given_answer": "api_key_id key request_hash status body at",
}
SETTLED = """
    UPDATE invoice
       SET status = 'paid', status_before = 'sent', version = version + 1, paid_cents = $2, balance_cents = 0,
           paid_at = $3
     WHERE id = $1
"""
HEAD = "UPDATE chain_head SET seq = $1, hash = $2 WHERE id = 1"
STATEMENTS = {table: _into(table) for table in TABLES} | {"settled": SETTLED, "head": HEAD}


def rows(invoice: int, cents: int, key: str, now: Any, day: Any) -> Iterator[tuple[str, list[Sequence[Any]]]]:
    n, payer, place = next(numbers), 1, "downtown"
    yield "payment", [(n, place, "received", 1, cents, 0, 0, "USD", "check", day, "", "", "", now, payer)]
    yield "payment_share", [(cents, 0, invoice, n)]
    yield (
        "ledger_entry",
        [
            ("payment", day, now, "cash", "credit", cents, payer, None, n, place),
            ("apply", day, now, "credit", "receivable", cents, payer, invoice, n, place),
        ],
    )
    of = f"invoice:{invoice}"
    told = ("payment.recorded", f"payment:{n}"), ("invoice.paid_on", of), ("invoice.paid", of)
    yield (
        "event",
        [
            (3 * n + at, now, kind, subject, place, payer, "program:bench", "bench", "api", of, "{}", "{}", HASH, HASH)
            for at, (kind, subject) in enumerate(told)
        ],
    )
    yield "given_answer", [(1, key, HASH, 201, "{}", now)]
    yield "settled", [(invoice, cents, now)]
    yield "head", [(3 * n + 2, HASH)]


def asked(request: web.Request, body: bytes) -> tuple[int, int, str]:
    return int(request.match_info["id"]), orjson.loads(body)["amount_cents"], request.headers["Idempotency-Key"]


@asynccontextmanager
async def into_sqlite(path: str) -> AsyncIterator[Answer]:
    statements = {name: re.sub(r"\$(\d)", r"?\1", sql) for name, sql in STATEMENTS.items()}
    turn = asyncio.Lock()
    async with aiosqlite.connect(path, isolation_level=None) as books:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "journal_size_limit=67108864"):
            await books.execute_fetchall(f"PRAGMA {pragma}")

        async def answer(request: web.Request) -> web.Response:
            now = datetime.now(UTC)
            these = rows(*asked(request, await request.read()), now.isoformat(" "), now.date().isoformat())
            async with turn:
                await books.execute("BEGIN IMMEDIATE")
                for name, values in these:
                    await books.executemany(statements[name], values)
                await books.execute("COMMIT")
            return web.json_response({"id": 1}, status=201)

        yield answer


@asynccontextmanager
async def into_postgres(url: str) -> AsyncIterator[Answer]:
    async with asyncpg.create_pool(url, min_size=10, max_size=10) as pool:

        async def answer(request: web.Request) -> web.Response:
            now = datetime.now(UTC)
            these = rows(*asked(request, await request.read()), now, now.date())
            async with pool.acquire() as books, books.transaction():
                for name, values in these:
                    await books.executemany(STATEMENTS[name], values)
            return web.json_response({"id": 1}, status=201)

        yield answer


def opening() -> Any:
    url = sys.argv[1]
    return into_postgres(url) if url.startswith("postgres") else into_sqlite(url.removeprefix("sqlite://"))


answer_forever("/api/v1/invoices/{id}/payments", opening)
