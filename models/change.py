"""One verb, one transaction, one tale of it: changes with their events, chained and written at the commit.

Events are gathered while the verb works and written last, because the chain's head is held from then until the
commit: writers wait for each other only that long, they never deadlock on it, and an event's number says when it was
committed, so that no reader can overtake one that is still to come.
"""

import hashlib
import pickle
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import uuid4

import orjson

from domain.access import Actor
from models.by_hand import insertion
from models.database import Statement, after_commit, at_once, dialect, execute, insert_rows, read, transaction
from models.record import Event

Facts = dict[str, Any]

COLUMNS = (
    "seq", "at", "kind", "subject", "location", "guarantor_id", "invoice_set_id", "actor", "actor_name", "via",
    "correlation", "before", "after", "previous_hash", "hash",
)  # fmt: skip
ROWS_AT_ONCE = 500
FEW = 20
"""What one statement takes; more are given to the database in bulk, which costs it a trip more."""

correlation: ContextVar[str] = ContextVar("correlation", default="")
"""Ties together, in logs and events, everything that one request or tick has led to."""

on_commit: list[Callable[[], None]] = []
"""Who wants to know that there is something new (the pump, which would otherwise look once a second)."""


@contextmanager
def following(cause: str) -> Iterator[None]:
    """What is done inside goes under the number of what led to it."""
    token = correlation.set(cause)
    try:
        yield
    finally:
        correlation.reset(token)


Told = tuple[
    datetime, str, str, str, int | None, int | None, str, str, str, str, Facts, Facts
]  # fmt: skip
"""An event on its way into the chain: the columns between its number and the hashes, without the weight of a model."""

_told = attrgetter(*COLUMNS[1:-2])


class Tale:
    """Events in the order they were told. A long tale waits in a file: a large import weighs what a small one does."""

    def __init__(self) -> None:
        self._last: list[Told] = []
        self._earlier: IO[bytes] | None = None
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, event: Told) -> None:
        self._count += 1
        self._last.append(event)
        if len(self._last) == ROWS_AT_ONCE:
            self._earlier = self._earlier or TemporaryFile()  # noqa: SIM115  # closed with the change
            pickle.dump(self._last, self._earlier, pickle.HIGHEST_PROTOCOL)
            self._last = []

    def batches(self) -> Iterator[list[Told]]:
        if self._earlier:
            end = self._earlier.tell()
            self._earlier.seek(0)
            while self._earlier.tell() < end:
                yield pickle.load(self._earlier)  # noqa: S301  # written above, and nameless
        if self._last:
            yield self._last

    def close(self) -> None:
        if self._earlier:
            self._earlier.close()


@dataclass(slots=True)
class Change:
    """What a transaction will have done, told as it goes."""

    now: datetime
    events: Tale = field(default_factory=Tale)
    besides: list[Statement] = field(default_factory=list)
    """What is written at the very end, in the events' trip: nothing in the transaction sees it."""
    correlation: str = field(default_factory=lambda: correlation.get() or uuid4().hex)
    _at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._at = self.now.astimezone(UTC)

    def tell(
        self,
        kind: str,
        subject: str,
        *,
        actor: Actor,
        location: str,
        guarantor: int | None = None,
        invoice_set: int | None = None,
        before: Facts | None = None,
        after: Facts | None = None,
    ) -> None:
        self.events.append(
            (
                self._at,
                kind,
                subject,
                location,
                guarantor,
                invoice_set,
                f"{actor.kind}:{actor.id}"[:120],
                actor.name[:200],
                actor.via,
                correlation.get() or self.correlation,
                before or {},
                after or {},
            )
        )


_current: ContextVar[Change | None] = ContextVar("change", default=None)


@asynccontextmanager
async def change(now: datetime) -> AsyncIterator[Change]:
    """A transaction in which things change; verbs called inside join it."""
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    told = Change(now)
    token = _current.set(told)
    try:
        async with transaction():
            yield told
            await _append(told)
            if dialect() == "postgres" and len(told.events):
                after_commit(FLUSH)
    finally:
        _current.reset(token)
        told.events.close()
    for ring in on_commit:
        ring()


HEAD = "SELECT seq, hash FROM chain_head WHERE id = 1"
# A commit that waits for the disk would keep the head from all others meanwhile. So this one does not wait; what waits
# is a commit after it, which holds nothing, and which the disk takes together with those of others (docs/adr/0017).
HOLD_HEAD = """
    SELECT seq, hash, set_config('synchronous_commit', 'off', true) FROM chain_head WHERE id = 1 FOR UPDATE
"""
FLUSH = "SELECT pg_logical_emit_message(true, 'duesday', '')"
MOVE_HEAD = "UPDATE chain_head SET seq = $1, hash = $2 WHERE id = 1"


async def _append(told: Change) -> None:
    """On PostgreSQL the lock on the head makes all others wait from here to the commit: as few trips as can be."""
    seq, previous, besides = 0, "", told.besides
    for batch in told.events.batches():
        if not seq:
            [head] = await read(HOLD_HEAD if dialect() == "postgres" else HEAD)
            seq, previous = head["seq"], head["hash"]
        rows: list[Sequence[object]] = []
        for event in batch:
            seq += 1
            hashed = _hash(seq, event, previous)
            *plain, before, after = event
            rows.append((seq, *plain, _json(before), _json(after), previous, hashed))
            previous = hashed
        await _write(rows, [*besides, (MOVE_HEAD, [seq, previous])])
        besides = []
    for statement in besides:
        await execute(*statement)


async def _write(rows: list[Sequence[object]], with_them: list[Statement]) -> None:
    if len(rows) > FEW:
        await insert_rows("event", COLUMNS, rows)
        await at_once(*with_them)
    else:
        await at_once(insertion("event", COLUMNS, rows), *with_them)


def _json(facts: Facts) -> str:
    return orjson.dumps(facts).decode() if facts else "{}"


def link(event: Event) -> str:
    """The event's hash: over everything it says and the hash of the one before."""
    return _hash(event.seq, _told(event), event.previous_hash)


def _hash(seq: int, event: Told, previous: str) -> str:
    at, *said = event
    together = orjson.dumps([seq, _instant(at), *said, previous], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(together).hexdigest()


@lru_cache(maxsize=8)
def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
