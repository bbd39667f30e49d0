"""Two sides run one after the other, again and again, so that whatever else the machine does befalls both alike."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

Round = Callable[[], Awaitable[float]]
"""Does the work once over and says the figure."""
Side = Callable[[], AbstractAsyncContextManager[Round]]
"""What stands ready for rounds while it is open."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what is measured, and how far from the limit (or from nothing) it may be."""

    name: str
    title: str
    unit: Literal["ms", "/s", "s", "MB"]
    ours: Side
    bound: float
    limit: Side | None = None
    """Without one the bound is a figure of its own, not a ratio."""
    rounds: int = 9
    warm_up: bool = True
    """Not where a round is so long that its beginning does not show, or has a process of its own."""

    @property
    def less_is_better(self) -> bool:
        return self.unit != "/s"


@dataclass(frozen=True, slots=True)
class Outcome:
    row: Row
    ours: list[float] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float | None:
        """The middle one of the pairs' ratios: two rounds side by side saw the same machine."""
        return median(mine / theirs for mine, theirs in zip(self.ours, self.limit, strict=True)) if self.limit else None

    @property
    def kept(self) -> bool:
        figure = median(self.ours) if self.ratio is None else self.ratio
        return figure <= self.row.bound if self.row.less_is_better else figure >= self.row.bound


async def race(row: Row) -> Outcome:
    outcome = Outcome(row)
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(row.ours())
        limit = await stack.enter_async_context(row.limit()) if row.limit else None
        if row.warm_up:
            await ours()
        if row.warm_up and limit:
            await limit()
        for _ in range(row.rounds):
            outcome.ours.append(await ours())
            if limit:
                outcome.limit.append(await limit())
    return outcome
