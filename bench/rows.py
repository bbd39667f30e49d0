"""The rows of the table: each opens its two sides and says what one round of each came to."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path

from bench import imports, large
from bench.children import child
from bench.databases import Kind, fresh
from bench.load import send
from bench.race import Round, Row
from bench.requests import paid, press
from bench.service import SLACK_SECRET, serving

CLINIC = 8
"""Presses under way at once: eight people of one clinic, each pressing as soon as the last press was answered."""
WEBHOOKS = 32

names = count(1)

Books = Callable[[], AbstractAsyncContextManager[str]]
"""Opens a database for one side and says its address."""


def rows(folder: Path, *, postgres: bool) -> list[Row]:
    kinds: list[Kind] = ["SQLite", "PostgreSQL"] if postgres else ["SQLite"]
    each = [
        row
        for kind in kinds
        for row in (*_with_books(kind, folder), *large.rows(kind, folder), *imports.rows(kind, folder))
    ]
    return each + _starting(folder)


def _with_books(kind: Kind, folder: Path) -> list[Row]:
    short = kind.lower()

    def books() -> AbstractAsyncContextManager[str]:
        return fresh(kind, folder, f"bench_{next(names)}")

    one, many = partial(_presses, number=300, at_once=1), partial(_presses, number=800, at_once=CLINIC)
    press = f"Slack press → 200, {{}}, p99 · {kind}"
    our_presses, our_webhooks, our_texts = (partial(side, books) for side in (_our_presses, _our_webhooks, _our_texts))
    return [
        Row(f"press-{short}", press.format("one at a time"), "ms", partial(our_presses, one), 2, partial(_bolt, one)),
        Row(
            f"presses-{short}",
            press.format(f"{CLINIC} at once"),
            "ms",
            partial(our_presses, many),
            2,
            partial(_bolt, many),
        ),
        Row(
            f"stripe-{short}",
            f"Stripe webhooks, {WEBHOOKS} at once · {kind}",
            "/s",
            our_webhooks,
            0.4,
            partial(_inserts, books),
        ),
        Row(f"texts-{short}", f"Texts, 12 at once · {kind}", "/s", our_texts, 0.6, _bare_texts),
    ]


def _starting(folder: Path) -> list[Row]:
    books = partial(fresh, "SQLite", folder, "bench_start")
    return [
        Row("start", "Start to ready", "s", partial(_starts, books), 2, rounds=5),
        Row("idle", "Idle, resident with children", "MB", partial(_idle, books), 150, rounds=1, warm_up=False),
    ]


async def _presses(port: int, *, number: int, at_once: int) -> float:
    told = await send([press() for _ in range(number)], port=port, at_once=at_once)
    return told.percentile(99) * 1000


async def _webhooks(port: int) -> float:
    return (await send([paid() for _ in range(1000)], port=port, at_once=WEBHOOKS)).per_second


Presses = Callable[[int], Awaitable[float]]


@asynccontextmanager
async def _our_presses(books: Books, presses: Presses) -> AsyncIterator[Round]:
    """The jobs are in another process, as `duesday work` has them: what follows a press isn't measured here."""
    async with books() as url, serving(url, "--no-jobs") as service:
        yield partial(presses, service.port)


@asynccontextmanager
async def _bolt(presses: Presses) -> AsyncIterator[Round]:
    async with child("bench.sides.bolt", SLACK_SECRET) as bolt:
        yield partial(presses, bolt.ready["port"])


@asynccontextmanager
async def _our_webhooks(books: Books) -> AsyncIterator[Round]:
    async with books() as url, serving(url, "--no-jobs") as service:
        yield partial(_webhooks, service.port)


@asynccontextmanager
async def _inserts(books: Books) -> AsyncIterator[Round]:
    async with books() as url, child("bench.sides.inserts", url) as inserts:
        yield partial(_webhooks, inserts.ready["port"])


@asynccontextmanager
async def _our_texts(books: Books) -> AsyncIterator[Round]:
    async with _phone_network() as network, books() as url, child("bench.sides.texts", "ours", network, url) as texts:
        yield texts.round


@asynccontextmanager
async def _bare_texts() -> AsyncIterator[Round]:
    async with _phone_network() as network, child("bench.sides.texts", "bare", network) as texts:
        yield texts.round


@asynccontextmanager
async def _phone_network() -> AsyncIterator[str]:
    async with child("bench.sides.phone_network") as network:
        yield f"http://127.0.0.1:{network.ready['port']}"


@asynccontextmanager
async def _starts(books: Books) -> AsyncIterator[Round]:
    async def start() -> float:
        async with serving(url) as service:
            return service.ready_after

    async with books() as url:
        yield start


@asynccontextmanager
async def _idle(books: Books) -> AsyncIterator[Round]:
    async def megabytes() -> float:
        return service.megabytes()

    async with books() as url, serving(url) as service:
        yield megabytes
