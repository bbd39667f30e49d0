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
WITH_DRAFTS = 20_000

names = count(1)


def rows(kind: Kind, folder: Path) -> list[Row]:
    short, side = kind.lower(), partial(_side, kind, folder)
    all_of, some = f"Import of {SESSIONS:,} sessions", f"Import of {WITH_DRAFTS:,} sessions, a draft each"
    plain, drafted = (partial(side, sessions=SESSIONS, drafts="no"), partial(side, sessions=WITH_DRAFTS, drafts="yes"))
    heavy = partial(_weight, partial(side, "weighed", sessions=SESSIONS, drafts="yes"))
    return [
        Row(f"import-{short}", f"{all_of} · {kind}", "/s", partial(plain, "ours"), 0.3, partial(plain, "bare"),
            rounds=3, warm_up=False),
        Row(f"import-drafts-{short}", f"{some} · {kind}", "/s", partial(drafted, "ours"), 0.3, partial(drafted, "bare"),
            rounds=3, warm_up=False),
        Row(f"import-weight-{short}", f"{all_of}, a draft each, resident · {kind}", "MB", heavy, 150, rounds=1,
            warm_up=False),
    ]  # fmt: skip


@asynccontextmanager
async def _side(kind: Kind, folder: Path, whose: str, *, sessions: int, drafts: str) -> AsyncIterator[Round]:
    async with (
        fresh(kind, folder, f"bench_import_{next(names)}") as url,
        fresh(kind, folder, f"bench_import_{next(names)}") as other,
        child("bench.sides.imports", whose, url, other, drafts, str(sessions)) as imports,
    ):
        yield imports.round


@asynccontextmanager
async def _weight(side: Callable[[], AbstractAsyncContextManager[Round]]) -> AsyncIterator[Round]:
    """Of a process of its own each time: what it has taken once it does not give back."""

    async def megabytes() -> float:
        async with side() as weighed:
            return await weighed()

    yield megabytes
