"""The rows over a large practice: what must not grow slower as the years go by, and what a payment costs."""

import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg

from bench.children import child
from bench.databases import Kind, copied, large
from bench.facts import KEYS, Size
from bench.load import get, post, send
from bench.race import Round, Row
from bench.service import serving

MILLION = Size(1_000_000, due=10_000)
SMALL = Size(10_000, due=100)
ONLY_DUE = Size(20_000, due=10_000)
DESKS = 8
"""Payments under way at once."""

numbers = count(1)
ticks: dict[tuple[Kind, Size], dict[str, Any]] = {}
"""What the overdue tick told, once done."""


def rows(kind: Kind, folder: Path) -> list[Row]:
    short, of = kind.lower(), f"1,000,000 invoices · {kind}"
    ageing, page, payments = (partial(side, kind, folder) for side in (_ageing, _page, _payments))
    overdue = partial(_overdue, kind, folder, "figure")
    return [
        Row(f"ageing-{short}", f"Ageing of {of}", "ms", partial(ageing, "ours"), 1.15, partial(ageing, "bare")),
        Row(f"page-{short}", f"A page of 50 overdue of {of}", "ms", partial(page, MILLION), 1.5, partial(page, SMALL)),
        Row(f"payment-{short}", f"Payments over HTTP, {DESKS} at once · {kind}", "/s", partial(payments, ours=True),
            0.4, partial(payments, ours=False)),
        Row(f"overdue-{short}", f"10,000 fallen due of {of}", "s", partial(overdue, MILLION), 1.25,
            partial(overdue, ONLY_DUE), rounds=1, warm_up=False),
        Row(f"overdue-weight-{short}", f"The same, resident · {kind}", "MB",
            partial(_overdue, kind, folder, "megabytes", MILLION), 300, rounds=1, warm_up=False),
    ]  # fmt: skip


@asynccontextmanager
async def _ageing(kind: Kind, folder: Path, whose: str) -> AsyncIterator[Round]:
    url = await large(kind, folder, MILLION)
    async with child("bench.sides.ageing", whose, url) as ageing:
        yield ageing.round


@asynccontextmanager
async def _page(kind: Kind, folder: Path, size: Size) -> AsyncIterator[Round]:
    async def one() -> float:
        asked = [get("/api/v1/invoices?status=overdue&limit=50", _authorized()) for _ in range(40)]
        told = await send(asked, port=service.port, at_once=1)
        return told.percentile(50) * 1000

    url = await large(kind, folder, size)
    async with serving(url, "--no-jobs") as service:
        yield one


@asynccontextmanager
async def _payments(kind: Kind, folder: Path, *, ours: bool) -> AsyncIterator[Round]:
    """Every payment settles another invoice."""

    async def round_of(number: int) -> float:
        told = await send([next(unpaid) for _ in range(number)], port=port, at_once=DESKS)
        return told.per_second

    async with copied(kind, folder, ONLY_DUE) as url:
        unpaid = iter(await _payments_of(url))
        if ours:
            async with serving(url, "--no-jobs") as service:
                port = service.port
                yield partial(round_of, 300)
        else:
            async with child("bench.sides.payments", url) as inserts:
                port = inserts.ready["port"]
                yield partial(round_of, 300)


async def _payments_of(url: str) -> Iterator[bytes]:
    sql = "SELECT id, balance_cents FROM invoice WHERE status = 'sent' ORDER BY id"
    if url.startswith("sqlite://"):
        with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as books:
            owed = books.execute(sql).fetchall()
    else:
        connection = await asyncpg.connect(url)
        owed = await connection.fetch(sql)
        await connection.close()
    return (_payment(invoice, cents) for invoice, cents in owed)


def _payment(invoice: int, cents: int) -> bytes:
    body = {"amount_cents": cents, "method": "check", "date": "2026-09-10", "reference": ""}
    headers = _authorized() | {"Content-Type": "application/json", "Idempotency-Key": f"bench-{next(numbers)}"}
    return post(f"/api/v1/invoices/{invoice}/payments", json.dumps(body).encode(), headers)


def _authorized() -> dict[str, str]:
    return {"Authorization": f"Bearer {KEYS[next(numbers) % len(KEYS)]}"}


@asynccontextmanager
async def _overdue(kind: Kind, folder: Path, figure: str, size: Size) -> AsyncIterator[Round]:
    async def once() -> float:
        """On books of its own, in a process of its own: what is marked is marked. One tick tells both figures."""
        if (kind, size) not in ticks:
            async with copied(kind, folder, size) as url, child("bench.sides.overdue", url) as tick:
                ticks[kind, size] = await tick.tell()
        told = ticks[kind, size]
        assert told["done"] == size.due, told
        return float(told[figure])

    yield once
