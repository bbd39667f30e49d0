"""Sentences: steps that read as one line, and are taken in their order when the line is awaited."""

from collections.abc import Awaitable, Callable, Generator, Iterable
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

Says = ParamSpec("Says")
Speaker = TypeVar("Speaker", bound="Sentence")

unspoken: set["Sentence"] = set()
"""Begun and not awaited: their steps were never taken, so whatever they assert holds for nothing."""


class Sentence:
    """`await dana.card(number).press("Pause").sees("Paused")`. Awaited, it can be gone on with."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], Awaitable[None]]] = []

    def then(self, step: Callable[[], Awaitable[None]]) -> Self:
        self._steps.append(step)
        unspoken.add(self)
        return self

    def __await__(self) -> Generator[Any, None, Self]:
        return self._spoken().__await__()

    async def _spoken(self) -> Self:
        __tracebackhide__ = True
        steps, self._steps = self._steps, []
        unspoken.discard(self)
        for step in steps:
            await step()
        return self


def step(
    act: Callable[Concatenate[Speaker, Says], Awaitable[None]],
) -> Callable[Concatenate[Speaker, Says], Speaker]:
    """A method that is said now and done when its sentence is awaited."""

    @wraps(act)
    def said(speaker: Speaker, *args: Says.args, **kwargs: Says.kwargs) -> Speaker:
        return speaker.then(partial(act, speaker, *args, **kwargs))

    return said


def nothing_unspoken() -> None:
    forgotten = [repr(sentence) for sentence in unspoken if sentence._steps]
    unspoken.clear()
    assert not forgotten, f"Never awaited, so never done: {', '.join(forgotten)}"


def absent(words: tuple[str, ...], shown: str) -> list[str]:
    """Those of the words that aren't there."""
    return [word for word in words if word not in shown]


def quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def failed(sentence: str, shown: str) -> AssertionError:
    """What was expected, and below it what a person would have seen instead."""
    return AssertionError(f"{sentence}\n\n{shown or '(nothing)'}\n")
