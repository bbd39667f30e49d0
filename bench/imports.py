"""The rows of an import: a file of sessions by `duesday import`, against the bare driver writing the same rows."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path

from bench.children import child
from bench.databases import Kind, fresh
from bench.race import Round, Row

SESSIONS = 100_000

names = count(1)


def rows(kind: Kind, folder: Path) -> list[Row]:
    short, of = kind.lower(), f"Import of {SESSIONS:,} sessions"
    side = partial(_side, kind, folder)
    return [
        Row(f"import-{short}", f"{of} · {kind}", "/s", partial(side, "ours", "no"), 0.3, partial(side, "bare", "no"),
            rounds=3),
        Row(f"import-drafts-{short}", f"{of}, a draft each · {kind}", "/s", partial(side, "ours", "yes"), 0.3,
            partial(side, "bare", "yes"), rounds=3),
        Row(f"import-weight-{short}", f"{of}, resident · {kind}", "MB", partial(_weight, side), 150, rounds=1),
    ]  # fmt: skip


@asynccontextmanager
async def _side(kind: Kind, folder: Path, whose: str, drafts: str) -> AsyncIterator[Round]:
    async with (
        fresh(kind, folder, f"bench_import_{next(names)}") as url,
        fresh(kind, folder, f"bench_import_{next(names)}") as other,
        child("bench.sides.imports", whose, url, other, drafts, str(SESSIONS)) as imports,
    ):
        yield imports.round


@asynccontextmanager
async def _weight(side: Callable[[str, str], AbstractAsyncContextManager[Round]]) -> AsyncIterator[Round]:
    """Of a process of its own each time: what it has taken once it does not give back."""

    async def megabytes() -> float:
        async with side("weighed", "yes") as weighed:
            return await weighed()

    yield megabytes
