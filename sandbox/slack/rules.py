"""The words a schema is written in (text, number, flag, list, shape, one-of-several-types) and the walker that holds
a payload against it. Knows nothing of Block Kit: that is data, in blockkit.py.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    path: str
    words: str

    def __str__(self) -> str:
        return f"{self.words} [json-pointer:{self.path}]"


@dataclass(frozen=True, slots=True)
class Str:
    most: int | None = None
    least: int = 1
    one_of: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Num:
    least: float | None = None
    most: float | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Flag:
    pass


@dataclass(frozen=True, slots=True)
class Anything:
    pass


@dataclass(frozen=True, slots=True)
class Items:
    of: "Rule"
    most: int
    least: int = 1


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: the keys it must have, those it may have, and what no single key can say."""

    must: Mapping[str, "Rule"] = field(default_factory=dict)
    may: Mapping[str, "Rule"] = field(default_factory=dict)
    also: Callable[[Json], Iterator[str]] | None = None


@dataclass(frozen=True, slots=True)
class Types:
    """An object whose `type` says which shape it has."""

    shapes: Mapping[str, Shape]


Rule: TypeAlias = Str | Num | Flag | Anything | Items | Shape | Types


def walk(rule: Rule, value: Any, path: str) -> Iterator[Problem]:
    """Every way in which the value breaks the rule, in the order one reads it."""
    match rule:
        case Str():
            yield from _string(rule, value, path)
        case Num():
            yield from _number(rule, value, path)
        case Flag():
            if not isinstance(value, bool):
                yield Problem(path, "must provide a boolean")
        case Items():
            yield from _items(rule, value, path)
        case Shape():
            yield from _shape(rule, value, path)
        case Types():
            yield from _typed(rule, value, path)


def _string(rule: Str, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield Problem(path, "must provide a string")
    elif len(value) < rule.least:
        yield Problem(path, f"must be more than {rule.least - 1} characters")
    elif rule.most is not None and len(value) > rule.most:
        yield Problem(path, f"must be less than {rule.most + 1} characters")
    elif rule.one_of and value not in rule.one_of:
        yield Problem(path, f"must be one of: {', '.join(rule.one_of)}")
    elif rule.starts and not value.startswith(rule.starts):
        yield Problem(path, f"must be a valid URL starting with {' or '.join(rule.starts)}")


def _number(rule: Num, value: Any, path: str) -> Iterator[Problem]:
    kinds = (int,) if rule.whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        yield Problem(path, "must provide an integer" if rule.whole else "must provide a number")
    elif rule.least is not None and value < rule.least:
        yield Problem(path, f"must be at least {rule.least:g}")
    elif rule.most is not None and value > rule.most:
        yield Problem(path, f"must be at most {rule.most:g}")


def _items(rule: Items, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem(path, "must provide an array")
        return
    if len(value) < rule.least:
        yield Problem(path, f"no fewer than {rule.least} items allowed")
    if len(value) > rule.most:
        yield Problem(path, f"no more than {rule.most} items allowed")
    for at, item in enumerate(value):
        yield from walk(rule.of, item, f"{path}/{at}")


def _shape(rule: Shape, value: Any, path: str, *, known: frozenset[str] = frozenset()) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, "must provide an object")
        return
    for key in rule.must:
        if value.get(key) is None:
            yield Problem(path, f"missing required field: {key}")
    for key, inner in value.items():
        if expected := rule.must.get(key) or rule.may.get(key):
            if inner is not None:
                yield from walk(expected, inner, f"{path}/{key}")
        elif key not in known:
            yield Problem(path, f"invalid additional property: {key}")
    if rule.also:
        yield from (Problem(path, words) for words in rule.also(value))


def _typed(rule: Types, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, "must provide an object")
    elif value.get("type") is None:
        yield Problem(path, "missing required field: type")
    elif not isinstance(value["type"], str) or value["type"] not in rule.shapes:
        yield Problem(f"{path}/type", f"unsupported type: {value['type']}")
    else:
        yield from _shape(rule.shapes[value["type"]], value, path, known=frozenset({"type"}))
