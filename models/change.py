"""One verb, one transaction, one tale of it: changes with their events, chained and written at the commit.

Events are gathered while the verb works and written last, because the chain's head is held from then until the
commit: writers wait for each other only that long, they never deadlock on it, and an event's number says when it was
committed, so that no reader can overtake one that is still to come.
"""

import hashlib
import pickle
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from operator import attrgetter
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import uuid4

import orjson

from domain.access import Actor
from models.by_hand import add_rows, insertion
from models.database import dialect, execute, insert_rows, read, transaction
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


@dataclass(slots=True)
class Told:
    """An event on its way into the chain: what stands in models.record.Event, without the weight of a model."""

    at: datetime
    kind: str
    subject: str
    location: str
    guarantor_id: int | None
    invoice_set_id: int | None
    actor: str
    actor_name: str
    via: str
    correlation: str
    before: Facts
    after: Facts
    seq: int = 0
    previous_hash: str = ""
    hash: str = ""


_fields = attrgetter(*(part.name for part in fields(Told)))
_columns = attrgetter(*COLUMNS)


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
            pickle.dump([_fields(event) for event in self._last], self._earlier)
            self._last = []

    def batches(self) -> Iterator[list[Told]]:
        if self._earlier:
            end = self._earlier.tell()
            self._earlier.seek(0)
            while self._earlier.tell() < end:
                yield [Told(*said) for said in pickle.load(self._earlier)]  # noqa: S301  # written above, and nameless
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
    correlation: str = field(default_factory=lambda: correlation.get() or uuid4().hex)

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
            Told(
                at=self.now.astimezone(UTC),
                kind=kind,
                subject=subject,
                location=location,
                guarantor_id=guarantor,
                invoice_set_id=invoice_set,
                actor=f"{actor.kind}:{actor.id}"[:120],
                actor_name=actor.name[:200],
                via=actor.via,
                correlation=correlation.get() or self.correlation,
                before=before or {},
                after=after or {},
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
            await _append(told.events)
        if dialect() == "postgres" and len(told.events):
            await execute(FLUSH)
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
MOVE_HEAD = "UPDATE chain_head SET seq = ${seq}, hash = ${hash} WHERE id = 1"


async def _append(events: Tale) -> None:
    """On PostgreSQL the lock on the head makes all others wait from here to the commit: as few trips as can be."""
    seq, previous = 0, ""
    for batch in events.batches():
        if not seq:
            [head] = await read(HOLD_HEAD if dialect() == "postgres" else HEAD)
            seq, previous = head["seq"], head["hash"]
        for event in batch:
            seq += 1
            event.seq, event.previous_hash = seq, previous
            previous = event.hash = link(event)
        await _write([_row(event) for event in batch], seq, previous)


async def _write(rows: list[list[object]], seq: int, last: str) -> None:
    if len(rows) > FEW or dialect() == "sqlite":
        await (insert_rows("event", COLUMNS, rows) if len(rows) > FEW else add_rows("event", COLUMNS, rows))
        await execute(MOVE_HEAD.format(seq=1, hash=2), [seq, last])
        return
    places = len(rows) * len(COLUMNS)
    together = f"WITH told AS ({insertion('event', COLUMNS, len(rows))}) {MOVE_HEAD}"
    values = [value for row in rows for value in row]
    await execute(together.format(seq=places + 1, hash=places + 2), [*values, seq, last])


def _row(event: Told) -> list[object]:
    return [orjson.dumps(value).decode() if type(value) is dict else value for value in _columns(event)]


def link(event: Told | Event) -> str:
    """The event's hash: over everything it says and the hash of the one before."""
    said = [
        event.seq,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.kind,
        event.subject,
        event.location,
        event.guarantor_id,
        event.invoice_set_id,
        event.actor,
        event.actor_name,
        event.via,
        event.correlation,
        event.before,
        event.after,
        event.previous_hash,
    ]
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
